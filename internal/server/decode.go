package server

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// request is the body of POST /v1/predict.
type request struct {
	texts   []string
	model   string // "" is the default one
	explain bool
}

// parser reads a request out of s. It is our own because texts then are parts of
// the body and not copies, and because encoding/json takes names in any case, a
// name twice, and bytes that are no UTF-8, after which a word's place in the text
// would not be the client's.
type parser struct {
	s            string
	i            int // s[i:] is not read yet
	maxTexts     int
	maxTextBytes int
}

// parse reads
//
//	{"texts": [string, …], "model": string, "explain": true | false}
//
// where only texts must be there, once each, in any order.
func (p *parser) parse() (request, *apiError) {
	var r request
	seen := map[string]bool{}
	if !p.next('{') {
		return r, p.expected("an object")
	}
	for more := !p.next('}'); more; more = !p.next('}') {
		if len(seen) > 0 && !p.next(',') {
			return r, p.expected("a comma or the object's end")
		}
		name, err := p.text("a name")
		if err != nil {
			return r, err
		}
		if !p.next(':') {
			return r, p.expected("a colon")
		}
		if seen[name] {
			return r, badRequest("the body has the field %q twice", name)
		}
		switch name {
		case "texts":
			r.texts, err = p.texts()
		case "model":
			if r.model, err = p.text("a string as model"); err == nil && r.model == "" {
				err = badRequest("model is empty")
			}
		case "explain":
			r.explain, err = p.bool()
		default:
			err = badRequest("the body has an unknown field at byte %d, want texts, model or explain", p.i)
		}
		if err != nil {
			return r, err
		}
		seen[name] = true
	}
	if p.space(); p.i < len(p.s) {
		return r, badRequest("the body goes on after the object, at byte %d", p.i)
	}
	if len(r.texts) == 0 {
		return r, badRequest("texts is missing or empty")
	}
	return r, nil
}

func (p *parser) texts() ([]string, *apiError) {
	if !p.next('[') {
		return nil, p.expected("an array of strings as texts")
	}
	var texts []string
	for more := !p.next(']'); more; more = !p.next(']') {
		if len(texts) > 0 && !p.next(',') {
			return nil, p.expected("a comma or the end of texts")
		}
		if len(texts) == p.maxTexts {
			return nil, tooLarge("there are more than %d texts", p.maxTexts)
		}
		s, err := p.text("a string in texts")
		if err != nil {
			return nil, err
		}
		if len(s) > p.maxTextBytes {
			return nil, tooLarge("text %d has %d bytes, want at most %d", len(texts), len(s), p.maxTextBytes)
		}
		texts = append(texts, s)
	}
	return texts, nil
}

func (p *parser) bool() (bool, *apiError) {
	p.space()
	for _, word := range []string{"true", "false"} {
		if strings.HasPrefix(p.s[p.i:], word) {
			p.i += len(word)
			return word == "true", nil
		}
	}
	return false, p.expected("true or false as explain")
}

// space skips JSON's four kinds of white space.
func (p *parser) space() {
	for p.i < len(p.s) && (p.s[p.i] == ' ' || p.s[p.i] == '\n' || p.s[p.i] == '\r' || p.s[p.i] == '\t') {
		p.i++
	}
}

// next skips white space and, if it follows, the byte c.
func (p *parser) next(c byte) bool {
	p.space()
	if p.i < len(p.s) && p.s[p.i] == c {
		p.i++
		return true
	}
	return false
}

func (p *parser) expected(what string) *apiError {
	if p.i >= len(p.s) {
		return badRequest("the body ends at byte %d, want %s", p.i, what)
	}
	return badRequest("the body is malformed at byte %d, want %s", p.i, what)
}

// text reads a string.
func (p *parser) text(what string) (string, *apiError) {
	if !p.next('"') {
		return "", p.expected(what)
	}
	start := p.i
	escaped := false
	for {
		n := strings.IndexByte(p.s[p.i:], '"')
		if n < 0 {
			p.i = len(p.s)
			return "", p.expected("the end of a string")
		}
		// A quote behind an odd number of backslashes is part of the string.
		escapes := 0
		for escapes < n && p.s[p.i+n-1-escapes] == '\\' {
			escapes++
		}
		p.i += n + 1
		if escapes%2 == 0 {
			break
		}
		escaped = true
	}
	s := p.s[start : p.i-1]
	if !utf8.ValidString(s) {
		return "", badRequest("the string at byte %d is not UTF-8", start)
	}
	if hasControl(s) {
		return "", badRequest("the string at byte %d has a control character that is not escaped", start)
	}
	if escaped || strings.IndexByte(s, '\\') >= 0 {
		var ok bool
		if s, ok = unescape(s); !ok {
			return "", badRequest("the string at byte %d has a wrong escape", start)
		}
	}
	return s, nil
}

// hasControl reports whether a byte of s is below a space, eight at a time: x - 0x20
// borrows into the top bit of such a byte, and of those that had it already, which
// &^ x takes out.
func hasControl(s string) bool {
	const each, top = 0x0101010101010101, 0x8080808080808080
	for ; len(s) >= 8; s = s[8:] {
		x := uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
			uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
		if (x-' '*each)&^x&top != 0 {
			return true
		}
	}
	for i := range len(s) {
		if s[i] < ' ' {
			return true
		}
	}
	return false
}

// escapes is what may follow a backslash, and what it then stands for.
const escapes, escapesMean = `"\/bfnrt`, "\"\\/\b\f\n\r\t"

// unescape replaces the escapes of RFC 8259, section 7. Half a surrogate pair
// becomes U+FFFD, as in encoding/json and in a browser's TextEncoder.
func unescape(s string) (string, bool) {
	var b strings.Builder
	b.Grow(len(s))
	for {
		n := strings.IndexByte(s, '\\')
		if n < 0 {
			b.WriteString(s)
			return b.String(), true
		}
		b.WriteString(s[:n])
		s = s[n:]
		if len(s) < 2 {
			return "", false
		}
		if k := strings.IndexByte(escapes, s[1]); k >= 0 {
			b.WriteByte(escapesMean[k])
			s = s[2:]
			continue
		}
		r, ok := unit(s)
		if !ok {
			return "", false
		}
		s = s[6:]
		if utf16.IsSurrogate(r) {
			low, _ := unit(s)
			if r = utf16.DecodeRune(r, low); r != utf8.RuneError {
				s = s[6:]
			}
		}
		b.WriteRune(r)
	}
}

// unit reads the \uXXXX that s begins with.
func unit(s string) (rune, bool) {
	if len(s) < 6 || s[:2] != `\u` {
		return 0, false
	}
	n, err := strconv.ParseUint(s[2:6], 16, 16)
	return rune(n), err == nil
}
