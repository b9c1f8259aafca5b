package torch

import (
	"strconv"
	"strings"

	"github.com/pkg/errors"

	"unroll/internal/arrange"
	"unroll/internal/show"
	"unroll/nn"
)

// isRecurrent reports whether a layer is one of a module RNN, LSTM or GRU.
func isRecurrent(l nn.Layer) bool {
	switch l.(type) {
	case nn.Bidirectional, nn.RNN, nn.SimpleRNN, nn.LSTM, nn.GRU:
		return true
	}
	return false
}

// PyTorch's equations, with the rows of weight_ih, weight_hh and the biases b and b' in
// the order of the gates:
//
//	RNN   h' = tanh(W·x + b + U·h + b')
//	LSTM  i, f, g, o        c' = σ(f)∘c + σ(i)∘tanh(g),  h' = σ(o)∘tanh(c')
//	GRU   r, z, n           n = tanh(W_n·x + b_n + r∘(U_n·h + b'_n)),  h' = (1 − z)∘n + z∘h
//
// nn's LSTM has the same order, its GRU z, r, n.
var orders = map[string][]int{"rnn": {0}, "lstm": {0, 1, 2, 3}, "gru": {1, 0, 2}}

// cellOf returns the kind of cell of a layer, and whether its layer goes backwards.
func cellOf(l nn.Layer) (kind string, backwards bool, err error) {
	const reset = "ResetBefore: PyTorch's GRU multiplies by the reset gate after the product"
	switch l := bare(l).(type) {
	case nn.SimpleRNN:
		return "rnn", l.GoBackwards, nil
	case nn.LSTM:
		return "lstm", l.GoBackwards, nil
	case nn.GRU:
		if l.ResetBefore {
			return "", false, errors.New(reset)
		}
		return "gru", l.GoBackwards, nil
	case nn.RNN:
		switch cell := l.Cell.(type) {
		case nn.SimpleRNNCell:
			return "rnn", l.GoBackwards, nil
		case nn.LSTMCell:
			return "lstm", l.GoBackwards, nil
		case nn.GRUCell:
			if cell.ResetBefore {
				return "", false, errors.New(reset)
			}
			return "gru", l.GoBackwards, nil
		}
		return "", false, errors.Errorf("PyTorch has no module of the cell %s", show.Type(l.Cell))
	}
	return "", false, errors.Errorf("PyTorch has no recurrent module as %s", show.Type(l))
}

// recurrent returns the source of a weight of a recurrent layer.
func recurrent(l nn.Layer, weight string, shape []int, level int) (source, error) {
	suffix := "_l" + strconv.Itoa(level)
	if both, ok := l.(nn.Bidirectional); ok {
		side, rest, _ := strings.Cut(weight, "/")
		weight, l = rest, both.Layer
		_, backwards, err := cellOf(l) // then forward/ is what runs backwards
		if err != nil {
			return source{}, err
		}
		if side == "backward" && both.Backward != nil {
			l = both.Backward
		}
		if (side == "backward") != backwards {
			suffix += "_reverse"
		}
	}
	kind, _, err := cellOf(l)
	if err != nil {
		return source{}, err
	}
	order := orders[kind]
	width := shape[len(shape)-1] // gates·units
	units := width / len(order)
	if weight == "bias" {
		names := []string{"bias_ih" + suffix, "bias_hh" + suffix}
		return source{names, []int{width}, func(x [][]float64) []float64 {
			input, state := arrange.Blocks(x[0], order, units), arrange.Blocks(x[1], order, units)
			if kind == "gru" {
				return append(input, state...)
			}
			for i, v := range state {
				input[i] += v
			}
			return input
		}}, nil
	}
	name := "weight_ih" + suffix
	if weight == "recurrent_kernel" {
		name = "weight_hh" + suffix
	}
	rows := shape[0]
	return source{[]string{name}, []int{width, rows}, func(x [][]float64) []float64 {
		return arrange.Transposed(arrange.Blocks(x[0], order, units*rows), width, rows)
	}}, nil
}
