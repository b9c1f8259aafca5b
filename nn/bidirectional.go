package nn

import (
	"encoding/json"

	"github.com/pkg/errors"

	"unroll/graph"
)

// Bidirectional runs a recurrent layer over a sequence in both directions, each
// with weights of its own under forward/ and backward/, and merges the outputs;
// those of sequences step by step, with zeros at masked steps, whatever the
// layers' ZeroOutputForMask. With ReturnState the states of the forward
// layer and then those of the backward layer follow. Input [time, features],
// and, optionally, the first states of both layers in the same order; output as the layer's, its width doubled by Concat.
//
// Schuster and Paliwal, Bidirectional recurrent neural networks, 1997. Keras:
// Bidirectional.
type Bidirectional struct {
	Layer    Layer // SimpleRNN, LSTM, GRU or RNN, or one of them Frozen
	Backward Layer // the layer that runs backwards; Layer if nil
	Merge    Merge
}

// Merge is how Bidirectional merges its two outputs.
type Merge string

// The ways to merge.
const (
	MergeConcat Merge = ""     // side by side
	MergeSum    Merge = "sum"  // x + y
	MergeMul    Merge = "mul"  // x∘y
	MergeAve    Merge = "ave"  // (x + y)/2
	MergeNone   Merge = "none" // two outputs
)

var _ Layer = Bidirectional{}

func init() { Register(Bidirectional{}) }

// recurrent is a layer that runs a cell.
type recurrent interface {
	Layer
	rnn() RNN
}

func (l RNN) rnn() RNN { return l }

// direction is a layer of Bidirectional's with the settings it runs by.
type direction struct {
	RNN
	frozen bool
}

// layer returns what is to be run.
func (d direction) layer() Layer {
	if d.frozen {
		return Frozen{d.RNN}
	}
	return d.RNN
}

func directionOf(l Layer) (direction, bool) {
	_, frozen := l.(Frozen)
	r, ok := thawed(l).(recurrent)
	if !ok {
		return direction{}, false
	}
	d := direction{r.rnn(), frozen}
	d.ZeroOutputForMask = d.ReturnSequences // repeated outputs of two directions are of different steps
	return d, true
}

// both returns the two directions.
func (l Bidirectional) both() (forward, backward direction, err error) {
	second := l.Backward
	if second == nil {
		second = l.Layer
	}
	forward, ok := directionOf(l.Layer)
	backward, ok2 := directionOf(second)
	if !ok || !ok2 {
		return forward, backward, errorf("layers %T and %T, want recurrent ones", l.Layer, second)
	}
	if forward.ReturnSequences != backward.ReturnSequences || forward.ReturnState != backward.ReturnState {
		return forward, backward, errorf("the two layers return different things")
	}
	backward.GoBackwards = !forward.GoBackwards
	return forward, backward, nil
}

// Init implements Layer.
func (l Bidirectional) Init(s *Scope, in ...Shape) ([]Shape, error) {
	switch l.Merge {
	case MergeConcat, MergeSum, MergeMul, MergeAve, MergeNone:
	default:
		return nil, errorf("unknown merge %q", l.Merge)
	}
	if len(in)%2 != 1 {
		return nil, errorf("%d inputs, want a sequence and the first states of two layers", len(in))
	}
	forward, backward, err := l.both()
	if err != nil {
		return nil, err
	}
	f, err := forward.layer().Init(s.Enter("forward"), in[:1+len(in)/2]...)
	if err != nil {
		return nil, errors.WithMessage(err, "forward")
	}
	b, err := backward.layer().Init(s.Enter("backward"), append(in[:1:1], in[1+len(in)/2:]...)...)
	if err != nil {
		return nil, errors.WithMessage(err, "backward")
	}
	out := append(Shape{}, f[0]...)
	outs := []Shape{out}
	switch {
	case l.Merge == MergeConcat:
		out[len(out)-1] += b[0][len(b[0])-1]
	case l.Merge == MergeNone:
		outs = append(outs, b[0])
	case !f[0].Eq(b[0]):
		return nil, errorf("outputs %v and %v cannot be merged by %q", f[0], b[0], l.Merge)
	}
	return append(append(outs, f[1:]...), b[1:]...), nil
}

// Apply implements Layer.
func (l Bidirectional) Apply(c *Context, in ...Value) []Value {
	forward, backward, err := l.both()
	if err != nil {
		c.Fail(err)
		return []Value{{}}
	}
	var f, b []Value
	c.Enter("forward", func(c *Context) { f = forward.layer().Apply(c, in[:1+len(in)/2]...) })
	c.Enter("backward", func(c *Context) { b = backward.layer().Apply(c, append(in[:1:1], in[1+len(in)/2:]...)...) })
	if c.Err() != nil {
		return []Value{{}}
	}
	x, y := f[0], b[0]
	if forward.ReturnSequences {
		back := &y
		if forward.GoBackwards {
			back = &x
		}
		back.Node = c.Reverse(back.Node, back.Steps)
		x.Mask, y.Mask = in[0].Mask, in[0].Mask
	}
	outs := []Value{x}
	switch l.Merge {
	case MergeNone:
		outs = append(outs, y)
	default:
		outs[0].Node = l.merge(c, x.Node, y.Node)
	}
	return append(append(outs, f[1:]...), b[1:]...)
}

func (l Bidirectional) merge(c *Context, x, y *graph.Node) *graph.Node {
	switch l.Merge {
	case MergeSum:
		return c.Add(x, y)
	case MergeMul:
		return c.Mul(x, y)
	case MergeAve:
		return c.Affine(0.5, c.Add(x, y), 0)
	}
	return c.Concat(1, x, y)
}

// bidirectional is Bidirectional in a file.
type bidirectional struct {
	Layer    typed  `json:"layer"`
	Backward *typed `json:"backward_layer,omitempty"`
	Merge    Merge  `json:"merge,omitempty"`
}

// MarshalJSON writes the layers with their types, so that they can be read back.
func (l Bidirectional) MarshalJSON() ([]byte, error) {
	layer, err := marshalTyped(l.Layer)
	if err != nil {
		return nil, err
	}
	doc := bidirectional{Layer: layer, Merge: l.Merge}
	if l.Backward != nil {
		second, err := marshalTyped(l.Backward)
		if err != nil {
			return nil, err
		}
		doc.Backward = &second
	}
	return json.Marshal(doc)
}

// UnmarshalJSON reads what MarshalJSON wrote; the layers' types must be
// registered.
func (l *Bidirectional) UnmarshalJSON(data []byte) error {
	var doc bidirectional
	if err := strict(data, &doc); err != nil {
		return err
	}
	var err error
	if l.Layer, err = unmarshalTyped[Layer](doc.Layer); err != nil {
		return errors.WithMessage(err, "layer")
	}
	if doc.Backward != nil {
		if l.Backward, err = unmarshalTyped[Layer](*doc.Backward); err != nil {
			return errors.WithMessage(err, "backward_layer")
		}
	}
	l.Merge = doc.Merge
	return nil
}
