package text

import (
	"html"
	"strings"
)

// html writes a space for each tag and comment and decodes character references.
func (w *rewriter) html(text string) {
	for i := 0; i < len(text); {
		n := 0
		switch text[i] {
		case '<':
			if n = tagLen(text[i:]); n > 0 {
				w.put(" ", i)
			}
		case '&':
			n = referenceLen(text[i:])
			if c := html.UnescapeString(text[i : i+n]); c != text[i:i+n] {
				w.put(c, i)
			} else {
				w.copy(c, i)
			}
		}
		if n == 0 {
			n = 1
			if k := strings.IndexAny(text[i+1:], "<&"); k >= 0 {
				n += k
			} else {
				n = len(text) - i
			}
			w.copy(text[i:i+n], i)
		}
		i += n
	}
}

// tagLen returns the length of the tag or comment that s begins with, 0 if its <
// begins none. As in HTML, a letter follows it, or one of / ! ?; and an end
// follows before another < does, so that "1 < 2" and "a <b" stay.
func tagLen(s string) int {
	if len(s) < 2 || !isLetter(s[1]) && !strings.Contains("/!?", s[1:2]) || s[1] == '/' && (len(s) < 3 || !isLetter(s[2])) {
		return 0
	}
	if comment, ok := strings.CutPrefix(s, "<!--"); ok {
		// No further than the next comment, or a row of them takes quadratic time.
		comment, _, _ = strings.Cut(comment, "<!--")
		if k := strings.Index(comment, "-->"); k >= 0 {
			return len("<!--") + k + len("-->")
		}
	}
	if k := strings.IndexAny(s[1:], "<>"); k >= 0 && s[1+k] == '>' {
		return k + 2
	}
	return 0
}

// referenceLen returns the length of what can be a character reference where s
// begins with &, at least 1.
func referenceLen(s string) int {
	n := 1
	if n < len(s) && s[n] == '#' {
		n++
	}
	for n < len(s) && (isLetter(s[n]) || '0' <= s[n] && s[n] <= '9') {
		n++
	}
	if n < len(s) && s[n] == ';' {
		n++
	}
	return n
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
