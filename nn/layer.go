package nn

import (
	"gorgonia.org/tensor"

	"unroll/graph"
)

// Layer is a plain struct of settings whose zero fields mean Keras's defaults.
// It holds no weights, so one value may describe any number of layers.
type Layer interface {
	// Init declares the layer's weights in s for the shapes of its inputs and
	// returns the shapes of its outputs. No graph exists yet.
	Init(s *Scope, in ...Shape) (out []Shape, err error)
	// Apply emits the forward computation. Failures stay in c.
	Apply(c *Context, in ...Value) []Value
}

// Cell is one step of a recurrent layer, forward mathematics only. RNN runs
// it over a sequence. A cell keeps no nodes between calls: Step may be called
// on another graph than Begin.
type Cell interface {
	// Init declares the weights for inputs [time, features] and returns the
	// shape of one step's output.
	Init(s *Scope, in Shape) (out Shape, err error)
	// State returns the width of each state tensor, [batch, width].
	State() []int
	// Begin runs once per sequence: it returns what Step reads of each step,
	// time-major [steps·batch, width], usually the projection of the inputs,
	// and constants for all steps.
	Begin(c *Context, x Value) (z *graph.Node, consts []*graph.Node)
	// Step computes one step from z's rows [batch, width] and the states.
	Step(c *Context, z *graph.Node, consts, state []*graph.Node) (out *graph.Node, next []*graph.Node)
}

// Value is what travels between layers.
type Value struct {
	// Node is time-major [steps·batch, features] if Steps > 0, so that a step
	// is one block of rows, else [batch, features]. It is nil for word ids and
	// for a one-hot sequence, which are never made dense unless asked for.
	Node  *graph.Node
	Steps int

	// IDs holds word ids, time-major [steps·batch] int32. Depth is 0 for the
	// ids themselves and the width of the vectors that OneHot made of them.
	IDs   *graph.Node
	Depth int

	// Logits is what a sigmoid or softmax was taken of; losses read it.
	Logits *graph.Node
}

// Phase tells training from inference.
type Phase int

// The phases of a program.
const (
	Train Phase = iota
	Infer
)

// Context is where layers emit their nodes: a graph.Builder for one program,
// that is for one phase, batch size and length, and the weights' nodes.
type Context struct {
	*graph.Builder
	Phase Phase
	Batch int // rows of the batch
	// Execution overrides the layers' own where it is not Auto.
	Execution Execution

	path    string
	weights *weights
	nodes   map[string]*graph.Node
}

// Weight returns the node of the weight that the layer declared under name.
func (c *Context) Weight(name string) *graph.Node { return c.weight(join(c.path, name)) }

func (c *Context) weight(path string) *graph.Node {
	if n := c.nodes[path]; n != nil {
		return n
	}
	w := c.weights.byPath[path]
	if w == nil {
		return c.Fail(errorf("no weight %q was declared", path))
	}
	n := c.Input(path, w.value)
	c.nodes[path] = n
	return n
}

// Enter emits under a path below the present one; errors that f causes carry
// the name.
func (c *Context) Enter(name string, f func(c *Context)) {
	inner := *c
	inner.path = join(c.path, name)
	c.Wrap(name, func() { f(&inner) })
}

// Dense returns x as a matrix; a one-hot sequence is materialised.
func (c *Context) Dense(x Value) *graph.Node {
	if x.Node != nil || x.IDs == nil {
		return x.Node
	}
	if x.Depth == 0 {
		return c.Fail(errorf("input is word ids: put OneHot or Embedding before this layer"))
	}
	name := join(c.path, "one_hot")
	if c.nodes[name] == nil {
		c.nodes[name] = c.Input(name, identity(c.Dtype(), x.Depth))
	}
	return c.Gather(c.nodes[name], x.IDs)
}

// Dot emits x·w. For a one-hot x it is a gather of w's rows.
func (c *Context) Dot(x Value, w *graph.Node) *graph.Node {
	if x.Node == nil && x.Depth > 0 {
		return c.Gather(w, x.IDs)
	}
	return c.MatMul(c.Dense(x), w)
}

func identity(dt tensor.Dtype, n int) *tensor.Dense {
	return tensor.I(dt, n, n, 0)
}
