package nn

import (
	"strconv"

	"gorgonia.org/tensor"

	"unroll/graph"
)

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
	// Remat sets the Remat of every recurrent layer but those on one-hot ids, which
	// stay a gather of weights and would take more memory if they were made dense.
	Remat bool

	path    string
	call    int  // of a shared layer: 0 for its first call
	frozen  bool // the layer is
	weights *weights
	*emitted

	// In the step of a loop, whose graph is its own: the context around it.
	outer *Context
	body  *graph.LoopBody
}

// emitted is what the contexts of one graph share.
type emitted struct {
	nodes    map[string]*graph.Node // that are made once, by path
	assigned map[string]*graph.Node // next values of states
	layers   map[string]Value       // outputs of layers, by path and as Keras names them
	losses   []*graph.Node
	whole    bool
	remat    []string                    // paths of the layers that recompute
	blended  map[*graph.Node]bool        // the weights of blends that something was blended by
	original map[*graph.Node]*graph.Node // what was blended, by what came of it
}

func newEmitted() *emitted {
	return &emitted{
		nodes:    map[string]*graph.Node{},
		assigned: map[string]*graph.Node{},
		layers:   map[string]Value{},
		blended:  map[*graph.Node]bool{},
		original: map[*graph.Node]*graph.Node{},
	}
}

// Weight returns the node of the weight or state that the layer declared under
// name; of a state that was assigned, the new value.
func (c *Context) Weight(name string) *graph.Node { return c.weight(join(c.path, name)) }

func (c *Context) weight(path string) *graph.Node {
	if n := c.assigned[path]; n != nil {
		return n
	}
	w := c.weights.byPath[path]
	if w == nil {
		return c.Fail(errorf("no weight %q was declared", path))
	}
	return c.once(path,
		func() *graph.Node { return c.Input(path, w.value) },
		func(outer *Context) *graph.Node { return outer.weight(path) })
}

// once returns the node made under a key, or makes it. In the step of a loop it
// stands for the node of the graph around it, where outside finds it.
func (c *Context) once(key string, make func() *graph.Node, outside func(outer *Context) *graph.Node) *graph.Node {
	if n := c.nodes[key]; n != nil {
		return n
	}
	var n *graph.Node
	if c.outer != nil {
		n = c.body.Capture(outside(c.outer))
	} else {
		n = make()
	}
	if c.Err() != nil {
		return nil
	}
	c.nodes[key] = n
	return n
}

// Assign gives a state that the layer declared its next value, of its shape. It
// is written when the run has succeeded; layers that come later in the same run
// read it already. A model that assigns states runs on whole batches, see
// WholeBatch.
func (c *Context) Assign(name string, value *graph.Node) {
	path := join(c.path, name)
	w := c.weights.byPath[path]
	switch {
	case c.Err() != nil:
	case w == nil || !w.isState():
		c.Fail(errorf("no state %q was declared", path))
	case c.outer != nil:
		c.Fail(errorf("%s: a cell's step cannot assign a state", path))
	case value == nil || !value.Shape().Eq(w.value.Shape()):
		c.Fail(errorf("%s: assigned no value of shape %v", path, w.value.Shape()))
	default:
		c.assigned[path] = value
		c.whole = true
	}
}

// AddLoss adds a scalar to the loss of the model, such as a penalty on an
// activity. Where a batch is computed in parts the mean over its samples is
// taken.
func (c *Context) AddLoss(n *graph.Node) {
	switch {
	case c.Err() != nil:
	case c.outer != nil:
		c.Fail(errorf("a cell's step cannot add a loss"))
	case n == nil || n.Dims() != 0:
		c.Fail(errorf("a loss that is not a scalar"))
	default:
		c.losses = append(c.losses, n)
	}
}

// WholeBatch says that a row's output depends on the other rows: the program
// is run on exactly the batch's rows, not on parts of it nor with rows of
// padding.
func (c *Context) WholeBatch() { c.whole = true }

// DropoutMask emits a mask [rows, width] of inverted dropout: 0 with
// probability rate, else 1/(1−rate), drawn anew in every run. Under one name a
// layer gets one mask, the same in every step of a recurrence. It is nil where
// nothing is dropped: in Infer, or for a rate of 0.
//
// Srivastava et al., Dropout: a simple way to prevent neural networks from
// overfitting, 2014; one mask for all steps: Gal and Ghahramani, 2016.
func (c *Context) DropoutMask(name string, rate float64, rows, width int) *graph.Node {
	if c.Phase == Infer || rate == 0 {
		return nil
	}
	return c.random(name, func(c *Context, key string) *graph.Node {
		return c.Bernoulli(key, c.Zeros(1, 1), rows, width, 1-rate)
	})
}

// random emits a node of random values once for each name and call of a layer.
func (c *Context) random(name string, make func(c *Context, key string) *graph.Node) *graph.Node {
	key := join(c.path, name)
	if c.call > 0 {
		key += "@" + strconv.Itoa(c.call)
	}
	return c.once("random "+key,
		func() *graph.Node { return make(c, key) },
		func(outer *Context) *graph.Node {
			same := *outer
			same.path, same.call = c.path, c.call
			return same.random(name, make)
		})
}

// Enter emits under a path below the present one; errors that f causes carry
// the name.
func (c *Context) Enter(name string, f func(c *Context)) {
	inner := *c
	inner.path = join(c.path, name)
	c.Wrap(name, func() { f(&inner) })
}

// Dense returns x as a matrix.
func (c *Context) Dense(x Value) *graph.Node {
	table := x.Table
	switch {
	case x.Bags != nil:
		return c.Fail(errorf("input is bags of ids: put EmbeddingBag before this layer"))
	case x.Node != nil || x.IDs == nil:
		return x.Node
	case x.Depth > 0:
		name := join(c.path, "one_hot")
		table = c.once(name, func() *graph.Node { return c.Input(name, identity(c.Dtype(), x.Depth)) }, nil)
	case table == nil:
		return c.Fail(errorf("input is word ids: put OneHot or Embedding before this layer"))
	}
	return c.rowsOf(table, x)
}

// Linear emits x·w + bias; bias may be nil. Where x is rows of a table, the
// product is taken of the table if that is the smaller, and its rows are
// gathered then: of a one-hot x nothing remains but a gather of w's rows.
func (c *Context) Linear(x Value, w, bias *graph.Node) *graph.Node {
	table := x.Table
	switch {
	case x.Node == nil && x.Depth > 0:
		table = w
	case x.Node == nil && table != nil && c.Err() == nil && table.Shape()[0] <= x.IDs.Shape()[0]:
		table = c.MatMul(table, w)
	default:
		return c.plus(c.MatMul(c.Dense(x), w), bias)
	}
	return c.rowsOf(c.plus(table, bias), x)
}

// Dot emits x·w; see Linear.
func (c *Context) Dot(x Value, w *graph.Node) *graph.Node { return c.Linear(x, w, nil) }

func (c *Context) plus(x, bias *graph.Node) *graph.Node {
	if bias == nil {
		return x
	}
	return c.Add(x, bias)
}

func identity(dt tensor.Dtype, n int) *tensor.Dense {
	return tensor.I(dt, n, n, 0)
}
