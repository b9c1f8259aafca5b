package graph

import (
	"math"
	"slices"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"unroll/internal/kernel"
)

// Axes are numbered from 0, or from the last one, -1, backwards, as in NumPy.

// axisOf returns the axis of x that a number means.
func (b *Builder) axisOf(name string, x *Node, axis int) (int, bool) {
	if !b.floats(name, x) {
		return 0, false
	}
	n := x.Dims()
	if axis < -n || axis >= n {
		b.Fail(errors.Errorf("%s: %s has no axis %d", name, shapeString(x), axis))
		return 0, false
	}
	return (axis + n) % n, true
}

// along is an array seen from one of its axes: of outer arrays, each of size rows of
// inner elements.
type along struct{ outer, size, inner int }

func alongAxis(s tensor.Shape, axis int) along {
	return along{volumeOf(s[:axis]), s[axis], volumeOf(s[axis+1:])}
}

func volumeOf(sizes []int) int {
	n := 1
	for _, s := range sizes {
		n *= s
	}
	return n
}

// without returns s without an axis.
func without(s tensor.Shape, axis int) tensor.Shape {
	return slices.Delete(slices.Clone(s), axis, axis+1)
}

// reduce emits an operation f of each axis, all if none is given, the last first.
func (b *Builder) reduce(name string, x *Node, axes []int, f func(x *Node, axis int) *Node) *Node {
	if !b.floats(name, x) {
		return nil
	}
	if len(axes) == 0 {
		for i := range x.Dims() {
			axes = append(axes, i)
		}
	}
	var all []int
	for _, a := range axes {
		axis, ok := b.axisOf(name, x, a)
		if !ok {
			return nil
		}
		if slices.Contains(all, axis) {
			return b.Fail(errors.Errorf("%s: axis %d is given twice", name, a))
		}
		all = append(all, axis)
	}
	slices.Sort(all)
	for _, axis := range slices.Backward(all) {
		if x = f(x, axis); x == nil {
			return nil
		}
	}
	return x
}

// Sum emits the sum over the axes, which the result no longer has; over all of them,
// a scalar, if none is given.
func (b *Builder) Sum(x *Node, axes ...int) *Node { return b.reduce("sum", x, axes, b.sumAxis) }

func (b *Builder) sumAxis(x *Node, axis int) *Node {
	s := x.Shape()
	over := alongAxis(s, axis)
	return b.apply(&op{
		name:  "sum_axis",
		key:   axis,
		shape: without(s, axis),
		run:   pick(b, sumAxis[float32](over), sumAxis[float64](over)),
		grad: func(in []*Node, _, dout *Node) []*Node {
			return []*Node{b.BroadcastTo(b.ExpandDims(dout, axis), s...)}
		},
	}, "d", x)
}

func sumAxis[T kernel.Float](over along) runFunc {
	return map1(func(y, x []T) {
		clear(y)
		for o := range over.outer {
			sum := y[o*over.inner : (o+1)*over.inner]
			if over.inner == 1 {
				var s T
				for _, v := range x[:over.size] {
					s += v
				}
				sum[0], x = s, x[over.size:]
				continue
			}
			for range over.size {
				kernel.Add(sum, x[:over.inner])
				x = x[over.inner:]
			}
		}
	})
}

// Mean emits the mean over the axes, over all of them if none is given.
func (b *Builder) Mean(x *Node, axes ...int) *Node {
	y := b.Sum(x, axes...)
	if !b.ok(y) {
		return nil
	}
	return b.Affine(float64(y.Shape().TotalSize())/float64(x.Shape().TotalSize()), y, 0)
}

// Max emits the largest element over the axes, over all of them if none is given: NaN
// if one is among them. The gradient goes to the first of the largest.
func (b *Builder) Max(x *Node, axes ...int) *Node {
	return b.reduce("max", x, axes, func(x *Node, axis int) *Node { return b.extremeAxis("max_axis", x, axis, 1) })
}

// Min emits the smallest element in the manner of Max.
func (b *Builder) Min(x *Node, axes ...int) *Node {
	return b.reduce("min", x, axes, func(x *Node, axis int) *Node { return b.extremeAxis("min_axis", x, axis, -1) })
}

// ArgMax emits the places along the axis of its largest elements, the first of each:
// whole numbers from 0 in the type of the graph's floats. It has no gradient.
func (b *Builder) ArgMax(x *Node, axis int) *Node { return b.firstExtreme("argmax", x, axis, 1) }

// ArgMin emits the places of the smallest elements in the manner of ArgMax.
func (b *Builder) ArgMin(x *Node, axis int) *Node { return b.firstExtreme("argmin", x, axis, -1) }

func (b *Builder) firstExtreme(name string, x *Node, axis int, sign float64) *Node {
	axis, ok := b.axisOf(name, x, axis)
	if !ok {
		return nil
	}
	over := alongAxis(x.Shape(), axis)
	if b.dt == tensor.Float32 && over.size > 1<<24 {
		return b.Fail(errors.Errorf("%s: axis %d of %s has places that a float32 does not hold", name, axis, shapeString(x)))
	}
	return b.apply(&op{
		name:  name,
		key:   axis,
		shape: without(x.Shape(), axis),
		run:   pick(b, firstOf[float32](over, sign), firstOf[float64](over, sign)),
		grad:  noGrad,
	}, ".", x)
}

