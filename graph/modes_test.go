package graph

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"gorgonia.org/tensor"
)

// run compiles nodes, runs them once and returns their elements.
func run(t *testing.T, b *Builder, nodes ...*Node) [][]float64 {
	t.Helper()
	p, err := b.Compile(nodes...)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	values := make([][]float64, len(nodes))
	for i, n := range nodes {
		values[i] = value(t, p, n)
	}
	return values
}

// TestModesAgree: for every operation, ⟨u, J·v⟩ from the one side is ⟨Jᵀ·u, v⟩ from the
// other, and the Hessian's products are symmetric, ⟨w, H·v⟩ = ⟨v, H·w⟩.
func TestModesAgree(t *testing.T) {
	for name, all := range operations {
		for i, op := range all {
			t.Run(fmt.Sprintf("%s/%d", name, i), func(t *testing.T) {
				t.Parallel()
				checkModes(t, op)
			})
		}
	}
}

func checkModes(t *testing.T, op operation) {
	r := rand.New(rand.NewPCG(5, 6))
	b := New(tensor.Float64)
	var params, vs, ws []*Node
	for i, s := range op.shapes {
		params = append(params, b.Input(fmt.Sprint("p", i), random(r, s...)))
		vs = append(vs, b.Input(fmt.Sprint("v", i), random(r, s...)))
		ws = append(ws, b.Input(fmt.Sprint("w", i), random(r, s...)))
	}
	y := op.build(b, params)
	if b.Err() != nil {
		t.Fatal(b.Err())
	}
	u := b.Input("u", random(r, y.Shape()...))
	cost := b.Inner(y, u)
	inner := func(xs, ys []*Node) *Node {
		var terms []*Node
		for i, x := range xs {
			terms = append(terms, b.Inner(x, ys[i]))
		}
		return b.AddN(terms...)
	}
	got := run(t, b,
		b.Inner(u, b.JVP([]*Node{y}, params, vs)[0]), inner(b.VJP([]*Node{y}, []*Node{u}, params...), vs),
		inner(ws, b.HVP(cost, params, vs)), inner(vs, b.HVP(cost, params, ws)))
	compare(t, "⟨u, J·v⟩", got[0], got[1], 1e-10)
	compare(t, "⟨w, H·v⟩", got[2], got[3], 1e-10)
}

// TestHessian of x₀²·x₁ + sin x₁.
func TestHessian(t *testing.T) {
	b := New(tensor.Float64)
	x := input(b, "x", []int{2}, 3, 0.5)
	x0, x1 := b.Slice(x, 0, 0, 1), b.Slice(x, 0, 1, 2)
	cost := b.Sum(b.Add(b.Mul(b.Mul(x0, x0), x1), b.Sin(x1)))
	got := run(t, b, b.Hessian(cost, x))
	compare(t, "hessian", got[0], []float64{1, 6, 6, -0.479425538604203}, 1e-14)
}

// TestJacobian holds the matrices against the products with them.
func TestJacobian(t *testing.T) {
	for _, name := range []string{"Div", "Einsum", "LogSumExp", "SimpleRNN", "Transpose"} {
		op := operations[name][0]
		r := rand.New(rand.NewPCG(5, 6))
		b := New(tensor.Float64)
		var params []*Node
		for i, s := range op.shapes {
			params = append(params, b.Input(fmt.Sprint("p", i), random(r, s...)))
		}
		y := op.build(b, params)
		x, v, u := params[0], random(r, params[0].Shape()...), random(r, y.Shape()...)
		vn, un := b.Input("v", v), b.Input("u", u)
		cost := b.Inner(b.Mul(y, y), un)
		got := run(t, b, b.Jacobian(y, x), b.JVP([]*Node{y}, []*Node{x}, []*Node{vn})[0], b.Hessian(cost, x), b.HVP(cost, []*Node{x}, []*Node{vn})[0])
		for i := range 2 {
			matrix, want := got[2*i], got[2*i+1]
			product := make([]float64, len(want))
			for at, d := range matrix {
				product[at/len(v.Float64s())] += d * v.Float64s()[at%len(v.Float64s())]
			}
			compare(t, name, product, want, 1e-10)
		}
	}
}

// TestStopGradient: x·stop(x) has the derivative x.
func TestStopGradient(t *testing.T) {
	b := New(tensor.Float64)
	x := input(b, "x", []int{2}, 3, -2)
	g := b.Grad(b.Sum(b.Mul(x, b.StopGradient(x))), x)
	compare(t, "gradient", run(t, b, g[0])[0], []float64{3, -2}, 0)
}

// TestSharedCosts: gradients of several costs with shared parts, one by an inner node.
func TestSharedCosts(t *testing.T) {
	b := New(tensor.Float64)
	x := input(b, "x", []int{2}, 0.3, -2)
	h := b.Mul(x, x)
	first, second := b.Sum(b.Mul(h, x)), b.Sum(b.Mul(h, h))
	got := run(t, b, b.Grad(first, x)[0], b.Grad(second, x)[0], b.Grad(second, h)[0])
	compare(t, "3x²", got[0], []float64{0.27, 12}, 1e-14)
	compare(t, "4x³", got[1], []float64{0.108, -32}, 1e-14)
	compare(t, "2h", got[2], []float64{0.18, 8}, 1e-14)
}

