// Package browsertest starts the browser of the tests that need one. They count
// where a browser works. A machine without one, without a font, or with a browser that
// is broken, hangs or is older than the pages are made for, passes over them and says
// why.
package browsertest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"
	"github.com/pkg/errors"
)

// oldest is the major version of Chromium (August 2024) that the tests need: they
// ask where a caret would stand.
const oldest = 128

// patience is for a browser to start and to show a page. One that works needs a
// second, on a busy machine ten.
const patience = time.Minute

// Patience is for a test with one page, after which something hangs. On an idle
// machine the slowest takes ten seconds.
const Patience = 4 * time.Minute

// names are those that distributions give the browser. chromedp knows where it is
// on other systems.
var names = []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "headless-shell", "chrome"}

// New returns the context of a browser that lives as long as the test, or skips the
// test.
func New(t *testing.T) context.Context {
	t.Helper()
	ctx, stop, err := Start()
	if err != nil {
		Skip(t, err)
	}
	t.Cleanup(stop)
	return ctx
}

// Skip skips a test for the error of Start.
func Skip(t *testing.T, err error) {
	t.Helper()
	t.Skipf("\n\n*** NOT TESTED IN A BROWSER: %v ***\n", err)
}

// Start returns the context of the first browser on this machine that shows a page,
// and a function that ends it. The error says of each browser why it does not serve.
func Start() (ctx context.Context, stop func(), err error) {
	var paths []string
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			paths = append(paths, path)
		}
	}
	if len(paths) == 0 {
		paths = []string{""} // where chromedp looks
	}
	return start(paths, patience)
}

func start(paths []string, patience time.Duration) (context.Context, func(), error) {
	var reasons []string
	for _, path := range paths {
		ctx, stop, err := try(path, patience)
		if err == nil {
			return ctx, stop, nil
		}
		reason := fmt.Sprintf("%s: %s", path, strings.Join(strings.Fields(err.Error()), " "))
		if errors.Is(err, exec.ErrNotFound) {
			reason = "there is no Chromium or Chrome here (apt-get install chromium)"
		}
		reasons = append(reasons, reason)
	}
	return nil, nil, errors.New(strings.Join(reasons, "; "))
}

// try starts a browser and has it show a page.
func try(path string, patience time.Duration) (context.Context, func(), error) {
	dir, err := os.MkdirTemp("", "browsertest-")
	if err != nil {
		return nil, nil, err
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(dir),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	if path != "" {
		options = append(options, chromedp.ExecPath(path))
	}
	alloc, end := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, quit := chromedp.NewContext(alloc)
	tried := make(chan error, 1)
	go func() { tried <- show(ctx) }()
	select {
	case err = <-tried:
	case <-time.After(patience):
		err = errors.Errorf("it shows no page in %v", patience)
	}
	stop := func() {
		if err == nil {
			_ = chromedp.Cancel(ctx) // an orderly end
		}
		quit()
		end()
		_ = os.RemoveAll(dir)
	}
	if err != nil {
		go stop() // which waits for what hangs
		return nil, nil, err
	}
	return ctx, stop, nil
}

// show has the browser lay out a text, which one without any font cannot do, and
// take a picture of it.
func show(ctx context.Context) error {
	if err := chromedp.Do(ctx, chromedp.Navigate("data:text/html,<p>A text.")); err != nil {
		return errors.Wrap(err, "it does not start")
	}
	version, err := chromedp.Call(ctx, browser.GetVersion, cdp.Empty{})
	if err != nil {
		return errors.Wrap(err, "its version")
	}
	if n := major(version.Product); n < oldest {
		return errors.Errorf("%s is too old: the tests need version %d", version.Product, oldest)
	}
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string]("document.body.innerText"))
	if err == nil {
		_, err = chromedp.Run(ctx, chromedp.FullScreenshot(100))
	}
	if err != nil {
		return errors.Wrap(err, "it shows no page")
	}
	if text != "A text." {
		return errors.New("it lays out no text: is any font installed? (apt-get install fonts-dejavu-core)")
	}
	return nil
}

// major is the first number of HeadlessChrome/156.0.8078.108, 0 where there is none.
func major(product string) int {
	_, version, _ := strings.Cut(product, "/")
	first, _, _ := strings.Cut(version, ".")
	n, _ := strconv.Atoi(first)
	return n
}
