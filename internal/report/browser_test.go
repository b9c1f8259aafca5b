package report

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"unroll/internal/browsertest"
)

// tab is a page that is open.
type tab struct {
	*testing.T
	ctx context.Context

	console iter.Seq2[chromedp.ConsoleMessage, error]

	mu       sync.Mutex
	requests []string // what was loaded but the page
}

// step is an action without a result.
type step = chromedp.Action[chromedp.Void]

// open shows a report in a new tab of that width, as a file.
func open(t *testing.T, ctx context.Context, r Report, width int64, scheme string) *tab {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, r); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, stop := chromedp.NewContext(ctx)
	t.Cleanup(stop)
	ctx, stop = context.WithTimeout(ctx, browsertest.Patience)
	t.Cleanup(stop)
	page := (&url.URL{Scheme: "file", Path: path}).String()
	p := &tab{T: t, ctx: ctx, console: chromedp.Console(ctx)}
	_, err := chromedp.Call(ctx, network.Enable, network.EnableParams{})
	if err == nil {
		err = chromedp.Listen(ctx, func(event any) {
			if e, ok := event.(*network.EventRequestWillBeSent); ok {
				if u := e.Request.URL; u != page && !strings.HasPrefix(u, "data:") {
					p.mu.Lock()
					p.requests = append(p.requests, u)
					p.mu.Unlock()
				}
			}
		})
	}
	if err == nil {
		_, err = chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	p.do(chromedp.EmulateViewport(width, 900), chromedp.Navigate(page))
	return p
}

// call sends a command of the protocol.
func call[P, R any](p *tab, command cdp.Command[P, R], params P) {
	p.Helper()
	if _, err := chromedp.Call(p.ctx, command, params); err != nil {
		p.Fatal(err)
	}
}

func (p *tab) do(steps ...step) {
	p.Helper()
	if err := chromedp.Do(p.ctx, steps...); err != nil {
		p.Fatal(err)
	}
}

// js evaluates an expression.
func js[T any](p *tab, expression string) T {
	p.Helper()
	v, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		p.Fatalf("%s: %v", expression, err)
	}
	return v
}

