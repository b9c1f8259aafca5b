package bench

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"gorgonia.org/tensor"

	"unroll/graph"
	"unroll/nn"
)

// workload is a training step's graph: the model, its loss and its gradients.
type workload struct {
	name  string
	input int // size of the vocabulary
	model func(steps int) nn.Sequential
}

var workloads = []workload{
	{"onehot", 100, func(steps int) nn.Sequential {
		return nn.Sequential{Input: nn.Tokens(steps), Layers: []nn.Layer{
			nn.OneHot{Depth: 100}, nn.SimpleRNN{Units: 32}, nn.Dense{Units: 1, Activation: nn.Sigmoid},
		}}
	}},
	{"embedding", 1000, func(steps int) nn.Sequential {
		return nn.Sequential{Input: nn.Tokens(steps), Layers: []nn.Layer{
			nn.Embedding{InputDim: 1000, OutputDim: 32}, nn.SimpleRNN{Units: 8}, nn.Dense{Units: 1, Activation: nn.Sigmoid},
		}}
	}},
}

var executions = []nn.Execution{nn.Unrolled, nn.Looped, nn.Fused}

const batch = 32

// build emits a training step and returns what it computes.
func build(tb testing.TB, w workload, exec nn.Execution, steps int) (*nn.Pass, []*graph.Node) {
	tb.Helper()
	m, err := w.model(steps).Build()
	if err != nil {
		tb.Fatal(err)
	}
	p, err := m.Forward(nn.Train, exec, batch, steps)
	if err != nil {
		tb.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 1))
	for i := range p.X.Int32s() {
		p.X.Int32s()[i] = int32(r.IntN(w.input))
	}
	targets := tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(batch, 1))
	coef := tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(batch, 1))
	for i := range batch {
		targets.Float32s()[i] = float32(r.IntN(2))
		coef.Float32s()[i] = 1.0 / batch
	}
	losses := nn.BinaryCrossentropy{}.Apply(p.Context, p.Out, p.Input("targets", targets))
	loss := p.Inner(losses, p.Input("coef", coef))
	var nodes []*graph.Node
	for _, v := range m.Weights() {
		nodes = append(nodes, p.WeightNode(v))
	}
	roots := append(p.Grad(loss, nodes...), loss)
	if p.Err() != nil {
		tb.Fatal(p.Err())
	}
	return p, roots
}

func compile(tb testing.TB, w workload, exec nn.Execution, steps int) *graph.Program {
	tb.Helper()
	p, roots := build(tb, w, exec, steps)
	prog, err := p.Compile(roots...)
	if err != nil {
		tb.Fatal(err)
	}
	return prog
}

func each(b *testing.B, f func(b *testing.B, w workload, exec nn.Execution, steps int)) {
	for _, w := range workloads {
		for _, exec := range executions {
			for _, steps := range []int{10, 50, 100} {
				b.Run(fmt.Sprintf("model=%s/rnn=%s/T=%d", w.name, exec, steps), func(b *testing.B) {
					b.ReportAllocs()
					f(b, w, exec, steps)
				})
			}
		}
	}
}

// BenchmarkCompile builds, differentiates and compiles a training step.
func BenchmarkCompile(b *testing.B) {
	each(b, func(b *testing.B, w workload, exec nn.Execution, steps int) {
		for b.Loop() {
			prog := compile(b, w, exec, steps)
			b.ReportMetric(float64(prog.Nodes()), "nodes")
			prog.Close()
		}
	})
}

// BenchmarkStep runs a training step, forward and backward, of 32 sequences.
func BenchmarkStep(b *testing.B) {
	each(b, func(b *testing.B, w workload, exec nn.Execution, steps int) {
		prog := compile(b, w, exec, steps)
		defer prog.Close()
		for b.Loop() {
			if err := prog.Run(); err != nil {
				b.Fatal(err)
			}
		}
	})
}
