package graph

import (
	"fmt"
	"slices"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"unroll/internal/kernel"
)

// reshaped is Reshape to a shape that x may have already.
func (b *Builder) reshaped(x *Node, shape tensor.Shape) *Node {
	if !b.ok(x) || slices.Equal(x.Shape(), shape) {
		return x
	}
	return b.Reshape(x, shape...)
}

// ExpandDims emits x with an axis of size 1 more, at the given place.
func (b *Builder) ExpandDims(x *Node, axis int) *Node {
	if !b.floats("expand dims", x) {
		return nil
	}
	n := x.Dims() + 1
	if axis < -n || axis >= n {
		return b.Fail(errors.Errorf("expand dims: no place %d in %s", axis, shapeString(x)))
	}
	return b.Reshape(x, slices.Insert(slices.Clone(x.Shape()), (axis+n)%n, 1)...)
}

// Squeeze emits x without an axis of size 1.
func (b *Builder) Squeeze(x *Node, axis int) *Node {
	axis, ok := b.axisOf("squeeze", x, axis)
	if !ok {
		return nil
	}
	if n := x.Shape()[axis]; n != 1 {
		return b.Fail(errors.Errorf("squeeze: axis %d of %s is of size %d", axis, shapeString(x), n))
	}
	return b.Reshape(x, without(x.Shape(), axis)...)
}

// Transpose emits x with its axes in another order, reversed if none is given: axis i
// of the result is axis axes[i] of x.
func (b *Builder) Transpose(x *Node, axes ...int) *Node {
	if !b.floats("transpose", x) {
		return nil
	}
	n := x.Dims()
	if len(axes) == 0 {
		for i := range n {
			axes = append(axes, n-1-i)
		}
	}
	to := make([]int, 0, n)
	for _, a := range axes {
		axis, ok := b.axisOf("transpose", x, a)
		if !ok {
			return nil
		}
		to = append(to, axis)
	}
	back := make([]int, n)
	for i, a := range to {
		back[a] = i
	}
	if sorted := slices.Sorted(slices.Values(to)); len(to) != n || len(slices.Compact(sorted)) != n {
		return b.Fail(errors.Errorf("transpose: the axes %v are not those of %s in another order", axes, shapeString(x)))
	}
	shape, strides := make(tensor.Shape, n), make([]int, n)
	for i, a := range to {
		shape[i], strides[i] = x.Shape()[a], volumeOf(x.Shape()[a+1:])
	}
	return b.apply(&op{
		name:   "transpose",
		key:    fmt.Sprint(to),
		undoes: &undo{"transpose", fmt.Sprint(back)},
		shape:  shape,
		run:    pick(b, strided[float32](shape, strides), strided[float64](shape, strides)),
		grad:   func(_ []*Node, _, dout *Node) []*Node { return []*Node{b.Transpose(dout, back...)} },
	}, "d", x)
}

// Slice emits the elements from to to of an axis.
func (b *Builder) Slice(x *Node, axis, from, to int) *Node {
	axis, ok := b.axisOf("slice", x, axis)
	if !ok {
		return nil
	}
	s := x.Shape()
	if from < 0 || to <= from || to > s[axis] {
		return b.Fail(errors.Errorf("slice: %d to %d of axis %d of %s", from, to, axis, shapeString(x)))
	}
	if to-from == s[axis] {
		return x
	}
	shape := slices.Clone(s)
	shape[axis] = to - from
	over := alongAxis(s, axis)
	if over.outer == 1 {
		return b.window(x, &part{from * over.inner, to * over.inner}, shape)
	}
	return b.apply(&op{
		name:  "slice",
		key:   [3]int{axis, from, to},
		shape: shape,
		run:   pick(b, slice[float32](over, from, to), slice[float64](over, from, to)),
		grad:  func(_ []*Node, _, dout *Node) []*Node { return []*Node{b.Pad(dout, axis, from, s[axis]-to)} },
	}, "d", x)
}

func slice[T kernel.Float](over along, from, to int) runFunc {
	return map1(func(y, x []T) {
		for o := range over.outer {
			y = y[copy(y, x[(o*over.size+from)*over.inner:(o*over.size+to)*over.inner]):]
		}
	})
}

// Pad emits x with so many zeros before and after the elements of an axis.
func (b *Builder) Pad(x *Node, axis, before, after int) *Node {
	axis, ok := b.axisOf("pad", x, axis)
	if !ok {
		return nil
	}
	if before < 0 || after < 0 || before > maxElements || after > maxElements {
		return b.Fail(errors.Errorf("pad: %d zeros before and %d after", before, after))
	}
	if before+after == 0 {
		return x
	}
	shape := slices.Clone(x.Shape())
	n := shape[axis]
	shape[axis] += before + after
	over := alongAxis(shape, axis)
	return b.apply(&op{
		name:  "pad",
		key:   [3]int{axis, before, after},
		shape: shape,
		run:   pick(b, pad[float32](over, before, before+n), pad[float64](over, before, before+n)),
		grad:  func(_ []*Node, _, dout *Node) []*Node { return []*Node{b.Slice(dout, axis, before, before+n)} },
	}, "d", x)
}

