package pickle

import (
	"strconv"
	"strings"
)

// unescape undoes the backslashes of a string in Python's source, or those of
// raw-unicode-escape, which are \u and \U alone.
func unescape(s string, raw bool) string {
	if raw && !isASCII(s) { // such a line is Latin-1
		runes := make([]rune, len(s))
		for i := range len(s) {
			runes[i] = rune(s[i])
		}
		s = string(runes)
	}
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		c := s[i+1]
		digits := map[byte]int{'u': 4, 'U': 8, 'x': 2}[c]
		if raw == (c == 'x') {
			digits = 0
		}
		if digits > 0 && i+2+digits <= len(s) {
			if n, err := strconv.ParseUint(s[i+2:i+2+digits], 16, 32); err == nil {
				if i += 1 + digits; raw {
					b.WriteRune(rune(n))
				} else {
					b.WriteByte(byte(n))
				}
				continue
			}
		}
		plain, ok := map[byte]byte{'n': '\n', 't': '\t', 'r': '\r', '\\': '\\', '\'': '\'', '"': '"'}[c]
		if raw || !ok {
			b.WriteByte('\\')
			continue
		}
		b.WriteByte(plain)
		i++
	}
	return b.String()
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r >= 0x80 }) < 0
}
