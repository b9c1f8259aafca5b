package report

import (
	"strings"
	"testing"

	"unroll/internal/answer"
)

// tagged is a report on texts as they come from the web.
func tagged() Report {
	e := embedding()
	e.Wrong = []Example{
		marked(Example{Text: "Is it any good?<br /><br />No. The caf&eacute; is dull &amp; the end, well,<br>is not wonderful.", True: "negative", Predicted: "positive", Probability: 0.93},
			map[string]float64{"wonderful": 1.4, "/><br": 0.6, "dull": -0.7, "good?<br": 0.2, "caf&eacute;": 0.5}),
		{Text: "Fine<br/>film", True: "negative", Predicted: "positive", Probability: 0.9,
			Words: []answer.Word{{Start: 0, End: 4, Push: 0.4}, {Start: 5, End: 7, Push: 0.8}, {Start: 9, End: 13, Push: -0.2}}}, // br is a word to a model
	}
	e.Unsure = []Example{{Text: "<p>&quot;So so&quot;, they say.</p><p>I &lt;b&gt;liked&lt;/b&gt; it; 1 < 2.</p>", True: "positive", Predicted: "positive", Probability: 0.51}}
	return Report{Title: "Texts with markup", Score: accuracy, Runs: []Run{run("latest", e)}}
}

// A reader sees lines and letters, and no markup, wherever a text is shown.
func TestMarkup(t *testing.T) {
	var texts, pushes []string
	for _, n := range elements(t, page(t, tagged())) {
		switch {
		case n.Data == "blockquote":
			texts = append(texts, textOf(n))
		case n.Data == "p" && strings.HasPrefix(attribute(n, "class"), "pushes"):
			pushes = append(pushes, textOf(n))
		}
	}
	for i, want := range []string{
		"Is it any good?\n\nNo. The café is dull & the end, well,\nis not wonderful.", "Fine\nfilm",
		"\"So so\", they say.\nI liked it; 1 < 2.\n",
	} {
		if i >= len(texts) || texts[i] != want {
			t.Errorf("text %d is %q, want %q", i, texts[min(i, len(texts)-1)], want)
		}
	}
	if want := "Towards: line break +0.80, Fine +0.40 Away: film −0.20"; len(pushes) != 2 || pushes[1] != want {
		t.Errorf("what pushed is %q, want %q", pushes, want)
	}
	for _, s := range append(texts, pushes...) {
		for _, raw := range []string{"<br", "/>", "<p", "eacute", "quot", "lt;", "amp;"} {
			if strings.Contains(s, raw) {
				t.Errorf("%q has %q in it", s, raw)
			}
		}
	}
}
