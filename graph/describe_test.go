package graph

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorgonia.org/tensor"
)

// TestSteps lists a program of a product and its gradient: what was emitted for
// the gradient has the path of the product, and inputs come first.
func TestSteps(t *testing.T) {
	b := New(tensor.Float32)
	in := func(name string, shape ...int) *Node {
		return b.Input(name, tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(shape...)))
	}
	x, w, d := in("x", 2, 3), in("w", 3, 4), in("d", 2, 4)
	var y *Node
	b.Wrap("layer", func() { b.Wrap("inner", func() { y = b.MatMul(x, w) }) })
	loss := b.Inner(y, d)
	grads := b.Grad(loss, w)
	p, err := b.Compile(loss, grads[0])
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	type row struct {
		Op, Path string
		Constant bool
		Inputs   int
	}
	got := map[*Node]row{}
	for _, s := range p.Executed() {
		for _, from := range s.Inputs {
			if _, ok := got[from]; !ok {
				t.Errorf("%v comes before its input %v", s.Node, from)
			}
		}
		got[s.Node] = row{s.Op, s.Path, s.Constant, len(s.Inputs)}
	}
	if len(got) != p.Nodes() {
		t.Errorf("%d executed of %d nodes", len(got), p.Nodes())
	}
	for n, want := range map[*Node]row{
		x:        {},
		y:        {"matmul", "layer/inner", false, 2},
		loss:     {"inner", "", false, 2},
		grads[0]: {"matmul", "layer/inner", false, 2},
	} {
		if diff := cmp.Diff(want, got[n]); diff != "" {
			t.Errorf("%v: %s", n, diff)
		}
	}
	constants := 0
	for _, s := range got {
		if s.Constant {
			constants++
		}
	}
	if constants != 1 { // the gradient of the cost
		t.Errorf("%d constants, want 1", constants)
	}
}
