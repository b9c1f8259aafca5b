package graph

import (
	"unroll/internal/kernel"
)

// The comparisons emit 1 where they hold and 0 elsewhere. The shapes are broadcast as
// those of Add. They have no gradient: VJP takes them for constants. NaN is not equal
// to anything, and neither less nor greater.

// Equal emits where x = y.
func (b *Builder) Equal(x, y *Node) *Node {
	return b.compare("equal", x, y, func(x, y float64) bool { return x == y })
}

// NotEqual emits where x ≠ y.
func (b *Builder) NotEqual(x, y *Node) *Node {
	return b.compare("not_equal", x, y, func(x, y float64) bool { return x != y })
}

// Less emits where x < y.
func (b *Builder) Less(x, y *Node) *Node {
	return b.compare("less", x, y, func(x, y float64) bool { return x < y })
}

// LessEqual emits where x ≤ y.
func (b *Builder) LessEqual(x, y *Node) *Node {
	return b.compare("less_equal", x, y, func(x, y float64) bool { return x <= y })
}

// Greater emits where x > y.
func (b *Builder) Greater(x, y *Node) *Node { return b.Less(y, x) }

// GreaterEqual emits where x ≥ y.
func (b *Builder) GreaterEqual(x, y *Node) *Node { return b.LessEqual(y, x) }

func (b *Builder) compare(name string, x, y *Node, holds func(x, y float64) bool) *Node {
	if !b.ok(x, y) {
		return nil
	}
	x, y = b.together(name, x, y)
	if !b.ok(x, y) {
		return nil
	}
	return b.apply(&op{
		name:    name,
		key:     pure,
		shape:   x.Shape(),
		pointed: pick(b, comparison[float32](holds), comparison[float64](holds)),
		grad:    noGrad,
	}, "..", x, y)
}

func comparison[T kernel.Float](holds func(x, y float64) bool) pointed {
	return each2(func(z, x, y []T) {
		for i, v := range x {
			z[i] = T(choose(holds(float64(v), float64(y[i])), 1, 0))
		}
	})
}
