package graph

import (
	"math"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"unroll/internal/kernel"
)

// MaxPool emits the largest value of each feature in each window of a time-major
// sequence [steps·batch, features]; padding takes no part. The gradient goes to
// the first of the largest.
func (b *Builder) MaxPool(x *Node, steps int, w Window) *Node {
	over, batch, ok := b.pooled("max pool", x, steps, w)
	if !ok {
		return nil
	}
	return b.pool("max_pool", x, over, batch,
		pick(b, maxPool[float32](over), maxPool[float64](over)),
		func(x, y, dy *Node) *Node { return b.maxPoolGrad(x, y, dy, over) })
}

// maxPoolGrad emits the gradient of a pooled sequence by the sequence, and pooledAt
// the elements of another sequence where x has its largest ones, each first one's.
// Each is linear in its last input and is the other's gradient.
func (b *Builder) maxPoolGrad(x, y, dy *Node, w window) *Node {
	return b.apply(&op{
		name:  "max_pool_grad",
		key:   w,
		shape: x.Shape(),
		run:   pick(b, maxPoolGrad[float32](w), maxPoolGrad[float64](w)),
		grad: func(in []*Node, _, dout *Node) []*Node {
			return []*Node{nil, nil, b.pooledAt(in[0], in[1], dout, w)}
		},
	}, "..d", x, y, dy)
}

func (b *Builder) pooledAt(x, y, other *Node, w window) *Node {
	return b.apply(&op{
		name:  "max_pool_at",
		key:   w,
		shape: y.Shape(),
		run:   pick(b, pooledAt[float32](w), pooledAt[float64](w)),
		grad: func(in []*Node, _, dout *Node) []*Node {
			return []*Node{nil, nil, b.maxPoolGrad(in[0], in[1], dout, w)}
		},
	}, "..d", x, y, other)
}

// AveragePool emits the mean of each feature in each window of a time-major
// sequence [steps·batch, features], over the steps that are not padding.
func (b *Builder) AveragePool(x *Node, steps int, w Window) *Node {
	over, batch, ok := b.pooled("average pool", x, steps, w)
	if !ok {
		return nil
	}
	return b.pool("average_pool", x, over, batch,
		pick(b, averagePool[float32](over), averagePool[float64](over)),
		func(x, _, dy *Node) *Node {
			return b.apply(&op{
				name:  "average_pool_grad",
				key:   over,
				shape: x.Shape(),
				run:   pick(b, averagePoolGrad[float32](over), averagePoolGrad[float64](over)),
				grad:  func(_ []*Node, _, dout *Node) []*Node { return []*Node{b.AveragePool(dout, steps, w)} },
			}, "d", dy)
		})
}

// GlobalMax emits the largest value of each feature over the steps of a time-major
// sequence [steps·batch, features] whose mask [steps·batch, 1] is not 0, or all
// steps if the mask is nil: [batch, features]. A sample without such a step gives
// zeros.
func (b *Builder) GlobalMax(x, mask *Node, steps int) *Node {
	all := Window{Size: steps}
	if mask == nil {
		return b.MaxPool(x, steps, all)
	}
	if _, _, ok := b.matrix("global max", x); !ok || !b.maskFits("global max", mask, x) {
		return nil
	}
	least := b.Affine(-math.MaxFloat32, b.Ones(x.Shape()...), 0)
	y := b.MaxPool(b.Where(mask, x, least), steps, all)
	if !b.ok(y) {
		return nil
	}
	return b.Where(b.MaxPool(mask, steps, all), y, b.Zeros(y.Shape()...))
}

// GlobalAverage emits the mean of each feature over the steps of a time-major
// sequence [steps·batch, features] whose mask [steps·batch, 1] is not 0, or all
// steps if the mask is nil: [batch, features]. A sample without such a step
// gives zeros, where Keras divides 0 by 0.
func (b *Builder) GlobalAverage(x, mask *Node, steps int) *Node {
	if mask == nil {
		return b.AveragePool(x, steps, Window{Size: steps})
	}
	rows, _, ok := b.matrix("global average", x)
	if !ok || !b.maskFits("global average", mask, x) {
		return nil
	}
	if steps < 1 || rows%steps != 0 {
		return b.Fail(errors.Errorf("global average: %d rows are not %d steps", rows, steps))
	}
	batch := rows / steps
	// shares holds mask/Σ mask, [steps·batch, 1], so that the mean is a sum.
	shares := b.apply(&op{
		name:  "shares",
		key:   batch,
		shape: mask.Shape(),
		run:   pick(b, maskShares[float32](batch), maskShares[float64](batch)),
		grad:  noGrad,
	}, ".", mask)
	weighted := b.apply(&op{
		name:  "weighted_steps",
		key:   pure,
		shape: x.Shape(),
		run:   pick(b, weightedSteps[float32], weightedSteps[float64]),
		grad:  func(in []*Node, _, dy *Node) []*Node { return []*Node{b.Mul(dy, in[1]), nil} },
	}, "d.", x, shares)
	return b.stepSums(weighted, steps)
}

