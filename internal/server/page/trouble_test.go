package page

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"
)

// status waits for the line under the text to begin with these words.
func (p *tab) status(words string) {
	p.Helper()
	if words == "" {
		p.until(`document.querySelector("#status").textContent === ""`)
		return
	}
	p.until("document.querySelector('#status').textContent.startsWith(" + `"` + words + `")`)
}

// What passes is said, tried again, and forgotten when it is over.
func TestPassingTrouble(t *testing.T) {
	f := newFake(t)
	p := open(t, f, "")
	for _, trouble := range []struct {
		name, words string
		answer      func(w http.ResponseWriter)
	}{
		{"busy", "The server is busy. Trying again", func(w http.ResponseWriter) {
			w.Header().Set("Retry-After", "1")
			fail(w, 429, "busy", "too many texts wait")
		}},
		{"closing", "The server is restarting. Trying again", func(w http.ResponseWriter) { fail(w, 503, "closing", "shutting down") }},
		{"slow", "The server took too long. Trying again", func(w http.ResponseWriter) { fail(w, 504, "timeout", "time limit") }},
		{"gone", "The server does not answer. Trying again", func(w http.ResponseWriter) {
			if c, _, err := w.(http.Hijacker).Hijack(); err == nil {
				_ = c.Close()
			}
		}},
	} {
		t.Run(trouble.name, func(t *testing.T) {
			p.enter(strings.Repeat("\b", 10) + "great")
			f.answers(func(w http.ResponseWriter, _ question) bool {
				trouble.answer(w)
				return true
			})
			p.do(chromedp.SendKeys("#text", " film"))
			p.status(trouble.words)
			want(t, "the last verdict", p.card("embedding"), "positive 78.6%")
			want(t, "marked as old", eval[bool](p, `document.querySelector(".card").classList.contains("stale")`), true)
			want(t, "colours stay", p.marks(), []string{"+great"})

			f.answers(nil)
			p.settled() // without a key
			p.status("")
			want(t, "the new verdict", p.card("embedding"), "positive 79.2%")
			want(t, "marked as old", eval[bool](p, `document.querySelector(".card").classList.contains("stale")`), false)
		})
	}
}

// A server that wants a rest is left alone however fast one types, but for the button.
func TestRest(t *testing.T) {
	f := newFake(t)
	p := open(t, f, "")
	var tries atomic.Int32
	f.answers(func(w http.ResponseWriter, _ question) bool {
		tries.Add(1)
		w.Header().Set("Retry-After", "600")
		fail(w, 429, "busy", "too many texts wait")
		return true
	})
	p.do(chromedp.SendKeys("#text", "great"))
	p.status("The server is busy")
	p.until(`document.querySelectorAll(".stale").length === 2`)
	before := tries.Load()
	p.do(chromedp.SendKeys("#text", " film, and a long sentence after it"))
	want(t, "tries while typing", tries.Load(), before)
	f.answers(nil)
	p.do(chromedp.Click("#retry"))
	p.status("")
	p.settled()
	want(t, "the verdict", p.card("embedding"), "positive 79.7%")
	want(t, "focus", eval[string](p, `document.activeElement.id`), "text")
}

// What will not pass is said and waits for another text.
func TestLastingTrouble(t *testing.T) {
	f := newFake(t)
	p := open(t, f, "")
	f.answers(func(w http.ResponseWriter, q question) bool {
		if !strings.Contains(q.Texts[0], "long") {
			return false
		}
		fail(w, 413, "too_large", "a text has 70000 bytes, at most 65536 are read")
		return true
	})
	p.enter("great, long")
	p.status("This text is longer than the server reads. Shorten it a little.")
	want(t, "a button to try again", eval[bool](p, `document.querySelector("#retry").hidden`), true)
	p.enter("\b\b\b\b")
	p.status("")
	want(t, "the verdict", p.card("embedding"), "positive 78.6%")

	f.answers(func(w http.ResponseWriter, _ question) bool {
		fail(w, 400, "bad_request", "the text holds no letter")
		return true
	})
	p.enter("?")
	p.status("The server could not judge this text: the text holds no letter")
	p.do(chromedp.SendKeys("#text", strings.Repeat("\b", 20)))
	p.status("")
}

// A retrained model that comes under another name is found without loading the page
// again.
func TestOtherModels(t *testing.T) {
	f := newFake(t)
	p := open(t, f, "")
	p.enter("great")
	f.mu.Lock()
	f.models = f.models[1:]
	f.mu.Unlock()
	p.enter("!")
	p.until(`document.querySelectorAll(".card").length === 1`)
	p.settled()
	want(t, "the verdict", p.card("one-hot"), "positive 62.9%")
	want(t, "the text", eval[string](p, `document.querySelector("#text").value`), "great!")
	p.status("")
}

// What is typed before the server has a model is judged when it has one.
func TestNoModelYet(t *testing.T) {
	f := newFake(t)
	loaded := f.models
	f.models = []object{}
	p := load(t, f, "", 1280, 900, "light")
	p.status("The server is restarting. Trying again")
	p.do(chromedp.SendKeys("#text", "great"))
	want(t, "questions", len(f.questions()), 0)
	f.mu.Lock()
	f.models = loaded
	f.mu.Unlock()
	p.until(`document.querySelector(".card")`)
	p.settled()
	want(t, "the verdict", p.card("embedding"), "positive 78.6%")
	p.quiet()
}
