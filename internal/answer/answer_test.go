package answer

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
)

// TestJSON: a number that is 0 is told from a class, a class may be called "", and
// what is not finite is refused wherever it stands.
func TestJSON(t *testing.T) {
	nothing := Answer{Value: 2}
	for want, a := range map[string]Answer{
		`{"value":0,"known_words":1}`: {KnownWords: 1},
		`{"label":"","probability":1,"probabilities":[{"class":"","probability":1}],"known_words":0,"note":"no known word","class":"","baseline":0,"words":[],"gap":0}`: {
			Probability: 1, Probabilities: []Class{{Probability: 1}}, Explanation: &Explanation{},
		},
		`{"value":3,"known_words":1,"baseline":2,"no_text":{"value":2},"words":[{"start":0,"end":2,"push":1}],"gap":0,"warning":"\"w\""}`: {
			Value: 3, KnownWords: 1, Explanation: &Explanation{Baseline: 2, NoText: &nothing, Words: []Word{{0, 2, 1}}, Warning: `"w"`},
		},
		`{"labels":[],"probabilities":[{"class":"a","probability":0.25}],"known_words":1}`: {Label: "a", Probability: 0.25, Labels: []string{}, Probabilities: []Class{{"a", 0.25}}, KnownWords: 1},
		`{"labels":["a","\"b"],"probabilities":[{"class":"a","probability":1}],"known_words":1,"class":"a","baseline":0,"no_text":{"labels":[]},"words":[],"gap":0}`: {
			Label: "a", Labels: []string{"a", `"b`}, Probabilities: []Class{{"a", 1}}, KnownWords: 1,
			Explanation: &Explanation{Class: "a", NoText: &Answer{Labels: []string{}, Probabilities: []Class{{"a", 0}}}},
		},
	} {
		got, err := json.Marshal(a)
		if err != nil || string(got) != want {
			t.Errorf("%+v: %s, error %v, want %s", a, got, err, want)
		}
	}
	inf := math.Inf(1)
	for _, a := range []Answer{
		{Value: math.NaN()}, {Probabilities: []Class{{Probability: inf}}}, {Explanation: &Explanation{Words: []Word{{Push: -inf}}}}, {Explanation: &Explanation{Gap: inf}},
	} {
		if got, err := json.Marshal([]Answer{a}); err == nil || !strings.Contains(err.Error(), "no number for JSON") {
			t.Errorf("%+v: %s, error %v", a, got, err)
		}
	}
}

// TestColumnsInJSON: what a model did without, and what columns pushed.
func TestColumnsInJSON(t *testing.T) {
	a := Answer{Value: 2, KnownWords: 1, Gaps: []Gap{{Column: "price"}, {Column: "region", Value: "west"}}, Explanation: &Explanation{
		Words: []Word{}, Columns: []ColumnPush{{"price", 0.5}, {"region", -1}},
	}}
	got, err := json.Marshal(a)
	want := `{"value":2,"known_words":1,"gaps":[{"column":"price"},{"column":"region","value":"west"}],"baseline":0,"words":[],"columns":[{"column":"price","push":0.5},{"column":"region","push":-1}],"gap":0}`
	if err != nil || string(got) != want {
		t.Errorf("%s, want %s, error %v", got, want, err)
	}
}
