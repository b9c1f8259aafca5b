package nn

import (
	"testing"

	"gorgonia.org/tensor"

	"unroll/graph"
)

// unmasked sums the features of the steps that are not masked, which its Begin leaves out.
type unmasked struct{ Units int }

func (l unmasked) Init(*Scope, Shape) (Shape, error) { return Shape{l.Units}, nil }
func (l unmasked) Sizes() (int, []int)               { return l.Units, []int{l.Units} }
func (l unmasked) Begin(c *Context, x Value) (*graph.Node, []*graph.Node) {
	return c.Mul(c.Dense(x), x.Mask), nil
}
func (l unmasked) Step(c *Context, z *graph.Node, _, s []*graph.Node) (*graph.Node, []*graph.Node) {
	h := c.Add(s[0], z)
	return h, []*graph.Node{h}
}

// TestBackwardsMask: a cell's Begin gets the mask in the order of the steps, also where
// they are reversed before it.
func TestBackwardsMask(t *testing.T) {
	for _, remat := range []bool{false, true} {
		b := graph.New(tensor.Float64)
		c := &Context{Builder: b, Phase: Infer, Batch: 1, emitted: newEmitted(), Remat: remat}
		x := b.Input("x", tensor.New(tensor.WithShape(3, 1), tensor.WithBacking([]float64{1, 10, 100})))
		mask := b.Input("mask", tensor.New(tensor.WithShape(3, 1), tensor.WithBacking([]float64{1, 1, 0})))
		out := RNN{Cell: unmasked{1}, GoBackwards: true}.Apply(c, Value{Node: x, Steps: 3, Mask: mask})
		p, err := b.Compile(out[0].Node)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		v, err := p.Value(out[0].Node)
		if err != nil {
			t.Fatal(err)
		}
		if got := graph.Floats[float64](v)[0]; got != 1+10 {
			t.Errorf("remat %t: the sum of the steps that are not masked is %v, want 11", remat, got)
		}
	}
}
