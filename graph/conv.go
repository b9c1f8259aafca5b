package graph

import (
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"unroll/internal/kernel"
)

// Window says which steps of a sequence a convolution or a pooling reads for
// each step that it puts out.
type Window struct {
	Size     int    // steps that are read for one step
	Strides  int    // 1 if 0
	Dilation int    // between the steps that are read, 1 if 0
	Padding  string // "valid" if empty, "same" or "causal"
}

// window is a Window at work on so many steps: output step s reads the steps
// s·strides + k·dilation − left for 0 ≤ k < size, of which those outside the
// sequence are left out.
type window struct {
	size, strides, dilation int
	left                    int // steps of padding before the sequence
	steps, out              int
}

// Steps returns the number of steps that are put out for a sequence of the
// given length:
//
//	valid           ⌊(steps − reach)/strides⌋ + 1,  reach = (size−1)·dilation + 1
//	same, causal    ⌈steps/strides⌉
//
// It is an error if the settings make no sense or a valid window is longer than
// the sequence.
func (w Window) Steps(steps int) (int, error) {
	in, err := w.over(steps)
	return in.out, err
}

func (w Window) over(steps int) (window, error) {
	in := window{size: w.Size, strides: max(w.Strides, 1), dilation: max(w.Dilation, 1), steps: steps}
	switch {
	case w.Size < 1:
		return in, errors.Errorf("a window of %d steps", w.Size)
	case w.Strides < 0 || w.Dilation < 0:
		return in, errors.Errorf("strides are %d and dilation is %d, want at least 1", w.Strides, w.Dilation)
	case steps < 1:
		return in, errors.Errorf("a sequence of %d steps", steps)
	}
	reach := (in.size-1)*in.dilation + 1
	in.out = (steps + in.strides - 1) / in.strides
	switch w.Padding {
	case "", "valid":
		if reach > steps {
			return in, errors.Errorf("a window that reaches over %d steps on a sequence of %d", reach, steps)
		}
		in.out = (steps-reach)/in.strides + 1
	case "same":
		in.left = max((in.out-1)*in.strides+reach-steps, 0) / 2
	case "causal":
		in.left = reach - 1
	default:
		return in, errors.Errorf("unknown padding %q", w.Padding)
	}
	return in, nil
}

// at returns the step that output step s reads as its k-th; it may lie outside
// the sequence.
func (w window) at(s, k int) int { return s*w.strides + k*w.dilation - w.left }

// reads returns the output steps from, to whose k-th step lies in the sequence.
func (w window) reads(k int) (from, to int) {
	for from < w.out && w.at(from, k) < 0 {
		from++
	}
	to = w.out
	for to > from && w.at(to-1, k) >= w.steps {
		to--
	}
	return from, to
}

// blocks calls f for each block of rows that the k-th steps of a window make a
// product of: output rows o and input rows i, n rows each, for a batch. With
// strides of 1 all steps are one block.
func (w window) blocks(k, batch int, f func(o, i, n int)) {
	from, to := w.reads(k)
	if w.strides == 1 && to > from {
		f(from*batch, w.at(from, k)*batch, (to-from)*batch)
		return
	}
	for s := from; s < to; s++ {
		f(s*batch, w.at(s, k)*batch, batch)
	}
}

// conv are the sizes of a convolution.
type conv struct {
	window
	batch, in, filters int
}

// Conv1D emits the convolution of a time-major sequence x [steps·batch,
// features] with a kernel [size, features, filters]:
//
//	y_s = Σ_k x_(s·strides + k·dilation − left)·kernel_k
//
// a sequence [outSteps·batch, filters]; w.Size is the kernel's. A step is one
// block of rows, so each k is a product of blocks as they lie, and so are the
// gradients dx_i += dy_s·kernel_kᵀ and dkernel_k = Σ x_iᵀ·dy_s.
func (b *Builder) Conv1D(x, kernel *Node, steps int, w Window) *Node {
	rows, features, ok := b.matrix("conv1d", x)
	if !ok || !b.ok(kernel) {
		return nil
	}
	if steps < 1 || rows%steps != 0 {
		return b.Fail(errors.Errorf("conv1d: %d rows are not %d steps", rows, steps))
	}
	s := kernel.Shape()
	if s.Dims() != 3 || s[1] != features {
		return b.Fail(errors.Errorf("conv1d: kernel is %s, want [size %d filters]", shapeString(kernel), features))
	}
	w.Size = s[0]
	over, err := w.over(steps)
	if err != nil {
		return b.Fail(errors.WithMessage(err, "conv1d"))
	}
	return b.conv(x, kernel, conv{over, rows / steps, features, s[2]})
}

