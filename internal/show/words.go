package show

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
)

// Score writes a score as Keras does: small ones with an exponent.
func Score(v float64) string {
	if v != 0 && math.Abs(v) < 1e-3 {
		return fmt.Sprintf("%.4e", v)
	}
	return fmt.Sprintf("%.4f", v)
}

// OneLine makes a space of each white space, and U+FFFD of each other control
// character, which a terminal might obey, and of each that turns the order of letters.
func OneLine(text string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case unicode.IsSpace(c):
			return ' '
		case unicode.IsControl(c), 0x202a <= c && c <= 0x202e, 0x2066 <= c && c <= 0x2069:
			return unicode.ReplacementChar
		}
		return c
	}, text)
}

// Shortened is a text in one line, with single spaces, or the beginning of it that has so
// many characters and an ellipsis.
func Shortened(text string, most int) string {
	runes := []rune(OneLine(strings.Join(strings.Fields(text), " ")))
	if len(runes) <= most {
		return string(runes)
	}
	return string(runes[:most]) + "…"
}

// List writes a list, a long one in part.
func List(names []string) string {
	names = Quoted(names...)
	const most = 10
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	return strings.Join(names, ", ")
}

// Quoted puts names into quotes where they would not be read as one in a list: with a
// comma, quotes, space around it or control characters in it, or of nothing.
func Quoted(names ...string) []string {
	var all []string
	for _, name := range names {
		if name == "" || name != strings.TrimSpace(name) || strings.ContainsAny(name, ",;\"") || name != OneLine(name) {
			name = strconv.Quote(name)
		}
		all = append(all, name)
	}
	return all
}
