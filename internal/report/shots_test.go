package report

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"unroll/internal/browsertest"
)

// On a phone long lists of classes are folded, and short ones are not.
func TestBrowserFolds(t *testing.T) {
	ctx := browsertest.New(t)
	for _, width := range []int64{320, 390, 1280} {
		phone := width < 640
		p := open(t, ctx, manyClasses(), width, "light")
		if p.hidden(".matrix") != phone || p.hidden("[aria-labelledby=x0-scores] td") != phone {
			t.Errorf("at a width of %d the classes are folded: %t, want %t", width, p.hidden(".matrix"), phone)
		}
		if phone {
			p.has("#classes", "Confusion matrix of 20 classes", "Scores of 20 classes")
			p.do(chromedp.Focus("#classes summary"), chromedp.KeyEvent(kb.Enter))
			if p.hidden(".matrix") {
				t.Errorf("at a width of %d the matrix does not unfold", width)
			}
		}
		if p = open(t, ctx, usual(), width, "light"); p.hidden(".matrix") {
			t.Errorf("at a width of %d two classes are folded", width)
		}
		p.quiet()
	}
}

// TestBrowserShows keeps pictures, which are to be looked at, and checks of each
// kind of page what a machine can see: that it does not scroll sideways, that
// nothing complains and that nothing is loaded.
func TestBrowserShows(t *testing.T) {
	ctx := browsertest.New(t)
	dir := t.ArtifactDir()
	for name, report := range reports {
		t.Run(name, func(t *testing.T) {
			p := open(t, ctx, report(), 390, "light")
			for _, width := range []int64{320, 390, 1280} {
				for _, size := range []int64{16, 30} { // of type, that a person prefers
					call(p, cdppage.SetFontSizes, cdppage.SetFontSizesParams{FontSizes: &cdppage.FontSizes{Standard: size, Fixed: size}})
					p.do(chromedp.EmulateViewport(width, 900))
					if w := js[int64](p, "document.documentElement.scrollWidth"); w > width {
						t.Errorf("at a width of %d and a size of %d the page is %d wide", width, size, w)
					}
				}
			}
			p.quiet()
		})
	}
	for i, width := range []int64{1280, 390, 320, 1280, 390, 320} {
		for _, scheme := range []string{"light", "dark"} {
			name, report := fmt.Sprintf("report-%d-%s", width, scheme), usual()
			if i >= 3 { // texts with markup, many classes
				many := manyClasses()
				many.Runs[0].Experiments[0].Wrong, many.Runs[0].Experiments[0].Unsure = tagged().Runs[0].Experiments[0].Wrong, tagged().Runs[0].Experiments[0].Unsure
				name, report = "classes-"+name, many
			}
			t.Run(name, func(t *testing.T) {
				p := open(t, ctx, report, width, scheme)
				png, err := chromedp.Run(p.ctx, chromedp.FullScreenshot(100))
				if err == nil {
					err = os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644)
				}
				if err != nil {
					t.Fatal(err)
				}
			})
		}
	}
}
