package graph

import (
	"slices"
	"strings"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"unroll/internal/kernel"
)

// ConvMax emits, for a time-major sequence x [steps·batch, features] and kernels
// [size_i, features, filters_i], the largest value of each filter over the steps s:
//
//	y = max_s Σ_k x_(s + k − left_i)·kernel_i,k,  left_i = ⌊(size_i − 1)/2⌋
//
// the kernels' side by side: [batch, Σ filters_i]. It is GlobalMax of Conv1D with the
// padding "same", in one: no value of a step is kept, and as a filter has one step that
// is the largest, the gradients cost next to nothing. That goes to the first of them.
//
// Where the mask [steps·batch, 1] is 0 a step is read as zeros and is not among those
// that the maximum is taken of; a nil mask is 1 everywhere. A sample without a step gives
// zeros. So a sample's result does not depend on how far it is padded.
//
// Kim, Convolutional neural networks for sentence classification, 2014.
func (b *Builder) ConvMax(x, mask *Node, steps int, kernels ...*Node) *Node {
	rows, features, ok := b.matrix("conv max", x)
	if !ok || !b.ok(kernels...) || !b.maskFits("conv max", mask, x) {
		return nil
	}
	if steps < 1 || rows%steps != 0 {
		return b.Fail(errors.Errorf("conv max: %d rows are not %d steps", rows, steps))
	}
	if len(kernels) == 0 {
		return b.Fail(errors.New("conv max: no kernel"))
	}
	c := &convMax{steps: steps, batch: rows / steps, in: features}
	for _, w := range kernels {
		s := w.Shape()
		if s.Dims() != 3 || s[1] != features {
			return b.Fail(errors.Errorf("conv max: kernel is %s, want [size %d filters]", shapeString(w), features))
		}
		c.sizes, c.filters = append(c.sizes, s[0]), append(c.filters, s[2])
		c.out += s[2]
	}
	c.hold = &hold{volume: c.batch * c.out}
	x = b.filled(x, mask)
	in := append([]*Node{x}, kernels...)
	if mask != nil {
		in = append(in, mask)
	}
	return b.apply(&op{
		name:  "conv_max",
		holds: c.hold,
		shape: tensor.Shape{c.batch, c.out},
		work:  2 * float64(rows) * float64(features) * float64(c.weights()/features),
		run:   pick(b, convMaxForward[float32](c), convMaxForward[float64](c)),
		grad:  func(in []*Node, y, dy *Node) []*Node { return b.convMaxGrad(in, y, dy, c) },
	}, strings.Repeat("d", 1+len(kernels)), in...)
}

// filled emits x with zeros at the steps whose mask is 0; they may hold anything, NaN
// too.
func (b *Builder) filled(x, mask *Node) *Node {
	if mask == nil || !b.ok(x) {
		return x
	}
	return b.Where(mask, x, b.Zeros(x.Shape()...))
}

// convMax are the sizes of a ConvMax, and which step was the largest, [batch, Σ
// filters], −1 where there was none.
type convMax struct {
	steps, batch, in int
	sizes, filters   []int
	out              int // Σ filters
	hold             *hold
}

func (c *convMax) weights() (n int) {
	for i, size := range c.sizes {
		n += size * c.in * c.filters[i]
	}
	return n
}

// window is that of kernel i.
func (c *convMax) window(i int) window {
	return window{size: c.sizes[i], strides: 1, dilation: 1, left: (c.sizes[i] - 1) / 2, steps: c.steps, out: c.steps}
}

// tileRows is about how many rows of values are computed before the maximum is taken:
// they stay in the cache.
const tileRows = 512

