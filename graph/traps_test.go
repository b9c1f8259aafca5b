package graph

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// TestGorgoniaDoesNotWriteThroughViews: Gorgonia's elementwise operations
// compute in the register of an input that is read for the last time. A step
// of a sequence is a view, so they would write into the sequence itself, even
// into an input's tensor.
func TestGorgoniaDoesNotWriteThroughViews(t *testing.T) {
	functions := map[string]func(b *Builder, x *Node) *Node{
		"add":       func(b *Builder, x *Node) *Node { return b.Binary(gorgonia.Add, x, x) },
		"add first": func(b *Builder, x *Node) *Node { return b.Binary(gorgonia.Add, x, b.Tanh(x)) },
		"hadamard":  func(b *Builder, x *Node) *Node { return b.Binary(gorgonia.HadamardProd, x, x) },
		"cube":      func(b *Builder, x *Node) *Node { return b.Unary(gorgonia.Cube, x) },
	}
	for name, f := range functions {
		t.Run(name, func(t *testing.T) {
			x := random(rand.New(rand.NewPCG(1, 1)), 4, 3)
			before := slices.Clone(x.Float64s())
			b := New(tensor.Float64)
			in := b.Input("x", x)
			seq := b.Affine(2, in, 0)
			whole := b.Unary(gorgonia.Cube, in)
			early := b.Step(whole, 0, 2)
			late := b.Binary(gorgonia.Add, whole, seq) // overwrites whole, of which early is a view
			y, z := f(b, b.Step(in, 0, 2)), f(b, b.Step(seq, 0, 2))
			p, err := b.Compile(y, z, seq, late, b.Affine(1, early, 0))
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			for range 2 {
				if err := p.Run(); err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(before, x.Float64s()) {
					t.Fatal("the run changed the input's tensor")
				}
				var want []float64
				for _, v := range before {
					want = append(want, 2*v)
				}
				compare(t, "the sequence", value(t, p, seq), want, 0)
			}
		})
	}
}

// TestOwnOutputsAreStable: a root of ours that a Gorgonia operation reads.
func TestOwnOutputsAreStable(t *testing.T) {
	x := random(rand.New(rand.NewPCG(1, 1)), 2, 3)
	b := New(tensor.Float64)
	in := b.Input("x", x)
	y := b.Affine(2, in, 0)
	z := b.Binary(gorgonia.Add, y, b.Tanh(in))
	p, err := b.Compile(y, z)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	want := make([]float64, 6)
	for i, v := range x.Float64s() {
		want[i] = 2 * v
	}
	compare(t, "the root", value(t, p, y), want, 0)
}

// TestMixedElementTypesAreErrors: at present they compute zeros or panic.
func TestMixedElementTypesAreErrors(t *testing.T) {
	for name, f := range map[string]func(b *Builder, x, y *Node) *Node{
		"add":    func(b *Builder, x, y *Node) *Node { return b.Add(y, x) },
		"mul":    func(b *Builder, x, y *Node) *Node { return b.Mul(y, x) },
		"stack":  func(b *Builder, x, y *Node) *Node { return b.Concat(0, x, y) },
		"inner":  func(b *Builder, x, y *Node) *Node { return b.Inner(y, x) },
		"tanh":   func(b *Builder, x, y *Node) *Node { return b.Tanh(y) },
		"matmul": func(b *Builder, x, y *Node) *Node { return b.MatMul(x, y) },
		"loop's state": func(b *Builder, x, y *Node) *Node {
			outs, _ := b.Loop([]*Node{x}, []*Node{y}, 1, func(_ *LoopBody, seqs, _ []*Node) (*Node, []*Node) {
				return seqs[0], seqs
			})
			return outs
		},
		"loop's sequence": func(b *Builder, x, y *Node) *Node {
			outs, _ := b.Loop([]*Node{x, y}, []*Node{x}, 1, func(_ *LoopBody, seqs, _ []*Node) (*Node, []*Node) {
				return seqs[0], seqs[:1]
			})
			return outs
		},
	} {
		for _, other := range []tensor.Dtype{tensor.Float32, tensor.Int32} {
			b := New(tensor.Float64)
			x := b.Input("x", random(rand.New(rand.NewPCG(1, 1)), 2, 2))
			y := b.Input("y", tensor.New(tensor.Of(other), tensor.WithShape(2, 2)))
			f(b, x, y)
			if b.Err() == nil || !strings.Contains(b.Err().Error(), other.String()) {
				t.Errorf("%s with %v: the error is %v", name, other, b.Err())
			}
		}
	}
}

