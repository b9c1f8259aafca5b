package text

import (
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/words"
)

// words takes Unicode's words.
func (s *scratch) words(Config, string) { s.segment(false) }

// marks takes Unicode's words and, between them, each character that can be seen.
func (s *scratch) marks(Config, string) { s.segment(true) }

// segment cuts at the word boundaries of UAX #29 and takes the words.
func (s *scratch) segment(marks bool) {
	text := s.folded
	for lo := 0; lo < len(text); {
		if text[lo] == ' ' && lo+1 < len(text) && text[lo+1] < utf8.RuneSelf {
			lo++
			continue
		}
		hi, word, ok := plainSegment(text, lo)
		if !ok {
			n, _, _ := words.SplitFunc(text[lo:], true) // it never fails
			hi = lo + n
			word = isWord(text[lo:hi])
		}
		if word {
			s.tokens = append(s.tokens, token{lo, hi})
		} else if marks {
			s.seen(lo, hi)
		}
		lo = hi
	}
}

// seen takes each character from lo to hi that can be seen, with what changes its
// looks: accents, and U+FE0F, which makes an emoji of ‼.
func (s *scratch) seen(lo, hi int) {
	open := false // the last token ends here
	for lo < hi {
		r, n := rune(s.folded[lo]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRune(s.folded[lo:hi])
		}
		switch {
		case r >= utf8.RuneSelf && unicode.In(r, unicode.M, unicode.Cf):
			if open {
				s.tokens[len(s.tokens)-1].hi += n
			}
		case unicode.IsSpace(r) || unicode.IsControl(r):
			open = false
		default:
			s.tokens = append(s.tokens, token{lo, lo + n})
			open = true
		}
		lo += n
	}
}

// isWord tells words from the white space and punctuation between them.
func isWord(segment []byte) bool {
	for _, r := range string(segment) {
		// U+FFFD, for what was not UTF-8, is of category So too.
		if unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.Is(unicode.So, r) && r != utf8.RuneError {
			return true
		}
	}
	return false
}

// wordBreak is what a character does at word boundaries, as far as plainSegment
// knows it; 0 is unknown.
type wordBreak uint8

const (
	wbLetter    wordBreak = 1 << iota // UAX #29's ALetter
	wbNumeric                         // Numeric
	wbExtend                          // ExtendNumLet
	wbMidLetter                       // MidLetter, MidNumLet, Single_Quote: inside of words
	wbMidNum                          // MidNum, MidNumLet, Single_Quote: inside of numbers
	wbOther                           // it stands by itself, unless another character is unknown

	wbInWords = wbLetter | wbNumeric
	wbJoins   = wbInWords | wbExtend
)

var asciiBreaks = func() (t [1 << 8]wordBreak) {
	for c := range utf8.RuneSelf {
		switch c := byte(c); {
		case isLetter(c):
			t[c] = wbLetter
		case '0' <= c && c <= '9':
			t[c] = wbNumeric
		default:
			t[c] = wbOther
		}
	}
	t['_'] = wbExtend
	t[':'] = wbMidLetter
	t[','], t[';'] = wbMidNum, wbMidNum
	t['.'], t['\''] = wbMidLetter|wbMidNum, wbMidLetter|wbMidNum
	return t
}()

// breakAt returns what the character at i does, and its length.
func breakAt(text []byte, i int) (wordBreak, int) {
	if text[i] < utf8.RuneSelf {
		return asciiBreaks[text[i]], 1
	}
	switch r, n := utf8.DecodeRune(text[i:]); {
	case 'À' <= r && r <= 'ɏ' && r != '×' && r != '÷', // Latin
		'А' <= r && r <= 'я', '가' <= r && r <= '힣':
		return wbLetter, n
	case r == '‘' || r == '’':
		return wbMidLetter | wbMidNum, n
	case '‐' <= r && r <= '‟': // dashes and quotation marks
		return wbOther, n
	}
	return 0, 0
}

// plainSegment returns the end of the segment that begins at lo and whether it is a
// word. It is the rules of UAX #29 for the characters that most texts are made of; ok
// is false where others decide. White space is cut at each character, for no word has
// any.
func plainSegment(text []byte, lo int) (hi int, word, ok bool) {
	last, n := breakAt(text, lo)
	if last == 0 {
		return 0, false, false
	}
	all := last
	for hi = lo + n; hi < len(text); {
		next := asciiBreaks[text[hi]]
		if n = 1; next == 0 {
			if next, n = breakAt(text, hi); next == 0 {
				return 0, false, false
			}
		}
		switch {
		case last&wbJoins == 0:
			return hi, false, true
		case next&wbJoins != 0: // WB5, WB8 to WB10, WB13a, WB13b
			last = next
			all |= next
			hi += n
			continue
		case (last != wbLetter || next&wbMidLetter == 0) && (last != wbNumeric || next&wbMidNum == 0), hi+n == len(text):
			return hi, all&wbInWords != 0, true
		}
		// WB6, WB7, WB11, WB12: one character between two letters or two numbers.
		after, m := breakAt(text, hi+n)
		switch after {
		case 0:
			return 0, false, false
		case last:
			hi += n + m
		default:
			return hi, all&wbInWords != 0, true
		}
	}
	return hi, all&wbInWords != 0, true
}
