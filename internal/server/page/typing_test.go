package page

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/google/go-cmp/cmp"
)

func (p *tab) resize(width, height int64) {
	p.Helper()
	p.do(chromedp.EmulateViewport(width, height))
}

func want[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (- want, + got):\n%s", what, diff)
	}
}

func TestTyping(t *testing.T) {
	f := newFake(t)
	p := open(t, f, "")
	want(t, "an empty text", p.card("embedding"), "–")

	p.enter("A wonderful film, ")
	// 1.9 and 0.04 and the baseline of −0.1 make a logit of 1.84.
	want(t, "the first model", p.card("embedding"), "positive 86.3%")
	want(t, "the second model", p.card("one-hot"), "positive 68.4%")
	want(t, "the words", p.marks(), []string{"+wonderful"})

	p.enter("but not the worst")
	want(t, "the first model", p.card("embedding"), "negative 69.8%")
	want(t, "the words", p.marks(), []string{"+wonderful", "-not", "-worst"})
	want(t, "what is coloured", eval[string](p, `document.querySelector("#marks").textContent`), "A wonderful film, but not the worst\u200b")
	want(t, "legend", eval[string](p, `document.querySelector("#legend").innerText`), "towards positive\ntowards negative")
	want(t, "the words as a table", eval[[]string](p, `[...document.querySelectorAll("#why tbody tr")].map((r) => r.innerText.replace(/\s+/g, " ").trim())`),
		[]string{"wonderful +1.90", "film +0.04", "the +0.02", "worst −2.10", "not −0.60"})
	p.until(`document.querySelector("#said").textContent === "embedding: negative, 69.8%; 5 known words, strongest worst −2.10, wonderful +1.90, not −0.60"`)

	q := f.questions()
	for _, model := range []string{"embedding", "one-hot"} {
		if !slices.ContainsFunc(q, func(q question) bool {
			return q.Model == model && q.Explain == (model == "embedding") && q.Texts[0] == "A wonderful film, but not the worst"
		}) {
			t.Errorf("%s was not asked about the whole text: %v", model, q)
		}
	}
	if n := len("A wonderful film, but not the worst"); len(q) > n {
		t.Errorf("%d requests were made for %d keys", len(q), n)
	}
	p.quiet()
}

func TestEmptyTextIsNotAsked(t *testing.T) {
	f := newFake(t)
	p := open(t, f, "")
	p.enter(" \n ")
	p.enter("great")
	p.do(chromedp.SendKeys("#text", strings.Repeat("\b", 8)))
	p.settled()
	want(t, "the verdict", p.card("embedding"), "–")
	want(t, "the words", p.marks(), []string{})
	for _, q := range f.questions() {
		if strings.TrimSpace(q.Texts[0]) == "" {
			t.Errorf("the server was asked about %q", q.Texts[0])
		}
	}
	p.quiet()
}

func TestEmojiAndKorean(t *testing.T) {
	p := open(t, newFake(t), "")
	p.enter("👍🏽 최고의 영화 👨‍👩‍👧 지루한 é great")
	want(t, "the words", p.marks(), []string{"+최고의", "+영화", "-지루한", "+great"})
	p.quiet()
}

// A syllable that is being composed is never disturbed, and judged as it stands.
func TestComposition(t *testing.T) {
	f := newFake(t)
	p := open(t, f, "")
	eval[bool](p, `["compositionstart", "compositionend"].forEach((e) => document.querySelector("#text").addEventListener(e, () => (window.seen ??= []).push(e))), true`)
	for _, s := range []string{"ㅊ", "최", "최고", "최고의"} {
		call(p, input.ImeSetComposition, input.ImeSetCompositionParams{Text: s, SelectionStart: int64(len([]rune(s))), SelectionEnd: int64(len([]rune(s)))})
		p.settled()
		want(t, "the text", eval[string](p, `document.querySelector("#text").value`), s)
	}
	want(t, "the words", p.marks(), []string{"+최고의"})
	want(t, "the composition", eval[[]string](p, `window.seen`), []string{"compositionstart"})
	call(p, input.InsertText, input.InsertTextParams{Text: "최고의"})
	p.enter(" 영화")
	want(t, "the words", p.marks(), []string{"+최고의", "+영화"})
	p.quiet()
}

// Text is text, whoever wrote it.
func TestMarkupIsText(t *testing.T) {
	const text = `<img src=x onerror="alert(1)"> great <script>bad()</script>`
	p := open(t, newFake(t), "#"+url.Values{"text": {text}}.Encode())
	p.settled()
	want(t, "the words", p.marks(), []string{"+great", "-bad"})
	want(t, "elements made of the text", eval[int](p, `document.querySelectorAll("main img, main script").length`), 0)
	p.quiet()
}

