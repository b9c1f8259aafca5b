package page

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"unroll/internal/browsertest"
)

// chrome is one browser for all tests; each test has a tab of its own.
var chrome struct {
	once sync.Once
	ctx  context.Context
	stop func()
	err  error
}

func TestMain(m *testing.M) {
	code := m.Run()
	if chrome.stop != nil {
		chrome.stop()
	}
	os.Exit(code)
}

// tab is a page in the browser, and what it did.
type tab struct {
	*testing.T
	ctx  context.Context
	base string

	mu       sync.Mutex
	requests []string
	console  []string
}

// open loads the page of a fake server. hash is the part of the address from # on.
func open(t *testing.T, f *fake, hash string) *tab {
	t.Helper()
	return openAs(t, f, hash, 1280, 900, "light")
}

func openAs(t *testing.T, f *fake, hash string, width, height int64, scheme string) *tab {
	t.Helper()
	p := load(t, f, hash, width, height, scheme)
	p.until(`document.querySelector(".card")`)
	return p
}

// load is open for a server without models.
func load(t *testing.T, f *fake, hash string, width, height int64, scheme string) *tab {
	t.Helper()
	t.Parallel()
	chrome.once.Do(func() { chrome.ctx, chrome.stop, chrome.err = browsertest.Start() })
	if chrome.err != nil {
		browsertest.Skip(t, chrome.err)
	}
	ctx, done := chromedp.NewContext(chrome.ctx)
	t.Cleanup(done)
	ctx, cancel := context.WithTimeout(ctx, browsertest.Patience)
	t.Cleanup(cancel)
	p := &tab{T: t, ctx: ctx, base: f.URL}
	if err := chromedp.Listen(ctx, p.listen); err != nil {
		t.Fatal(err)
	}
	call(p, network.Enable, network.EnableParams{})
	call(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}})
	p.do(chromedp.EmulateViewport(width, height), chromedp.Navigate(f.URL+"/"+hash))
	return p
}

func (p *tab) listen(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		p.requests = append(p.requests, e.Request.URL)
	case *runtime.EventConsoleAPICalled:
		p.console = append(p.console, fmt.Sprintf("%s %+v", e.Type, e.Args))
	case *runtime.EventExceptionThrown:
		p.console = append(p.console, fmt.Sprint(e.ExceptionDetails.Text, e.ExceptionDetails.Exception))
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError { // other versions of the browser advise against other things
			p.console = append(p.console, fmt.Sprintf("%s %s %s", e.Entry.Level, e.Entry.Text, e.Entry.URL))
		}
	}
}

func (p *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	p.Helper()
	if err := chromedp.Do(p.ctx, steps...); err != nil {
		p.Fatal(err)
	}
}

// call sends a command of the protocol.
func call[P, R any](p *tab, command cdp.Command[P, R], params P) {
	p.Helper()
	if _, err := chromedp.Call(p.ctx, command, params); err != nil {
		p.Fatal(err)
	}
}

// eval returns the value of an expression.
func eval[T any](p *tab, js string) T {
	p.Helper()
	v, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](js))
	if err != nil {
		p.Fatalf("%s: %v", js, err)
	}
	return v
}

// until waits for an expression to be true.
func (p *tab) until(js string) {
	p.Helper()
	for end := time.Now().Add(browsertest.Patience / 2); !eval[bool](p, "!!("+js+")"); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			p.Fatalf("never true: %s\nthe page reads:\n%s", js, eval[string](p, `document.body.innerText`))
		}
	}
}

// settled waits until the page has its answers about this text.
func (p *tab) settled() {
	p.Helper()
	p.until(`document.querySelector("#verdicts").getAttribute("aria-busy") === "false"`)
}

// enter types a text by the keyboard, after what is there.
func (p *tab) enter(text string) {
	p.Helper()
	p.do(chromedp.SendKeys("#text", text))
	p.settled()
}

// marks returns the coloured words as +word or -word.
func (p *tab) marks() []string {
	p.Helper()
	return eval[[]string](p, `[...CSS.highlights].flatMap(([name, ranges]) => [...ranges].map((r) => ({ at: r.startOffset,
		word: (name.startsWith("towards") ? "+" : "-") + r.startContainer.data.slice(r.startOffset, r.endOffset) }))).sort((a, b) => a.at - b.at).map((w) => w.word)`)
}

// card returns what a model's card shows, in one line.
func (p *tab) card(model string) string {
	p.Helper()
	return strings.Join(strings.Fields(eval[string](p, fmt.Sprintf(`document.querySelector(".card[data-model='%s'] .answer").innerText`, model))), " ")
}

// quiet checks that the page complained of nothing and asked nobody else.
func (p *tab) quiet() {
	p.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, line := range p.console {
		p.Errorf("console: %s", line)
	}
	for _, url := range p.requests {
		if !strings.HasPrefix(url, p.base+"/") {
			p.Errorf("the page asked for %s", url)
		}
	}
	if len(p.requests) < 5 {
		p.Errorf("only %d requests were seen: %v", len(p.requests), p.requests)
	}
}
