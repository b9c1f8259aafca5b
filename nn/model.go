package nn

import (
	"gorgonia.org/tensor"

	"unroll/graph"
)

// Model is a built model: layers, the shapes between them, and the weights,
// which every program of the model shares.
type Model struct {
	Sequential
	rows    []row
	weights *weights
}

// row is a layer in its place.
type row struct {
	name    string
	layer   Layer
	out     Shape
	weights []*Weight
}

// Weights returns the trainable weights in the order of their layers.
func (m *Model) Weights() []*Weight { return m.weights.list }

// Weight returns the weight at path, such as "dense/kernel".
func (m *Model) Weight(path string) (*Weight, error) {
	if w := m.weights.byPath[path]; w != nil {
		return w, nil
	}
	return nil, errorf("the model has no weight %q", path)
}

// Params returns the number of trainable parameters.
func (m *Model) Params() int {
	n := 0
	for _, w := range m.weights.list {
		n += w.value.Shape().TotalSize()
	}
	return n
}

// Output returns the shape of the model's output for one sample.
func (m *Model) Output() Shape { return m.rows[len(m.rows)-1].out }

// Pass is a forward pass emitted for one program: fill X, run, read Out.
type Pass struct {
	*Context
	// X is the input's tensor, time-major: ids [steps·batch] int32, or
	// features [steps·batch, features] or [batch, features]. In is its node.
	X   *tensor.Dense
	In  *graph.Node
	Out Value
}

// Forward emits the model's forward pass for a batch and a number of steps,
// which is 0 for a model whose input is no sequence.
func (m *Model) Forward(phase Phase, exec Execution, batch, steps int) (*Pass, error) {
	if batch < 1 {
		return nil, errorf("batch of %d rows", batch)
	}
	if want := m.Input.Steps(); want != Any && want != steps || want == Any && steps < 1 {
		return nil, errorf("%d steps for a model whose input is %v", steps, m.Input.Shape)
	}
	if err := exec.check(); err != nil {
		return nil, err
	}
	p := &Pass{Context: &Context{
		Builder:   graph.New(m.Dtype),
		Phase:     phase,
		Batch:     batch,
		Execution: exec,
		weights:   m.weights,
		nodes:     map[string]*graph.Node{},
	}}
	rows := batch * max(steps, 1)
	x := Value{Steps: steps}
	if m.Input.IDs() {
		p.X = tensor.New(tensor.Of(tensor.Int32), tensor.WithShape(rows))
		p.In = p.Input("input", p.X)
		x.IDs = p.In
	} else {
		p.X = tensor.New(tensor.Of(m.Dtype), tensor.WithShape(rows, m.Input.Width()))
		p.In = p.Input("input", p.X)
		x.Node = p.In
	}
	for _, r := range m.rows {
		p.Enter(r.name, func(c *Context) {
			out := r.layer.Apply(c, x)
			if c.Err() != nil {
				return
			}
			if len(out) != 1 {
				c.Fail(errorf("%d outputs in a sequential model, want 1", len(out)))
				return
			}
			x = out[0]
			c.checkShape(x, r.out)
		})
	}
	x.Node = p.Dense(x)
	p.Out = x
	return p, p.Err()
}

// checkShape holds a layer to the shape that it declared.
func (c *Context) checkShape(x Value, want Shape) {
	got := Shape{}
	if x.Steps > 0 {
		got = append(got, x.Steps)
	}
	switch {
	case x.Node != nil && x.IDs != nil:
		c.Fail(errorf("emitted a value with both Node and IDs: clear IDs, Depth and Table"))
		return
	case x.Mask != nil && !x.Mask.Shape().Eq(tensor.Shape{c.Batch * max(x.Steps, 1), 1}):
		c.Fail(errorf("emitted a mask of shape %v for a batch of %d and %d steps", x.Mask.Shape(), c.Batch, x.Steps))
		return
	case x.Node != nil && x.Node.Dims() != 2:
		c.Fail(errorf("emitted a node of shape %v, want a matrix", x.Node.Shape()))
		return
	case x.Node == nil && x.IDs == nil:
		c.Fail(errorf("emitted no value"))
		return
	case x.Node != nil:
		got = append(got, x.Node.Shape()[1])
		if rows := x.Node.Shape()[0]; rows != c.Batch*max(x.Steps, 1) {
			c.Fail(errorf("emitted %d rows for a batch of %d and %d steps", rows, c.Batch, x.Steps))
		}
	case x.Depth > 0:
		got = append(got, x.Depth)
	case x.Table != nil:
		got = append(got, x.Table.Shape()[1])
	}
	if len(want) > 0 && want[0] == Any && len(got) > 0 {
		want = append(Shape{got[0]}, want[1:]...)
	}
	if !got.Eq(want) {
		c.Fail(errorf("emitted shape %v, declared %v", got, want))
	}
}

// WeightNode returns the node of w in this pass; it is nil if no layer read
// the weight.
func (p *Pass) WeightNode(w *Weight) *graph.Node { return p.nodes[w.path] }
