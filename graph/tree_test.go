package graph

import (
	"math"
	"slices"

	"pgregory.net/rapid"
)

// tree is a graph of elementary operations that plain Go computes too.
type tree struct {
	params []array
	exprs  []expr
	values []array // of the parameters, then of the expressions
	read   map[int]bool
}

// expr is an operation, as nodes and as loops.
type expr struct {
	args  []int
	nodes func(b *Builder, in []*Node) *Node
	loops func(k *kinks, in []array) array
}

// kinks notes on which side of its kinks and jumps each operation is: where the notes
// are equal the function is smooth between.
type kinks struct {
	sides []bool
	close bool // rounding may decide on the side
}

// side reports whether x < y.
func (k *kinks) side(x, y float64) bool {
	k.sides = append(k.sides, x < y)
	if math.Abs(x-y) < 1e-9 && (x != 0 || y != 0) {
		k.close = true
	}
	return x < y
}

// add appends an expression, with a factor in it that keeps its values within 1.
func (g *tree) add(e expr) {
	in := make([]array, len(e.args))
	for i, a := range e.args {
		in[i], g.read[a] = g.values[a], true
	}
	largest := 1.
	for _, v := range e.loops(&kinks{}, in).x {
		largest = max(largest, math.Abs(v))
	}
	scaled := expr{e.args, func(b *Builder, in []*Node) *Node { return b.Affine(1/largest, e.nodes(b, in), 0) },
		func(k *kinks, in []array) array {
			return zipped(func(x []float64) float64 { return x[0] / largest }, e.loops(k, in))
		}}
	g.exprs, g.values = append(g.exprs, scaled), append(g.values, scaled.loops(&kinks{}, in))
}

// compute returns all values at other parameters.
func (g *tree) compute(params []array) ([]array, *kinks) {
	values, k := slices.Clone(params), &kinks{}
	for _, e := range g.exprs {
		in := make([]array, len(e.args))
		for i, a := range e.args {
			in[i] = values[a]
		}
		values = append(values, e.loops(k, in))
	}
	return values, k
}

// emit emits the nodes of all values.
func (g *tree) emit(b *Builder, params []*Node) []*Node {
	nodes := slices.Clone(params)
	for _, e := range g.exprs {
		in := make([]*Node, len(e.args))
		for i, a := range e.args {
			in[i] = nodes[a]
		}
		nodes = append(nodes, e.nodes(b, in))
	}
	return nodes
}

func elementwise(nodes func(b *Builder, in []*Node) *Node, f func(k *kinks, x []float64) float64, args ...int) expr {
	return expr{args, nodes, func(k *kinks, in []array) array {
		return zipped(func(x []float64) float64 { return f(k, x) }, in...)
	}}
}

// drawTree draws parameters and operations on them and on one another.
func drawTree(d drawn) *tree {
	g := &tree{read: map[int]bool{}}
	for range d.between(2, 4, "parameters") {
		g.params = append(g.params, d.finite(rapid.SliceOfN(rapid.IntRange(1, 3), 0, 3).Draw(d.T, "shape")))
	}
	g.values = slices.Clone(g.params)
	for want := len(g.values) + d.between(10, 30, "operations"); len(g.values) < want; {
		at := d.between(0, len(g.values)-1, "x")
		switch d.between(0, 3, "kind") {
		case 0:
			g.add(d.function(at))
		case 1:
			var fit []int // what can be broadcast with x to something small
			for i, v := range g.values {
				if s, err := broadcastShape(v.shape, g.values[at].shape); err == nil && volumeOf(s) <= max(24, volumeOf(g.values[at].shape)) {
					fit = append(fit, i)
				}
			}
			g.add(d.ofTwo(at, rapid.SampledFrom(fit).Draw(d.T, "y")))
		case 2:
			g.add(d.reduction(at, g.values[at].shape))
		case 3:
			if volumeOf(g.values[at].shape) <= 24 {
				g.add(d.movement(at, g.values[at].shape))
			}
		}
	}
	return g
}

// function draws a function of each element.
func (d drawn) function(at int) expr {
	f := rapid.SampledFrom(treeFunctions).Draw(d.T, "function")
	return elementwise(func(b *Builder, in []*Node) *Node { return f.nodes(b, in[0]) },
		func(k *kinks, x []float64) float64 { return f.of(k, x[0]) }, at)
}

// above0 is x² + 1/2, where functions of positive numbers are defined.
func above0(b *Builder, x *Node) *Node { return b.Affine(1, b.Mul(x, x), 0.5) }