// quiet fails for errors in the console, and for anything that was loaded.
func (p *tab) quiet() {
	p.Helper()
	// A last word, so that there is an end to what is read.
	const end = "nothing more"
	js[bool](p, "console.log("+quote(end)+") ?? true")
	for m, err := range p.console {
		if err != nil {
			p.Fatal(err)
		}
		if m.Text == end {
			break
		}
		// Other versions of the browser advise against other things.
		if m.Source == "" || m.Type == chromedp.ConsoleError {
			p.Errorf("the console says %q", m)
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.requests) > 0 {
		p.Errorf("the page loads %q", p.requests)
	}
}

// has checks the text that an element shows.
func (p *tab) has(selector string, want ...string) {
	p.Helper()
	text := strings.ReplaceAll(js[string](p, "document.querySelector("+quote(selector)+").innerText"), "\u00a0", " ")
	for _, w := range want {
		if !strings.Contains(text, w) {
			p.Errorf("%s shows %q, want %q in it", selector, text, w)
		}
	}
}

func (p *tab) hidden(selector string) bool {
	p.Helper()
	// A line of a chart has no box of CSS; what is folded has one in some browsers.
	return js[bool](p, "(e => e.getClientRects().length === 0 || e instanceof HTMLElement && !e.checkVisibility())(document.querySelector("+quote(selector)+"))")
}

func quote(s string) string { return fmt.Sprintf("%q", s) }

func TestBrowser(t *testing.T) {
	ctx := browsertest.New(t)
	t.Run("pointer", func(t *testing.T) {
		p := open(t, ctx, usual(), 1280, "light")
		// Over the third epoch of the loss.
		box := js[[]float64](p, `(() => { document.getElementById("curves").scrollIntoView({behavior: "instant"});
			const b = document.querySelector("#loss svg").getBoundingClientRect(); return [b.left, b.top, b.width, b.height] })()`)
		x := box[0] + box[2]*(plotLeft+2.*(plotRight-plotLeft)/7)/520
		p.do(chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, x+3, box[1]+box[3]/2))
		p.has("#loss .readout", "epoch 3", "onehot, validation", "0.6989", "onehot, training", "0.6866", "embedding, validation", "0.4546", "bag_of_words, training", "0.5391")
		p.has("#score .readout", "epoch 3", "74.1 %", "53.8 %")
		if js[bool](p, `(() => { const plot = document.querySelector("#loss .plot").getBoundingClientRect(), values = document.querySelector("#loss .readout").getBoundingClientRect();
			return values.top < plot.top || values.bottom > plot.bottom || values.left < plot.left - 1 || values.right > plot.right + 1 })()`) {
			t.Error("the values do not fit into the chart")
		}
		if !p.hidden("#roc .readout") {
			t.Error("the crosshair of epochs is in the ROC chart too")
		}
		p.do(chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, 5, 5))
		if !p.hidden("#loss .readout") || !p.hidden("#score .readout") {
			t.Error("the values stay when the pointer has left")
		}
		p.quiet()
	})
	t.Run("keyboard", func(t *testing.T) {
		p := open(t, ctx, usual(), 1280, "light")
		p.do(chromedp.Focus("#loss .plot"))
		p.has("#loss .readout", "epoch 8", "0.4862")
		p.do(chromedp.KeyEvent(kb.ArrowLeft), chromedp.KeyEvent(kb.ArrowLeft))
		p.has("#loss .readout", "epoch 6", "0.4467")
		p.do(chromedp.KeyEvent(kb.Home), chromedp.KeyEvent(kb.ArrowLeft))
		p.has("#loss .readout", "epoch 1", "0.5138")
		if said := js[string](p, `document.querySelector("#loss .plot").getAttribute("aria-valuetext")`); !strings.HasPrefix(said, "epoch 1; onehot, training 0.6983") {
			t.Errorf("a screen reader is told %q", said)
		}
		// One tab on is the next chart, one escape closes its values.
		p.do(chromedp.KeyEvent(kb.Tab))
		if at := js[string](p, "document.activeElement.closest('figure').id"); at != "score" {
			t.Errorf("tab leads to %q", at)
		}
		p.do(chromedp.KeyEvent(kb.Escape))
		if !p.hidden("#score .readout") {
			t.Error("escape does not close the values")
		}
		p.do(chromedp.Focus("#roc .plot"), chromedp.KeyEvent(kb.Home))
		for range 10 {
			p.do(chromedp.KeyEvent(kb.ArrowRight))
		}
		p.has("#roc .readout", "false positive rate 10.0 %", "embedding", "54.7 %") // Φ(1.4 + Φ⁻¹(0.1))
		p.quiet()
	})
	t.Run("legend", func(t *testing.T) {
		p := open(t, ctx, usual(), 1280, "light")
		const drawing = `[...document.querySelectorAll(".plot > svg")].map(s => s.innerHTML.replaceAll("&nbsp;", "\u00a0").replace(/\s+(?=<)|(?<=>)\s+/g, "")).join("\n")`
		before := js[string](p, drawing)
		top := func() string {
			return js[string](p, `document.querySelector("#loss .grid g:last-child text").textContent`)
		}
		first := top()
		p.do(chromedp.Click(`#curves [data-series="0"]`))
		if !p.hidden(`#loss [data-line="0"]`) || !p.hidden(`#roc [data-line="0"]`) || p.hidden(`#loss [data-line="2"]`) {
			t.Error("the button of onehot does not hide its lines, or others")
		}
		if js[string](p, `document.querySelector('#classes [data-series="0"]').getAttribute("aria-pressed")`) != "false" {
			t.Error("the legends do not agree")
		}
		if top() == first {
			t.Errorf("the loss is drawn up to %s without onehot too", first)
		}
		// By keyboard.
		p.do(chromedp.Focus(`#curves [data-part="train"]`), chromedp.KeyEvent(kb.Enter))
		if !p.hidden(`#loss [data-line="2"]`) || p.hidden(`#loss [data-line="3"]`) {
			t.Error("enter on training does not hide it alone")
		}
		p.do(chromedp.Focus("#loss .plot"))
		if text := js[string](p, `document.querySelector("#loss .readout").innerText`); strings.Contains(text, "training") || strings.Contains(text, "onehot") {
			t.Errorf("the values are those of hidden lines too: %q", text)
		}
		for _, b := range []string{`[data-series="0"]`, `[data-series="1"]`, `[data-series="2"]`, `[data-part="val"]`} {
			p.do(chromedp.Focus("#curves "+b), chromedp.KeyEvent(" ")) // onehot is back, then nothing is left
		}
		for _, b := range []string{`[data-series="1"]`, `[data-series="2"]`, `[data-part="val"]`, `[data-part="train"]`} {
			p.do(chromedp.Click("#curves " + b))
		}
		js[bool](p, `document.activeElement.blur(), document.querySelectorAll(".cross").forEach(c => c.setAttribute("d", "")), true`)
		// What the script draws of everything is what Write had drawn.
		if after := js[string](p, drawing); after != before {
			t.Errorf("the script draws differently:\n%s", diff(before, after))
		}
		p.quiet()
	})
}

// diff shows where two texts part.
func diff(a, b string) string {
	at := 0
	for at < min(len(a), len(b)) && a[at] == b[at] {
		at++
	}
	from := max(0, at-60)
	return fmt.Sprintf("…%.120s\n…%.120s", a[from:], b[from:])
}