func pad[T kernel.Float](over along, from, to int) runFunc {
	return map1(func(y, x []T) {
		clear(y)
		for o := range over.outer {
			x = x[copy(y[(o*over.size+from)*over.inner:(o*over.size+to)*over.inner], x):]
		}
	})
}

// Split emits the parts of an axis, of the given sizes, which together are its size.
func (b *Builder) Split(x *Node, axis int, sizes ...int) []*Node {
	axis, ok := b.axisOf("split", x, axis)
	parts := make([]*Node, len(sizes))
	if !ok {
		return parts
	}
	sum := 0
	for _, n := range sizes {
		sum += n
	}
	if sum != x.Shape()[axis] {
		b.Fail(errors.Errorf("split: sizes %v of axis %d of %s", sizes, axis, shapeString(x)))
		return parts
	}
	at := 0
	for i, n := range sizes {
		parts[i] = b.Slice(x, axis, at, at+n)
		at += n
	}
	return parts
}

// Concat emits nodes one after the other along an axis; their other sizes are equal.
func (b *Builder) Concat(axis int, xs ...*Node) *Node {
	if len(xs) == 0 {
		return b.Fail(errors.New("concat: nothing to join"))
	}
	axis, ok := b.axisOf("concat", xs[0], axis)
	if !ok || !b.ok(xs...) {
		return nil
	}
	shape := slices.Clone(xs[0].Shape())
	shape[axis] = 0
	sizes := make([]int, len(xs))
	for i, x := range xs {
		s := x.Shape()
		if s.Dims() != len(shape) || !slices.Equal(without(s, axis), without(shape, axis)) {
			return b.Fail(errors.Errorf("concat: input %d is %s, input 0 is %s: they differ beside axis %d", i, shapeString(x), shapeString(xs[0]), axis))
		}
		sizes[i] = s[axis]
		shape[axis] += s[axis]
	}
	if len(xs) == 1 {
		return xs[0]
	}
	over := alongAxis(shape, axis)
	if over.outer == 1 { // parts that lie one after the other are a sum that is tiled
		terms := make([]term, len(xs))
		at := 0
		for i, x := range xs {
			to := at + x.Shape().TotalSize()
			terms[i] = term{x, &part{at, to}}
			at = to
		}
		return b.sum(shape, terms)
	}
	diff := make([]byte, len(xs))
	for i := range diff {
		diff[i] = 'd'
	}
	return b.apply(&op{
		name:  "concat",
		key:   axis,
		shape: shape,
		run:   pick(b, concat[float32](over, sizes), concat[float64](over, sizes)),
		grad:  func(_ []*Node, _, dout *Node) []*Node { return b.Split(dout, axis, sizes...) },
	}, string(diff), xs...)
}

func concat[T kernel.Float](over along, sizes []int) runFunc {
	return func(o *op, in []gorgonia.Value) error {
		y, row := Floats[T](o.out), over.size*over.inner
		at := 0
		for i, size := range sizes {
			x, n := Floats[T](in[i]), size*over.inner
			for k := range over.outer {
				copy(y[k*row+at:k*row+at+n], x[k*n:])
			}
			at += n
		}
		return nil
	}
}

// Stack emits nodes of one shape one after the other along a new axis.
func (b *Builder) Stack(axis int, xs ...*Node) *Node {
	wide := make([]*Node, len(xs))
	for i, x := range xs {
		wide[i] = b.ExpandDims(x, axis)
	}
	if len(xs) > 0 && b.ok(wide...) && axis < 0 {
		axis += wide[0].Dims()
	}
	return b.Concat(axis, wide...)
}

// Repeat emits each element of an axis n times, one after the other.
func (b *Builder) Repeat(x *Node, axis, n int) *Node {
	axis, ok := b.axisOf("repeat", x, axis)
	if !ok {
		return nil
	}
	if n < 1 || n > maxElements {
		return b.Fail(errors.Errorf("repeat: %d times", n))
	}
	wide := b.ExpandDims(x, axis+1)
	shape := slices.Insert(slices.Clone(x.Shape()), axis+1, n)
	out := slices.Clone(x.Shape())
	out[axis] *= n
	return b.reshaped(b.BroadcastTo(wide, shape...), out)
}