// A long text grows its box to a part of the window and then scrolls, with the caret
// in view and the colours in step.
func TestLongText(t *testing.T) {
	p := open(t, newFake(t), "")
	p.do(chromedp.Focus("#text"))
	call(p, input.InsertText, input.InsertTextParams{Text: strings.Repeat("A wonderful film, and not bad at all. ", 220)})
	p.settled()
	p.enter("worst")
	if !eval[bool](p, `(() => {
		const node = document.querySelector("#marks").firstChild, last = document.createRange();
		last.setStart(node, node.length - 2);
		last.setEnd(node, node.length - 1);
		const seen = document.querySelector("#scroll").getBoundingClientRect(), at = last.getBoundingClientRect();
		return at.height > 0 && seen.top <= at.top && at.bottom <= seen.bottom;
	})()`) {
		t.Error("the last letter is not seen")
	}
	want(t, "the last word", p.marks()[len(p.marks())-1], "-worst")
	want(t, "its hint", eval[string](p, `document.querySelector(".card .hint").innerText`), "100 known words, as many as it reads")
	want(t, "a link this long", eval[string](p, `location.hash`), "")
	p.quiet()
}

func TestNoKnownWord(t *testing.T) {
	p := open(t, newFake(t), "")
	p.enter("xyzzy")
	want(t, "the hint", eval[string](p, `document.querySelector(".card .hint").innerText`),
		"This model knows none of these words.")
	want(t, "the tables", eval[bool](p, `document.querySelector("#why").hidden`), true)
	p.quiet()
}

func TestSwitchModel(t *testing.T) {
	p := open(t, newFake(t), "#text=not+wonderful")
	p.settled()
	p.do(chromedp.Click(chromedp.CSS(`.card[data-model="one-hot"] label`)))
	p.settled()
	p.until(`document.querySelector("#why-lead").textContent.includes("one-hot")`)
	want(t, "the pushes", eval[[]string](p, `[...document.querySelectorAll("#why td.push")].map((e) => e.textContent)`), []string{"+0.85", "−0.27"})
	want(t, "the words", p.marks(), []string{"-not", "+wonderful"})
	want(t, "the link", eval[string](p, `location.hash`), "#text=not+wonderful&model=one-hot")

	eval[bool](p, `location.hash = "#text=great", true`)
	p.until(`document.querySelector("#text").value === "great"`)
	p.settled()
	want(t, "the model that the link does not name", eval[string](p, `document.querySelector(":checked").value`), "embedding")
	p.quiet()
}

func TestLink(t *testing.T) {
	const text = "100% great & bad + 최고의\n👍"
	p := open(t, newFake(t), "#text="+url.QueryEscape(text)+"&model=one-hot")
	p.settled()
	want(t, "the text", eval[string](p, `document.querySelector("#text").value`), text)
	want(t, "the model", eval[string](p, `document.querySelector("[name=model]:checked").value`), "one-hot")
	p.enter("!")
	want(t, "the link's text", eval[string](p, `new URLSearchParams(location.hash.slice(1)).get("text")`), text+"!")
	p.quiet()
}

func TestOtherTasks(t *testing.T) {
	p := open(t, newFake(t,
		object{"name": "topics", "default": true, "task": "classes", "classes": topics, "parameters": 5, "layers": []string{}, "max_words": 9},
		object{"name": "stars", "task": "number", "parameters": 5, "layers": []string{}, "max_words": 9}), "")
	want(t, "examples of reviews", eval[bool](p, `document.querySelector("#examples").hidden`), true)
	want(t, "the title", eval[string](p, `document.querySelector("h1").innerText`), "Write a text")
	p.enter("great bad")
	want(t, "classes", p.card("topics"), "food 50.5%")
	want(t, "bars", eval[[]string](p, `[...document.querySelectorAll(".bars li")].map((e) => e.innerText.replace(/\s+/g, " "))`),
		[]string{"food 50.5%", "travel 22.7%", "money 10.2%", "weather 6.8%", "sport 4.6%", "2 others 5.1%"})
	want(t, "legend", eval[string](p, `document.querySelector("#legend").innerText`), "towards food\naway from food")
	want(t, "a number", p.card("stars"), "2.85")
	p.do(chromedp.Click(chromedp.CSS(`.card[data-model="stars"] label`)))
	p.settled()
	p.until(`document.querySelector("#legend").innerText === "raises the number\nlowers the number"`)
	p.quiet()
}

