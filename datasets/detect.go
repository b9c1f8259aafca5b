package datasets

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	unicodeenc "golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// marks are the byte order marks, those that begin like another before it.
var marks = []struct {
	bytes string
	charset
}{
	{"\xef\xbb\xbf", utf8Charset},
	{"\xff\xfe\x00\x00", charset{name: "utf-32le", decoder: utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM)}},
	{"\x00\x00\xfe\xff", charset{name: "utf-32be", decoder: utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM)}},
	{"\xff\xfe", utf16le},
	{"\xfe\xff", utf16be},
}

var (
	utf16le = charset{name: "utf-16le", decoder: unicodeenc.UTF16(unicodeenc.LittleEndian, unicodeenc.IgnoreBOM)}
	utf16be = charset{name: "utf-16be", decoder: unicodeenc.UTF16(unicodeenc.BigEndian, unicodeenc.IgnoreBOM)}
)

// beginsMark reports whether more bytes are needed to see a byte order mark.
func beginsMark(head []byte) bool {
	for _, m := range marks {
		if len(head) < len(m.bytes) && strings.HasPrefix(m.bytes, string(head)) {
			return true
		}
	}
	return false
}

// detectCharset tells how text is encoded by its beginning, and what to say of it.
// A byte order mark goes before the name that was given. Without either, UTF-16 is
// told by its zero bytes, and Windows-1252 where all that is no ASCII is its
// punctuation, see windowsPunctuation; everything else is held to be UTF-8.
func detectCharset(head []byte, all bool, name string) (c charset, say string, err error) {
	named, err := charsetByName(name)
	if err != nil {
		return c, "", err
	}
	for _, m := range marks {
		if !strings.HasPrefix(string(head[:min(4, len(head))]), m.bytes) {
			continue
		}
		c, c.mark = m.charset, len(m.bytes)
		switch {
		case name != "" && named.name != c.name:
			say = fmt.Sprintf("its byte order mark says that it is %s and not %s", c.name, named.name)
		case name == "" && c.decoder != nil:
			say = "read as " + c.name + ", as its byte order mark says"
		}
		return c, say, nil
	}
	valid := validUTF8(head, all)
	switch {
	case name != "":
		if named.decoder != nil && valid && !strings.HasPrefix(named.name, "utf-16") && !isASCII(head) {
			say = "it looks like UTF-8, but is read as " + named.name + ", as told"
		}
		return named, say, nil
	case looksUTF16(head, all, 1):
		c = utf16le
	case looksUTF16(head, all, 0):
		c = utf16be
	case !valid && windowsPunctuation(head):
		c, err = charsetByName("windows-1252")
	default:
		return utf8Charset, "", nil
	}
	return c, "it is not UTF-8: read as " + c.name + ", which its beginning looks like", err
}

func isASCII(b []byte) bool {
	return !slices.ContainsFunc(b, func(c byte) bool { return c >= utf8.RuneSelf })
}

// validUTF8 reports whether b is UTF-8, of which the last letter may be cut if it
// is not all.
func validUTF8(b []byte, all bool) bool {
	for i := 1; !all && i < utf8.UTFMax && i <= len(b); i++ {
		if start := b[len(b)-i:]; utf8.RuneStart(start[0]) {
			if !utf8.FullRune(start) {
				b = b[:len(b)-i]
			}
			break
		}
	}
	return utf8.Valid(b)
}

// looksUTF16 reports whether zero bytes stand as in UTF-16 of Western text: of the
// bytes at odd (1) or even (0) places one in four is zero, and of the others none.
// Lines of other text that holds zero bytes are told by their ends: most bytes of
// line breaks have no zero beside them then, or there is half a letter too many.
func looksUTF16(head []byte, all bool, odd int) bool {
	if len(head) < 4 || all && len(head)%2 == 1 {
		return false
	}
	zeros, breaks, others := 0, 0, 0
	for i, c := range head {
		switch {
		case c == 0 && i%2 != odd:
			return false
		case c == 0:
			zeros++
		case (c == '\n' || c == '\r') && i^1 < len(head) && head[i^1] == 0:
			breaks++
		case c == '\n' || c == '\r':
			others++
		}
	}
	return 8*zeros >= len(head) && (others == 0 || others < breaks)
}

// windowsPunctuation reports whether all bytes beyond ASCII are what Windows'
// programs put into English text: quotes, dashes and the like, which mean the same
// in its code pages of most alphabets, and £ before a digit. They stand alone, for
// those of Asian encodings come in pairs, and are few.
func windowsPunctuation(head []byte) bool {
	high := 0
	for i, c := range head {
		if c < utf8.RuneSelf {
			continue
		}
		high++
		alone := (i == 0 || head[i-1] < 0xa0) && (i+1 == len(head) || head[i+1] < 0xa0)
		pound := c == 0xa3 && i+1 < len(head) && '0' <= head[i+1] && head[i+1] <= '9'
		if !pound && (!alone || strings.IndexByte("\x80\x85\x91\x92\x93\x94\x95\x96\x97\x99\xa0\xa9\xab\xae\xb0\xb7\xbb", c) < 0) {
			return false
		}
	}
	return high > 0 && 4*high <= len(head)
}

// EncodingError says that text is not UTF-8.
type EncodingError struct {
	Likely string // the name of the encoding that it looks like
}

func (e *EncodingError) Error() string {
	return "it is not UTF-8 but perhaps " + e.Likely
}

// CheckUTF8 returns an *EncodingError if text is not UTF-8.
func CheckUTF8(text string) error {
	if utf8.ValidString(text) {
		return nil
	}
	return &EncodingError{likelyEncoding([]byte(text))}
}

// likelyEncoding guesses the encoding of bytes that are not UTF-8: Korean by the
// pairs that are syllables, Japanese by those that are kana, if these are at least
// half of what is no ASCII.
func likelyEncoding(b []byte) string {
	high, syllables, kana := 0, 0, 0
	for i := 0; i < len(b); i++ {
		if b[i] < utf8.RuneSelf {
			continue
		}
		high++
		next := byte(0)
		if i+1 < len(b) {
			next = b[i+1]
		}
		switch c := b[i]; {
		case 0xb0 <= c && c <= 0xc8 && next >= 0xa1:
			syllables++
			i++
		case c == 0x82 && 0x9f <= next && next <= 0xf1, c == 0x83 && 0x40 <= next && next <= 0x96:
			kana++
			i++
		}
	}
	switch {
	case syllables > 0 && 2*syllables >= high:
		return "euc-kr"
	case kana > 0 && 2*kana >= high:
		return "shift_jis"
	}
	return "windows-1252"
}
