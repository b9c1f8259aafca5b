package answer

import (
	"encoding/json"
	"testing"
)

// TestRule by hand. A withheld answer keeps all probabilities, and says in JSON that its
// label is none, for a class could have the name.
func TestRule(t *testing.T) {
	of := func(p float64) Answer {
		a := Answer{Label: "no", Probability: 1 - p, Probabilities: []Class{{"no", 1 - p}, {"yes", p}}, KnownWords: 1}
		if p > 0.5 {
			a.Label, a.Probability = "yes", p
		}
		return a
	}
	for _, c := range []struct {
		rule  Rule
		p     float64
		label string
		of    float64
	}{
		{Rule{}, 0.625, "yes", 0.625}, {Rule{}, 0.5, "no", 0.5},
		{Rule{Threshold: 0.75}, 0.625, "no", 0.375}, {Rule{Threshold: 0.75}, 0.75, "yes", 0.75}, {Rule{Threshold: 0.25}, 0.25, "yes", 0.25},
		{Rule{Abstain: 0.75}, 0.625, Unsure, 0.625}, {Rule{Abstain: 0.75}, 0.75, "yes", 0.75}, {Rule{Abstain: 0.75}, 0.125, "no", 0.875},
		{Rule{Threshold: 0.75, Abstain: 0.5}, 0.625, Unsure, 0.375}, {Rule{Threshold: 0.25, Abstain: 0.5}, 0.375, Unsure, 0.375},
	} {
		a := of(c.p)
		if c.rule.Apply(&a); a.Label != c.label || a.Probability != c.of || a.Unsure != (c.label == Unsure) || len(a.Probabilities) != 2 {
			t.Errorf("%+v of %v: %+v, want %s with %v", c.rule, c.p, a, c.label, c.of)
		}
	}
	a := of(0.625)
	Rule{Abstain: 0.75}.Apply(&a)
	const want = `{"label":"unsure","probability":0.625,"unsure":true,"probabilities":[{"class":"no","probability":0.375},{"class":"yes","probability":0.625}],"known_words":1}`
	if got, err := json.Marshal(a); err != nil || string(got) != want {
		t.Errorf("%s, error %v, want %s", got, err, want)
	}
	number := Answer{Value: 3}
	if (Rule{Threshold: 0.5, Abstain: 0.9}).Apply(&number); number.Unsure || number.Label != "" {
		t.Errorf("of a number: %+v", number)
	}
}
