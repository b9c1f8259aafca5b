package main

import (
	"context"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// TestPageOnServer types into the page of a real server, in a real browser, and
// finds what predict says of every model and a word that moved it; the console
// stays empty. Colours and the choice of a model are tested beside the page.
func TestPageOnServer(t *testing.T) {
	if _, err := exec.LookPath("chromium"); err != nil {
		t.Skip("\n\n*** THE PAGE IS NOT TESTED ON THE SERVER: there is no chromium here (apt-get install chromium) ***\n")
	}
	url, _ := serving(t, sharedRun(t))
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()), chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true))
	alloc, end := chromedp.NewExecAllocator(context.Background(), options...)
	defer end()
	ctx, quit := chromedp.NewContext(alloc)
	defer quit()
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	var mu sync.Mutex
	var console []string
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	err := chromedp.Listen(ctx, func(e any) {
		mu.Lock()
		defer mu.Unlock()
		switch e := e.(type) {
		case *runtime.EventConsoleAPICalled:
			console = append(console, string(e.Type))
		case *runtime.EventExceptionThrown:
			console = append(console, e.ExceptionDetails.Text)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	text := "a wonderful film, wonderful songs"
	if err := chromedp.Do(ctx, chromedp.Navigate(url+"/"), chromedp.SendKeys("#text", text)); err != nil {
		t.Fatal(err)
	}
	read := func(js string) (text string) {
		t.Helper()
		text, err := chromedp.Run(ctx, chromedp.Evaluate[string](js))
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	const settled = `document.querySelector("#verdicts").getAttribute("aria-busy") + document.querySelector("#text").value`
	for end := time.Now().Add(20 * time.Second); read(settled) != "false"+text; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("the page reads\n%s", read("document.body.innerText"))
		}
	}
	verdicts, words := read(`document.querySelector("#verdicts").innerText`), read(`document.querySelector("#why-tables").innerText`)
	for _, model := range []string{"onehot", "embedding"} {
		said := strings.Fields(succeed(t, "", "predict", filepath.Join(sharedRun(t), model), text))[0]
		if !strings.Contains(verdicts, model) || !strings.Contains(verdicts, said) {
			t.Errorf("%s says %s, the page\n%s", model, said, verdicts)
		}
	}
	if !strings.Contains(words, "wonderful") {
		t.Errorf("the words that moved it are\n%s", words)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(console) > 0 {
		t.Errorf("the console holds %q", console)
	}
}
