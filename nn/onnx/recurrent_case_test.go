package onnx

import (
	"math"
	"math/rand/v2"
	"testing"

	"gorgonia.org/tensor"

	"unroll/graph"
	"unroll/nn"
)

// recurrentCase is a node with what goes into it.
type recurrentCase struct {
	refNode
	batch, steps int
	x, h0, c0    []float64
	lens         []int

	single bool // the model is of float32
}

// newCase draws weights and inputs for a node.
func newCase(r Recurrent, features, batch, steps int, seed uint64) recurrentCase {
	rnd := rand.New(rand.NewPCG(seed, 1))
	draw := func(n int, scale float64) []float64 {
		x := make([]float64, n)
		for i := range x {
			x[i] = scale * (2*rnd.Float64() - 1)
		}
		return x
	}
	c := recurrentCase{refNode: refNode{Recurrent: r, features: features}, batch: batch, steps: steps}
	for i, to := range []*[]float64{&c.w.w, &c.w.r, &c.w.b, &c.w.p} {
		if shape := r.shapes(features)[weightInputs[i].name]; shape != nil {
			*to = draw(elements(shape), 0.9)
		}
	}
	c.x = draw(steps*batch*features, 1.5)
	width := r.directions() * r.HiddenSize
	if r.InitialH {
		c.h0 = draw(batch*width, 1)
	}
	if r.InitialC {
		c.c0 = draw(batch*width, 1)
	}
	if r.SequenceLens {
		for b := range batch {
			n := rnd.IntN(steps + 1)
			if b == 0 {
				n = steps
			}
			c.lens = append(c.lens, n)
		}
	}
	return c
}

// model returns a model of the layer, with the weights of the node.
func (c recurrentCase) model(t testing.TB) *nn.Model {
	t.Helper()
	f := &nn.Functional{Dtype: tensor.Float64}
	if c.single {
		f.Dtype = tensor.Float32
	}
	in := []nn.Symbol{f.Input("X", nn.Features(nn.Any, c.features))}
	width := c.directions() * c.HiddenSize
	if c.SequenceLens {
		in = append(in, f.Input("sequence_lens", nn.Features(1)))
	}
	if c.InitialH {
		in = append(in, f.Input("initial_h", nn.Features(width)))
	}
	if c.InitialC {
		in = append(in, f.Input("initial_c", nn.Features(width)))
	}
	y := f.Call(c.Recurrent, in...)
	f.Output("Y", y)
	f.Output("Y_h", y.Output(1))
	if c.Op == "LSTM" {
		f.Output("Y_c", y.Output(2))
	}
	m, err := f.Build()
	if err != nil {
		t.Fatal(err)
	}
	values := c.fromNode(c.features, c.w)
	for path, x := range values {
		w, err := m.Weight("recurrent/" + path)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Set(x); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(m.Weights()); n != len(values) {
		t.Fatalf("%d weights, the node has %d", n, len(values))
	}
	return m
}

// pass emits a forward pass on the case's inputs.
func (c recurrentCase) pass(t testing.TB, m *nn.Model, e execution) *nn.Pass {
	t.Helper()
	steps := make([]int, len(m.Inputs()))
	steps[0] = c.steps
	forward := m.Forward
	if e.remat {
		forward = m.ForwardRemat
	}
	p, err := forward(e.phase, e.exec, c.batch, steps...)
	if err != nil {
		t.Fatal(err)
	}
	values := map[string][]float64{"X": c.x, "initial_h": c.h0, "initial_c": c.c0}
	for _, n := range c.lens {
		values["sequence_lens"] = append(values["sequence_lens"], float64(n))
	}
	for i, in := range m.Inputs() {
		for k, v := range values[in.Name] {
			graph.Set(p.Inputs[i].X, k, v)
		}
	}
	return p
}

// run returns the outputs of one execution.
func (c recurrentCase) run(t testing.TB, m *nn.Model, e execution) (outs [][]float64) {
	t.Helper()
	p := c.pass(t, m, e)
	var roots []*graph.Node
	for _, o := range p.Outputs {
		roots = append(roots, o.Node)
	}
	prog, err := p.Compile(roots...)
	if err != nil {
		t.Fatal(err)
	}
	defer prog.Close()
	if err := prog.Run(); err != nil {
		t.Fatal(err)
	}
	for _, n := range roots {
		v, err := prog.Value(n)
		if err != nil {
			t.Fatal(err)
		}
		x := make([]float64, v.Shape().TotalSize())
		for i := range x {
			x[i] = graph.At(v, i)
		}
		outs = append(outs, x)
	}
	return outs
}

type execution struct {
	name  string
	phase nn.Phase
	exec  nn.Execution
	remat bool
}

// executions are those in which a model may run.
var executions = []execution{
	{"infer", nn.Infer, nn.Auto, false},
	{"train", nn.Train, nn.Auto, false},
	{"unrolled", nn.Train, nn.Unrolled, false},
	{"looped", nn.Train, nn.Looped, false},
	{"infer, unrolled", nn.Infer, nn.Unrolled, false},
	{"infer, looped", nn.Infer, nn.Looped, false},
	{"recomputed", nn.Train, nn.Auto, true},
}

// check holds all executions to the reference.
func (c recurrentCase) check(t testing.TB) {
	t.Helper()
	y, yh, yc := c.refNode.run(c.x, c.batch, c.steps, c.lens, c.h0, c.c0)
	want, tol := [][]float64{y, yh, yc}, 1e-11
	if c.single {
		tol = 1e-5
	}
	m := c.model(t)
	for _, e := range executions {
		for i, got := range c.run(t, m, e) {
			name := []string{"Y", "Y_h", "Y_c"}[i]
			if len(got) != len(want[i]) {
				t.Fatalf("%s: %s has %d values, want %d", e.name, name, len(got), len(want[i]))
			}
			for k := range got {
				if !(math.Abs(got[k]-want[i][k]) <= tol*(1+math.Abs(want[i][k]))) {
					t.Fatalf("%s: %s[%d] is %g, by the specification %g", e.name, name, k, got[k], want[i][k])
				}
			}
		}
	}
}
