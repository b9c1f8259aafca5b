package graph

import (
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"unroll/internal/kernel"
)

// Reshape emits a view of x's elements, row-major, under another shape of as
// many.
func (b *Builder) Reshape(x *Node, shape ...int) *Node {
	if !b.ok(x) {
		return nil
	}
	size := x.Shape().TotalSize()
	if err := checkSize(shape); err != nil {
		return b.Fail(errors.WithMessage(err, "reshape"))
	}
	if tensor.Shape(shape).TotalSize() != size {
		return b.Fail(errors.Errorf("reshape: %s to %v differ in size", shapeString(x), shape))
	}
	return b.window(x, &part{0, size}, append(tensor.Shape{}, shape...))
}

// BatchMajor emits a time-major sequence [steps·batch, features] with each
// sample's steps side by side, [batch, steps·features].
func (b *Builder) BatchMajor(x *Node, steps int) *Node {
	rows, cols, ok := b.matrix("batch major", x)
	if !ok {
		return nil
	}
	if steps < 1 || rows%steps != 0 {
		return b.Fail(errors.Errorf("batch major: %d rows are not %d steps", rows, steps))
	}
	return b.swapped("batch_major", "time_major", x, tensor.Shape{rows / steps, steps * cols}, steps, rows/steps, cols,
		func(dy *Node) *Node { return b.TimeMajor(dy, steps) })
}

// TimeMajor is the inverse of BatchMajor: [batch, steps·features] to
// [steps·batch, features].
func (b *Builder) TimeMajor(x *Node, steps int) *Node {
	batch, width, ok := b.matrix("time major", x)
	if !ok {
		return nil
	}
	if steps < 1 || width%steps != 0 {
		return b.Fail(errors.Errorf("time major: %d columns are not %d steps", width, steps))
	}
	return b.swapped("time_major", "batch_major", x, tensor.Shape{steps * batch, width / steps}, batch, steps, width/steps,
		func(dy *Node) *Node { return b.BatchMajor(dy, steps) })
}

// swapped emits the transpose of a matrix [m, n] whose elements are runs of size
// values.
func (b *Builder) swapped(name, undone string, x *Node, shape tensor.Shape, m, n, size int, back func(dy *Node) *Node) *Node {
	return b.apply(&op{
		name:   name,
		key:    [3]int{m, n, size},
		undoes: &undo{undone, [3]int{n, m, size}},
		shape:  shape,
		run:    pick(b, swap[float32](m, n, size), swap[float64](m, n, size)),
		grad:   func(_ []*Node, _, dy *Node) []*Node { return []*Node{back(dy)} },
	}, "d", x)
}

func swap[T kernel.Float](m, n, size int) runFunc {
	return map1(func(y, x []T) {
		for j := range n {
			for i := range m {
				y = y[copy(y, x[(i*n+j)*size:(i*n+j+1)*size]):]
			}
		}
	})
}

// RepeatSteps emits a time-major sequence [steps·batch, features] of steps that all
// are x [batch, features].
func (b *Builder) RepeatSteps(x *Node, steps int) *Node {
	batch, cols, ok := b.matrix("repeat steps", x)
	if !ok {
		return nil
	}
	if steps < 1 {
		return b.Fail(errors.Errorf("repeat steps: %d", steps))
	}
	if steps == 1 {
		return x
	}
	return b.apply(&op{
		name:  "repeat_steps",
		key:   pure,
		shape: tensor.Shape{steps * batch, cols},
		run:   pick(b, repeat[float32], repeat[float64]),
		grad: func(_ []*Node, _, dy *Node) []*Node {
			return []*Node{b.stepSums(dy, steps)}
		},
	}, "d", x)
}

// stepSums emits the sum of a sequence's steps, [batch, features].
func (b *Builder) stepSums(x *Node, steps int) *Node {
	s := x.Shape()
	return b.apply(&op{
		name:  "step_sums",
		key:   pure,
		shape: tensor.Shape{s[0] / steps, s[1]},
		run:   pick(b, stepSums[float32], stepSums[float64]),
		grad:  func(_ []*Node, _, dy *Node) []*Node { return []*Node{b.RepeatSteps(dy, steps)} },
	}, "d", x)
}

func repeat[T kernel.Float](o *op, in []gorgonia.Value) error {
	y, x := Floats[T](o.out), Floats[T](in[0])
	for len(y) > 0 {
		y = y[copy(y, x):]
	}
	return nil
}

func stepSums[T kernel.Float](o *op, in []gorgonia.Value) error {
	y, x := Floats[T](o.out), Floats[T](in[0])
	copy(y, x)
	for x = x[len(y):]; len(x) > 0; x = x[len(y):] {
		kernel.Add(y, x)
	}
	return nil
}
