package graph

import (
	"math"
	"slices"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"unroll/internal/kernel"
)

// Add emits x + y. Here and in the functions below the shapes are NumPy's: they are
// compared from their last sizes on, and where one has the size 1, or none, its
// elements are used for all of the other's.
func (b *Builder) Add(x, y *Node) *Node {
	return b.binary("add", neutral{"zeros", true}, x, y, pick(b, zip(kernel.AddTo[float32], addScalar[float32]), zip(kernel.AddTo[float64], addScalar[float64])),
		func(in []*Node, _, dout *Node) (dx, dy *Node) { return dout, dout })
}

// Sub emits x − y.
func (b *Builder) Sub(x, y *Node) *Node {
	return b.binary("sub", neutral{"zeros", false}, x, y, pick(b, zip(sub[float32], subScalar[float32]), zip(sub[float64], subScalar[float64])),
		func(in []*Node, _, dout *Node) (dx, dy *Node) { return dout, b.Affine(-1, dout, 0) })
}

// Mul emits the elementwise product x∘y.
func (b *Builder) Mul(x, y *Node) *Node {
	return b.binary("mul", neutral{"ones", true}, x, y, pick(b, zip(kernel.Mul[float32], mulScalar[float32]), zip(kernel.Mul[float64], mulScalar[float64])),
		func(in []*Node, _, dout *Node) (dx, dy *Node) { return b.Mul(dout, in[1]), b.Mul(dout, in[0]) })
}

// Div emits the elementwise quotient x/y.
func (b *Builder) Div(x, y *Node) *Node {
	return b.binary("div", neutral{"ones", false}, x, y, pick(b, zipEach(div[float32]), zipEach(div[float64])),
		func(in []*Node, out, dout *Node) (dx, dy *Node) {
			dx = b.Div(dout, in[1])
			return dx, b.Neg(b.Mul(dx, out))
		})
}

// Pow emits xʸ, of a negative x for whole y, else NaN. The gradient by x is that of
// y·xʸ⁻¹, and 0 where y is 0, so that a polynomial has all its derivatives at 0. The
// gradient by y is 0 where x is not positive, as xʸ has no derivative by y there.
func (b *Builder) Pow(x, y *Node) *Node {
	return b.binary("pow", neutral{"ones", false}, x, y, pick(b, zipEach(pow[float32]), zipEach(pow[float64])),
		func(in []*Node, out, dout *Node) (dx, dy *Node) {
			x, y := in[0], in[1]
			// x⁰ is 1 everywhere: its slope is 0 where x is 0 or NaN too, and not 0·x⁻¹.
			// There it is taken as 0·x⁰, whose slopes are 0 again.
			flat := b.Mul(
				b.levels("no_inverse", x, func(x float64) float64 { return choose(x == 0 || x != x, 1, 0) }),
				b.levels("zero", y, func(y float64) float64 { return choose(y == 0, 1, 0) }))
			less := b.Affine(1, b.Where(flat, b.Ones(), y), -1)
			dx = b.Mul(dout, b.Mul(y, b.Pow(x, less)))
			// Both factors are held back where there is no logarithm: xʸ may be ∞.
			none := b.levels("not_positive", x, func(x float64) float64 { return choose(x <= 0, 1, 0) })
			log := b.Log(b.Where(none, b.Ones(), x))
			return dx, b.Mul(dout, b.Mul(b.Where(none, b.Zeros(), out), log))
		})
}

func div[T kernel.Float](x, y T) T { return x / y }

func pow[T kernel.Float](x, y T) T { return T(math.Pow(float64(x), float64(y))) }

func addScalar[T kernel.Float](z, x []T, y T) { kernel.Affine(z, 1, x, y) }

func sub[T kernel.Float](z, x, y []T) {
	for i, v := range x {
		z[i] = v - y[i]
	}
}

func subScalar[T kernel.Float](z, x []T, y T) { addScalar(z, x, -y) }

func mulScalar[T kernel.Float](z, x []T, y T) { kernel.Scale(z, y, x) }

// neutral are the constants that leave the first input as it is, where they are the
// second, or either is the other.
type neutral struct {
	constant string
	commutes bool
}

// binary emits an elementwise operation of two inputs. grad gives both gradients in
// the shape of the output; broadcasts are undone here and nowhere else.
func (b *Builder) binary(name string, neutral neutral, x, y *Node, runs pointed, grad func(in []*Node, out, dout *Node) (dx, dy *Node)) *Node {
	if !b.ok(x, y) {
		return nil
	}
	shape, err := broadcastShape(x.Shape(), y.Shape())
	if err != nil {
		return b.Fail(errors.WithMessage(err, name))
	}
	x = b.BroadcastTo(x, shape...)
	ys := y.Shape()
	same, row, col := broadcast(shape, ys)
	places := 2
	if !same && (row || col) {
		places = 1
	} else if !same {
		y, same = b.BroadcastTo(y, shape...), true
	}
	return b.apply(&op{
		name:    name,
		key:     pure,
		neutral: neutral,
		shape:   shape,
		pointed: runs,
		inPlace: places,
		grad: func(in []*Node, out, dout *Node) []*Node {
			dx, dy := grad(in, out, dout)
			switch {
			case same:
			case row:
				dy = b.ColumnSums(dy)
			case col && len(shape) == 2 && len(ys) == 2 && ys[0] == shape[0]:
				dy = b.RowSums(dy)
			case col:
				dy = b.reshaped(b.Sum(dy), ys)
			}
			return []*Node{dx, dy}
		},
	}, "dd", x, y)
}

