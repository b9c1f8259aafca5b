package graph

import (
	"slices"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"unroll/internal/kernel"
)

// Gather emits the elements of the first axis of table [rows, ...] named by ids [n]
// (int32): [n, ...]. Of a matrix it equals the product of one-hot rows with the table.
// The gradient is ScatterAdd. An id outside the table is an error when the program
// runs.
func (b *Builder) Gather(table, ids *Node) *Node {
	rows, cols, ok := b.rowsBy("gather", table, ids)
	if !ok {
		return nil
	}
	n := ids.Shape()[0]
	return b.apply(&op{
		name:  "gather",
		key:   pure,
		ids:   true,
		shape: slices.Concat([]int{n}, table.Shape()[1:]),
		run:   pick(b, gather[float32](rows, cols), gather[float64](rows, cols)),
		grad: func(in []*Node, _, dout *Node) []*Node {
			return []*Node{b.ScatterAdd(in[1], dout, rows), nil}
		},
	}, "d.", table, ids)
}

// rowsBy checks a node whose first axis is gone along by ids.
func (b *Builder) rowsBy(name string, x, ids *Node) (rows, cols int, ok bool) {
	if !b.ok(x, ids) {
		return 0, 0, false
	}
	switch {
	case x.Dtype() != b.dt || x.Dims() < 2:
		b.Fail(errors.Errorf("%s: input is %v %s, want %v of two axes at least", name, x.Dtype(), shapeString(x), b.dt))
	case ids.Dtype() != tensor.Int32 || ids.Dims() != 1:
		b.Fail(errors.Errorf("%s: ids are %v %s, want a vector of int32", name, ids.Dtype(), shapeString(ids)))
	}
	if b.err != nil {
		return 0, 0, false
	}
	return x.Shape()[0], volumeOf(x.Shape()[1:]), true
}

func gather[T kernel.Float](rows, cols int) runFunc {
	return func(o *op, in []gorgonia.Value) error {
		at := ids(in[1])
		if err := within(at, rows); err != nil {
			return err
		}
		kernel.GatherRows(Floats[T](o.out), Floats[T](in[0]), at, cols)
		return nil
	}
}

// within refuses an id that is outside a table.
func within(ids []int32, rows int) error {
	for i, id := range ids {
		if id < 0 || int(id) >= rows {
			return errors.Errorf("id %d at row %d is outside the table of %d rows", id, i, rows)
		}
	}
	return nil
}

// ScatterAdd emits a table of zeros [rows, ...] to which element i of the first axis of
// x [n, ...] is added at ids[i] (int32), so that repeated ids sum. An id outside the
// table is an error when the program runs.
func (b *Builder) ScatterAdd(ids, x *Node, rows int) *Node {
	n, cols, ok := b.rowsBy("scatter add", x, ids)
	if !ok {
		return nil
	}
	if rows < 1 || ids.Shape()[0] != n {
		return b.Fail(errors.Errorf("scatter add: %d ids of %s for %d rows", ids.Shape()[0], shapeString(x), rows))
	}
	touched := newTouchedRows()
	return b.apply(&op{
		name:    "scatter_add",
		key:     pure,
		ids:     true,
		pinned:  true,
		touched: touched,
		shape:   slices.Concat([]int{rows}, x.Shape()[1:]),
		run:     pick(b, scatter[float32](touched, rows, cols), scatter[float64](touched, rows, cols)),
		grad:    func(in []*Node, _, d *Node) []*Node { return []*Node{nil, b.Gather(d, in[0])} },
	}, ".d", ids, x)
}

func scatter[T kernel.Float](touched *touchedRows, rows, cols int) runFunc {
	return func(o *op, in []gorgonia.Value) error {
		table, at := Floats[T](o.out), ids(in[0])
		if err := within(at, rows); err != nil {
			return err
		}
		clearRows(touched, table, cols)
		touched.set(at)
		kernel.ScatterAddRows(table, Floats[T](in[1]), at, cols)
		return nil
	}
}

// Step emits step t of a time-major sequence [steps·batch, features]: a view
// of its rows, [batch, features].
func (b *Builder) Step(x *Node, t, steps int) *Node {
	rows, _, ok := b.matrix("step", x)
	if !ok {
		return nil
	}
	if steps < 1 || rows%steps != 0 {
		return b.Fail(errors.Errorf("step: %d rows are not %d steps", rows, steps))
	}
	if t < 0 || t >= steps {
		return b.Fail(errors.Errorf("step: step %d of %d", t, steps))
	}
	batch := rows / steps
	return b.rows(x, t*batch, (t+1)*batch)
}

// rows emits a view of the rows from to to of a matrix.
func (b *Builder) rows(x *Node, from, to int) *Node {
	cols := x.Shape()[1]
	return b.window(x, rowsOf(from, to, cols), tensor.Shape{to - from, cols})
}

// Row emits a view of row i of a matrix, a vector.
func (b *Builder) Row(x *Node, i int) *Node {
	rows, cols, ok := b.matrix("row", x)
	if !ok {
		return nil
	}
	if i < 0 || i >= rows {
		return b.Fail(errors.Errorf("row: row %d of %s", i, shapeString(x)))
	}
	return b.window(x, rowsOf(i, i+1, cols), tensor.Shape{cols})
}

// window emits a view of a run of x's elements under a shape of their number.
func (b *Builder) window(x *Node, at *part, shape tensor.Shape) *Node {
	if b.ok(x) && x.Op() != nil && !isOurs(x) {
		// Gorgonia gives the register of its own operation to a later one while
		// the view is still to be read.
		x = b.Keep(x)
	}
	return b.apply(&op{
		name:   "window",
		key:    *at,
		copies: true,
		shape:  shape,
		view:   true,
		run:    pick(b, viewPart[float32](at), viewPart[float64](at)),
		parts:  []*part{at},
		grad: func(in []*Node, _, dout *Node) []*Node {
			return []*Node{dout}
		},
	}, "d", x)
}

// Last emits the last step of a time-major sequence.
func (b *Builder) Last(x *Node, steps int) *Node { return b.Step(x, steps-1, steps) }

// viewPart points out at a part of its input. The input nearly always sits
// where it sat in the run before, and then there is nothing to do.
func viewPart[T kernel.Float](at *part) runFunc {
	return func(o *op, in []gorgonia.Value) error {
		x := Floats[T](in[0])[at.from:at.to]
		if seen := Floats[T](o.out); len(seen) > 0 && &x[0] == &seen[0] {
			return nil
		}
		o.out = valueOf(x, o.shape)
		return nil
	}
}