// convMaxForward computes a tile of steps for a kernel, and takes its maximum, before the
// next one.
func convMaxForward[T kernel.Float](c *convMax) runFunc {
	var tile []T
	at := make([]T, c.batch*c.out) // what is held may lie in the place of x
	return func(o *op, in []gorgonia.Value) error {
		x, y := Floats[T](in[0]), Floats[T](o.out)
		mask := maskOf[T](in, 1+len(c.sizes))
		for i := range at {
			at[i] = -1
		}
		clear(y)
		per := max(1, tileRows/c.batch) // steps of a tile
		tile = resize(tile, min(per, c.steps)*c.batch*slices.Max(c.filters))
		for s := 0; s < c.steps; s += per {
			end := min(s+per, c.steps)
			if mask != nil && !slices.ContainsFunc(mask[s*c.batch:end*c.batch], func(m T) bool { return m != 0 }) {
				continue // padding of all samples
			}
			first := 0 // column of the kernel's first filter
			for i, n := range c.filters {
				w, z := Floats[T](in[1+i]), tile[:(end-s)*c.batch*n]
				clear(z)
				over := c.window(i)
				for k := range over.size {
					from, to := over.reads(k)
					if from, to = max(from, s), min(to, end); from < to {
						read := x[over.at(from, k)*c.batch*c.in : over.at(to, k)*c.batch*c.in]
						kernel.Gemm(false, false, (to-from)*c.batch, n, c.in, read, w[k*c.in*n:(k+1)*c.in*n], z[(from-s)*c.batch*n:(to-s)*c.batch*n], true)
					}
				}
				for t := s; t < end; t++ {
					for row := range c.batch {
						if mask != nil && mask[t*c.batch+row] == 0 {
							continue
						}
						values := z[((t-s)*c.batch+row)*n:][:n]
						best, step := y[row*c.out+first:][:n], at[row*c.out+first:][:n]
						if step[0] < 0 {
							copy(best, values)
							for f := range step {
								step[f] = T(t)
							}
							continue
						}
						for f, v := range values {
							if v > best[f] || v != v {
								best[f], step[f] = v, T(t)
							}
						}
					}
				}
				first += n
			}
		}
		copy(held[T](o.b, c.hold), at)
		return nil
	}
}

// convMaxGrad emits the gradients of a ConvMax by what it reads.
func (b *Builder) convMaxGrad(in []*Node, y, dy *Node, c *convMax) []*Node {
	n := len(c.sizes)
	var shapes []tensor.Shape
	for _, x := range in[:1+n] {
		shapes = append(shapes, x.Shape())
	}
	packed := b.apply(&op{
		name:      "conv_max_grad",
		work:      4 * float64(c.batch) * float64(c.weights()),
		shape:     tensor.Shape{volume(shapes)},
		readsHeld: c.hold,
		run:       pick(b, convMaxBackward[float32](c), convMaxBackward[float64](c)),
		form: func(in []*Node) *Node {
			var mask *Node
			if len(in) > 3+n {
				mask = in[3+n]
			}
			from := in[2 : 3+n]
			return b.flat(b.within([]*Node{b.convThenMax(from[0], mask, c.steps, from[1:]...)}, []*Node{in[0]}, from)...)
		},
	}, "d."+strings.Repeat("d", 1+n), append([]*Node{dy, y}, in...)...)
	return append(b.unpack(packed, shapes), make([]*Node, len(in)-1-n)...)
}

// convThenMax emits what ConvMax computes, by a convolution and its maximum.
func (b *Builder) convThenMax(x, mask *Node, steps int, kernels ...*Node) *Node {
	parts := make([]*Node, len(kernels))
	for i, w := range kernels {
		parts[i] = b.GlobalMax(b.Conv1D(x, w, steps, Window{Padding: "same"}), mask, steps)
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return b.Concat(1, parts...)
}

// convMaxBackward computes dx, and the gradients of the kernels after it. A filter's
// weights stand one row apart from each other, so all is done on transposes [filters,
// size·in].
func convMaxBackward[T kernel.Float](c *convMax) runFunc {
	var w, dw []T
	return func(o *op, in []gorgonia.Value) error {
		dy, x, at := Floats[T](in[0]), Floats[T](in[2]), held[T](o.b, c.hold)
		all := Floats[T](o.out)
		clear(all)
		dx, grads := all[:len(x)], all[len(x):]
		first := 0
		for i, n := range c.filters {
			over, width := c.window(i), c.sizes[i]*c.in
			w, dw = resize(w, n*width), resize(dw, n*width)
			transpose(w, Floats[T](in[3+i]), width, n)
			clear(dw)
			for row := range c.batch {
				for f, d := range dy[row*c.out+first:][:n] {
					step := int(at[row*c.out+first+f])
					if step < 0 || d == 0 {
						continue
					}
					for k := range over.size {
						s := over.at(step, k)
						if s < 0 || s >= c.steps {
							continue
						}
						place, of := (s*c.batch+row)*c.in, f*width+k*c.in
						kernel.Axpy(dx[place:place+c.in], d, w[of:of+c.in])
						kernel.Axpy(dw[of:of+c.in], d, x[place:place+c.in])
					}
				}
			}
			transpose(grads[:n*width], dw, n, width)
			grads, first = grads[n*width:], first+n
		}
		return nil
	}
}

// transpose writes the transpose of x [rows, cols] to y.
func transpose[T kernel.Float](y, x []T, rows, cols int) {
	for i := range rows {
		for j, v := range x[i*cols : (i+1)*cols] {
			y[j*rows+i] = v
		}
	}
}
