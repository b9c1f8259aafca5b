package nn

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gorgonia.org/tensor"
	"pgregory.net/rapid"
)

// TestExecutionsAgree draws recurrent models and holds the loss and every
// gradient of the unrolled, looped and fused executions, with and without Remat,
// and of the cell's definition in plain nodes, to one another in float64.
func TestExecutionsAgree(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		batch := rapid.IntRange(1, 9).Draw(r, "B")
		features := rapid.IntRange(1, 9).Draw(r, "F")
		seed := rapid.Uint64().Draw(r, "seed")
		cell, fused := drawCell(r)
		most := 12 // steps: the gated cells' unrolled graphs are large
		if c, ok := cell.(SimpleRNNCell); ok {
			most = 50
			if c.Activation == Linear || c.Activation == Relu {
				most = 8 // these grow without bounds
			}
		}
		steps := rapid.IntRange(1, most).Draw(r, "T")
		backwards, sequences := rapid.Bool().Draw(r, "backwards"), rapid.Bool().Draw(r, "sequences")
		zero := rapid.Bool().Draw(r, "zero output")
		input, before, fill := Features(steps, features), []Layer(nil), randomFloats
		if rapid.Bool().Draw(r, "masked") {
			input, fill = Tokens(steps), randomIDs(3)
			before = []Layer{Embedding{InputDim: 3, OutputDim: features, MaskZero: true, EmbeddingsInitializer: Uniform(1)}}
		}
		var want []float64
		for _, e := range []struct {
			name  string
			cell  Cell
			exec  Execution
			remat bool
		}{
			{"definition", plainCell{cell}, Unrolled, false},
			{"unrolled", cell, Unrolled, false},
			{"looped", cell, Looped, false},
			{"fused", cell, fused, false},
			{"unrolled, recomputed", cell, Unrolled, true},
			{"looped, recomputed", cell, Looped, true},
			{"fused, recomputed", cell, fused, true},
		} {
			p := newLossProgram(t, Sequential{
				Input: input,
				Layers: append(slices.Clone(before),
					RNN{Cell: e.cell, ReturnSequences: sequences, GoBackwards: backwards, ZeroOutputForMask: zero, Execution: e.exec, Remat: e.remat}, Dense{Units: 2}),
				Seed: seed,
			}, Auto, batch, steps, fill)
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

// drawCell draws a cell with its settings, and the execution that fuses it if it
// has one.
func drawCell(r *rapid.T) (Cell, Execution) {
	units := rapid.IntRange(1, 33).Draw(r, "H")
	drop := rapid.SampledFrom([]float64{0, 0.3}).Draw(r, "dropout")
	dropState := rapid.SampledFrom([]float64{0, 0, 0.3}).Draw(r, "recurrent dropout")
	noBias := rapid.Bool().Draw(r, "no bias")
	activation := func(name string, of ...Func) Func { return rapid.SampledFrom(of).Draw(r, name) }
	switch rapid.SampledFrom([]string{"simple_rnn", "lstm", "gru"}).Draw(r, "cell") {
	case "lstm":
		c := LSTMCell{
			Dropout: drop, RecurrentDropout: dropState,
			Units: units, NoBias: noBias, NoUnitForgetBias: rapid.Bool().Draw(r, "no unit forget bias"),
			Activation: activation("f", "", Tanh, Sigmoid, Softsign, Gelu), RecurrentActivation: activation("gates", "", Sigmoid, Tanh, HardSigmoidKeras2),
		}
		if c.Activation == Gelu || dropState > 0 {
			return c, Auto
		}
		return c, Fused
	case "gru":
		c := GRUCell{
			Dropout: drop, RecurrentDropout: dropState,
			Units: units, NoBias: noBias, ResetBefore: rapid.Bool().Draw(r, "reset before"),
			Activation: activation("f", "", Tanh, Sigmoid, Softsign, Gelu), RecurrentActivation: activation("gates", "", Sigmoid, Tanh, HardSigmoidKeras2),
		}
		if c.ResetBefore || c.Activation == Gelu || dropState > 0 {
			return c, Auto
		}
		return c, Fused
	}
	c := SimpleRNNCell{
		Units: units, NoBias: noBias, Activation: activation("f", "", Tanh, Sigmoid, Relu, Linear),
		Dropout: drop, RecurrentDropout: dropState,
	}
	if dropState > 0 {
		return c, Auto
	}
	return c, Fused
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
