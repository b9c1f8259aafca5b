package bench

import (
	"math"
	"testing"

	"unroll/graph"
	"unroll/nn"
)

// TestNaiveIsTheSameModel: the baseline computes what the model computes, loss
// and every gradient, in all executions, and at the length at which it is
// compared.
func TestNaiveIsTheSameModel(t *testing.T) {
	for _, w := range Workloads {
		for _, exec := range executions {
			t.Run(w.Name+"/"+string(exec), func(t *testing.T) {
				batch, steps := 5, 7
				if exec == nn.Unrolled && !testing.Short() {
					batch, steps = Batch, 100
				}
				m, err := w.Model(steps)
				if err != nil {
					t.Fatal(err)
				}
				g, err := w.Emit(m, nn.Train, exec, batch, steps)
				if err != nil {
					t.Fatal(err)
				}
				g.Fill()
				prog, err := g.Compile()
				if err != nil {
					t.Fatal(err)
				}
				defer prog.Close()
				if err := prog.Run(); err != nil {
					t.Fatal(err)
				}
				naive, err := NewNaive(w, m, nn.Train, batch, steps)
				if err != nil {
					t.Fatal(err)
				}
				if err := naive.Compile(); err != nil {
					t.Fatal(err)
				}
				defer naive.Close()
				if err := naive.Fill(); err != nil {
					t.Fatal(err)
				}
				if err := naive.Run(); err != nil {
					t.Fatal(err)
				}
				value := func(n *graph.Node) []float32 {
					v, err := prog.Value(n)
					if err != nil {
						t.Fatal(err)
					}
					return graph.Floats[float32](v)
				}
				near(t, "loss", value(g.Loss), []float32{naive.Loss.Value().Data().(float32)})
				for i, v := range m.Weights() {
					grad, err := naive.Weights[i].Grad()
					if err != nil {
						t.Fatal(err)
					}
					near(t, v.Name(), value(g.Grads[i]), grad.Data().([]float32))
				}
			})
		}
	}
}

// near holds got against want to within 1e-4 of want's largest element.
func near(t *testing.T, name string, got, want []float32) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d values, the baseline has %d", name, len(got), len(want))
	}
	scale := 0.0
	for _, x := range want {
		scale = max(scale, math.Abs(float64(x)))
	}
	if scale == 0 {
		t.Errorf("%s: the baseline's is all zeros", name)
	}
	for i := range want {
		if d := math.Abs(float64(got[i] - want[i])); !(d <= 1e-4*scale) {
			t.Errorf("%s[%d] is %v, the baseline's %v", name, i, got[i], want[i])
			return
		}
	}
}

func TestNaiveRefusesLongSequences(t *testing.T) {
	w := OneHot
	m, err := w.Model(NaiveSteps + 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := NewNaive(w, m, nn.Train, 1, NaiveSteps+1); err == nil {
		t.Error("no error")
	}
}
