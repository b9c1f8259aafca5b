package graph

import (
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"unroll/internal/kernel"
)

// maskFits checks a recurrence's mask.
func (b *Builder) maskFits(name string, mask, z *Node) bool {
	if mask == nil {
		return true
	}
	if !b.ok(mask) {
		return false
	}
	if !sameShape(mask.Shape(), tensor.Shape{z.Shape()[0], 1}) {
		b.Fail(errors.Errorf("%s: mask is %s for a sequence %s", name, shapeString(mask), shapeString(z)))
	}
	return b.err == nil
}

// maskOf returns the mask's elements where in has a mask at i, else nil.
func maskOf[T kernel.Float](in []gorgonia.Value, i int) []T {
	if i < len(in) {
		return Floats[T](in[i])
	}
	return nil
}

// keepRows copies the rows of old to x where the mask is 0.
func keepRows[T kernel.Float](mask, x, old []T) {
	n := len(x) / len(mask)
	for i, m := range mask {
		if m == 0 {
			copy(x[i*n:(i+1)*n], old[i*n:])
		}
	}
}

// moveRows moves the rows of x to y where the mask is 0, leaving zeros; the
// other rows of y become zeros.
func moveRows[T kernel.Float](mask, y, x []T) {
	n := len(x) / len(mask)
	clear(y)
	for i, m := range mask {
		if m == 0 {
			copy(y[i*n:(i+1)*n], x[i*n:])
			clear(x[i*n : (i+1)*n])
		}
	}
}

// resize returns x, or a new slice if its length is not n.
func resize[T any](x []T, n int) []T {
	if len(x) != n {
		return make([]T, n)
	}
	return x
}
