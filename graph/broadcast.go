package graph

import (
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"unroll/internal/kernel"
)

// Add emits x + y. Here and in Sub and Mul, y has x's shape, or x is a matrix
// [rows, cols] and y a vector [cols], used for every row, or a column
// [rows, 1], used for every column.
func (b *Builder) Add(x, y *Node) *Node {
	return b.binary("add", x, y, pick(b, zip(kernel.AddTo[float32], addScalar[float32]), zip(kernel.AddTo[float64], addScalar[float64])),
		func(in []*Node, dout *Node) (dx, dy *Node) { return dout, dout })
}

// Sub emits x − y.
func (b *Builder) Sub(x, y *Node) *Node {
	return b.binary("sub", x, y, pick(b, zip(sub[float32], subScalar[float32]), zip(sub[float64], subScalar[float64])),
		func(in []*Node, dout *Node) (dx, dy *Node) { return dout, b.Affine(-1, dout, 0) })
}

// Mul emits the elementwise product x∘y.
func (b *Builder) Mul(x, y *Node) *Node {
	return b.binary("mul", x, y, pick(b, zip(mul[float32], mulScalar[float32]), zip(mul[float64], mulScalar[float64])),
		func(in []*Node, dout *Node) (dx, dy *Node) { return b.Mul(dout, in[1]), b.Mul(dout, in[0]) })
}

func addScalar[T kernel.Float](z, x []T, y T) {
	for i, v := range x {
		z[i] = v + y
	}
}

func sub[T kernel.Float](z, x, y []T) {
	for i, v := range x {
		z[i] = v - y[i]
	}
}

func subScalar[T kernel.Float](z, x []T, y T) { addScalar(z, x, -y) }

func mul[T kernel.Float](z, x, y []T) {
	for i, v := range x {
		z[i] = v * y[i]
	}
}

func mulScalar[T kernel.Float](z, x []T, y T) {
	for i, v := range x {
		z[i] = v * y
	}
}

// binary emits an elementwise operation of two inputs. grad gives both
// gradients in x's shape; the broadcast of y is undone here and nowhere else.
func (b *Builder) binary(name string, x, y *Node, run runFunc, grad func(in []*Node, dout *Node) (dx, dy *Node)) *Node {
	if !b.ok(x, y) {
		return nil
	}
	xs, ys := x.Shape(), y.Shape()
	same, row, col := broadcast(xs, ys)
	if !same && !row && !col {
		return b.Fail(errors.Errorf("%s: %s and %s do not fit", name, shapeString(x), shapeString(y)))
	}
	return b.apply(&op{
		name:  name,
		shape: xs,
		run:   run,
		grad: func(in []*Node, _, dout *Node) []*Node {
			dx, dy := grad(in, dout)
			switch {
			case same:
			case row:
				dy = b.sums("column_sums", dy, ys, pick(b, colSums[float32], colSums[float64]))
			case col:
				dy = b.sums("row_sums", dy, ys, pick(b, rowSums[float32], rowSums[float64]))
			}
			return []*Node{dx, dy}
		},
	}, "dd", x, y)
}

func broadcast(x, y tensor.Shape) (same, row, col bool) {
	same = x.Eq(y)
	row = len(x) == 2 && len(y) == 1 && x[1] == y[0]
	col = len(x) == 2 && len(y) == 2 && x[0] == y[0] && y[1] == 1
	return same, row, col
}

func (b *Builder) sums(name string, x *Node, shape tensor.Shape, run runFunc) *Node {
	return b.apply(&op{name: name, shape: shape, run: run}, "", x)
}

func colSums[T kernel.Float](o *op, in []gorgonia.Value) error {
	y := Floats[T](o.out)
	clear(y)
	kernel.ColSums(y, Floats[T](in[0]))
	return nil
}

func rowSums[T kernel.Float](o *op, in []gorgonia.Value) error {
	x, y := Floats[T](in[0]), Floats[T](o.out)
	cols := len(x) / len(y)
	for i := range y {
		var s T
		for _, v := range x[i*cols : (i+1)*cols] {
			s += v
		}
		y[i] = s
	}
	return nil
}

// zip runs f over x and the y that fits to it by one of the three rules; scalar
// is f for one value of y.
func zip[T kernel.Float](f func(z, x, y []T), scalar func(z, x []T, y T)) runFunc {
	return func(o *op, in []gorgonia.Value) error {
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
}
