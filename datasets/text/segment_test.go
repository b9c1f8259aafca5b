package text

import (
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/words"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// boundaries is a text of characters that have to do with word boundaries.
var boundaries = rapid.Custom(func(t *rapid.T) string {
	return strings.Join(rapid.SliceOf(rapid.OneOf(
		rapid.SampledFrom(strings.Split(`a b Z 0 9 _ . , : ; ' " ! - / # * + \ é × ÷ Ж 각 힣 ‘ ’ “ ” – … ‼ ↔ 。 · ˅ ① ² Ⅷ א ” ア か 中 ー ไ ☺ 👍 🏽 🇰 🇷 ©`, " ")),
		rapid.SampledFrom([]string{" ", "\t", "\n", "\r", "\r\n", "\v", "\f", "\x00", "\x7f", "\u00a0", "\u0085", "\u2028", "\u3000", "\u0301", "\u200d", "\ufe0f", "\u20e3", "\u00ad", "\ufeff", "\ufffd"}),
		rapid.StringN(0, 3, -1),
	)).Draw(t, "text"), "")
})

// visible is what "marks" takes of a segment that is no word.
var visible = regexp.MustCompile(`[^\pM\pZ\p{Cc}\p{Cf}][\pM\p{Cf}]*`)

// The words are those of the library, whatever stands beside them.
func TestSegmentProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := boundaries.Draw(t, "text")
		var ws, marks []string
		for w := words.FromString(text); w.Next(); {
			if isWord([]byte(w.Value())) {
				ws, marks = append(ws, w.Value()), append(marks, w.Value())
			} else {
				marks = append(marks, visible.FindAllString(w.Value(), -1)...)
			}
		}
		for name, want := range map[string][]string{"words": ws, "marks": marks} {
			if got := tokensFor(Config{Tokenizer: name, Case: "keep"}, text); !cmp.Equal(want, got) {
				t.Fatalf("%s of %q (-want +got):\n%s", name, text, cmp.Diff(want, got))
			}
		}
	})
}

// What plainSegment knows of a character is what the library knows, for all of them.
func TestBreakAt(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		c := string(r)
		is, n := breakAt([]byte(c+" "), 0)
		if is == 0 || !utf8.ValidRune(r) {
			continue
		}
		if n != len(c) {
			t.Fatalf("%U has %d bytes, want %d", r, n, len(c))
		}
		for _, side := range []string{"a", "1", "_", " ", "!", ".", "각", "’"} {
			for _, text := range []string{c + side, side + c, side + c + side, side + c + c + side, "a" + c + "1"} {
				var want []string
				for w := words.FromString(text); w.Next(); {
					if isWord([]byte(w.Value())) {
						want = append(want, w.Value())
					}
				}
				if got := tokensFor(Config{Tokenizer: "words", Case: "keep"}, text); !cmp.Equal(want, got) {
					t.Fatalf("words of %q are %q, want %q", text, got, want)
				}
			}
		}
	}
}

func TestMarks(t *testing.T) {
	for text, want := range map[string][]string{
		"Don't stop... NOW!!": {"don't", "stop", ".", ".", ".", "now", "!", "!"},
		"a\t\n—b (c) $5 :-)":  {"a", "—", "b", "(", "c", ")", "$", "5", ":", "-", ")"},
		"__a__ __":            {"__a__", "_", "_"},
		"영화가 재미있다ㅋㅋ!!":        {"영화가", "재미있다ㅋㅋ", "!", "!"},
		"👍🏽 👨‍👩‍👧🇰🇷‼️ #️⃣ ☺️ 1️⃣": {"👍🏽", "👨‍👩‍👧", "🇰🇷", "‼️", "#️⃣", "☺️", "1️⃣"},
		"\u0301\u200d \ufeff\x00 ": nil,
		"<br>":                     {"<", "br", ">"},
	} {
		if got := tokensFor(Config{Tokenizer: "marks"}, text); !cmp.Equal(want, got) {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

// Words of the reviews, and what the library alone takes for them.
func BenchmarkWords(b *testing.B) {
	texts := needReal(b).train[:2000]
	b.Run("here", func(b *testing.B) {
		setBytes(b, texts)
		var s scratch
		for b.Loop() {
			for _, text := range texts {
				s.tokenize(Config{Tokenizer: "words"}, text)
			}
		}
	})
	b.Run("library", func(b *testing.B) {
		setBytes(b, texts)
		for b.Loop() {
			for _, text := range texts {
				for w := words.FromString(text); w.Next(); {
					isWord([]byte(w.Value()))
				}
			}
		}
	})
}