// Many classes are one line of the table of models, until one asks for them.
func TestManyClasses(t *testing.T) {
	var classes []string
	for i := range 40 {
		classes = append(classes, fmt.Sprintf("class %d", i))
	}
	p := open(t, newFake(t, object{"name": "topics", "default": true, "task": "classes", "classes": classes, "parameters": 5, "layers": []string{}, "max_words": 9}), "")
	says := func() string { return eval[string](p, `document.querySelector("#facts td details").innerText`) }
	want(t, "folded", says(), "one of 40 classes")
	p.do(chromedp.Focus(chromedp.CSS("#facts summary")), chromedp.KeyEvent(kb.Enter))
	p.until(`document.querySelector("#facts details").open`)
	want(t, "unfolded", says(), "one of 40 classes\n"+strings.Join(classes, ", "))
	p.quiet()
}

// An answer to an older text is dropped when it comes last.
func TestLateAnswer(t *testing.T) {
	f := newFake(t)
	release := make(chan struct{})
	f.answers(func(_ http.ResponseWriter, q question) bool {
		if q.Texts[0] == "great" {
			<-release
		}
		return false
	})
	p := open(t, f, "")
	p.do(chromedp.SendKeys("#text", "great"))
	for len(f.questions()) < 2 {
		p.until(`true`)
	}
	p.enter(" worst worst")
	shown := p.card("embedding")
	close(release)
	p.enter(" ")
	want(t, "the verdict", p.card("embedding"), shown)
	if !strings.HasPrefix(shown, "negative") {
		t.Errorf("the verdict is %s", shown)
	}
	p.quiet()
}

// Everything is reached and used without a pointer.
func TestKeyboard(t *testing.T) {
	p := open(t, newFake(t), "")
	focus := func() string {
		return eval[string](p, `(() => { const e = document.activeElement; return e.id || e.value || e.getAttribute("aria-label") || e.getAttribute("aria-labelledby") || e.textContent; })()`)
	}
	press := func(keys string) {
		t.Helper()
		p.do(chromedp.KeyEvent(keys))
	}
	want(t, "what is focused first", focus(), "text")
	press("great")
	p.settled()
	want(t, "typed at once", p.card("embedding"), "positive 78.6%")

	var order []string
	for range 4 + 1 + 2 + 2 + 1 {
		press("\t")
		order = append(order, focus())
	}
	want(t, "the order of focus", order[4:], []string{"embedding", "embedding", "one-hot", "Loss by epoch", "Accuracy by epoch", "models-title"})

	p.do(chromedp.Focus(chromedp.CSS(".examples button:last-child")))
	press("\r")
	p.settled()
	want(t, "an example", p.card("embedding"), "negative 96.2%")
	want(t, "focus after it", focus(), "text")

	p.do(chromedp.Focus(chromedp.CSS("[name=model]:checked")))
	press(kb.ArrowDown)
	p.settled()
	p.until(`document.querySelector("#why-lead").textContent.includes("one-hot")`)
	p.quiet()
}

// The curves are read with the arrow keys as with the pointer.
func TestCurves(t *testing.T) {
	p := open(t, newFake(t), "")
	p.until(`document.querySelectorAll(".chart .curve").length === 8`)
	read := func(metric string) string {
		return strings.Join(strings.Fields(eval[string](p, fmt.Sprintf(`document.querySelector("[data-metric=%s] .values").innerText`, metric))), " ")
	}
	last := read("loss")
	if !strings.HasPrefix(last, "epoch 20 validation training embedding 0.") {
		t.Errorf("at first the values are %s", last)
	}
	p.do(chromedp.Focus(chromedp.CSS(".chart")))
	p.do(chromedp.KeyEvent(kb.ArrowLeft))
	for _, metric := range []string{"loss", "accuracy"} {
		if got := read(metric); !strings.HasPrefix(got, "epoch 19 ") {
			t.Errorf("after the arrow key the values are %s", got)
		}
	}
	text := eval[string](p, `document.querySelector(".chart").getAttribute("aria-valuetext")`)
	if !strings.HasPrefix(text, "epoch 19: embedding validation 0.") {
		t.Errorf("the slider says %s", text)
	}
	x := eval[[]float64](p, `(() => { const e = document.querySelector(".chart"); e.scrollIntoView({ block: "center" }); const r = e.getBoundingClientRect(); return [r.x + 46, r.y + 90]; })()`)
	p.do(chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, x[0], x[1]))
	if got := read("accuracy"); !strings.HasPrefix(got, "epoch 1 ") {
		t.Errorf("under the pointer the values are %s", got)
	}
	p.do(chromedp.Click(chromedp.CSS(`#keys [value="one-hot"]`)))
	want(t, "lines after one is taken out", eval[int](p, `document.querySelectorAll(".chart .curve").length`), 4)
	p.quiet()
}