// broadcast says how the elements of y, of which the kernels have one loop each, are
// used for those of x: each once, as a row, or each for a run of as many as there are.
func broadcast(x, y tensor.Shape) (same, row, col bool) {
	same = slices.Equal(x, y) // Eq takes a column for a vector
	row = len(x) == 2 && len(y) == 1 && x[1] == y[0]
	col = len(x) == 2 && len(y) == 2 && x[0] == y[0] && y[1] == 1 || y.TotalSize() == 1
	return same, row, col
}

// broadcastShape returns the shape that x and y have together.
func broadcastShape(x, y tensor.Shape) (tensor.Shape, error) {
	n := max(len(x), len(y))
	shape := make(tensor.Shape, n)
	for i := range n {
		a, c := 1, 1
		if at := i - n + len(x); at >= 0 {
			a = x[at]
		}
		if at := i - n + len(y); at >= 0 {
			c = y[at]
		}
		if shape[i] = a; a == 1 {
			shape[i] = c
		}
		if a != c && a != 1 && c != 1 {
			return nil, errors.Errorf("%v and %v do not fit", []int(x), []int(y))
		}
	}
	return shape, nil
}

// together broadcasts x and y to one shape.
func (b *Builder) together(name string, x, y *Node) (_, _ *Node) {
	shape, err := broadcastShape(x.Shape(), y.Shape())
	if err != nil {
		return b.Fail(errors.WithMessage(err, name)), nil
	}
	return b.BroadcastTo(x, shape...), b.BroadcastTo(y, shape...)
}

// BroadcastTo emits x with the given shape, in which sizes of 1, and those that x does
// not have in front, are repeated. The gradient sums over the copies.
func (b *Builder) BroadcastTo(x *Node, shape ...int) *Node {
	if !b.ok(x) {
		return nil
	}
	from, to := x.Shape(), tensor.Shape(slices.Clone(shape))
	if err := checkSize(to); err != nil {
		return b.Fail(errors.WithMessage(err, "broadcast"))
	}
	if got, err := broadcastShape(from, to); err != nil || !slices.Equal(got, to) {
		return b.Fail(errors.Errorf("broadcast: %s cannot take the shape %v", shapeString(x), shape))
	}
	if slices.Equal(from, to) {
		return x
	}
	strides := make([]int, len(to)) // of x, 0 where it is repeated
	size := 1
	for i := len(from) - 1; i >= 0; i-- {
		if from[i] > 1 {
			strides[i+len(to)-len(from)] = size
		}
		size *= from[i]
	}
	return b.apply(&op{
		name:  "broadcast",
		key:   pure,
		shape: to,
		run:   pick(b, strided[float32](to, strides), strided[float64](to, strides)),
		grad: func(in []*Node, _, dout *Node) []*Node {
			var axes []int
			for i, s := range strides {
				if s == 0 && to[i] > 1 {
					axes = append(axes, i)
				}
			}
			if len(axes) > 0 {
				dout = b.Sum(dout, axes...)
			}
			return []*Node{b.reshaped(dout, from)}
		},
	}, "d", x)
}

// strided copies the elements of its input in the order of an array of the given
// shape, of which a step along an axis is so many elements of the input.
func strided[T kernel.Float](shape tensor.Shape, strides []int) runFunc {
	return map1(func(y, x []T) {
		at := make([]int, len(shape))
		last := len(shape) - 1
		for from := 0; len(y) > 0; {
			n, step := 1, 0
			if last >= 0 {
				n, step = shape[last], strides[last]
			}
			for i := range y[:n] {
				y[i] = x[from+i*step]
			}
			y = y[n:]
			for i := last - 1; i >= 0; i-- {
				at[i]++
				from += strides[i]
				if at[i] < shape[i] {
					break
				}
				from -= at[i] * strides[i]
				at[i] = 0
			}
		}
	})
}

// zip runs f over x and the y that fits to it by one of the three rules; scalar
// is f for one value of y.
func zip[T kernel.Float](f func(z, x, y []T), scalar func(z, x []T, y T)) pointed {
	run := func(o *op, in []gorgonia.Value) error {
		z, x, y := Floats[T](o.out), Floats[T](in[0]), Floats[T](in[1])
		same, row, _ := broadcast(in[0].Shape(), in[1].Shape())
		switch {
		case same:
			f(z, x, y)
		case row:
			for n := len(y); len(x) > 0; x, z = x[n:], z[n:] {
				f(z[:n], x[:n], y)
			}
		default:
			n := len(x) / len(y)
			for i, w := range y {
				scalar(z[i*n:(i+1)*n], x[i*n:(i+1)*n], w)
			}
		}
		return nil
	}
	return pointed{run, func(z []T, in [][]T) {
		if x, y := in[0], in[1]; len(x) == len(y) {
			f(z, x, y)
		} else {
			scalar(z, x, y[0])
		}
	}, 2}
}

// zipEach is zip for a function of one element each.
func zipEach[T kernel.Float](f func(x, y T) T) pointed {
	return zip(func(z, x, y []T) {
		for i, v := range x {
			z[i] = f(v, y[i])
		}
	}, func(z, x []T, y T) {
		for i, v := range x {
			z[i] = f(v, y)
		}
	})
}
