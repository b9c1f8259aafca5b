package bench

import (
	"fmt"
	"testing"

	"unroll/graph"
	"unroll/nn"
)

const naive nn.Execution = "naive"

var (
	executions = []nn.Execution{nn.Unrolled, nn.Looped, nn.Fused}
	lengths    = []int{10, 50, 100, 200, 500, 1000}
	// longest is the length above which an execution is left out, and reason
	// says why.
	longest = map[nn.Execution]int{naive: 200, nn.Unrolled: 500}
	reason  = map[nn.Execution]string{
		naive:       fmt.Sprintf("the time to compile it grows with T², and above T=%d Gorgonia would merge different steps' slices", NaiveSteps),
		nn.Unrolled: "the time to compile it grows with T²",
	}
)

// each runs f for all workloads, executions and lengths that are not too long.
func each(b *testing.B, f func(b *testing.B, w Workload, exec nn.Execution, steps int)) {
	for _, w := range Workloads {
		for _, exec := range append([]nn.Execution{naive}, executions...) {
			limit := longest[exec]
			if limit > 0 {
				fmt.Printf("# skipped rnn=%s above T=%d: %s\n", exec, limit, reason[exec])
			}
			for _, steps := range lengths {
				if limit > 0 && steps > limit {
					continue
				}
				name := fmt.Sprintf("model=%s/rnn=%s/T=%d", w.Name, exec, steps)
				b.Run(name, func(b *testing.B) {
					b.ReportAllocs()
					f(b, w, exec, steps)
				})
			}
		}
	}
}

// step is a compiled graph of either kind.
type step interface {
	Run() error
	Nodes() int
	Close() error
}

func must(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// compile builds, differentiates and compiles. Only what is to run is filled.
func compile(b *testing.B, w Workload, m *nn.Model, phase nn.Phase, exec nn.Execution, batch, steps int, fill bool) step {
	b.Helper()
	if exec == naive {
		n, err := NewNaive(w, m, phase, batch, steps)
		must(b, err)
		if fill {
			must(b, n.Fill())
		}
		must(b, n.Compile())
		return n
	}
	g, err := w.Emit(m, phase, exec, batch, steps)
	must(b, err)
	if fill {
		g.Fill()
	}
	prog, err := g.Compile()
	must(b, err)
	return prog
}

func model(b *testing.B, w Workload, steps int) *nn.Model {
	b.Helper()
	m, err := w.Model(steps)
	must(b, err)
	return m
}

// BenchmarkBuild emits a training step's graph and differentiates it.
func BenchmarkBuild(b *testing.B) {
	each(b, func(b *testing.B, w Workload, exec nn.Execution, steps int) {
		m := model(b, w, steps)
		nodes := 0
		for b.Loop() {
			if exec == naive {
				n, err := NewNaive(w, m, nn.Train, Batch, steps)
				must(b, err)
				nodes = n.Nodes()
				continue
			}
			g, err := w.Emit(m, nn.Train, exec, Batch, steps)
			must(b, err)
			nodes = len(g.Pass.Graph().AllNodes())
		}
		b.ReportMetric(float64(nodes), "nodes")
	})
}

// BenchmarkCompile does all that comes before a training step can run: it
// emits the graph, differentiates it and compiles it.
func BenchmarkCompile(b *testing.B) {
	each(b, func(b *testing.B, w Workload, exec nn.Execution, steps int) {
		m := model(b, w, steps)
		nodes := 0
		for b.Loop() {
			s := compile(b, w, m, nn.Train, exec, Batch, steps, false)
			nodes = s.Nodes()
			must(b, s.Close())
		}
		b.ReportMetric(float64(nodes), "nodes")
	})
}

func run(b *testing.B, s step) {
	defer s.Close()
	must(b, s.Run()) // buffers are made in the first run
	for b.Loop() {
		if err := s.Run(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(s.Nodes()), "nodes")
}

// BenchmarkStep runs a training step of 32 sequences, forward and backward,
// without feeding and optimizer.
func BenchmarkStep(b *testing.B) {
	each(b, func(b *testing.B, w Workload, exec nn.Execution, steps int) {
		run(b, compile(b, w, model(b, w, steps), nn.Train, exec, Batch, steps, true))
	})
}

// BenchmarkEvaluate computes outputs and loss of 32 sequences.
func BenchmarkEvaluate(b *testing.B) {
	each(b, func(b *testing.B, w Workload, exec nn.Execution, steps int) {
		run(b, compile(b, w, model(b, w, steps), nn.Infer, exec, Batch, steps, true))
	})
}

// BenchmarkSizes runs training steps of SimpleRNN(H) on features of width H,
// for batches of B sequences of 100 steps.
func BenchmarkSizes(b *testing.B) {
	for _, width := range []int{8, 32, 128} {
		for _, batch := range []int{1, 32, 256} {
			b.Run(fmt.Sprintf("rnn=%s/T=100/H=%d/B=%d", nn.Fused, width, batch), func(b *testing.B) {
				b.ReportAllocs()
				w := Features(width)
				run(b, compile(b, w, model(b, w, 100), nn.Train, nn.Fused, batch, 100, true))
			})
		}
	}
}

var _ step = (*graph.Program)(nil)
