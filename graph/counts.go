package graph

import (
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"unroll/internal/kernel"
)

// Counts emits how often each of depth ids occurs in a sample [batch, depth], of
// time-major ids [steps·batch] (int32):
//
//	y[b, k] = #{t: ids[t·batch + b] = k}
//
// With padding, id 0 counts nowhere. It is a constant of the ids and has no
// gradient. An id outside of 0 to depth−1 is an error when the program runs.
func (b *Builder) Counts(ids *Node, batch, depth int, padding bool) *Node {
	if !b.ok(ids) {
		return nil
	}
	if ids.Dtype() != tensor.Int32 || ids.Dims() != 1 || batch < 1 || ids.Shape()[0]%batch != 0 || depth < 1 {
		return b.Fail(errors.Errorf("counts: ids are %v %s of %d samples, want a vector of int32 of as many steps each, and a depth of at least 1", ids.Dtype(), shapeString(ids), batch))
	}
	return b.apply(&op{
		name:  "counts",
		key:   padding,
		ids:   true,
		shape: tensor.Shape{batch, depth},
		run:   pick(b, occurrences[float32](padding), occurrences[float64](padding)),
	}, "", ids)
}

func occurrences[T kernel.Float](padding bool) runFunc {
	return func(o *op, in []gorgonia.Value) error {
		y, batch, depth := Floats[T](o.out), o.shape[0], o.shape[1]
		clear(y)
		for i, id := range ids(in[0]) {
			if id < 0 || int(id) >= depth {
				return errors.Errorf("id %d at row %d is outside of 0 to %d", id, i, depth-1)
			}
			if id != 0 || !padding {
				y[i%batch*depth+int(id)]++
			}
		}
		return nil
	}
}
