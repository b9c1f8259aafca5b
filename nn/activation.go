package nn

import "unroll/graph"

// Activate emits f(x), elementwise or, for softmax, over each row.
func (c *Context) Activate(f Func, x *graph.Node) *graph.Node {
	emit, err := f.emit()
	if err != nil {
		return c.Fail(err)
	}
	return emit(c.Builder, x)
}

// activated returns x with f applied, and the logits where a loss wants them.
func (c *Context) activated(f Func, x Value) Value {
	y := Value{Node: c.Activate(f, x.Node), Steps: x.Steps, Mask: x.Mask}
	y.logits = &logits{f, x.Node, y.Node}
	return y
}

// Activation applies a function to its input of any shape. Keras: Activation.
type Activation struct {
	Func Func `json:"activation"`
}

var _ Layer = Activation{}

func init() { Register(Activation{}) }

// Init implements Layer.
func (l Activation) Init(_ *Scope, in ...Shape) ([]Shape, error) {
	return in, l.Func.or(Linear).check()
}

// Apply implements Layer.
func (l Activation) Apply(c *Context, in ...Value) []Value {
	x := in[0]
	x.Node = c.Dense(x)
	return []Value{c.activated(l.Func.or(Linear), x)}
}
