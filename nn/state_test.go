package nn

import (
	"fmt"
	"slices"
	"strconv"
	"testing"

	"unroll/graph"
)

// primed runs a recurrent layer from first states that depend on its input,
// and adds its final states to its output.
type primed struct {
	layer  Layer
	units  int
	states int
}

func (l primed) Init(s *Scope, in ...Shape) ([]Shape, error) {
	inputs := []Shape{in[0]}
	for i := range l.states {
		s.Weight("first_"+strconv.Itoa(i), GlorotUniform(), in[0][1], l.units)
		inputs = append(inputs, Shape{l.units})
	}
	out, err := l.layer.Init(s, inputs...)
	if err != nil {
		return nil, err
	}
	if len(out) != 1+l.states {
		return nil, errorf("%d outputs, want %d", len(out), 1+l.states)
	}
	return out[1:2], nil
}

func (l primed) Apply(c *Context, in ...Value) []Value {
	x := c.Dense(in[0])
	inputs := slices.Clone(in)
	for i := range l.states {
		first := c.Tanh(c.MatMul(c.Step(x, i%in[0].Steps, in[0].Steps), c.Weight("first_"+strconv.Itoa(i))))
		inputs = append(inputs, Value{Node: first})
	}
	var sum []*graph.Node
	for _, out := range l.layer.Apply(c, inputs...) {
		y := out.Node
		if out.Steps > 0 {
			y = c.Add(c.Step(y, 0, out.Steps), c.Last(y, out.Steps))
		}
		sum = append(sum, y)
	}
	return []Value{{Node: c.AddN(sum...)}}
}

// TestStates checks the gradients through first and final states in every
// execution, with and without a mask.
func TestStates(t *testing.T) {
	for name, layer := range map[string]primed{
		"simple_rnn":       {SimpleRNN{Units: 2, ReturnState: true}, 2, 1},
		"simple_rnn_back":  {SimpleRNN{Units: 2, ReturnState: true, ReturnSequences: true, GoBackwards: true}, 2, 1},
		"lstm":             {LSTM{Units: 2, ReturnState: true}, 2, 2},
		"lstm_sequences":   {LSTM{Units: 2, ReturnState: true, ReturnSequences: true}, 2, 2},
		"gru":              {GRU{Units: 2, ReturnState: true}, 2, 1},
		"gru_sequences":    {GRU{Units: 2, ReturnState: true, ReturnSequences: true, ResetBefore: true}, 2, 1},
		"simple_rnn_remat": {SimpleRNN{Units: 2, ReturnState: true, ReturnSequences: true, GoBackwards: true, Remat: true}, 2, 1},
		"lstm_remat":       {LSTM{Units: 2, ReturnState: true, Remat: true}, 2, 2},
		"gru_remat":        {GRU{Units: 2, ReturnState: true, ReturnSequences: true, Remat: true}, 2, 1},
		"rnn":              {RNN{Cell: plainCell{LSTMCell{Units: 2}}, ReturnState: true}, 2, 2},
	} {
		for _, mask := range []bool{false, true} {
			var want []float64
			for _, exec := range []Execution{Unrolled, Looped, Auto} {
				t.Run(fmt.Sprintf("%s/masked=%t/%s", name, mask, exec), func(t *testing.T) {
					p := newLossProgram(t, Sequential{Input: Tokens(4), Seed: 3, Layers: []Layer{
						Embedding{InputDim: 12, OutputDim: 3, MaskZero: mask}, layer,
					}}, exec, 3, 4, paddedRow)
					p.check(t, nil)
					got := append(p.gradient(t), p.run(t))
					if want == nil {
						want = got
					}
					closeTo(t, "gradients and loss", got, want, 1e-12)
				})
			}
		}
	}
}

// TestWrongStates: what Init refuses of first states.
func TestWrongStates(t *testing.T) {
	for _, c := range []struct {
		layer primed
		want  string
	}{
		{primed{LSTM{Units: 2, ReturnState: true}, 2, 1}, "primed: 1 first states, the cell has 2"},
		{primed{GRU{Units: 2, ReturnState: true}, 2, 2}, "primed: 2 first states, the cell has 1"},
		{primed{GRU{Units: 2, ReturnState: true}, 3, 1}, "primed: first state 0 is (None, 3), want (None, 2)"},
		{primed{GRU{Units: 2}, 2, 1}, "primed: 1 outputs, want 2"},
	} {
		err := buildAndForward(Sequential{Input: Features(4, 3), Layers: []Layer{c.layer}})
		if err == nil || err.Error() != c.want {
			t.Errorf("the error is %v, want %s", err, c.want)
		}
	}
}
