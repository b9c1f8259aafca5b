package nn

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestCategoryEncoding: whether a word occurs, or how often, with the padding
// and without.
func TestCategoryEncoding(t *testing.T) {
	for _, c := range []struct {
		layer CategoryEncoding
		want  []float64
	}{
		{CategoryEncoding{NumTokens: 5}, []float64{1, 0, 1, 0, 1}},
		{CategoryEncoding{NumTokens: 5, OutputMode: "multi_hot", MaskZero: true}, []float64{0, 0, 1, 0, 1}},
		{CategoryEncoding{NumTokens: 5, OutputMode: "count"}, []float64{2, 0, 3, 0, 1}},
		{CategoryEncoding{NumTokens: 5, OutputMode: "count", MaskZero: true}, []float64{0, 0, 3, 0, 1}},
	} {
		m, err := Sequential{Input: Tokens(6), Layers: []Layer{c.layer}}.Build()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, predictIDs(t, m, 0, 2, 2, 4, 0, 2)); diff != "" {
			t.Errorf("%+v: %s", c.layer, diff)
		}
	}
	_, err := Sequential{Input: Tokens(6), Layers: []Layer{CategoryEncoding{NumTokens: 5, OutputMode: "tf_idf"}}}.Build()
	if err == nil || !strings.HasSuffix(err.Error(), `output_mode "tf_idf", want multi_hot or count`) {
		t.Errorf("the error is %v", err)
	}
}
