package graph

import (
	"fmt"
	"slices"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"unroll/internal/kernel"
)

// term is one summand of a sum: a node of the sum's shape, or, if at is set, of
// a part of it. The gradient of a step is such a part of a sequence; were it a
// whole sequence of mostly zeros, T steps would cost O(T²).
type term struct {
	node *Node
	at   *part
}

// part is a run of consecutive elements of a value, row-major: whole rows of a
// matrix, or the piece of a vector in which something was packed.
type part struct{ from, to int }

// of reports whether the part is of whole grains.
func (p *part) of(grain int) bool { return p.from%grain == 0 && p.to%grain == 0 }

// rowsOf is the part that rows from to to are of a matrix.
func rowsOf(from, to, cols int) *part { return &part{from * cols, to * cols} }

// AddN emits the sum of nodes of one shape as a single operation, added up in
// the order given.
func (b *Builder) AddN(xs ...*Node) *Node {
	if !b.ok(xs...) {
		return nil
	}
	if len(xs) == 0 {
		return b.Fail(errors.New("add n: nothing to add"))
	}
	terms := make([]term, len(xs))
	for i, x := range xs {
		if !sameShape(x.Shape(), xs[0].Shape()) {
			return b.Fail(errors.Errorf("add n: term %d is %s, term 0 is %s", i, shapeString(x), shapeString(xs[0])))
		}
		terms[i] = term{node: x}
	}
	return b.sum(xs[0].Shape(), terms)
}

// sum emits Σ terms of the given shape. Its gradient hands dout to the whole
// terms and its parts to the others.
func (b *Builder) sum(shape tensor.Shape, terms []term) *Node {
	if len(terms) == 1 && terms[0].at == nil {
		return terms[0].node
	}
	nodes := make([]*Node, len(terms))
	diff := make([]byte, len(terms))
	places := make([]part, len(terms))
	for i, t := range terms {
		nodes[i], diff[i] = t.node, 'd'
		if t.at != nil {
			places[i] = *t.at
		}
	}
	return b.apply(&op{
		name:  "sum",
		key:   fmt.Sprint(places),
		shape: shape,

		pointed: pick(b, addTerms[float32](terms), addTerms[float64](terms)),

		grad: func(_ []*Node, _, dout *Node) []*Node {
			ds := make([]*Node, len(terms))
			for i, t := range terms {
				ds[i] = dout
				if t.at != nil {
					ds[i] = b.window(dout, t.at, t.node.Shape())
				}
			}
			return ds
		},
	}, string(diff), nodes...)
}

// addTerms copies the first term that touches a place and adds the others, so
// that the usual case, parts that tile the sum, is a copy.
func addTerms[T kernel.Float](terms []term) pointed {
	if !slices.ContainsFunc(terms, func(t term) bool { return t.at != nil }) {
		return addWhole[T](len(terms))
	}
	return pointed{run: func(o *op, in []gorgonia.Value) error {
		y := Floats[T](o.out)
		done := 0 // y[:done] holds a partial sum, the rest is yet to be set
		for i, t := range terms {
			x, at := Floats[T](in[i]), y
			from := 0
			if t.at != nil {
				from, at = t.at.from, y[t.at.from:t.at.to]
			}
			if from != done {
				clear(y[done:])
				done = len(y)
			}
			if from == done && done < len(y) {
				copy(at, x)
				done += len(at)
			} else {
				kernel.Add(at, x)
			}
		}
		clear(y[done:])
		return nil
	}}
}

// addWhole adds up n terms of the sum's shape. The sum of two may lie in the place of
// either; of more, a term that is read again would be lost.
func addWhole[T kernel.Float](n int) pointed {
	if n == 2 {
		return each2(kernel.AddTo[T])
	}
	add := func(z []T, in [][]T) {
		kernel.AddTo(z, in[0], in[1])
		for _, x := range in[2:] {
			kernel.Add(z, x)
		}
	}
	var given [][]T
	return pointed{run: func(o *op, in []gorgonia.Value) error {
		given = given[:0]
		for _, v := range in {
			given = append(given, Floats[T](v))
		}
		add(Floats[T](o.out), given)
		clear(given)
		return nil
	}, each: add}
}
