package onnx

import (
	"reflect"

	"unroll/nn"
)

// Layer returns the node as a layer of nn's, if it is one: its first output is Y if
// sequences is set, else Y_h, and after it are the states if state is set. Its inputs and
// the paths, shapes and values of its weights are those of r. There is none of a node
// with sequence_lens; nor where nn's layers take or give the states in another way, which
// is at the first states of two directions and at all steps of a reversed one.
func (r Recurrent) Layer(sequences, state bool) (nn.Layer, bool) {
	if r.check() != nil || r.SequenceLens || r.Direction == reverse && sequences {
		return nil, false
	}
	if given := r.InitialH || r.InitialC; given && (r.directions() == 2 || !r.InitialH || r.Op == "LSTM" && !r.InitialC) {
		return nil, false
	}
	if state && r.directions() == 2 {
		return nil, false
	}
	cells, err := r.cells()
	if err != nil {
		return nil, false
	}
	var sides []nn.Layer
	for _, cell := range cells {
		switch cell := cell.(type) {
		case nn.SimpleRNNCell:
			l := nn.SimpleRNN(cell)
			l.ReturnSequences, l.ReturnState, l.GoBackwards = sequences, state, r.Direction == reverse
			sides = append(sides, l)
		case nn.LSTMCell:
			l := nn.LSTM(cell)
			l.ReturnSequences, l.ReturnState, l.GoBackwards = sequences, state, r.Direction == reverse
			sides = append(sides, l)
		case nn.GRUCell:
			l := nn.GRU(cell)
			l.ReturnSequences, l.ReturnState, l.GoBackwards = sequences, state, r.Direction == reverse
			sides = append(sides, l)
		default:
			return nil, false
		}
	}
	if len(sides) == 1 {
		return sides[0], true
	}
	if reflect.DeepEqual(sides[0], sides[1]) {
		return nn.Bidirectional{Layer: sides[0]}, true
	}
	return nn.Bidirectional{Layer: sides[0], Backward: sides[1]}, true
}
