package graph

import (
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// sample returns an argument of the type: nodes and shapes that fit are not
// needed where the builder has failed already.
func sample(t *testing.T, typ reflect.Type, n *Node) reflect.Value {
	t.Helper()
	switch typ {
	case reflect.TypeFor[*Node]():
		return reflect.ValueOf(n)
	case reflect.TypeFor[[]*Node]():
		return reflect.ValueOf([]*Node{n})
	case reflect.TypeFor[*tensor.Dense]():
		return reflect.ValueOf(random(rand.New(rand.NewPCG(1, 1)), 2))
	case reflect.TypeFor[func(*Node) (*Node, error)]():
		return reflect.ValueOf(gorgonia.Cube)
	case reflect.TypeFor[func(_, _ *Node) (*Node, error)]():
		return reflect.ValueOf(gorgonia.Add)
	}
	return reflect.Zero(typ)
}

// TestErrorIsSticky calls every method that emits nodes on a builder that has
// failed: nothing is emitted, every result is nil, and the error stays the
// first one.
func TestErrorIsSticky(t *testing.T) {
	first := errors.New("the first failure")
	for typ, i := reflect.TypeFor[*Builder](), 0; i < typ.NumMethod(); i++ {
		method := typ.Method(i)
		emits := false
		for j := range method.Type.NumOut() {
			out := method.Type.Out(j)
			emits = emits || out == reflect.TypeFor[*Node]() || out == reflect.TypeFor[[]*Node]()
		}
		if !emits || method.Name == "Fail" {
			continue
		}
		t.Run(method.Name, func(t *testing.T) {
			b := New(tensor.Float64)
			n := b.Input("x", random(rand.New(rand.NewPCG(1, 1)), 2, 2))
			b.Fail(first)
			before := b.Graph().Nodes().Len()
			args := []reflect.Value{reflect.ValueOf(b)}
			for j := 1; j < method.Type.NumIn(); j++ {
				in := method.Type.In(j)
				if method.Type.IsVariadic() && j == method.Type.NumIn()-1 {
					in = in.Elem()
				}
				args = append(args, sample(t, in, n))
			}
			for _, out := range method.Func.Call(args) {
				switch out := out.Interface().(type) {
				case *Node:
					if out != nil {
						t.Errorf("it returned %v", out)
					}
				case []*Node:
					for _, n := range out {
						if n != nil {
							t.Errorf("it returned %v", n)
						}
					}
				}
			}
			if b.Err() != first {
				t.Errorf("the error became %v", b.Err())
			}
			if after := b.Graph().Nodes().Len(); after != before {
				t.Errorf("%d nodes were emitted", after-before)
			}
		})
	}
}

func TestTheFirstErrorStays(t *testing.T) {
	b := New(tensor.Float64)
	first := errors.New("first")
	if b.Fail(first) != nil || b.Fail(errors.New("second")) != nil || b.Err() != first {
		t.Errorf("the error is %v, want the first", b.Err())
	}
}

func TestWrapNamesThePlaceOfTheFirstError(t *testing.T) {
	b := New(tensor.Float64)
	b.Wrap("outer", func() {
		b.Wrap("fine", func() { b.Zeros(1) })
		b.Wrap("inner", func() { b.Fail(errors.New("broken")) })
		b.Wrap("later", func() { t.Error("a builder that has failed went on") })
	})
	if want := "outer: inner: broken"; b.Err() == nil || b.Err().Error() != want {
		t.Errorf("the error is %v, want %s", b.Err(), want)
	}
	if p, err := b.Compile(); err != b.Err() || p != nil {
		t.Errorf("Compile returns %v, %v", p, err)
	}
}

// TestBadGraphs holds what each method says to inputs that do not fit: one
// line that names the operation and the shapes.
func TestBadGraphs(t *testing.T) {
	// x is [6 3], y is [2 3], v is [3], s is a scalar, ids is 4 ids.
	type nodes struct{ x, y, v, s, ids *Node }
	cases := []struct {
		name  string
		build func(b *Builder, n nodes)
		want  string
	}{
		{"matmul", func(b *Builder, n nodes) { b.MatMul(n.x, n.y) }, "matmul: [6 3] by [2 3]: inner sizes 3 and 2 differ"},
		{"matmul of a vector", func(b *Builder, n nodes) { b.MatMul(n.x, n.v) }, "matmul: input is [3], want a matrix"},
		{"matmul of a scalar", func(b *Builder, n nodes) { b.MatMul(n.s, n.x) }, "matmul: input is [], want a matrix"},
		{"add", func(b *Builder, n nodes) { b.Add(n.x, n.y) }, "add: [6 3] and [2 3] do not fit"},
		{"add to a row", func(b *Builder, n nodes) { b.Add(n.v, b.Columns(n.x, 0, 2)) }, "add: [3] and [6 2] do not fit"},
		{"sub", func(b *Builder, n nodes) { b.Sub(n.x, n.y) }, "sub: [6 3] and [2 3] do not fit"},
		{"mul", func(b *Builder, n nodes) { b.Mul(n.x, b.Columns(n.x, 1, 3)) }, "mul: [6 3] and [6 2] do not fit"},
		{"softmax", func(b *Builder, n nodes) { b.Softmax(n.v) }, "softmax: input is [3], want a matrix"},
		{"gather of a vector", func(b *Builder, n nodes) { b.Gather(n.v, n.ids) }, "gather: input is float64 [3], want float64 of two axes at least"},
		{"gather by floats", func(b *Builder, n nodes) { b.Gather(n.x, n.v) }, "gather: ids are float64 [3], want a vector of int32"},
		{"step of a part", func(b *Builder, n nodes) { b.Step(n.x, 0, 4) }, "step: 6 rows are not 4 steps"},
		{"step of no steps", func(b *Builder, n nodes) { b.Step(n.x, 0, 0) }, "step: 6 rows are not 0 steps"},
		{"step before the first", func(b *Builder, n nodes) { b.Step(n.x, -1, 3) }, "step: step -1 of 3"},
		{"step after the last", func(b *Builder, n nodes) { b.Step(n.x, 3, 3) }, "step: step 3 of 3"},
		{"step of a vector", func(b *Builder, n nodes) { b.Step(n.v, 0, 3) }, "step: input is [3], want a matrix"},
		{"last", func(b *Builder, n nodes) { b.Last(n.x, 4) }, "step: 6 rows are not 4 steps"},
		{"stack of nothing", func(b *Builder, n nodes) { b.Concat(0) }, "concat: nothing to join"},
		{"stack", func(b *Builder, n nodes) { b.Concat(0, n.x, b.Columns(n.x, 0, 2)) }, "concat: input 1 is [6 2], input 0 is [6 3]: they differ beside axis 0"},
		{"concat of a vector", func(b *Builder, n nodes) { b.Concat(1, n.v, n.v) }, "concat: [3] has no axis 1"},
		{"sum of nothing", func(b *Builder, n nodes) { b.AddN() }, "add n: nothing to add"},
		{"sum", func(b *Builder, n nodes) { b.AddN(n.x, n.x, n.y) }, "add n: term 2 is [2 3], term 0 is [6 3]"},
		{"logit loss", func(b *Builder, n nodes) { b.LogitLoss(n.x, n.y) }, "logit_loss: outputs are [6 3], targets [2 3]"},
		{"inner", func(b *Builder, n nodes) { b.Inner(n.x, n.y) }, "inner: [6 3] and [2 3] differ in size"},
		{"grad of a matrix", func(b *Builder, n nodes) { b.Grad(n.x, n.y) }, "grad: the cost is [6 3], want a scalar"},
		{"a name twice", func(b *Builder, n nodes) { b.Input("x", intIDs(1)) }, `input name "x" is empty or taken`},
		{"no name", func(b *Builder, n nodes) { b.Input("", intIDs(1)) }, `input name "" is empty or taken`},
		{"a nil node", func(b *Builder, n nodes) { b.Add(n.x, nil) }, "input 1 is nil"},
		{"a node of another graph", func(b *Builder, n nodes) {
			b.Add(n.x, New(tensor.Float64).Input("foreign", random(rand.New(rand.NewPCG(1, 1)), 6, 3)))
		}, "input 1, foreign, belongs to another graph"},
		{"a gorgonia function", func(b *Builder, n nodes) {
			b.Unary(func(*Node) (*Node, error) { return nil, errors.New("refused") }, n.x)
		}, "refused"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, 1))
			b := New(tensor.Float64)
			n := nodes{
				x:   b.Input("x", random(r, 6, 3)),
				y:   b.Input("y", random(r, 2, 3)),
				v:   b.Input("v", random(r, 3)),
				ids: b.Input("ids", intIDs(0, 1, 2, 3)),
			}
			n.s = b.Inner(n.x, n.x)
			if b.Err() != nil {
				t.Fatal(b.Err())
			}
			c.build(b, n)
			if b.Err() == nil || b.Err().Error() != c.want {
				t.Errorf("the error is %v, want %s", b.Err(), c.want)
			}
		})
	}
}

func TestElementTypes(t *testing.T) {
	for _, dt := range []tensor.Dtype{tensor.Int, tensor.Int32, {}} {
		err := New(dt).Err()
		if err == nil || !strings.HasSuffix(err.Error(), ": want float32 or float64") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v: the error is %v", dt, err)
		}
	}
}

// TestConstantsAreMadeOnce: the zero state of a recurrence stands in a graph
// once, not once for each layer.
func TestConstantsAreMadeOnce(t *testing.T) {
	b := New(tensor.Float32)
	first, second := b.Zeros(2, 3), b.Zeros(2, 3)
	if first != second {
		t.Error("two constants of one shape")
	}
	if first == b.Zeros(3, 2) {
		t.Error("one constant for two shapes")
	}
}
