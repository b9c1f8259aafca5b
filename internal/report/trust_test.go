package report

import (
	"strings"
	"testing"
)

// TestTrust: the page draws both curves and tells the numbers, of the models that have
// them, and of the texts whose labels no model gives. Without any there is no section.
func TestTrust(t *testing.T) {
	text := page(t, usual())
	for _, want := range []string{
		`<a href="#trust">Trust</a>`, `id="reliability"`, `id="coverage"`, "0.0430", "0.0310", "0.1810",
		"10 of the 1,010 samples of embedding have labels that are none of its classes",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	r := usual()
	for i := range r.Runs[0].Experiments {
		r.Runs[0].Experiments[i].Trust = nil
	}
	if text := page(t, r); strings.Contains(text, `id="trust"`) || strings.Contains(text, "#trust") {
		t.Error("without numbers there is a section")
	}
	r = usual()
	r.Runs[0].Experiments[1].Trust.Coverage[0].Answered = 1.5
	var b strings.Builder
	if err := Write(&b, r); err == nil || !strings.Contains(err.Error(), "a point of the coverage curve has 1.5, want 0 to 1") {
		t.Errorf("error %v", err)
	}
}
