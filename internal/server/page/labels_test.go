package page

import (
	"slices"
	"strings"
	"testing"
)

// TestSeveralLabels: a card lists the labels that are given, which may be none or several,
// and marks their bars; the explanation names the label it is of.
func TestSeveralLabels(t *testing.T) {
	thresholds := slices.Repeat([]float64{0.5}, len(topics))
	thresholds[1] = 0.1
	p := open(t, newFake(t, object{"name": "tags", "default": true, "task": "labels", "classes": topics, "thresholds": thresholds, "parameters": 5, "layers": []string{}, "max_words": 9}), "")
	p.enter("great")
	want(t, "two labels", p.card("tags"), "travel, food")
	want(t, "marked bars", eval[[]string](p, `[...document.querySelectorAll(".bars li.top .of")].map((e) => e.innerText)`), []string{"travel", "food"})
	want(t, "bars", eval[int](p, `document.querySelectorAll(".bars li").length`), 5)
	want(t, "legend", eval[string](p, `document.querySelector("#legend").innerText`), "towards travel\naway from travel")
	if why := eval[string](p, `document.querySelector("#why-lead").textContent`); !strings.Contains(why, "Without any text it answers (none).") {
		t.Errorf("the explanation begins with %q", why)
	}
	want(t, "facts", eval[bool](p, `document.querySelector("#facts").textContent.includes("any of travel, food")`), true)
	p.enter(" worst worst worst")
	want(t, "one label", p.card("tags"), "food")
	p.quiet()
}
