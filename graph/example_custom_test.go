package graph_test

import (
	"fmt"
	"log"
	"math"

	"gorgonia.org/tensor"

	"unroll/graph"
)

// show runs a graph once and prints values of it.
func show(b *graph.Builder, names []string, nodes ...*graph.Node) {
	p, err := b.Compile(nodes...)
	if err != nil {
		log.Fatal(err)
	}
	defer p.Close()
	if err := p.Run(); err != nil {
		log.Fatal(err)
	}
	for i, n := range nodes {
		v, err := p.Value(n)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s %.4g\n", names[i], graph.Floats[float64](v))
	}
}

// An operation of one's own: Lambert's W, which solves w·eʷ = x, by Newton's method. Its
// derivative is W/(x·(1 + W)).
func ExampleBuilder_Custom() {
	b := graph.New(tensor.Float64)
	x := b.Input("x", tensor.New(tensor.WithShape(3), tensor.WithBacking([]float64{0.5, 1, 10})))
	w := b.Custom("lambert_w", x.Shape(), func(out graph.Value, in []graph.Value) error {
		ws := graph.Floats[float64](out)
		for i, x := range graph.Floats[float64](in[0]) {
			if x <= 0 {
				return fmt.Errorf("element %d is %v, want positive numbers", i, x)
			}
			w := math.Log1p(x)
			for range 10 {
				w -= (w - x*math.Exp(-w)) / (1 + w)
			}
			ws[i] = w
		}
		return nil
	}, func(grads, in []graph.Value, out, dout graph.Value) error {
		dx, x, d := graph.Floats[float64](grads[0]), graph.Floats[float64](in[0]), graph.Floats[float64](dout)
		for i, w := range graph.Floats[float64](out) {
			dx[i] = d[i] * w / (x[i] * (1 + w))
		}
		return nil
	}, x)
	show(b, []string{"W(x)      ", "W(x)·eᵂ⁽ˣ⁾", "W'(x)     "}, w, b.Mul(w, b.Exp(w)), b.Grad(b.Sum(w), x)[0])
	// Output:
	// W(x)       [0.3517 0.5671 1.746]
	// W(x)·eᵂ⁽ˣ⁾ [0.5 1 10]
	// W'(x)      [0.5204 0.3619 0.06358]
}

// A straight-through estimator: rounding to −1 and 1 has the derivative 0, in whose
// place the gradient is let through where |x| ≤ 1 (Bengio et al., Estimating or
// propagating gradients through stochastic neurons, 2013).
func ExampleBuilder_WithGradient() {
	b := graph.New(tensor.Float64)
	x := b.Input("x", tensor.New(tensor.WithShape(4), tensor.WithBacking([]float64{-3, -0.5, 0.2, 2})))
	w := b.Input("w", tensor.New(tensor.WithShape(4), tensor.WithBacking([]float64{1, 2, 3, 4})))
	inside := b.LessEqual(b.Abs(x), b.Ones(4))
	y := b.WithGradient(b.Sign(x), []*graph.Node{x}, func(dy *graph.Node) []*graph.Node {
		return []*graph.Node{b.Mul(dy, inside)}
	})
	show(b, []string{"y ", "dx"}, y, b.Grad(b.Inner(y, w), x)[0])
	// Output:
	// y  [-1 -1 1 1]
	// dx [0 2 3 0]
}
