package main

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/chromedp"

	"unroll/internal/browsertest"
)

// TestPageWithToken: a browser asks for the token when the page opens, or finds it in
// the address, and the page then judges texts; without it there is no page.
func TestPageWithToken(t *testing.T) {
	const token = "a-long-secret-of-this-test"
	browser := browsertest.New(t)
	url, _ := serving(t, "--token-file", writeFile(t, filepath.Join(t.TempDir(), "token"), token), sharedRun(t))
	for name, c := range map[string]struct {
		url, password string // in answer to the browser's question; "" cancels it
		judged        bool
	}{
		"typed":          {url, token, true},
		"in the address": {strings.Replace(url, "http://", "http://me:"+token+"@", 1), "", true},
		"none":           {url, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			// What one tab was told must not be known to the next.
			ctx, done := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
			defer done()
			ctx, cancel := context.WithTimeout(ctx, browsertest.Patience)
			defer cancel()
			err := chromedp.Listen(ctx, func(event any) {
				switch e := event.(type) {
				case *fetch.EventRequestPaused:
					go chromedp.Call(ctx, fetch.ContinueRequest, fetch.ContinueRequestParams{RequestID: e.RequestID})
				case *fetch.EventAuthRequired:
					say := &fetch.AuthChallengeResponse{Response: fetch.AuthChallengeResponseResponseCancelAuth}
					if c.password != "" {
						say = &fetch.AuthChallengeResponse{Response: fetch.AuthChallengeResponseResponseProvideCredentials, Username: "me", Password: c.password}
					}
					go chromedp.Call(ctx, fetch.ContinueWithAuth, fetch.ContinueWithAuthParams{RequestID: e.RequestID, AuthChallengeResponse: say})
				}
			})
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(c.url, "@") { // else the browser itself answers
				ask := true
				if _, err := chromedp.Call(ctx, fetch.Enable, fetch.EnableParams{HandleAuthRequests: &ask}); err != nil {
					t.Fatal(err)
				}
			}
			if err := chromedp.Do(ctx, chromedp.Navigate(c.url+"/#text=a+wonderful+film")); err != nil {
				t.Fatal(err)
			}
			for end := time.Now().Add(browsertest.Patience / 2); ; time.Sleep(20 * time.Millisecond) {
				text, err := chromedp.Run(ctx, chromedp.Evaluate[string]("document.body.innerText"))
				if err != nil {
					t.Fatal(err)
				}
				if c.judged && strings.Contains(text, "%") && strings.Contains(text, "embedding") || !c.judged && strings.Contains(text, `"unauthorized"`) {
					return
				}
				if time.Now().After(end) {
					t.Fatalf("the page reads\n%s", text)
				}
			}
		})
	}
}
