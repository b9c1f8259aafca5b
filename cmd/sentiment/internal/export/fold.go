package export

import (
	"cmp"
	"strings"

	"unroll/nn"
	"unroll/train/classifier"
)

// folded returns a network that gives what the task makes of the model's outputs, and the
// task of such outputs: the probabilities of a calibrated model, the numbers of one of
// numbers. With z what the last layer gives before its function f, it gives
//
//	f(factor · z)    or    deviation · z + mean
//
// by other weights. The clamps of classifier.Task, which stand where a float32 tells a
// probability from 1 no more, have no counterpart. Where the last layer is another than a
// Dense or an EmbeddingBag with such a function both are as they were.
func folded(m *classifier.Model) (net *nn.Model, t classifier.Task, err error) {
	t = m.Task()
	factor, add := cmp.Or(t.Factor, 1), 0.0
	if t.Number() {
		factor, add = t.Unit(), t.Mean
	}
	if factor == 1 && add == 0 {
		return m.Net(), t, nil
	}
	at, ok := last(m.Net(), t)
	if !ok {
		return m.Net(), t, nil
	}
	if net, err = clone(m.Net()); err != nil {
		return nil, t, err
	}
	for _, w := range net.Network().Layers[at].Weights() {
		x, plus := w.Float64s(), 0.0
		switch w.Name()[strings.LastIndexByte(w.Name(), '/')+1:] {
		case "bias":
			plus = add
		case "kernel", "embeddings":
		default: // the scale of an EmbeddingBag, which multiplies its embeddings
			continue
		}
		for i := range x {
			x[i] = x[i]*factor + plus
		}
		if err := w.Set(x); err != nil {
			return nil, t, err
		}
	}
	t.Factor, t.Scaling = 0, classifier.Scaling{}
	return net, t, nil
}

// last is the place of the layer that a network's outputs come out of, if it is one that
// can be folded into: a Dense or an EmbeddingBag that is used once, with the task's function
// in it or in a layer behind it.
func last(net *nn.Model, t classifier.Task) (at int, ok bool) {
	want := nn.Sigmoid
	switch {
	case t.Number():
		want = nn.Linear
	case t.Outputs() > 1:
		want = nn.Softmax
	}
	n := net.Network()
	call := n.Outputs[0].From.Call
	function := nn.Linear // of what stands behind
	for call >= 0 {
		var own nn.Func
		biased := false
		at = n.Calls[call].Layer
		switch l := unwrapped(n.Layers[at].Layer).(type) {
		case nn.Activation:
			own, ok = l.Func, false
		case nn.SoftmaxLayer:
			own, ok = nn.Softmax, false
		case nn.Dense:
			own, ok, biased = cmp.Or(l.Activation, nn.Linear), true, !l.NoBias
		case nn.EmbeddingBag:
			own, ok, biased = cmp.Or(l.Activation, nn.Linear), true, l.UseBias
		default:
			return 0, false
		}
		if own != nn.Linear && function != nn.Linear {
			return 0, false
		}
		if function == nn.Linear {
			function = own
		}
		if ok {
			uses := 0
			for _, c := range n.Calls {
				if c.Layer == at {
					uses++
				}
			}
			return at, uses == 1 && function == want && (biased || !t.Number())
		}
		call = n.Calls[call].In[0].Call
	}
	return 0, false
}

// unwrapped returns the layer that Named and Frozen wrap.
func unwrapped(l nn.Layer) nn.Layer {
	switch l := l.(type) {
	case nn.Named:
		return unwrapped(l.Layer)
	case nn.Frozen:
		return unwrapped(l.Layer)
	}
	return l
}

// clone returns a model of the same layers and weights.
func clone(m *nn.Model) (*nn.Model, error) {
	doc, err := m.Architecture()
	if err != nil {
		return nil, err
	}
	room := 0
	for _, l := range m.Layers() {
		for _, w := range l.Weights() {
			room += len(w.Float64s())
		}
	}
	same, err := nn.FromArchitecture(doc, room)
	if err != nil {
		return nil, err
	}
	to := same.Layers()
	for i, l := range m.Layers() {
		for k, w := range l.Weights() {
			if err := to[i].Weights()[k].Set(w.Float64s()); err != nil {
				return nil, err
			}
		}
	}
	return same, nil
}