// TestCustom: a user's operation of values, in both types, with inputs of another type.
func TestCustom(t *testing.T) {
	for _, dt := range []tensor.Dtype{tensor.Float32, tensor.Float64} {
		b := New(dt)
		x := input(b, "x", []int{3}, 1, 2, 3)
		scale := b.Input("ids", intIDs(2, 0, 5))
		elements := func(v Value) []float64 {
			if p := Floats[float64](v); p != nil {
				return p
			}
			var all []float64
			for _, p := range Floats[float32](v) {
				all = append(all, float64(p))
			}
			return all
		}
		set := func(v Value, f func(i int) float64) {
			for i := range Floats[float32](v) {
				Floats[float32](v)[i] = float32(f(i))
			}
			for i := range Floats[float64](v) {
				Floats[float64](v)[i] = f(i)
			}
		}
		y := b.Custom("scaled", x.Shape(), func(out Value, in []Value) error {
			set(out, func(i int) float64 { return elements(in[0])[i] * float64(ids(in[1])[i]) })
			return nil
		}, func(grads, in []Value, out, dout Value) error {
			if grads[1] != nil {
				t.Error("ids have a gradient")
			}
			set(grads[0], func(i int) float64 { return elements(dout)[i] * float64(ids(in[1])[i]) })
			return nil
		}, x, scale)
		g := b.Grad(b.Sum(b.Mul(y, y)), x)[0]
		p, err := b.Compile(y, g)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // and the same again
			if err := p.Run(); err != nil {
				t.Fatal(err)
			}
			for n, want := range map[*Node][]float64{y: {2, 0, 15}, g: {8, 0, 150}} {
				v, err := p.Value(n)
				if err != nil {
					t.Fatal(err)
				}
				compare(t, fmt.Sprint(dt), elements(v), want, 0)
			}
		}
		p.Close()
	}
}

// TestCustomErrors: what a user's function returns, or panics with, is the run's error.
func TestCustomErrors(t *testing.T) {
	for name, f := range map[string]func(out Value, in []Value) error{
		"refused":            func(Value, []Value) error { return fmt.Errorf("refused") },
		"index out of range": func(_ Value, in []Value) error { _ = in[3]; return nil },
	} {
		b := New(tensor.Float64)
		p, err := b.Compile(b.Custom("own", []int{1}, f, nil, input(b, "x", []int{1}, 1)))
		if err != nil {
			t.Fatal(err)
		}
		checkError(t, p.Run(), "own: ", name)
		p.Close()
	}
	for want, f := range map[string]func(b *Builder, x *Node) *Node{
		"own: an operation has one input at least": func(b *Builder, _ *Node) *Node {
			return b.Custom("own", nil, func(Value, []Value) error { return nil }, nil)
		},
		"want a name": func(b *Builder, x *Node) *Node { return b.Custom("", nil, nil, nil, x) },
		"own: shape [0],": func(b *Builder, x *Node) *Node {
			return b.Custom("own", []int{0}, func(Value, []Value) error { return nil }, nil, x)
		},
		"want a rule": func(b *Builder, x *Node) *Node { return b.WithGradient(x, []*Node{x}, nil) },
		"the rule gives 0 gradients for 1 nodes": func(b *Builder, x *Node) *Node {
			return b.Grad(b.Sum(b.WithGradient(x, []*Node{x}, func(*Node) []*Node { return nil })), x)[0]
		},
		"gradient 0 is [] for a node [1]": func(b *Builder, x *Node) *Node {
			return b.Grad(b.Sum(b.WithGradient(x, []*Node{x}, func(dy *Node) []*Node { return []*Node{b.Sum(dy)} })), x)[0]
		},
	} {
		b := New(tensor.Float64)
		f(b, input(b, "x", []int{1}, 1))
		checkError(t, b.Err(), want)
	}
}

// TestStraightThrough: the sign's gradient is replaced, reversed and clipped.
func TestStraightThrough(t *testing.T) {
	b := New(tensor.Float64)
	x := input(b, "x", []int{3}, 3, -2, 0.5)
	w := input(b, "w", []int{3}, 4, 5, -6)
	rules := []func(dy *Node) *Node{
		func(dy *Node) *Node { return dy }, b.Neg, func(dy *Node) *Node { return b.Clip(dy, -1, 4.5) },
	}
	var grads []*Node
	for _, rule := range rules {
		y := b.WithGradient(b.Sign(x), []*Node{x}, func(dy *Node) []*Node { return []*Node{rule(dy)} })
		grads = append(grads, b.Grad(b.Inner(y, w), x)[0])
	}
	got := run(t, b, grads...)
	compare(t, "straight through", got[0], []float64{4, 5, -6}, 0)
	compare(t, "reversed", got[1], []float64{-4, -5, 6}, 0)
	compare(t, "clipped", got[2], []float64{4, 4.5, -1}, 0)
}