// TestNoSecondDerivatives: an operation whose gradient has none is refused by name, and
// not taken for a constant.
func TestNoSecondDerivatives(t *testing.T) {
	cube := func(b *Builder, x *Node) *Node {
		return b.Custom("cube", x.Shape(), func(out Value, in []Value) error {
			for i, v := range Floats[float64](in[0]) {
				Floats[float64](out)[i] = v * v * v
			}
			return nil
		}, func(grads, in []Value, _, dout Value) error {
			for i, v := range Floats[float64](in[0]) {
				Floats[float64](grads[0])[i] = 3 * v * v * Floats[float64](dout)[i]
			}
			return nil
		}, x)
	}
	for name, f := range map[string]func(b *Builder, x *Node) *Node{
		"cube_grad":                     cube,
		"cube_grad of the inner factor": func(b *Builder, x *Node) *Node { return b.Mul(x, cube(b, x)) },
	} {
		b := New(tensor.Float64)
		x := b.Input("x", random(rand.New(rand.NewPCG(1, 1)), 2, 3))
		w := b.Input("w", random(rand.New(rand.NewPCG(2, 1)), 2, 3))
		g := b.Grad(b.Inner(f(b, x), w), x)[0]
		if b.Err() != nil {
			t.Fatal(b.Err())
		}
		b.Grad(b.Inner(g, w), x)
		op, _, _ := strings.Cut(name, " ")
		if want := "vjp: " + op; b.Err() == nil || !strings.HasPrefix(b.Err().Error(), want) || !strings.HasSuffix(b.Err().Error(), "has no gradient") {
			t.Errorf("%s: the error is %v, want %s … has no gradient", name, b.Err(), want)
		}
	}
	// What is linear or a product can be differentiated again: (x³)″ = 6x.
	x := random(rand.New(rand.NewPCG(1, 1)), 2, 3)
	b := New(tensor.Float64)
	in := b.Input("x", x)
	ones := b.constant("ones", 1, tensor.Shape{2, 3})
	g := b.Grad(b.Inner(b.Mul(in, b.Mul(in, in)), ones), in)[0]
	h := b.Grad(b.Inner(g, ones), in)[0]
	p, err := b.Compile(h)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	var want []float64
	for _, v := range x.Float64s() {
		want = append(want, 6*v)
	}
	compare(t, "second derivative", value(t, p, h), want, 1e-12)
}

// TestNoMethodPanics on arguments that are no nodes.
func TestNoMethodPanics(t *testing.T) {
	x := func() *tensor.Dense { return random(rand.New(rand.NewPCG(1, 1)), 2, 3) }
	turned := x()
	if err := turned.T(); err != nil {
		t.Fatal(err)
	}
	for name, f := range map[string]func(b *Builder){
		"nil input":            func(b *Builder) { b.Input("x", nil) },
		"transposed input":     func(b *Builder) { b.Input("x", turned) }, // its elements are not row-major
		"zeros of -1":          func(b *Builder) { b.Zeros(-1, 2) },
		"no cotangent":         func(b *Builder) { in := b.Input("x", x()); b.VJP([]*Node{b.Tanh(in)}, nil, in) },
		"cotangent of a shape": func(b *Builder) { in := b.Input("x", x()); b.VJP([]*Node{b.Tanh(in)}, []*Node{b.Zeros(1, 3)}, in) },
		"constant's name":      func(b *Builder) { b.Input(fmt.Sprint("zeros", []int{2, 3}), x()); b.Zeros(2, 3) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if r := recover(); r != nil {
					t.Errorf("it panics: %v", r)
				}
			}()
			b := New(tensor.Float64)
			if f(b); b.Err() == nil {
				t.Error("no error")
			}
		})
	}
}

// TestScatterClearsWhatItTouched runs a gradient of a large table with few ids,
// whose rows are cleared one by one, on changing ids.
func TestScatterClearsWhatItTouched(t *testing.T) {
	b := New(tensor.Float64)
	words := intIDs(1, 2, 1)
	table := b.Input("table", random(rand.New(rand.NewPCG(1, 1)), 100, 2))
	rows := b.Gather(table, b.Input("ids", words))
	g := b.Grad(b.Inner(rows, b.constant("ones", 1, tensor.Shape{3, 2})), table)
	p, err := b.Compile(g...)
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range [][]int32{{1, 2, 1}, {99, 3, 2}, {0, 0, 0}} {
		copy(words.Int32s(), at)
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		want := make([]float64, 200)
		for _, id := range at {
			want[2*id]++
			want[2*id+1]++
		}
		compare(t, "gradient", value(t, p, g[0]), want, 0)
	}
}

// TestViewsOfGorgoniasNodesAreOfCopies: the register of a Gorgonia operation may
// be used again before a view of it is read.
func TestViewsOfGorgoniasNodesAreOfCopies(t *testing.T) {
	b := New(tensor.Float64)
	x := b.Input("x", tensor.New(tensor.Of(tensor.Float64), tensor.WithShape(4, 2)))
	theirs := b.Unary(gorgonia.Tanh, x)
	for name, view := range map[string]*Node{"step": b.Step(theirs, 1, 2), "row": b.Row(theirs, 3), "last": b.Last(theirs, 4)} {
		if of := inputsOf(view)[0]; !isOurs(of) {
			t.Errorf("%s is a view of %v", name, of)
		}
	}
	if of := inputsOf(b.Step(x, 1, 2))[0]; of != x {
		t.Errorf("a view of an input is one of %v", of)
	}
}

// TestTakenHash: a node whose hash another node has gets another number.
func TestTakenHash(t *testing.T) {
	b := New(tensor.Float64)
	x := input(b, "x", []int{2}, 1, 2)
	first := b.Tanh(x)
	opCount.Store(first.Op().(*op).id - 1)
	second := b.Exp(x)
	if b.Err() != nil {
		t.Fatal(b.Err())
	}
	if first.Hashcode() == second.Hashcode() {
		t.Error("two nodes share a hash")
	}
	got := run(t, b, first, second)
	compare(t, "tanh", got[0], []float64{math.Tanh(1), math.Tanh(2)}, 1e-15)
	compare(t, "exp", got[1], []float64{math.E, math.E * math.E}, 1e-15)
}
