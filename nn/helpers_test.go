package nn

import (
	"math"
	"testing"

	"unroll/graph"
)

// floatsOf returns what the program computed for n, as float64.
func floatsOf(t *testing.T, p *graph.Program, n *graph.Node) []float64 {
	t.Helper()
	v, err := p.Value(n)
	if err != nil {
		t.Fatal(err)
	}
	if x := graph.Floats[float64](v); x != nil {
		return append([]float64(nil), x...)
	}
	var y []float64
	for _, x := range graph.Floats[float32](v) {
		y = append(y, float64(x))
	}
	return y
}

func closeTo(t *testing.T, what string, got, want []float64, tol float64) {
	t.Helper()
	if len(got) != len(want) || len(got) == 0 {
		t.Errorf("%s: %d values, want %d", what, len(got), len(want))
		return
	}
	for i := range got {
		if !(math.Abs(got[i]-want[i]) <= tol*(1+math.Abs(want[i]))) {
			t.Errorf("%s[%d] is %.12g, want %.12g", what, i, got[i], want[i])
		}
	}
}
