package page

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestScreenshots takes pictures of the page; go test -artifacts keeps them.
func TestScreenshots(t *testing.T) {
	dir := t.ArtifactDir()
	const review = "#text=A+quiet,+patient+film+that+trusts+its+audience.+The+first+half+is+slow+and+the+plot+makes+no+sense,+yet+the+ending+is+wonderful.+Not+bad+at+all!"
	several := object{"name": "topics", "default": true, "task": "classes", "classes": topics, "parameters": 51207,
		"layers": []string{"embedding (Embedding)", "lstm (LSTM)", "dense (Dense)"}, "max_words": 200, "loaded": "2026-03-01T09:30:00Z",
		"validation": object{"accuracy": 0.71, "loss": 0.9}}
	stars := object{"name": "stars", "default": false, "task": "number", "parameters": 12001,
		"layers": []string{"embedding (Embedding)", "gru (GRU)", "dense (Dense)"}, "max_words": 200, "loaded": "2026-03-01T09:30:00Z",
		"validation": object{"loss": 0.61}}
	for _, shot := range []struct {
		name, hash, scheme string
		width              int64
		models             []object
	}{
		{"wide", review, "light", 1280, nil},
		{"phone", review, "light", 390, nil},
		{"wide-dark", review, "dark", 1280, nil},
		{"phone-dark", review, "dark", 390, nil},
		{"empty", "", "light", 1280, nil},
		{"other-tasks", "#text=%EC%B5%9C%EA%B3%A0%EC%9D%98+%EC%98%81%ED%99%94+%F0%9F%91%8D+great+food,+slow+service", "light", 1280, []object{several, stars}},
	} {
		t.Run(shot.name, func(t *testing.T) {
			p := openAs(t, newFake(t, shot.models...), shot.hash, shot.width, 844, shot.scheme)
			p.settled()
			p.until(`document.querySelectorAll(".chart .curve").length > 0`)
			if over := eval[int](p, `document.documentElement.scrollWidth - innerWidth`); over > 0 {
				t.Errorf("the page is %d pixels wider than the screen", over)
			}
			png, err := chromedp.Run(p.ctx, chromedp.FullScreenshot(100))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, shot.name+".png"), png, 0o644); err != nil {
				t.Fatal(err)
			}
			p.quiet()
		})
	}
}