// weightedSteps computes x∘shares. A step without a share may hold anything, NaN
// too: it leaves 0.
func weightedSteps[T kernel.Float](o *op, in []gorgonia.Value) error {
	y, x, shares := Floats[T](o.out), Floats[T](in[0]), Floats[T](in[1])
	n := len(x) / len(shares)
	for i, w := range shares {
		if w == 0 {
			clear(y[i*n : (i+1)*n])
			continue
		}
		mulScalar(y[i*n:(i+1)*n], x[i*n:(i+1)*n], w)
	}
	return nil
}

func maskShares[T kernel.Float](batch int) runFunc {
	return map1(func(y, mask []T) {
		for i := range batch {
			var sum T
			for at := i; at < len(mask); at += batch {
				sum += mask[at]
			}
			for at := i; at < len(mask); at += batch {
				y[at] = 0
				if sum != 0 {
					y[at] = mask[at] / sum
				}
			}
		}
	})
}

// pooled returns the window over a sequence's steps, and the batch.
func (b *Builder) pooled(name string, x *Node, steps int, w Window) (over window, batch int, ok bool) {
	rows, _, ok := b.matrix(name, x)
	if !ok {
		return over, 0, false
	}
	if steps < 1 || rows%steps != 0 {
		b.Fail(errors.Errorf("%s: %d rows are not %d steps", name, rows, steps))
		return over, 0, false
	}
	over, err := w.over(steps)
	if err != nil {
		b.Fail(errors.WithMessage(err, name))
	}
	return over, rows / steps, err == nil
}

func (b *Builder) pool(name string, x *Node, w window, batch int, run runFunc, grad func(x, y, dy *Node) *Node) *Node {
	return b.apply(&op{
		name:  name,
		key:   w,
		shape: tensor.Shape{w.out * batch, x.Shape()[1]},
		run:   run,
		grad:  func(in []*Node, y, dy *Node) []*Node { return []*Node{grad(in[0], y, dy)} },
	}, "d", x)
}

// inside calls f for each step of the sequence that output step s reads.
func (w window) inside(s int, f func(step int)) {
	for k := range w.size {
		if i := w.at(s, k); i >= 0 && i < w.steps {
			f(i)
		}
	}
}

func maxPool[T kernel.Float](w window) runFunc {
	return map1(func(y, x []T) {
		size := len(y) / w.out // of a step of the whole batch
		for s := range w.out {
			out, first := y[s*size:(s+1)*size], true
			w.inside(s, func(i int) {
				step := x[i*size : (i+1)*size]
				if first {
					copy(out, step)
					first = false
					return
				}
				for j, v := range step {
					if v > out[j] || v != v {
						out[j] = v
					}
				}
			})
		}
	})
}

func maxPoolGrad[T kernel.Float](w window) runFunc {
	first := firstLargest[T](w)
	return func(o *op, in []gorgonia.Value) error {
		dy, dx := Floats[T](in[2]), Floats[T](o.out)
		clear(dx)
		first(in, func(at, from int) { dx[from] += dy[at] })
		return nil
	}
}

func pooledAt[T kernel.Float](w window) runFunc {
	first := firstLargest[T](w)
	return func(o *op, in []gorgonia.Value) error {
		x, y := Floats[T](in[2]), Floats[T](o.out)
		clear(y)
		first(in, func(at, from int) { y[at] = x[from] })
		return nil
	}
}

// firstLargest calls f for each element at of the pooled sequence in[1] with the
// first place in in[0] that it was taken from.
func firstLargest[T kernel.Float](w window) func(in []gorgonia.Value, f func(at, from int)) {
	var given []bool
	return func(in []gorgonia.Value, f func(at, from int)) {
		x, y := Floats[T](in[0]), Floats[T](in[1])
		size := len(y) / w.out
		given = resize(given, size)
		for s := range w.out {
			clear(given)
			most := y[s*size : (s+1)*size]
			w.inside(s, func(i int) {
				for j, v := range x[i*size : (i+1)*size] {
					if !given[j] && v == most[j] {
						given[j] = true
						f(s*size+j, i*size+j)
					}
				}
			})
		}
	}
}

func averagePool[T kernel.Float](w window) runFunc {
	return map1(func(y, x []T) {
		clear(y)
		size := len(y) / w.out
		for s := range w.out {
			out, n := y[s*size:(s+1)*size], 0
			w.inside(s, func(i int) {
				kernel.Add(out, x[i*size:(i+1)*size])
				n++
			})
			for j := range out {
				out[j] /= T(n)
			}
		}
	})
}

func averagePoolGrad[T kernel.Float](w window) runFunc {
	return map1(func(dx, dy []T) {
		clear(dx)
		size := len(dy) / w.out
		for s := range w.out {
			n := 0
			w.inside(s, func(int) { n++ })
			w.inside(s, func(i int) { kernel.Axpy(dx[i*size:(i+1)*size], 1/T(n), dy[s*size:(s+1)*size]) })
		}
	})
}
