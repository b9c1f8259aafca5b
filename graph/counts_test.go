package graph

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorgonia.org/tensor"
)

// TestCounts: of each sample by itself, with padding and without, in both types.
func TestCounts(t *testing.T) {
	for _, dt := range []tensor.Dtype{tensor.Float32, tensor.Float64} {
		b := New(dt)
		ids := tensor.New(tensor.WithShape(6), tensor.WithBacking([]int32{0, 3, 2, 3, 2, 0})) // of samples 0, 1, 0, 1, 0, 1
		x := b.Input("ids", ids)
		all, words := b.Counts(x, 2, 4, false), b.Counts(x, 2, 4, true)
		p, err := b.Compile(all, words)
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		for range 2 { // nothing is left of the first run
			if err := p.Run(); err != nil {
				t.Fatal(err)
			}
			for n, want := range map[*Node][]float64{all: {1, 0, 2, 0, 1, 0, 0, 2}, words: {0, 0, 2, 0, 0, 0, 0, 2}} {
				v, err := p.Value(n)
				if err != nil {
					t.Fatal(err)
				}
				got := Floats[float64](v)
				for _, f := range Floats[float32](v) {
					got = append(got, float64(f))
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%v: %s", dt, diff)
				}
			}
		}
		ids.Int32s()[3] = 4
		if err := p.Run(); err == nil || !strings.HasSuffix(err.Error(), "counts: id 4 at row 3 is outside of 0 to 3") {
			t.Errorf("the error is %v", err)
		}
	}
}
