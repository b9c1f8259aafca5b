package nn

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestRematIsTheSame: outputs and states are the same bits with Remat and without, in
// every execution, with masks.
func TestRematIsTheSame(t *testing.T) {
	for name, layer := range recurrentLayers {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(r *rapid.T) {
				steps, batch := rapid.IntRange(1, 20).Draw(r, "T"), rapid.IntRange(1, 3).Draw(r, "B")
				ids := rapid.SliceOfN(rapid.Int32Range(0, 4), steps*batch, steps*batch).Draw(r, "ids")
				l := layer(2, rapid.Bool().Draw(r, "sequences"), rapid.Bool().Draw(r, "backwards")).(recurrent).rnn()
				l.ReturnState = true
				l.ZeroOutputForMask = rapid.Bool().Draw(r, "zero output")
				exec := rapid.SampledFrom(executions).Draw(r, "execution")
				want := recurrentOf(r, l, exec, batch, steps, ids)
				l.Remat = true
				if got := recurrentOf(r, l, exec, batch, steps, ids); !slices.EqualFunc(got, want, slices.Equal) {
					r.Fatalf("%v, want %v", got, want)
				}
			})
		})
	}
}

// TestRematGradientsFromZeros: the gradients of the kernels are the same bits where a
// fused recurrence starts from zeros and its segments are of one length.
func TestRematGradientsFromZeros(t *testing.T) {
	for i, layer := range []RNN{SimpleRNN{Units: 3, NoBias: true}.rnn(), LSTM{Units: 3, NoBias: true}.rnn(), GRU{Units: 3, NoBias: true}.rnn()} {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			run := func(remat bool) []float64 {
				layer.Remat = remat
				p := newLossProgram(t, Sequential{Input: Features(16, 4), Layers: []Layer{layer}, Seed: 4}, Fused, 3, 16,
					randomFloats)
				return append(p.gradient(t), p.run(t))
			}
			if want, got := run(false), run(true); !slices.Equal(want, got) {
				t.Errorf("%v, want %v", got, want)
			}
		})
	}
}
