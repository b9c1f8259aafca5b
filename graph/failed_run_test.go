package graph

import (
	"math/rand/v2"
	"testing"

	"gorgonia.org/tensor"
)

// TestValueOfAFailedRun: what a run that failed left is no value, nor what another program
// left where the two share a node.
func TestValueOfAFailedRun(t *testing.T) {
	b := New(tensor.Float64)
	ids := tensor.New(tensor.WithShape(2), tensor.WithBacking([]int32{0, 7}))
	n := b.Gather(b.Input("table", random(rand.New(rand.NewPCG(1, 2)), 3, 2)), b.Input("ids", ids))
	y := b.Tanh(n)
	p, err := b.Compile(y)
	if err != nil {
		t.Fatal(err)
	}
	q, err := b.Compile(y, b.Affine(2, y, 0))
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []bool{true, false, true} {
		if ids.Int32s()[1] = 2; bad {
			ids.Int32s()[1] = 7
		}
		if err := p.Run(); (err != nil) != bad {
			t.Errorf("an id outside: %t: %v", bad, err)
		}
		if _, err := p.Value(y); (err != nil) != bad {
			t.Errorf("after a run that failed, %t: %v", bad, err)
		}
		if _, err := q.Value(y); err == nil {
			t.Error("a program that has not run has a value")
		}
	}
}
