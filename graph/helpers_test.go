package graph

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gorgonia.org/tensor"
)

func random(r *rand.Rand, shape ...int) *tensor.Dense {
	t := tensor.New(tensor.Of(tensor.Float64), tensor.WithShape(shape...))
	for i := range t.Float64s() {
		t.Float64s()[i] = r.Float64()*2 - 1
	}
	return t
}

func intIDs(v ...int32) *tensor.Dense {
	return tensor.New(tensor.WithShape(len(v)), tensor.WithBacking(v))
}

// input declares an input of the graph's element type.
func input(b *Builder, name string, shape []int, x ...float64) *Node {
	t := tensor.New(tensor.Of(b.dt), tensor.WithShape(shape...))
	copy(Floats[float64](t), x)
	for i, p := 0, Floats[float32](t); i < len(p); i++ {
		p[i] = float32(x[i])
	}
	return b.Input(name, t)
}

func targets(b *Builder, shape []int, x ...float64) *Node { return input(b, "t", shape, x...) }

// value runs the program and returns n's elements.
func value(t *testing.T, p *Program, n *Node) []float64 {
	t.Helper()
	v, err := p.Value(n)
	if err != nil {
		t.Fatal(err)
	}
	return append([]float64(nil), Floats[float64](v)...)
}

func compare(t *testing.T, what string, got, want []float64, tol float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d values, want %d", what, len(got), len(want))
	}
	for i := range got {
		if !(math.Abs(got[i]-want[i]) <= tol*(1+math.Abs(want[i]))) {
			t.Errorf("%s: coordinate %d is %g, want %g", what, i, got[i], want[i])
		}
	}
}

// checkError wants an error that has each of the words.
func checkError(t *testing.T, err error, wants ...string) {
	t.Helper()
	for _, w := range wants {
		if err == nil || !strings.Contains(err.Error(), w) {
			t.Errorf("the error is %v, want %q in it", err, w)
		}
	}
}
