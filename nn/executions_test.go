package nn

import (
	"math"
	"math/rand/v2"
	"testing"

	"gorgonia.org/tensor"
	"pgregory.net/rapid"
)

// TestExecutionsAgree draws recurrent models and holds the loss and every
// gradient of the unrolled, looped and fused executions, and of the cell's
// definition in plain nodes, to one another in float64.
func TestExecutionsAgree(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		steps := rapid.IntRange(1, 64).Draw(r, "T")
		batch := rapid.IntRange(1, 9).Draw(r, "B")
		features := rapid.IntRange(1, 9).Draw(r, "F")
		seed := rapid.Uint64().Draw(r, "seed")
		cell := SimpleRNNCell{
			Units:      rapid.IntRange(1, 33).Draw(r, "H"),
			Activation: rapid.SampledFrom([]Func{"", Tanh, Sigmoid, Relu, Linear}).Draw(r, "f"),
			NoBias:     rapid.Bool().Draw(r, "no bias"),
		}
		sequences := rapid.Bool().Draw(r, "sequences")
		if cell.Activation == Linear || cell.Activation == Relu {
			steps = min(steps, 8) // these grow without bounds
		}
		var want []float64
		for _, e := range []struct {
			name string
			cell Cell
			exec Execution
		}{
			{"definition", plainCell{cell}, Unrolled},
			{"unrolled", cell, Unrolled},
			{"looped", cell, Looped},
			{"fused", cell, Fused},
		} {
			p := newLossProgram(t, Sequential{
				Input:  Features(steps, features),
				Layers: []Layer{RNN{Cell: e.cell, ReturnSequences: sequences, Execution: e.exec}, Dense{Units: 2}},
				Seed:   seed,
			}, Auto, batch, steps, randomFloats)
			got := append(p.gradient(t), p.run(t))
			if want == nil {
				want = got
				continue
			}
			for i := range want {
				if !(math.Abs(got[i]-want[i]) <= 1e-10*(1+math.Abs(want[i]))) {
					r.Fatalf("%s: value %d is %g, by the definition %g", e.name, i, got[i], want[i])
				}
			}
		}
	})
}

// TestFusedUnavailable asks a cell of plain nodes for what it cannot do.
func TestFusedUnavailable(t *testing.T) {
	m, err := Sequential{Input: Features(3, 2), Layers: []Layer{RNN{Cell: plainCell{SimpleRNNCell{Units: 2}}, Execution: Fused}}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	_, err = m.Forward(Train, Auto, 1, 3)
	const want = "rnn: cell plainCell has no fused form with these settings, choose another execution"
	if err == nil || err.Error() != want {
		t.Errorf("error is %v, want %q", err, want)
	}
}

// TestLoopedSizeDoesNotGrow compiles training graphs of 10 and of 1,000 steps.
func TestLoopedSizeDoesNotGrow(t *testing.T) {
	nodes := func(steps int) int {
		s := Sequential{Input: Features(steps, 2), Layers: []Layer{RNN{Cell: plainCell{SimpleRNNCell{Units: 3}}, Execution: Looped}}}
		return newLossProgram(t, s, Auto, 2, steps, func(*rand.Rand, *tensor.Dense) {}).prog.Nodes()
	}
	if short, long := nodes(10), nodes(1000); short != long {
		t.Errorf("%d nodes for 10 steps, %d for 1,000", short, long)
	}
}