var treeFunctions = []struct {
	nodes func(b *Builder, x *Node) *Node
	of    func(k *kinks, x float64) float64
}{
	{(*Builder).Tanh, func(_ *kinks, x float64) float64 { return math.Tanh(x) }},
	{(*Builder).Sigmoid, func(_ *kinks, x float64) float64 { return 1 / (1 + math.Exp(-x)) }},
	{(*Builder).Exp, func(_ *kinks, x float64) float64 { return math.Exp(x) }},
	{(*Builder).Expm1, func(_ *kinks, x float64) float64 { return math.Expm1(x) }},
	{(*Builder).Sin, func(_ *kinks, x float64) float64 { return math.Sin(x) }},
	{(*Builder).Cos, func(_ *kinks, x float64) float64 { return math.Cos(x) }},
	{(*Builder).Erf, func(_ *kinks, x float64) float64 { return math.Erf(x) }},
	{(*Builder).Neg, func(_ *kinks, x float64) float64 { return -x }},
	{func(b *Builder, x *Node) *Node { return b.Log(above0(b, x)) }, func(_ *kinks, x float64) float64 { return math.Log(x*x + 0.5) }},
	{func(b *Builder, x *Node) *Node { return b.Log1p(above0(b, x)) }, func(_ *kinks, x float64) float64 { return math.Log(x*x + 1.5) }},
	{func(b *Builder, x *Node) *Node { return b.Sqrt(above0(b, x)) }, func(_ *kinks, x float64) float64 { return math.Sqrt(x*x + 0.5) }},
	{func(b *Builder, x *Node) *Node { return b.Rsqrt(above0(b, x)) }, func(_ *kinks, x float64) float64 { return 1 / math.Sqrt(x*x+0.5) }},
	{(*Builder).Abs, func(k *kinks, x float64) float64 {
		if k.side(x, 0) {
			return -x
		}
		return x
	}},
	{(*Builder).Relu, func(k *kinks, x float64) float64 {
		if k.side(x, 0) {
			return 0
		}
		return x
	}},
	{func(b *Builder, x *Node) *Node { return b.Clip(x, -0.5, 0.7) }, func(k *kinks, x float64) float64 {
		switch {
		case k.side(x, -0.5):
			return -0.5
		case k.side(0.7, x):
			return 0.7
		}
		return x
	}},
	{func(b *Builder, x *Node) *Node { return b.Mul(x, b.Sign(x)) }, func(k *kinks, x float64) float64 {
		if k.side(x, 0) {
			return -x
		}
		return x
	}},
}

// ofTwo draws a function of two elements, broadcast.
func (d drawn) ofTwo(x, y int) expr {
	f := rapid.SampledFrom(treeFunctionsOfTwo).Draw(d.T, "function of two")
	return elementwise(func(b *Builder, in []*Node) *Node { return f.nodes(b, in[0], in[1]) },
		func(k *kinks, x []float64) float64 { return f.of(k, x[0], x[1]) }, x, y)
}

var treeFunctionsOfTwo = []struct {
	nodes func(b *Builder, x, y *Node) *Node
	of    func(k *kinks, x, y float64) float64
}{
	{(*Builder).Add, func(_ *kinks, x, y float64) float64 { return x + y }},
	{(*Builder).Sub, func(_ *kinks, x, y float64) float64 { return x - y }},
	{(*Builder).Mul, func(_ *kinks, x, y float64) float64 { return x * y }},
	{func(b *Builder, x, y *Node) *Node { return b.Div(x, above0(b, y)) }, func(_ *kinks, x, y float64) float64 { return x / (y*y + 0.5) }},
	{func(b *Builder, x, y *Node) *Node { return b.Pow(above0(b, x), y) }, func(_ *kinks, x, y float64) float64 { return math.Pow(x*x+0.5, y) }},
	{(*Builder).Maximum, func(k *kinks, x, y float64) float64 {
		if k.side(x, y) {
			return y
		}
		return x
	}},
	{(*Builder).Minimum, func(k *kinks, x, y float64) float64 {
		if k.side(x, y) {
			return x
		}
		return y
	}},
	{func(b *Builder, x, y *Node) *Node { return b.Where(b.Less(x, y), b.Mul(x, x), y) }, func(k *kinks, x, y float64) float64 {
		if k.side(x, y) {
			return x * x
		}
		return y
	}},
	{func(b *Builder, x, y *Node) *Node { return b.Where(b.GreaterEqual(x, y), x, b.Mul(y, x)) }, func(k *kinks, x, y float64) float64 {
		if !k.side(x, y) {
			return x
		}
		return y * x
	}},
}
