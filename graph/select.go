package graph

import (
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"unroll/internal/kernel"
)

// Where emits, row by row, x where the mask is not 0 and y where it is. The
// mask is a column [rows, 1] and has no gradient; x and y have one shape.
func (b *Builder) Where(mask, x, y *Node) *Node {
	rows, cols, ok := b.matrix("where", x)
	if !ok || !b.ok(mask, y) {
		return nil
	}
	if !y.Shape().Eq(x.Shape()) || !mask.Shape().Eq(tensor.Shape{rows, 1}) {
		return b.Fail(errors.Errorf("where: mask %s, %s and %s do not fit", shapeString(mask), shapeString(x), shapeString(y)))
	}
	return b.apply(&op{
		name:  "where",
		shape: x.Shape(),
		run:   pick(b, where[float32](cols), where[float64](cols)),
		grad: func(in []*Node, _, dout *Node) []*Node {
			zeros := b.Zeros(rows, cols)
			return []*Node{nil, b.Where(in[0], dout, zeros), b.Where(in[0], zeros, dout)}
		},
	}, ".dd", mask, x, y)
}

func where[T kernel.Float](cols int) runFunc {
	return func(o *op, in []gorgonia.Value) error {
		z, x, y := Floats[T](o.out), Floats[T](in[1]), Floats[T](in[2])
		for i, m := range Floats[T](in[0]) {
			from := x
			if m == 0 {
				from = y
			}
			copy(z[i*cols:(i+1)*cols], from[i*cols:])
		}
		return nil
	}
}

// NotEqual emits a column [n, 1] that is 0 where the ids [n] (int32) are id and
// 1 elsewhere.
func (b *Builder) NotEqual(ids *Node, id int32) *Node {
	if !b.ok(ids) {
		return nil
	}
	if ids.Dtype() != tensor.Int32 || ids.Dims() != 1 {
		return b.Fail(errors.Errorf("not equal: ids are %v %s, want a vector of int32", ids.Dtype(), shapeString(ids)))
	}
	return b.apply(&op{
		name:  "not_equal",
		ids:   true,
		shape: tensor.Shape{ids.Shape()[0], 1},
		run:   pick(b, notEqual[float32](id), notEqual[float64](id)),
	}, "", ids)
}

func notEqual[T kernel.Float](id int32) runFunc {
	return func(o *op, in []gorgonia.Value) error {
		y := Floats[T](o.out)
		for i, v := range ids(in[0]) {
			y[i] = 0
			if v != id {
				y[i] = 1
			}
		}
		return nil
	}
}

// Seen emits, for a mask of a time-major sequence [steps·batch, 1], a column
// that is 0 before a row's first step whose mask is not 0, and 1 from there on.
func (b *Builder) Seen(mask *Node, steps int) *Node {
	rows, cols, ok := b.matrix("seen", mask)
	if !ok {
		return nil
	}
	if cols != 1 || steps < 1 || rows%steps != 0 {
		return b.Fail(errors.Errorf("seen: mask %s of %d steps", shapeString(mask), steps))
	}
	return b.apply(&op{
		name:  "seen",
		shape: mask.Shape(),
		run:   pick(b, seen[float32](rows/steps), seen[float64](rows/steps)),
		grad:  func([]*Node, *Node, *Node) []*Node { return []*Node{nil} }, // a constant
	}, ".", mask)
}

func seen[T kernel.Float](batch int) runFunc {
	return map1(func(y, mask []T) {
		for i, m := range mask {
			y[i] = 0
			if m != 0 || i >= batch && y[i-batch] != 0 {
				y[i] = 1
			}
		}
	})
}

// Reverse emits a time-major sequence [steps·batch, features] with its steps in
// reverse.
func (b *Builder) Reverse(x *Node, steps int) *Node {
	rows, cols, ok := b.matrix("reverse", x)
	if !ok {
		return nil
	}
	if steps < 1 || rows%steps != 0 {
		return b.Fail(errors.Errorf("reverse: %d rows are not %d steps", rows, steps))
	}
	size := rows / steps * cols
	return b.apply(&op{
		name:  "reverse",
		shape: x.Shape(),
		run:   pick(b, reverse[float32](size), reverse[float64](size)),
		grad:  func(_ []*Node, _, dout *Node) []*Node { return []*Node{b.Reverse(dout, steps)} },
	}, "d", x)
}

func reverse[T kernel.Float](size int) runFunc {
	return map1(func(y, x []T) {
		for from := len(x) - size; from >= 0; from -= size {
			y = y[copy(y, x[from:from+size]):]
		}
	})
}

// Columns emits the columns from to to of a matrix.
func (b *Builder) Columns(x *Node, from, to int) *Node {
	rows, cols, ok := b.matrix("columns", x)
	if !ok {
		return nil
	}
	if from < 0 || to <= from || to > cols {
		return b.Fail(errors.Errorf("columns: %d to %d of %s", from, to, shapeString(x)))
	}
	return b.apply(&op{
		name:  "columns",
		shape: tensor.Shape{rows, to - from},
		run:   pick(b, columns[float32](from, to, cols), columns[float64](from, to, cols)),
		grad: func(_ []*Node, _, dout *Node) []*Node {
			parts := []*Node{dout}
			if from > 0 {
				parts = append([]*Node{b.Zeros(rows, from)}, parts...)
			}
			if to < cols {
				parts = append(parts, b.Zeros(rows, cols-to))
			}
			return []*Node{b.Concat(parts...)}
		},
	}, "d", x)
}

func columns[T kernel.Float](from, to, cols int) runFunc {
	return map1(func(y, x []T) {
		for ; len(x) > 0; x = x[cols:] {
			y = y[copy(y, x[from:to]):]
		}
	})
}

// Concat emits matrices of as many rows side by side.
func (b *Builder) Concat(xs ...*Node) *Node {
	if len(xs) == 0 {
		return b.Fail(errors.New("concat: nothing to join"))
	}
	widths := make([]int, len(xs))
	total, rows := 0, 0
	for i, x := range xs {
		r, c, ok := b.matrix("concat", x)
		if !ok {
			return nil
		}
		if i > 0 && r != rows {
			return b.Fail(errors.Errorf("concat: matrix %d has %d rows, matrix 0 has %d", i, r, rows))
		}
		rows, widths[i] = r, c
		total += c
	}
	diff := make([]byte, len(xs))
	for i := range diff {
		diff[i] = 'd'
	}
	return b.apply(&op{
		name:  "concat",
		shape: tensor.Shape{rows, total},
		run:   pick(b, concat[float32](widths), concat[float64](widths)),
		grad: func(_ []*Node, _, dout *Node) []*Node {
			ds := make([]*Node, len(widths))
			at := 0
			for i, w := range widths {
				ds[i] = b.Columns(dout, at, at+w)
				at += w
			}
			return ds
		},
	}, string(diff), xs...)
}

func concat[T kernel.Float](widths []int) runFunc {
	return func(o *op, in []gorgonia.Value) error {
		y, total := Floats[T](o.out), o.shape[1]
		for i, w := range widths {
			x := Floats[T](in[i])
			for row := range o.shape[0] {
				copy(y[row*total:row*total+w], x[row*w:])
			}
			y = y[w:]
		}
		return nil
	}
}
