package main

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"unroll/internal/browsertest"
)

// TestPageOnServer types into the page of a real server, in a real browser,
// chooses one model after the other, and finds the server's probability and each
// word in the colour of its push; the console stays empty.
func TestPageOnServer(t *testing.T) {
	ctx := browsertest.New(t)
	url, _ := serving(t, sharedRun(t))
	ctx, cancel := context.WithTimeout(ctx, browsertest.Patience)
	defer cancel()
	var mu sync.Mutex
	var console []string
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
	until := func(js string, good func(string) bool) {
		t.Helper()
		for end := time.Now().Add(browsertest.Patience / 2); !good(read(js)); time.Sleep(20 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("the page reads\n%s", read("document.body.innerText"))
			}
		}
	}
	until(`document.querySelector("#verdicts").getAttribute("aria-busy") + document.querySelector("#text").value`,
		func(now string) bool { return now == "false"+text })
	for _, model := range []string{"onehot", "embedding"} {
		card := fmt.Sprintf(`.card[data-model="%s"] `, model)
		if err := chromedp.Do(ctx, chromedp.Click(chromedp.CSS(card+"label"))); err != nil {
			t.Fatal(err)
		}
		until(`document.querySelector("#why-lead").textContent`, func(lead string) bool { return strings.Contains(lead, model) })
		p := post(t, url, fmt.Sprintf(`{"texts":[%q],"model":%q,"explain":true}`, text, model)).Predictions[0]
		want := fmt.Sprintf("%s %.1f%%", p.Label, 100*p.Probability)
		if got := strings.Join(strings.Fields(read(`document.querySelector('`+card+`.answer').innerText`)), " "); got != want {
			t.Errorf("%s: the page says %q, the server %q", model, got, want)
		}
		pushes := map[string]bool{} // the coloured words and whether they push towards Class
		for _, w := range p.Words {
			if w.Push != 0 {
				pushes[fmt.Sprintf("%s %t", text[w.Start:w.End], w.Push > 0)] = true
			}
		}
		marks := strings.Fields(read(`[...CSS.highlights].flatMap(([name, ranges]) => [...ranges].map((r) =>
			r.startContainer.data.slice(r.startOffset, r.endOffset) + "=" + name.startsWith("towards"))).join(" ")`))
		for _, mark := range marks {
			if !pushes[strings.Replace(mark, "=", " ", 1)] {
				t.Errorf("%s: the page has %q, the server %v", model, mark, pushes)
			}
		}
		if len(marks) == 0 || len(marks) < len(pushes) {
			t.Errorf("%s: the page colours %q, the server has pushes for %v", model, marks, pushes)
		}
	}
	mu.Lock()
	defer mu.Unlock()
	if len(console) > 0 {
		t.Errorf("the console holds %q", console)
	}
}
