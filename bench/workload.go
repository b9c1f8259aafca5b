package bench

import (
	"math/rand/v2"
	"sort"

	"gorgonia.org/tensor"

	"unroll/graph"
	"unroll/nn"
)

// Batch is the number of sequences in a training batch of the experiments.
const Batch = 32

// Workload is a model that is measured. The first layer tells what it takes.
type Workload struct {
	Name   string
	Input  func(steps int) nn.Input
	Words  int // ids are below this; 0 for a model of features
	Layers []nn.Layer

	// Gemm is a step's product: the states [m, k] times the recurrent kernel
	// [k, n].
	Gemm [3]int
	// FLOPs is the arithmetic of one step of one sequence, forward and
	// backward: three products of 2·m·k·n operations for every product of the
	// forward pass. Gathers and scatters are not counted.
	FLOPs float64
}

// OneHot is the first experiment: one-hot vectors of 100 words, SimpleRNN(32).
var OneHot = Workload{
	Name:  "onehot",
	Input: nn.Tokens,
	Words: 100,
	Layers: []nn.Layer{
		nn.OneHot{Depth: 100}, nn.SimpleRNN{Units: 32}, nn.Dense{Units: 1, Activation: nn.Sigmoid},
	},
	Gemm:  [3]int{Batch, 32, 32},
	FLOPs: 3 * 2 * 32 * 32,
}

// Embedding is the second: vectors of 32 for 1000 words, SimpleRNN(8).
var Embedding = Workload{
	Name:  "embedding",
	Input: nn.Tokens,
	Words: 1000,
	Layers: []nn.Layer{
		nn.Embedding{InputDim: 1000, OutputDim: 32}, nn.SimpleRNN{Units: 8}, nn.Dense{Units: 1, Activation: nn.Sigmoid},
	},
	Gemm:  [3]int{Batch, 8, 8},
	FLOPs: 3 * 2 * (32*8 + 8*8),
}

// Workloads are the experiments.
var Workloads = []Workload{OneHot, Embedding}

// Features is SimpleRNN(width) on features of that width, with one logit.
func Features(width int) Workload { return OnFeatures(width, nn.SimpleRNN{Units: width}) }

// OnFeatures is a recurrent layer on features of a width, with one logit.
func OnFeatures(width int, layer nn.Layer) Workload {
	return Workload{
		Name:   "features",
		Input:  func(steps int) nn.Input { return nn.Features(steps, width) },
		Layers: []nn.Layer{layer, nn.Dense{Units: 1}},
	}
}

// OnWords is layers on ids of so many words, with one probability.
func OnWords(words int, layers ...nn.Layer) Workload {
	return Workload{
		Name:   "words",
		Input:  nn.Tokens,
		Words:  words,
		Layers: append(layers, nn.Dense{Units: 1, Activation: nn.Sigmoid}),
	}
}

// Model builds the workload's model.
func (w Workload) Model(steps int) (*nn.Model, error) {
	return nn.Sequential{Input: w.Input(steps), Layers: w.Layers, Seed: 1}.Build()
}

// Loss returns binary cross-entropy, from logits where the model ends in them.
func (w Workload) Loss() nn.BinaryCrossentropy {
	return nn.BinaryCrossentropy{FromLogits: w.Words == 0}
}

// Sequences returns n sequences of word ids. A word is as frequent as in a
// text: its probability goes with the reciprocal of its rank.
func (w Workload) Sequences(n, steps int) [][]int32 {
	r := rand.New(rand.NewPCG(1, uint64(w.Words)))
	upTo := make([]float64, w.Words)
	total := 0.0
	for i := range upTo {
		total += 1 / float64(i+1)
		upTo[i] = total
	}
	all := make([]int32, n*steps)
	for i := range all {
		all[i] = int32(min(sort.SearchFloat64s(upTo, r.Float64()*total), w.Words-1))
	}
	out := make([][]int32, n)
	for i := range out {
		out[i] = all[i*steps : (i+1)*steps]
	}
	return out
}

// Targets returns n labels, 0 or 1.
func Targets(n int) []float32 {
	r := rand.New(rand.NewPCG(2, 2))
	y := make([]float32, n)
	for i := range y {
		y[i] = float32(r.IntN(2))
	}
	return y
}

// Normal returns n draws from the normal distribution.
func Normal(n int) []float32 {
	r := rand.New(rand.NewPCG(3, 3))
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	return x
}

// Graph is one batch's computation, not yet compiled: outputs and loss, and
// the gradients of all weights in the training phase.
type Graph struct {
	Pass  *nn.Pass
	Loss  *graph.Node
	Grads []*graph.Node // in the order of the model's weights

	workload      Workload
	targets, coef *tensor.Dense
}

// Emit emits the model's graph and differentiates it. Its inputs are zeros
// until Fill.
func (w Workload) Emit(m *nn.Model, phase nn.Phase, exec nn.Execution, batch, steps int) (*Graph, error) {
	p, err := m.Forward(phase, exec, batch, steps)
	if err != nil {
		return nil, err
	}
	g := &Graph{
		Pass:     p,
		workload: w,
		targets:  tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(batch, 1)),
		coef:     tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(batch, 1)),
	}
	losses := w.Loss().Apply(p.Context, p.Outputs[0], p.Input("targets", g.targets))
	g.Loss = p.Inner(losses, p.Input("coef", g.coef))
	if phase == nn.Train {
		var weights []*graph.Node
		for _, v := range m.Weights() {
			weights = append(weights, p.WeightNode(v))
		}
		g.Grads = p.Grad(g.Loss, weights...)
	}
	return g, p.Err()
}

// Fill sets the inputs to the workload's first sequences and targets.
func (g *Graph) Fill() {
	batch, steps := g.Pass.Batch, g.Pass.Inputs[0].X.Shape()[0]/g.Pass.Batch
	if g.workload.Words > 0 {
		ids := g.Pass.Inputs[0].X.Int32s()
		for i, s := range g.workload.Sequences(batch, steps) {
			for t, id := range s {
				ids[t*batch+i] = id
			}
		}
	} else {
		copy(g.Pass.Inputs[0].X.Float32s(), Normal(g.Pass.Inputs[0].X.Shape().TotalSize()))
	}
	copy(g.targets.Float32s(), Targets(batch))
	for i := range batch {
		g.coef.Float32s()[i] = 1 / float32(batch)
	}
}

// Compile makes the graph a program.
func (g *Graph) Compile() (*graph.Program, error) {
	return g.Pass.Compile(append([]*graph.Node{g.Pass.Outputs[0].Node, g.Loss}, g.Grads...)...)
}

// Compile emits, differentiates, compiles and fills.
func (w Workload) Compile(m *nn.Model, phase nn.Phase, exec nn.Execution, batch, steps int) (*graph.Program, error) {
	g, err := w.Emit(m, phase, exec, batch, steps)
	if err != nil {
		return nil, err
	}
	g.Fill()
	return g.Compile()
}
