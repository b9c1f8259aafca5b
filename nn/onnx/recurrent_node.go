package onnx

import (
	"maps"
	"slices"

	"github.com/pkg/errors"
)

// The inputs of a recurrent node, in ONNX's order; P is LSTM's alone, as is initial_c.
const (
	inputX = iota
	inputW
	inputR
	inputB
	inputLens
	inputH
	inputC
	inputP
)

// weightInputs are those that are weights.
var weightInputs = []struct {
	at   int
	name string
}{{inputW, "W"}, {inputR, "R"}, {inputB, "B"}, {inputP, "P"}}

// recurrentNode is what a node RNN, LSTM or GRU is, but for how it is wired: Recurrent
// says which of sequence_lens, initial_h and initial_c are wired.
type recurrentNode struct {
	Recurrent
	features int
	batched  bool                 // layout 1: the samples come first in X, Y and the states, not the steps or directions
	values   map[string][]float64 // of the layer's weights, by their paths below it
}

// recurrentOf reads a node and its weights, which are to be initialisers. An attribute or
// an input that the operator has not is an error; all of them name the node.
func recurrentOf(n *node, constants map[string]*array) (*recurrentNode, error) {
	r, err := recurrentParts(n, constants)
	return r, errors.WithMessage(err, n.String())
}

func recurrentParts(n *node, constants map[string]*array) (*recurrentNode, error) {
	l := &recurrentNode{Recurrent: Recurrent{Op: n.op}}
	at := n.input
	last := inputH
	if n.op == "LSTM" {
		last = inputP
	}
	for i := range n.inputs {
		if i > last && at(i) != "" {
			return nil, errors.Errorf("input %d, %q: %s has no such input", i, at(i), n.op)
		}
	}
	for i := inputX; i <= inputR; i++ {
		if at(i) == "" {
			return nil, errors.Errorf("input %d, %s, is not there", i, []string{"X", "W", "R"}[i])
		}
	}
	l.NoBias, l.Peepholes = at(inputB) == "", at(inputP) != ""
	l.SequenceLens, l.InitialH, l.InitialC = at(inputLens) != "", at(inputH) != "", at(inputC) != ""
	if err := l.attributes(n); err != nil {
		return nil, err
	}
	return l, l.weights(n, constants)
}

// attributes takes the attributes of the node.
func (l *recurrentNode) attributes(n *node) error {
	l.Direction = attr(n, "direction", forward)
	if l.Direction == forward {
		l.Direction = ""
	}
	l.Activations = attr[[]string](n, "activations", nil)
	l.ActivationAlpha = attr[[]float64](n, "activation_alpha", nil)
	l.ActivationBeta = attr[[]float64](n, "activation_beta", nil)
	if _, there := n.attrs["clip"]; there {
		if l.Clip = attr(n, "clip", 1.0); !(l.Clip > 0) {
			return errors.Errorf("clip is %v, want more than 0", l.Clip)
		}
	}
	if _, there := n.attrs["hidden_size"]; there {
		size := attr(n, "hidden_size", int64(1))
		if size < 1 || size > mostElements {
			return errors.Errorf("hidden_size is %d, want at least 1", size)
		}
		l.HiddenSize = int(size)
	}
	if n.op == "LSTM" {
		l.InputForget = attr(n, "input_forget", int64(0)) != 0
	}
	if n.op == "GRU" {
		l.LinearBeforeReset = attr(n, "linear_before_reset", int64(0)) != 0
	}
	layout := attr(n, "layout", int64(0))
	if l.batched = layout == 1; layout != 0 && layout != 1 {
		return errors.Errorf("layout is %d, want 0 or 1", layout)
	}
	if len(n.attrs) > 0 {
		return errors.Errorf("attribute %q is none of %s, or of another type", slices.Sorted(maps.Keys(n.attrs))[0], n.op)
	}
	return nil
}

// weights reads W, R, B and P, and checks them against the attributes.
func (l *recurrentNode) weights(n *node, constants map[string]*array) error {
	var arrays [inputP + 1]*array
	for _, in := range weightInputs {
		name := n.input(in.at)
		if name == "" {
			continue
		}
		a := constants[name]
		if a == nil {
			return errors.Errorf("%s, %q, is no initializer: weights that are computed cannot be represented", in.name, name)
		}
		if !isFloat(a.typ) {
			return errors.Errorf("%s, %q, is not of floats", in.name, name)
		}
		arrays[in.at] = a
	}
	w, r := arrays[inputW], arrays[inputR]
	if len(w.shape) != 3 || len(r.shape) != 3 {
		return errors.Errorf("W is %v and R is %v, want three dimensions of each", w.shape, r.shape)
	}
	if l.HiddenSize == 0 {
		l.HiddenSize = r.shape[2]
	}
	if l.features = w.shape[2]; l.features < 1 {
		return errors.Errorf("W is %v, for sequences without features", w.shape)
	}
	if err := l.check(); err != nil {
		return err
	}
	shapes := l.shapes(l.features)
	for _, in := range weightInputs {
		if a := arrays[in.at]; a != nil && !slices.Equal(a.shape, shapes[in.name]) {
			return errors.Errorf("%s is %v, want %v", in.name, a.shape, shapes[in.name])
		}
	}
	floats := func(i int) []float64 {
		if arrays[i] == nil {
			return nil
		}
		return arrays[i].floats
	}
	l.values = l.fromNode(l.features, recurrentWeights{floats(inputW), floats(inputR), floats(inputB), floats(inputP)})
	return nil
}

// attrs returns the attributes of the node in ONNX, of layout 0; defaults are left out, but
// not the constants of activations: ONNX Runtime has other defaults than ONNX.
func (r Recurrent) attrs() map[string]any {
	all := map[string]any{"hidden_size": int64(r.HiddenSize)}
	add := func(there bool, name string, v any) {
		if there {
			all[name] = v
		}
	}
	add(r.direction() != forward, "direction", r.Direction)
	add(len(r.Activations) > 0, "activations", r.Activations)
	alpha, beta := r.constants()
	add(len(alpha) > 0, "activation_alpha", alpha)
	add(len(beta) > 0, "activation_beta", beta)
	add(r.Clip > 0, "clip", r.Clip)
	add(r.InputForget, "input_forget", int64(1))
	add(r.LinearBeforeReset, "linear_before_reset", int64(1))
	return all
}