// Conv1DTransposed emits the transpose of a convolution: what the gradient by its
// input is of a time-major sequence x [steps·batch, features], with a kernel
// [size, filters, features], a sequence [outSteps·batch, filters]. w.Size is the
// kernel's; the convolution of outSteps has to put out the steps of x.
func (b *Builder) Conv1DTransposed(x, kernel *Node, steps, outSteps int, w Window) *Node {
	rows, features, ok := b.matrix("transposed conv1d", x)
	if !ok || !b.ok(kernel) {
		return nil
	}
	if steps < 1 || rows%steps != 0 {
		return b.Fail(errors.Errorf("transposed conv1d: %d rows are not %d steps", rows, steps))
	}
	s := kernel.Shape()
	if s.Dims() != 3 || s[2] != features {
		return b.Fail(errors.Errorf("transposed conv1d: kernel is %s, want [size filters %d]", shapeString(kernel), features))
	}
	w.Size = s[0]
	over, err := w.over(outSteps)
	if err == nil && over.out != steps {
		err = errors.Errorf("a convolution of %d steps puts out %d, want %d", outSteps, over.out, steps)
	}
	if err != nil {
		return b.Fail(errors.WithMessage(err, "transposed conv1d"))
	}
	return b.convInput(x, kernel, conv{over, rows / steps, s[1], features})
}

// conv, convInput and convKernel are each linear in both inputs, and the gradients of
// each are the other two:
//
//	conv        y(x, w)     dx = convInput(dy, w)    dw = convKernel(x, dy)
//	convInput   dx(dy, w)   ddy = conv(ddx, w)       dw = convKernel(ddx, dy)
//	convKernel  dw(x, dy)   dx = convInput(dy, ddw)  ddy = conv(x, ddw)
func (b *Builder) conv(x, w *Node, c conv) *Node {
	return b.convOp("conv1d", tensor.Shape{c.out * c.batch, c.filters}, c, x, w,
		pick(b, convForward[float32](c), convForward[float64](c)),
		func(x, w, dy *Node) []*Node { return []*Node{b.convInput(dy, w, c), b.convKernel(x, dy, c)} })
}

func (b *Builder) convInput(dy, w *Node, c conv) *Node {
	return b.convOp("conv1d_grad", tensor.Shape{c.steps * c.batch, c.in}, c, dy, w,
		pick(b, convInput[float32](c), convInput[float64](c)),
		func(dy, w, d *Node) []*Node { return []*Node{b.conv(d, w, c), b.convKernel(d, dy, c)} })
}

func (b *Builder) convKernel(x, dy *Node, c conv) *Node {
	return b.convOp("conv1d_kernel_grad", tensor.Shape{c.size, c.in, c.filters}, c, x, dy,
		pick(b, convKernel[float32](c), convKernel[float64](c)),
		func(x, dy, d *Node) []*Node { return []*Node{b.convInput(dy, d, c), b.conv(x, d, c)} })
}

func (b *Builder) convOp(name string, shape tensor.Shape, c conv, x, y *Node, run runFunc, grad func(x, y, dout *Node) []*Node) *Node {
	return b.apply(&op{
		name:  name,
		key:   c,
		shape: shape,
		work:  2 * float64(c.out*c.batch) * float64(c.in*c.filters*c.size),
		run:   run,
		grad:  func(in []*Node, _, dout *Node) []*Node { return grad(in[0], in[1], dout) },
	}, "dd", x, y)
}

func convForward[T kernel.Float](c conv) runFunc {
	return func(o *op, in []gorgonia.Value) error {
		x, w, y := Floats[T](in[0]), Floats[T](in[1]), Floats[T](o.out)
		clear(y)
		for k := range c.size {
			wk := w[k*c.in*c.filters : (k+1)*c.in*c.filters]
			c.blocks(k, c.batch, func(at, i, n int) {
				kernel.Gemm(false, false, n, c.filters, c.in, x[i*c.in:(i+n)*c.in], wk, y[at*c.filters:(at+n)*c.filters], true)
			})
		}
		return nil
	}
}

func convInput[T kernel.Float](c conv) runFunc {
	return func(o *op, in []gorgonia.Value) error {
		dy, w, dx := Floats[T](in[0]), Floats[T](in[1]), Floats[T](o.out)
		clear(dx)
		for k := range c.size {
			wk := w[k*c.in*c.filters : (k+1)*c.in*c.filters]
			c.blocks(k, c.batch, func(at, i, n int) {
				kernel.Gemm(false, true, n, c.in, c.filters, dy[at*c.filters:(at+n)*c.filters], wk, dx[i*c.in:(i+n)*c.in], true)
			})
		}
		return nil
	}
}

func convKernel[T kernel.Float](c conv) runFunc {
	return func(o *op, in []gorgonia.Value) error {
		x, dy, dw := Floats[T](in[0]), Floats[T](in[1]), Floats[T](o.out)
		clear(dw)
		for k := range c.size {
			wk := dw[k*c.in*c.filters : (k+1)*c.in*c.filters]
			c.blocks(k, c.batch, func(at, i, n int) {
				kernel.Gemm(true, false, c.in, c.filters, n, x[i*c.in:(i+n)*c.in], dy[at*c.filters:(at+n)*c.filters], wk, true)
			})
		}
		return nil
	}
}
