package graph

import (
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"unroll/internal/kernel"
)

// Bags of ids, as many in each as there are, stand in one vector of int32, [batch + 1 +
// room]: first where each bag starts among the ids, and where the last one ends; then
// the ids. What is behind the last id is not read.
//
// Three operations are linear in each of what they read besides, and so each other's
// gradients; S[b] are the places of the ids of bag b:
//
//	EmbeddingBag        y[b]  = Σ_{i∈S[b]} w[i]·E[ids[i]]
//	embedding_bag_rows  E[k] += w[i]·y[b],  over the i with ids[i] = k
//	embedding_bag_dots  w[i]  = Σ_c E[ids[i], c]·y[b, c]

// EmbeddingBag emits, for each bag of ids, the sum of the rows of table [rows, cols]
// that they name, each as often as it occurs and times its weight [room, 1]: [batch,
// cols]. An id outside the table, and a bag that ends beyond the room, are errors when
// the program runs. The gradient of the table is zero but in rows that occurred, and
// costs no more than these; see Program.Rows.
//
// PyTorch: EmbeddingBag, mode sum with per_sample_weights.
func (b *Builder) EmbeddingBag(table, weight, bags *Node, batch int) *Node {
	if !b.ok(table, weight, bags) || !b.bags("embedding bag", weight, bags, batch) {
		return nil
	}
	if table.Dtype() != b.dt || table.Dims() != 2 {
		return b.Fail(errors.Errorf("embedding bag: table is %v %s, want a matrix of %v", table.Dtype(), shapeString(table), b.dt))
	}
	return b.embeddingBag(table, weight, bags, batch)
}

// bags checks bags of ids and their weights.
func (b *Builder) bags(name string, weight, bags *Node, batch int) bool {
	switch {
	case bags.Dtype() != tensor.Int32 || bags.Dims() != 1 || batch < 1 || bags.Shape()[0] < batch+1:
		b.Fail(errors.Errorf("%s: bags are %v %s of %d samples, want a vector of int32, a start for each and an end before the ids", name, bags.Dtype(), shapeString(bags), batch))
	case weight != nil && (weight.Dtype() != b.dt || !sameShape(weight.Shape(), tensor.Shape{bags.Shape()[0] - batch - 1, 1})):
		b.Fail(errors.Errorf("%s: weights are %v %s, want %v [%d 1]", name, weight.Dtype(), shapeString(weight), b.dt, bags.Shape()[0]-batch-1))
	}
	return b.err == nil
}

func (b *Builder) embeddingBag(table, weight, bags *Node, batch int) *Node {
	rows, cols := table.Shape()[0], table.Shape()[1]
	return b.apply(&op{
		name:  "embedding_bag",
		key:   pure,
		ids:   true,
		shape: tensor.Shape{batch, cols},
		run:   pick(b, bagSums[float32](rows, cols), bagSums[float64](rows, cols)),
		grad: func(in []*Node, _, dy *Node) []*Node {
			return []*Node{b.bagRows(in[1], dy, in[2], rows), b.bagDots(in[0], dy, in[2]), nil}
		},
	}, "dd.", table, weight, bags)
}

func (b *Builder) bagRows(weight, y, bags *Node, rows int) *Node {
	batch, cols := y.Shape()[0], y.Shape()[1]
	touched := newTouchedRows()
	return b.apply(&op{
		name:    "embedding_bag_rows",
		key:     pure,
		ids:     true,
		pinned:  true,
		touched: touched,
		shape:   tensor.Shape{rows, cols},
		run:     pick(b, bagRows[float32](touched, cols), bagRows[float64](touched, cols)),
		grad: func(in []*Node, _, dE *Node) []*Node {
			return []*Node{b.bagDots(dE, in[1], in[2]), b.embeddingBag(dE, in[0], in[2], batch), nil}
		},
	}, "dd.", weight, y, bags)
}

func (b *Builder) bagDots(table, y, bags *Node) *Node {
	rows, cols := table.Shape()[0], table.Shape()[1]
	return b.apply(&op{
		name:  "embedding_bag_dots",
		key:   pure,
		ids:   true,
		shape: tensor.Shape{bags.Shape()[0] - y.Shape()[0] - 1, 1},
		run:   pick(b, bagDots[float32](cols), bagDots[float64](cols)),
		grad: func(in []*Node, _, dw *Node) []*Node {
			return []*Node{b.bagRows(dw, in[1], in[2], rows), b.embeddingBag(in[0], dw, in[2], y.Shape()[0]), nil}
		},
	}, "dd.", table, y, bags)
}

// bagsOf splits a vector of bags, of which it checks all that is read.
func bagsOf(v gorgonia.Value, batch, rows int) (starts, at []int32, err error) {
	all := ids(v)
	starts, at = all[:batch+1], all[batch+1:]
	last := int32(0)
	for i, s := range starts {
		if s < last || int(s) > len(at) {
			return nil, nil, errors.Errorf("bag %d starts at id %d, after one at %d of %d", i, s, last, len(at))
		}
		last = s
	}
	for i, id := range at[starts[0]:last] {
		if id < 0 || int(id) >= rows {
			return nil, nil, errors.Errorf("id %d at %d is outside the table of %d rows", id, i, rows)
		}
	}
	return starts, at, nil
}

func bagSums[T kernel.Float](rows, cols int) runFunc {
	return func(o *op, in []gorgonia.Value) error {
		batch := o.shape[0]
		starts, at, err := bagsOf(in[2], batch, rows)
		if err != nil {
			return err
		}
		kernel.BagSums(Floats[T](o.out), Floats[T](in[0]), Floats[T](in[1]), starts, at, cols)
		return nil
	}
}

func bagRows[T kernel.Float](touched *touchedRows, cols int) runFunc {
	return func(o *op, in []gorgonia.Value) error {
		starts, at, err := bagsOf(in[2], in[1].Shape()[0], o.shape[0])
		if err != nil {
			return err
		}
		table := Floats[T](o.out)
		clearRows(touched, table, cols)
		touched.set(at[starts[0]:starts[len(starts)-1]])
		kernel.BagRows(table, Floats[T](in[0]), Floats[T](in[1]), starts, at, cols)
		return nil
	}
}

func bagDots[T kernel.Float](cols int) runFunc {
	return func(o *op, in []gorgonia.Value) error {
		starts, at, err := bagsOf(in[2], in[1].Shape()[0], in[0].Shape()[0])
		if err != nil {
			return err
		}
		kernel.BagDots(Floats[T](o.out), Floats[T](in[0]), Floats[T](in[1]), starts, at, cols)
		return nil
	}
}
