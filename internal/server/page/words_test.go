package page

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"pgregory.net/rapid"
)

// piece makes texts of what takes one to four bytes and one or two units.
func piece() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.SampledFrom([]string{"great", "film", "é", "최고의", "영화", "👍🏽", "👨‍👩‍👧", "ﬁ", "\u200d", "e\u0301", " ", "\n", "\t", "<b>", "&amp;", "שלום"}),
		rapid.String())
}

// span is a word of an answer, or one found in the page.
type span struct {
	Start int     `json:"start"`
	End   int     `json:"end"`
	Push  float64 `json:"push"`
	Word  string  `json:"word,omitempty"`
}

func js(t *rapid.T, v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestWords(t *testing.T) {
	p := open(t, newFake(t), "")
	eval[bool](p, `void import("./text.js").then((m) => { window.textjs = m; }), true`)
	p.until(`window.textjs`)
	t.Run("units", func(t *testing.T) { rapid.Check(t, p.wordsInUnits) })
	t.Run("move", func(t *testing.T) { rapid.Check(t, p.wordsMove) })
	t.Run("layer", func(t *testing.T) { rapid.Check(t, p.layerHoldsTheText) })
}

// The server counts bytes, the page units of UTF-16: Go knows both.
func (p *tab) wordsInUnits(r *rapid.T) {
	var text strings.Builder
	var sent, want []span
	for i, s := range rapid.SliceOf(piece()).Draw(r, "pieces") {
		lo, at := text.Len(), len(utf16.Encode([]rune(text.String())))
		text.WriteString(s)
		sent = append(sent, span{Start: lo, End: text.Len(), Push: float64(i)})
		want = append(want, span{at, len(utf16.Encode([]rune(text.String()))), float64(i), s})
	}
	got := eval[[]span](p, "textjs.inUnits("+js(r, text.String())+","+js(r, sent)+")")
	if !slices.Equal(got, want) {
		r.Fatalf("the words of %q are %v, want %v", text.String(), got, want)
	}
}

// After an edit a word is where it was and spells the same, or is gone; words in what
// the two texts have in common at their beginning, and behind that at their end, are
// not gone. Of "aAa" and "a" nobody can tell which of them was left.
func (p *tab) wordsMove(r *rapid.T) {
	parts := rapid.SliceOfN(piece(), 1, 8).Draw(r, "parts")
	lo := rapid.IntRange(0, len(parts)).Draw(r, "lo")
	hi := rapid.IntRange(lo, len(parts)).Draw(r, "hi")
	put := rapid.SliceOfN(piece(), 0, 3).Draw(r, "put")
	before := strings.Join(parts, "")
	after := strings.Join(parts[:lo], "") + strings.Join(put, "") + strings.Join(parts[hi:], "")
	var sent []span
	at := 0
	for _, s := range parts {
		n := len(utf16.Encode([]rune(s)))
		sent = append(sent, span{Start: at, End: at + n, Word: s})
		at += n
	}
	got := eval[[]span](p, "textjs.moved("+js(r, sent)+","+js(r, before)+","+js(r, after)+")")
	units := utf16.Encode([]rune(after))
	for _, w := range got {
		if s := string(utf16.Decode(units[w.Start:w.End])); s != w.Word {
			r.Fatalf("from %q to %q: %q is coloured for %q", before, after, s, w.Word)
		}
	}
	old := utf16.Encode([]rune(before))
	head, tail := 0, 0
	for head < min(len(old), len(units)) && old[head] == units[head] {
		head++
	}
	for tail < min(len(old), len(units))-head && old[len(old)-1-tail] == units[len(units)-1-tail] {
		tail++
	}
	kept := 0
	for _, w := range sent {
		if w.End <= head || w.Start >= len(old)-tail {
			kept++
		}
	}
	if len(got) != kept {
		r.Fatalf("from %q to %q: %d words are left, want %d", before, after, len(got), kept)
	}
}

// The layer always holds the text and nothing else, wherever words are: overlapping
// as n-grams do, beyond the end, empty.
func (p *tab) layerHoldsTheText(r *rapid.T) {
	text := strings.Join(rapid.SliceOf(piece()).Draw(r, "pieces"), "")
	sent := rapid.SliceOfN(rapid.Custom(func(r *rapid.T) span {
		lo := rapid.IntRange(0, len(text)+3).Draw(r, "start")
		return span{Start: lo, End: lo + rapid.IntRange(0, 9).Draw(r, "bytes"), Push: rapid.Float64Range(-3, 3).Draw(r, "push")}
	}), 0, 6).Draw(r, "words")
	got := eval[string](p, `(() => {
		const layer = document.createElement("div"), text = `+js(r, text)+`;
		textjs.paint(layer, text, textjs.inUnits(text, `+js(r, sent)+`));
		return layer.textContent;
	})()`)
	if got != text+"\u200b" {
		r.Fatalf("%q is %q in the layer", text, got)
	}
}
