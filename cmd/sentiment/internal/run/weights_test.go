package run

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"unroll/cmd/sentiment/internal/corpus"
	"unroll/train/classifier"
)

// TestClassWeights: balanced ones are those of
//
//	sklearn.utils.class_weight.compute_class_weight("balanced", classes=[0, 1, 3], y=[0, 0, 0, 1, 3, 3])
//
// and pairs are of the labels that they name, with commas and signs of their own.
func TestClassWeights(t *testing.T) {
	l := lesson{
		Set:      &corpus.Set{},
		Division: corpus.Division{Train: []int{0, 1, 2, 3, 4, 5}, Validation: []int{6}, Test: []int{7}},
		task:     classifier.Task{Classes: []string{"a", "b, c", "d=e", "f"}},
	}
	l.Targets = []float64{0, 0, 0, 1, 3, 3, 1, -1}
	for text, want := range map[string][]float64{
		"":                        nil,
		"balanced":                {6. / 9, 2, 1, 1},
		"b, c=2.5,d=e=0.5":        {1, 2.5, 0.5, 1},
		"f=3,a=4, b, c=5 , d=e=6": {4, 5, 6, 3},
	} {
		got, err := (&Plan{ClassWeight: text}).classWeights(l)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%q: error %v, %s", text, err, diff)
		}
	}
	for text, want := range map[string]string{
		"even":       `--class-weight is "even", want balanced, or pairs such as spam=5,ham=1`,
		"a=2,b":      `--class-weight is "a=2,b", want balanced`,
		"a=0":        `--class-weight: the label "a" has the weight "0", want a number of more than 0`,
		"a=Inf":      `--class-weight: the label "a" has the weight "Inf"`,
		"a=much,f=1": `--class-weight: the label "a" has the weight "much"`,
		"a=1,a=2":    `--class-weight has two weights of the label "a"`,
		"x=2":        `--class-weight: no text has the label "x"; the classes are a, "b, c", d=e, f`,
	} {
		if _, err := (&Plan{ClassWeight: text}).classWeights(l); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: error %v, want %s", text, err, want)
		}
	}
}
