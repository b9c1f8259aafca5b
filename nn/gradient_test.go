package nn

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"gonum.org/v1/gonum/diff/fd"
	"gorgonia.org/tensor"

	"unroll/graph"
)

// lossProgram is a model's training graph for gradient checks.
type lossProgram struct {
	*Pass
	model *Model
	prog  *graph.Program
	loss  *graph.Node
	grads []*graph.Node
	flat  []float64
}

// newLossProgram compiles Σ coef·loss of the model and its gradients, on random
// inputs and targets.
func newLossProgram(t *testing.T, s Sequential, exec Execution, batch, steps int, x func(r *rand.Rand, x *tensor.Dense)) *lossProgram {
	t.Helper()
	s.Dtype = tensor.Float64
	m, err := s.Build()
	if err != nil {
		t.Fatal(err)
	}
	return lossProgramOf(t, m, exec, batch, []int{steps}, x)
}

// lossProgramOf does so for a model of float64: a cross-entropy for an output
// that ends in a sigmoid, else the products y·(y−t), and what layers add.
func lossProgramOf(t *testing.T, m *Model, exec Execution, batch int, steps []int, x func(r *rand.Rand, x *tensor.Dense)) *lossProgram {
	t.Helper()
	pass, err := m.Forward(Train, exec, batch, steps...)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(7, 7))
	for _, in := range pass.Inputs {
		x(r, in.X)
	}
	var terms []*graph.Node
	for i, out := range pass.Outputs {
		shape := out.Node.Shape()
		targets := tensor.New(tensor.Of(tensor.Float64), tensor.WithShape(shape...))
		coef := tensor.New(tensor.Of(tensor.Float64), tensor.WithShape(shape...))
		for i := range targets.Float64s() {
			targets.Float64s()[i] = float64(r.IntN(2))
			coef.Float64s()[i] = r.Float64()
		}
		y := pass.Input("test/targets"+strconv.Itoa(i), targets)
		w := pass.Input("test/coef"+strconv.Itoa(i), coef)
		if logits := out.Logits(Sigmoid); logits != nil {
			terms = append(terms, pass.Inner(pass.LogitLoss(logits, y), w))
		} else {
			terms = append(terms, pass.Inner(pass.Mul(out.Node, pass.Sub(out.Node, y)), w))
		}
	}
	p := &lossProgram{Pass: pass, model: m}
	p.loss = pass.AddN(append(terms, pass.Losses()...)...)
	nodes := []*graph.Node{}
	for _, w := range m.Weights() {
		nodes = append(nodes, p.WeightNode(w))
		p.flat = append(p.flat, w.Float64s()...)
	}
	p.grads = p.Grad(p.loss, nodes...)
	if p.prog, err = p.Compile(append(p.grads[:len(p.grads):len(p.grads)], p.loss)...); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.prog.Close() })
	return p
}

func (p *lossProgram) set(x []float64) {
	for _, w := range p.model.Weights() {
		x = x[copy(w.value.Float64s(), x):]
	}
}

func (p *lossProgram) run(t *testing.T) float64 {
	t.Helper()
	if err := p.prog.Run(); err != nil {
		t.Fatal(err)
	}
	v, err := p.prog.Value(p.loss)
	if err != nil {
		t.Fatal(err)
	}
	return graph.Floats[float64](v)[0]
}

func (p *lossProgram) gradient(t *testing.T) []float64 {
	t.Helper()
	p.run(t)
	var flat []float64
	for _, g := range p.grads {
		v, err := p.prog.Value(g)
		if err != nil {
			t.Fatal(err)
		}
		flat = append(flat, graph.Floats[float64](v)...)
	}
	return flat
}

// check compares the gradient's coordinates, all of them if coords is nil, with
// central finite differences.
func (p *lossProgram) check(t *testing.T, coords []int) {
	t.Helper()
	got := p.gradient(t)
	if coords == nil {
		for i := range got {
			coords = append(coords, i)
		}
	}
	x := append([]float64(nil), p.flat...)
	bad := 0
	for _, i := range coords {
		want := fd.Derivative(func(v float64) float64 {
			x[i] = v
			p.set(x)
			return p.run(t)
		}, p.flat[i], &fd.Settings{Formula: fd.Central, Step: 1e-5})
		x[i] = p.flat[i]
		if !(math.Abs(got[i]-want) <= 1e-7*(1+math.Abs(want))) {
			if bad++; bad < 5 {
				t.Errorf("coordinate %d: gradient %g, finite differences %g", i, got[i], want)
			}
		}
	}
	p.set(p.flat)
}

func randomIDs(vocabulary int) func(*rand.Rand, *tensor.Dense) {
	return func(r *rand.Rand, x *tensor.Dense) {
		for i := range x.Int32s() {
			x.Int32s()[i] = int32(r.IntN(vocabulary))
		}
	}
}

// randomBags fills bags with room for 5 ids each: an empty one first, where there are
// several, then ids that come again, and room that is left.
func randomBags(vocabulary int) func(*rand.Rand, *tensor.Dense) {
	return func(r *rand.Rand, x *tensor.Dense) {
		randomIDs(vocabulary)(r, x)
		ids := x.Int32s()
		batch := len(ids) / 6
		for b := range batch + 1 {
			ids[b] = int32(4 * b * min(b, 2) / 2)
		}
		ids[batch+2] = ids[batch+1]
	}
}

func randomFloats(r *rand.Rand, x *tensor.Dense) {
	for i := range x.Float64s() {
		x.Float64s()[i] = r.NormFloat64()
	}
}

// paddedRow makes the batch's first row all padding and its second one a
// single word repeated.
func paddedRow(r *rand.Rand, x *tensor.Dense) {
	ids := x.Int32s()
	for i := range ids {
		ids[i] = int32(r.IntN(12))
		switch i % 3 {
		case 0:
			ids[i] = 0
		case 1:
			ids[i] = 5
		}
	}
}

func oneHotModel(depth, steps, units int) Sequential {
	return Sequential{Input: Tokens(steps), Seed: 1, Layers: []Layer{
		OneHot{Depth: depth}, SimpleRNN{Units: units}, Dense{Units: 1, Activation: Sigmoid},
	}}
}

func embeddingModel(words, steps, dim, units int) Sequential {
	return Sequential{Input: Tokens(steps), Seed: 1, Layers: []Layer{
		Embedding{InputDim: words, OutputDim: dim}, SimpleRNN{Units: units}, Dense{Units: 1, Activation: Sigmoid},
	}}
}

// executions are the ways in which a recurrent layer runs.
var executions = []Execution{Auto, Unrolled, Looped}

// TestFullSizeGradients checks 200 coordinates of both experiments' models at
// their real size.
func TestFullSizeGradients(t *testing.T) {
	for name, s := range map[string]Sequential{
		"onehot":    oneHotModel(100, 100, 32),
		"embedding": embeddingModel(1000, 100, 32, 8),
	} {
		t.Run(name, func(t *testing.T) {
			vocabulary := map[string]int{"onehot": 100, "embedding": 1000}[name]
			p := newLossProgram(t, s, Auto, 4, 100, randomIDs(vocabulary))
			r := rand.New(rand.NewPCG(5, 6))
			coords := make([]int, 200)
			for i := range coords {
				coords[i] = r.IntN(len(p.flat))
			}
			p.check(t, coords)
		})
	}
}

// plainCell hides a cell's optional interfaces: what remains is its definition
// in plain nodes.
type plainCell struct{ Cell }