func firstOf[T kernel.Float](over along, sign float64) runFunc {
	return map1(func(y, x []T) {
		for i := range y {
			from := i/over.inner*over.size*over.inner + i%over.inner
			best := 0
			for k := 1; k < over.size; k++ {
				v, most := T(sign)*x[from+k*over.inner], T(sign)*x[from+best*over.inner]
				if v > most || v != v && most == most {
					best = k
				}
			}
			y[i] = T(best)
		}
	})
}

func (b *Builder) extremeAxis(name string, x *Node, axis int, sign float64) *Node {
	at := b.firstExtreme(name+"_at", x, axis, sign)
	return b.takeAlong(x, at, axis)
}

// takeAlong and putAlong read and write one element along an axis, at the places in
// at, which lack the axis. Each is linear in its first input and is the other's
// gradient.
func (b *Builder) takeAlong(x, at *Node, axis int) *Node {
	if !b.ok(x, at) {
		return nil
	}
	s := x.Shape()
	over := alongAxis(s, axis)
	return b.apply(&op{
		name:  "take_along",
		key:   axis,
		shape: at.Shape(),
		run:   pick(b, takeAlong[float32](over), takeAlong[float64](over)),
		grad:  func(in []*Node, _, dout *Node) []*Node { return []*Node{b.putAlong(dout, in[1], s, axis), nil} },
	}, "d.", x, at)
}

func (b *Builder) putAlong(x, at *Node, s tensor.Shape, axis int) *Node {
	over := alongAxis(s, axis)
	return b.apply(&op{
		name:  "put_along",
		key:   axis,
		shape: s,
		run:   pick(b, putAlong[float32](over), putAlong[float64](over)),
		grad:  func(in []*Node, _, dout *Node) []*Node { return []*Node{b.takeAlong(dout, in[1], axis), nil} },
	}, "d.", x, at)
}

func takeAlong[T kernel.Float](over along) runFunc {
	return map2(func(y, x, at []T) {
		for i, k := range at {
			y[i] = x[(i/over.inner*over.size+int(k))*over.inner+i%over.inner]
		}
	})
}

func putAlong[T kernel.Float](over along) runFunc {
	return map2(func(y, x, at []T) {
		clear(y)
		for i, k := range at {
			y[(i/over.inner*over.size+int(k))*over.inner+i%over.inner] = x[i]
		}
	})
}

// LogSumExp emits log Σ eˣ over the axes, over all of them if none is given, without
// overflow.
func (b *Builder) LogSumExp(x *Node, axes ...int) *Node {
	top := b.StopGradient(b.Max(x, axes...))
	if !b.ok(top) {
		return nil
	}
	// Where all elements are −∞, or one is ∞, there is nothing to be held back.
	top = b.levels("finite", top, func(x float64) float64 { return choose(math.IsInf(x, 0), 0, x) })
	kept := slices.Clone(x.Shape())
	for i := range kept {
		if len(axes) == 0 || slices.Contains(axes, i) || slices.Contains(axes, i-len(kept)) {
			kept[i] = 1
		}
	}
	return b.Add(b.Log(b.Sum(b.Exp(b.Sub(x, b.reshaped(top, kept))), axes...)), top)
}

// CumSum emits the sums of the elements along the axis up to each one.
func (b *Builder) CumSum(x *Node, axis int) *Node { return b.cumSum(x, axis, false) }

type cumSumKey struct {
	axis int
	back bool
}

// cumSum sums from the end on if back is set. Each direction is the gradient of the
// other.
func (b *Builder) cumSum(x *Node, axis int, back bool) *Node {
	axis, ok := b.axisOf("cumsum", x, axis)
	if !ok {
		return nil
	}
	over := alongAxis(x.Shape(), axis)
	return b.apply(&op{
		name:  "cumsum",
		key:   cumSumKey{axis, back},
		shape: x.Shape(),
		run:   pick(b, cumSum[float32](over, back), cumSum[float64](over, back)),
		grad:  func(_ []*Node, _, dout *Node) []*Node { return []*Node{b.cumSum(dout, axis, !back)} },
	}, "d", x)
}

func cumSum[T kernel.Float](over along, back bool) runFunc {
	return func(o *op, in []gorgonia.Value) error {
		y, x := Floats[T](o.out), Floats[T](in[0])
		copy(y, x)
		for o := range over.outer {
			rows := y[o*over.size*over.inner : (o+1)*over.size*over.inner]
			for k := 1; k < over.size; k++ {
				to, from := k, k-1
				if back {
					to, from = over.size-1-k, over.size-k
				}
				kernel.Add(rows[to*over.inner:(to+1)*over.inner], rows[from*over.inner:(from+1)*over.inner])
			}
		}
		return nil
	}
}
