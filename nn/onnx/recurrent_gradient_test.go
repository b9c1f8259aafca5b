package onnx

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/diff/fd"
	"gorgonia.org/tensor"

	"unroll/graph"
	"unroll/nn"
)

// TestRecurrentGradients holds the gradients of all weights, of X and of the first states
// to finite differences, for each row of the table and in each execution: of
// Σ coef·out² over all outputs.
func TestRecurrentGradients(t *testing.T) {
	for name, r := range recurrentTable() {
		t.Run(name, func(t *testing.T) {
			c := newCase(r, 2, 2, 3, 5)
			for _, e := range executions {
				if e.phase == nn.Train {
					c.checkGradients(t, e)
				}
			}
		})
	}
}

func (c recurrentCase) checkGradients(t *testing.T, e execution) {
	m := c.model(t)
	p := c.pass(t, m, e)
	rnd := rand.New(rand.NewPCG(3, 4))
	var terms, wrt []*graph.Node
	for i, o := range p.Outputs {
		coef := tensor.New(tensor.Of(tensor.Float64), tensor.WithShape(o.Node.Shape()...))
		for i := range coef.Float64s() {
			coef.Float64s()[i] = 2*rnd.Float64() - 1
		}
		terms = append(terms, p.Inner(p.Mul(o.Node, o.Node), p.Input(fmt.Sprint("coef", i), coef)))
	}
	loss := p.AddN(terms...)
	var at []*float64 // the numbers to differentiate by
	numbers := func(n *graph.Node, x []float64) {
		wrt = append(wrt, n)
		for i := range x {
			at = append(at, &x[i])
		}
	}
	for _, w := range m.Weights() {
		numbers(p.WeightNode(w), graph.Floats[float64](w.Value()))
	}
	for i, in := range m.Inputs() {
		if in.Name != "sequence_lens" {
			numbers(p.Inputs[i].Node, p.Inputs[i].X.Float64s())
		}
	}
	grads := p.Grad(loss, wrt...)
	prog, err := p.Compile(append(grads, loss)...)
	if err != nil {
		t.Fatal(err)
	}
	defer prog.Close()
	run := func(nodes ...*graph.Node) (all []float64) {
		if err := prog.Run(); err != nil {
			t.Fatal(err)
		}
		for _, n := range nodes {
			v, err := prog.Value(n)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, graph.Floats[float64](v)...)
		}
		return all
	}
	got := run(grads...)
	if len(got) != len(at) {
		t.Fatalf("%d numbers in the gradients, want %d", len(got), len(at))
	}
	for i, x := range at {
		old := *x
		want := fd.Derivative(func(v float64) float64 {
			*x = v
			return run(loss)[0]
		}, old, &fd.Settings{Formula: fd.Central, Step: 1e-5})
		*x = old
		if !(math.Abs(got[i]-want) <= 1e-7*(1+math.Abs(want))) {
			t.Fatalf("%s: coordinate %d of %d: gradient %g, finite differences %g", e.name, i, len(at), got[i], want)
		}
	}
}
