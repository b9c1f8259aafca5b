package page

import (
	"encoding/json"
	"strings"
	"testing"

	cdppage "github.com/chromedp/cdproto/page"
)

// layered are texts that are hard to break into lines.
var layered = []string{
	"", "\n", "one line", "a\n\nb\n", "\ttabs\tand  spaces   ", strings.Repeat("wonderful bad film, ", 80),
	strings.Repeat("longwithoutspaces", 30), strings.Repeat("최고의 영화 👍🏽 ", 60), strings.Repeat("Not bad, wonderful! ", 40) + strings.Repeat(" ", 90),
	"To AV Ta fi ffl great-great/great…worst—waste", "مرحبا wonderful שלום bad",
}

// The layer is as wide and as high as the textarea needs, whatever the fonts of the
// machine, the person's size of type, the width of the window and the text, of which
// there may be none: then it is the placeholder that takes lines.
func TestLayerFitsTheTextarea(t *testing.T) {
	p := open(t, newFake(t), "")
	for _, text := range layered {
		p.put(text)
		for _, size := range []int64{16, 30} {
			call(p, cdppage.SetFontSizes, cdppage.SetFontSizesParams{FontSizes: &cdppage.FontSizes{Standard: size, Fixed: size}})
			for _, width := range []int64{320, 777, 1280} {
				p.resize(width, 800)
				for _, fit := range eval[[]fit](p, fits) {
					if fit.Text != fit.Layer {
						t.Errorf("%d wide, %d px %s, %.40q: the textarea is %v, its layer %v", width, size, fit.Family, text, fit.Text, fit.Layer)
					}
				}
			}
		}
	}
	p.quiet()
}

// fit is the place and the size of the textarea and of its layer, [x y width height].
type fit struct {
	Family      string
	Text, Layer [4]float64
}

const fits = `["", "serif", "sans-serif", "monospace"].map((Family) => {
	document.documentElement.style.setProperty("--serif", Family || null);
	const at = (e) => [e.getBoundingClientRect().x, e.getBoundingClientRect().y, e.clientWidth, e.scrollHeight];
	return { Family, Text: at(document.querySelector("#text")), Layer: at(document.querySelector("#marks")) };
})`

// What stands over a word of the layer is the same word of the textarea: a caret put
// there is where the word begins.
func TestWordsLieOverTheirColours(t *testing.T) {
	p := open(t, newFake(t), "")
	for _, text := range layered[1:] {
		if strings.Contains(text, "مرحبا") {
			continue // begins at its right
		}
		p.put(text)
		for _, size := range []int64{16, 30} {
			call(p, cdppage.SetFontSizes, cdppage.SetFontSizesParams{FontSizes: &cdppage.FontSizes{Standard: size, Fixed: size}})
			for _, width := range []int64{320, 777, 1280} {
				p.resize(width, 8000) // or what is scrolled away is not met
				type caret struct {
					Word     string
					At, Want int
				}
				carets := eval[[]caret](p, carets)
				if len(carets) == 0 && strings.TrimSpace(text) != "" {
					t.Errorf("%d wide, %d px, %.40q: no word is seen", width, size, text)
				}
				for _, c := range carets {
					if c.At != c.Want {
						t.Errorf("%d wide, %d px, %.40q: over %q, which begins at %d, a caret goes to %d", width, size, text, c.Word, c.Want, c.At)
						break
					}
				}
			}
		}
	}
	p.quiet()
}

const carets = `(() => {
	const node = document.querySelector("#marks").firstChild;
	return [...node.data.matchAll(/[^\s\u200b]+/g)].flatMap((m) => {
		const range = document.createRange();
		range.setStart(node, m.index);
		range.setEnd(node, m.index + 1);
		const r = range.getBoundingClientRect();
		const at = document.caretPositionFromPoint(r.left + Math.min(1, r.width / 4), (r.top + r.bottom) / 2);
		return at?.offsetNode === document.querySelector("#text") ? [{ Word: m[0], At: at.offset, Want: m.index }] : [];
	});
})()`

// put has the page hold a text.
func (p *tab) put(text string) {
	p.Helper()
	eval[bool](p, `(() => { const t = document.querySelector("#text"); t.value = `+quoted(text)+`; t.dispatchEvent(new Event("input")); return true; })()`)
	p.settled()
}

// quoted is a text as JavaScript writes it.
func quoted(text string) string {
	b, _ := json.Marshal(text)
	return string(b)
}
