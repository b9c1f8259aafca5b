package graph_test

import (
	"fmt"
	"log"
	"math"

	"gorgonia.org/tensor"

	"unroll/graph"
)

// A damped oscillator x″ = −k·x − c·x′ was watched at 20 moments. Its stiffness k and
// damping c are fitted by gradients through the solver, Runge and Kutta's of the fourth
// order: once with each step emitted, once with one step that a Loop runs 20 times.
func Example_differentialEquation() {
	const steps, h = 20, 0.2
	const stiffness, damping = 4, 0.5
	seen := make([]float64, steps)
	for i := range seen {
		t, w := h*float64(i+1), math.Sqrt(stiffness-damping*damping/4)
		seen[i] = math.Exp(-damping*t/2) * (math.Cos(w*t) + damping/2/w*math.Sin(w*t))
	}
	for _, looped := range []bool{false, true} {
		b := graph.New(tensor.Float64)
		params := tensor.New(tensor.WithShape(1, 2), tensor.WithBacking([]float64{2, 0}))
		kc := b.Input("stiffness and damping", params)
		start := b.Input("start", tensor.New(tensor.WithShape(1, 2), tensor.WithBacking([]float64{1, 0})))
		var path *graph.Node // x and x′, [steps, 2]
		if looped {
			clock := b.Zeros(steps, 1) // the equation does not depend on time
			path, _ = b.Loop([]*graph.Node{clock}, []*graph.Node{start}, steps, func(l *graph.LoopBody, _, s []*graph.Node) (*graph.Node, []*graph.Node) {
				next := rungeKutta(l.Builder, s[0], l.Capture(kc), h)
				return next, []*graph.Node{next}
			})
		} else {
			states := []*graph.Node{start}
			for i := range steps {
				states = append(states, rungeKutta(b, states[i], kc, h))
			}
			path = b.Concat(0, states[1:]...)
		}
		off := b.Sub(b.Columns(path, 0, 1), b.Input("seen", tensor.New(tensor.WithShape(steps, 1), tensor.WithBacking(seen))))
		cost := b.Mean(b.Mul(off, off))
		gradient := b.Grad(cost, kc)[0]
		p, err := b.Compile(gradient)
		if err != nil {
			log.Fatal(err)
		}
		for range 300 {
			if err := p.Run(); err != nil {
				log.Fatal(err)
			}
			g, err := p.Value(gradient)
			if err != nil {
				log.Fatal(err)
			}
			for i, d := range graph.Floats[float64](g) {
				params.Float64s()[i] -= 2 * d
			}
		}
		fmt.Printf("%d nodes: stiffness %.4f, damping %.4f\n", p.Nodes(), params.Float64s()[0], params.Float64s()[1])
		p.Close()
	}
	// Output:
	// 1156 nodes: stiffness 4.0018, damping 0.5003
	// 13 nodes: stiffness 4.0018, damping 0.5003
}

// rungeKutta emits a step of h from the state [1, 2]: x and x′.
func rungeKutta(b *graph.Builder, state, kc *graph.Node, h float64) *graph.Node {
	slope := func(s *graph.Node) *graph.Node { // x′ and x″ = −(k·x + c·x′)
		return b.Concat(1, b.Columns(s, 1, 2), b.Neg(b.RowSums(b.Mul(kc, s))))
	}
	after := func(h float64, slope *graph.Node) *graph.Node { return b.Add(state, b.Affine(h, slope, 0)) }
	k1 := slope(state)
	k2 := slope(after(h/2, k1))
	k3 := slope(after(h/2, k2))
	k4 := slope(after(h, k3))
	return after(h/6, b.AddN(k1, b.Affine(2, k2, 0), b.Affine(2, k3, 0), k4))
}
