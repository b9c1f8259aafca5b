package graph

import (
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"unroll/internal/kernel"
)

// Where emits the elements of x where those of the mask are not 0, and those of y
// where they are. The shapes are broadcast as those of Add. The mask has no gradient.
func (b *Builder) Where(mask, x, y *Node) *Node {
	if !b.ok(mask, x, y) {
		return nil
	}
	shape, err := broadcastShape(x.Shape(), y.Shape())
	if err == nil {
		shape, err = broadcastShape(mask.Shape(), shape)
	}
	if err != nil {
		return b.Fail(errors.WithMessage(err, "where"))
	}
	x, y = b.BroadcastTo(x, shape...), b.BroadcastTo(y, shape...)
	run := 1 // elements for which one of the mask stands
	if len(shape) == 2 && sameShape(mask.Shape(), tensor.Shape{shape[0], 1}) {
		run = shape[1]
	} else {
		mask = b.BroadcastTo(mask, shape...)
	}
	return b.apply(&op{
		name:    "where",
		key:     pure,
		shape:   shape,
		pointed: pick(b, where[float32](run), where[float64](run)),
		grad: func(in []*Node, _, dout *Node) []*Node {
			zeros := b.Zeros(shape...)
			return []*Node{nil, b.Where(in[0], dout, zeros), b.Where(in[0], zeros, dout)}
		},
	}, ".dd", mask, x, y)
}

// where takes runs of n elements of x or y.
func where[T kernel.Float](n int) pointed {
	if n == 1 {
		return each3(func(z, mask, x, y []T) {
			for i, m := range mask {
				v := x[i]
				if m == 0 {
					v = y[i]
				}
				z[i] = v
			}
		})
	}
	return pointed{run: func(o *op, in []gorgonia.Value) error {
		z, x, y := Floats[T](o.out), Floats[T](in[1]), Floats[T](in[2])
		for i, m := range Floats[T](in[0]) {
			from := x
			if m == 0 {
				from = y
			}
			copy(z[i*n:(i+1)*n], from[i*n:])
		}
		return nil
	}}
}

// NotID emits a column [n, 1] that is 0 where the ids [n] (int32) are id and
// 1 elsewhere.
func (b *Builder) NotID(ids *Node, id int32) *Node {
	if !b.ok(ids) {
		return nil
	}
	if ids.Dtype() != tensor.Int32 || ids.Dims() != 1 {
		return b.Fail(errors.Errorf("not id: ids are %v %s, want a vector of int32", ids.Dtype(), shapeString(ids)))
	}
	return b.apply(&op{
		name:  "not_id",
		key:   id,
		ids:   true,
		shape: tensor.Shape{ids.Shape()[0], 1},
		run:   pick(b, notID[float32](id), notID[float64](id)),
	}, "", ids)
}

func notID[T kernel.Float](id int32) runFunc {
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
		key:   steps,
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
		name:   "reverse",
		key:    steps,
		undoes: &undo{"reverse", steps},
		shape:  x.Shape(),
		run:    pick(b, reverse[float32](size), reverse[float64](size)),
		grad:   func(_ []*Node, _, dout *Node) []*Node { return []*Node{b.Reverse(dout, steps)} },
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
	if _, _, ok := b.matrix("columns", x); !ok {
		return nil
	}
	return b.Slice(x, 1, from, to)
}
