package nn

import (
	"fmt"
	"slices"
	"strings"
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

// TestForwardRemat: every recurrent layer recomputes but those on one-hot ids, a shared
// one is told of once, and Forward leaves it to the layers.
func TestForwardRemat(t *testing.T) {
	f := new(Functional)
	words, features := f.Input("words", Tokens(6)), f.Input("features", Features(6, 2))
	f.Output("words", f.Call(LSTM{Units: 2, ReturnSequences: true}, f.Call(OneHot{Depth: 5}, words)))
	shared := f.Share(GRU{Units: 2, ReturnSequences: true})
	f.Output("twice", shared.Call(shared.Call(features)))
	f.Output("both", f.Call(Frozen{Bidirectional{Layer: SimpleRNN{Units: 2, Remat: true}, Backward: RNN{Cell: LSTMCell{Units: 2}}}}, features))
	m, err := f.Build()
	if err != nil {
		t.Fatal(err)
	}
	for _, phase := range []Phase{Train, Infer} {
		for want, forward := range map[string]func(Phase, Execution, int, ...int) (*Pass, error){
			"bidirectional/forward":                            m.Forward,
			"gru bidirectional/forward bidirectional/backward": m.ForwardRemat,
		} {
			p, err := forward(phase, Auto, 3, 6, 6)
			if err != nil || strings.Join(p.Recomputes(), " ") != want {
				t.Errorf("%v, %v, want %s", p.Recomputes(), err, want)
			}
		}
	}
}
