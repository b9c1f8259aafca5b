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
func (c recurrentCase) pass(t testing.TB, m *nn.Model, phase nn.Phase, exec nn.Execution) *nn.Pass {
	t.Helper()
	steps := make([]int, len(m.Inputs()))
	steps[0] = c.steps
	p, err := m.Forward(phase, exec, c.batch, steps...)
	if err != nil {
		t.Fatal(err)
	}
	values := map[string][]float64{"X": c.x, "initial_h": c.h0, "initial_c": c.c0}
	for _, n := range c.lens {
		values["sequence_lens"] = append(values["sequence_lens"], float64(n))
	}
	for i, in := range m.Inputs() {
		copy(p.Inputs[i].X.Float64s(), values[in.Name])
	}
	return p
}

// run returns the outputs of one execution.
func (c recurrentCase) run(t testing.TB, m *nn.Model, phase nn.Phase, exec nn.Execution) (outs [][]float64) {
	t.Helper()
	p := c.pass(t, m, phase, exec)
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
		outs = append(outs, append([]float64(nil), graph.Floats[float64](v)...))
	}
	return outs
}

// executions are those in which a model may run.
var executions = []struct {
	name  string
	phase nn.Phase
	exec  nn.Execution
}{
	{"infer", nn.Infer, nn.Auto},
	{"train", nn.Train, nn.Auto},
	{"unrolled", nn.Train, nn.Unrolled},
	{"looped", nn.Train, nn.Looped},
	{"infer, unrolled", nn.Infer, nn.Unrolled},
	{"infer, looped", nn.Infer, nn.Looped},
}

// check holds all executions to the reference.
func (c recurrentCase) check(t testing.TB) {
	t.Helper()
	y, yh, yc := c.refNode.run(c.x, c.batch, c.steps, c.lens, c.h0, c.c0)
	want := [][]float64{y, yh, yc}
	m := c.model(t)
	for _, e := range executions {
		for i, got := range c.run(t, m, e.phase, e.exec) {
			name := []string{"Y", "Y_h", "Y_c"}[i]
			if len(got) != len(want[i]) {
				t.Fatalf("%s: %s has %d values, want %d", e.name, name, len(got), len(want[i]))
			}
			for k := range got {
				if !(math.Abs(got[k]-want[i][k]) <= 1e-11*(1+math.Abs(want[i][k]))) {
					t.Fatalf("%s: %s[%d] is %g, by the specification %g", e.name, name, k, got[k], want[i][k])
				}
			}
		}
	}
}
