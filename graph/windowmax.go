package graph

import (
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"unroll/internal/kernel"
)

// WindowMax emits, for a time-major sequence x [steps·batch, features] whose features are
// Σ sizes_i groups of as many filters, the largest sum of each filter over the windows of
// the steps:
//
//	y_i = max_s Σ_k x_(s + k − left_i)[group k of i],  left_i = ⌊(size_i − 1)/2⌋
//
// the sizes' side by side: [batch, len(sizes)·filters]. The groups stand in the order of
// the sizes, and of each in that of k. If x is of one-hot vectors times a table it is
// ConvMax of the vectors, whose kernels the table holds.
//
// Where the mask [steps·batch, 1] is 0 a step is read as zeros and is not among those that
// the maximum is taken of; a nil mask is 1 everywhere. A sample without a step gives zeros.
func (b *Builder) WindowMax(x, mask *Node, steps int, sizes ...int) *Node {
	_, features, ok := b.matrix("window max", x)
	if !ok || !b.maskFits("window max", mask, x) {
		return nil
	}
	w := b.windows("window max", x.Shape()[0], features, steps, sizes)
	if w == nil {
		return nil
	}
	x = b.filled(x, mask)
	parts := make([]*Node, len(sizes))
	at := 0
	for i, size := range sizes {
		var sum []*Node
		for k := range size {
			if x := b.later(b.Columns(x, at, at+w.filters), k-(size-1)/2, w.batch); x != nil {
				sum = append(sum, x)
			}
			at += w.filters
		}
		parts[i] = b.GlobalMax(b.AddN(sum...), mask, steps)
	}
	return b.Concat(1, parts...)
}

// later emits the rows of x by so many blocks of n rows later, or earlier if by is below
// 0, and zeros where there are none. It is nil if all are zeros.
func (b *Builder) later(x *Node, by, n int) *Node {
	if !b.ok(x) {
		return nil
	}
	rows := x.Shape()[0]
	switch by *= n; {
	case by >= rows || -by >= rows:
		return nil
	case by > 0:
		return b.Pad(b.Slice(x, 0, by, rows), 0, 0, by)
	case by < 0:
		return b.Pad(b.Slice(x, 0, 0, rows+by), 0, -by, 0)
	}
	return x
}

// GatherWindowMax emits WindowMax of the rows of a table [rows, features] that ids
// [steps·batch] name. The rows are not gathered: it costs as many additions as the windows
// have groups, and the gradient touches the rows of the windows that are the largest, see
// Program.Rows. An id outside the table is an error when the program runs.
//
// Johnson and Zhang, Effective use of word order for text categorization with
// convolutional neural networks, 2015.
func (b *Builder) GatherWindowMax(table, ids, mask *Node, steps int, sizes ...int) *Node {
	rows, features, ok := b.rowsBy("gather window max", table, ids)
	if !ok {
		return nil
	}
	w := b.windows("gather window max", ids.Shape()[0], features, steps, sizes)
	if w == nil {
		return nil
	}
	w.rows = rows
	in, diff := []*Node{table, ids}, "d."
	if mask != nil {
		if !b.ok(mask) {
			return nil
		}
		if !sameShape(mask.Shape(), tensor.Shape{steps * w.batch, 1}) {
			return b.Fail(errors.Errorf("gather window max: mask is %s for %d ids", shapeString(mask), steps*w.batch))
		}
		in, diff = append(in, mask), "d.."
	}
	w.hold = &hold{volume: w.batch * w.out}
	return b.apply(&op{
		name:  "gather_window_max",
		ids:   true,
		holds: w.hold,
		shape: tensor.Shape{w.batch, w.out},
		work:  float64(steps) * float64(w.batch) * float64(features),
		run:   pick(b, windowMaxForward[float32](w), windowMaxForward[float64](w)),
		grad: func(in []*Node, y, dy *Node) []*Node {
			return append([]*Node{b.windowMaxGrad(in, y, dy, w)}, make([]*Node, len(in)-1)...)
		},
	}, diff, in...)
}

// windowMax are the sizes of a WindowMax.
type windowMax struct {
	steps, batch, filters, out int
	rows, features             int // of the table
	sizes                      []int
	hold                       *hold // at which step a sample's filter was the largest, −1 where there was none: [batch, out]
}

func (b *Builder) windows(name string, rows, features, steps int, sizes []int) *windowMax {
	if steps < 1 || rows%steps != 0 {
		b.Fail(errors.Errorf("%s: %d rows are not %d steps", name, rows, steps))
		return nil
	}
	groups := 0
	for _, size := range sizes {
		if size < 1 {
			b.Fail(errors.Errorf("%s: size %d, want at least 1", name, size))
			return nil
		}
		groups += size
	}
	if groups == 0 || features%groups != 0 {
		b.Fail(errors.Errorf("%s: %d features for sizes %v, want a multiple of their sum", name, features, sizes))
		return nil
	}
	w := &windowMax{steps: steps, batch: rows / steps, features: features, filters: features / groups, sizes: sizes}
	w.out = len(sizes) * w.filters
	return w
}

// group returns the values of group k of the window at a step, nil where that is outside
// of the sequence or masked. first is the group's first column in the table.
func group[T kernel.Float](w *windowMax, table []T, ids []int32, mask []T, row, step, first int) []T {
	if step < 0 || step >= w.steps {
		return nil
	}
	at := step*w.batch + row
	if mask != nil && mask[at] == 0 {
		return nil
	}
	from := int(ids[at])*w.features + first
	return table[from : from+w.filters]
}

func windowMaxForward[T kernel.Float](w *windowMax) runFunc {
	sum, place := make([]T, w.filters), make([]T, w.batch*w.out) // what is held may lie in the place of the table
	return func(o *op, in []gorgonia.Value) error {
		table, at, mask, y := Floats[T](in[0]), ids(in[1]), maskOf[T](in, 2), Floats[T](o.out)
		if err := within(at, w.rows); err != nil {
			return err
		}
		for i := range place {
			place[i] = -1
		}
		clear(y)
		for row := range w.batch {
			for s := range w.steps {
				if mask != nil && mask[s*w.batch+row] == 0 {
					continue
				}
				first, out := 0, row*w.out
				for _, size := range w.sizes {
					window := sum
					if size == 1 {
						window = group(w, table, at, mask, row, s, first)
					} else {
						clear(sum)
						for k := range size {
							if g := group(w, table, at, mask, row, s+k-(size-1)/2, first+k*w.filters); g != nil {
								kernel.Add(sum, g)
							}
						}
					}
					best, step := y[out:out+w.filters], place[out:out+w.filters]
					if step[0] < 0 {
						copy(best, window)
						for f := range step {
							step[f] = T(s)
						}
					}
					for f, v := range window {
						if v > best[f] || v != v {
							best[f], step[f] = v, T(s)
						}
					}
					first, out = first+size*w.filters, out+w.filters
				}
			}
		}
		copy(held[T](o.b, w.hold), place)
		return nil
	}
}

// windowMaxGrad emits the gradient of a GatherWindowMax by its table.
func (b *Builder) windowMaxGrad(in []*Node, y, dy *Node, w *windowMax) *Node {
	diff := "d.d."
	if len(in) > 2 {
		diff += "."
	}
	touched := newTouchedRows()
	return b.apply(&op{
		name:      "gather_window_max_grad",
		ids:       true,
		pinned:    true,
		touched:   touched,
		unread:    []int{2},
		readsHeld: w.hold,
		shape:     tensor.Shape{w.rows, w.features},
		run:       pick(b, windowMaxBackward[float32](w, touched), windowMaxBackward[float64](w, touched)),
		form: func(in []*Node) *Node {
			var mask *Node
			if len(in) > 4 {
				mask = in[4]
			}
			y := b.WindowMax(b.Gather(in[2], in[3]), mask, w.steps, w.sizes...)
			return b.within([]*Node{y}, in[:1], in[2:3])[0]
		},
	}, diff, append([]*Node{dy, y}, in...)...)
}

func windowMaxBackward[T kernel.Float](w *windowMax, touched *touchedRows) runFunc {
	seen := make([]bool, w.rows)
	var rows []int32
	return func(o *op, in []gorgonia.Value) error {
		dy, at, mask, place := Floats[T](in[0]), ids(in[3]), maskOf[T](in, 4), held[T](o.b, w.hold)
		table := Floats[T](o.out)
		clearRows(touched, table, w.features)
		rows = rows[:0]
		for row := range w.batch {
			first, out := 0, row*w.out
			for _, size := range w.sizes {
				for f := range w.filters {
					d, s := dy[out+f], int(place[out+f])
					if d == 0 || s < 0 {
						continue
					}
					for k := range size {
						g := group(w, table, at, mask, row, s+k-(size-1)/2, first+k*w.filters)
						if g == nil {
							continue
						}
						g[f] += d
						if id := at[(s+k-(size-1)/2)*w.batch+row]; !seen[id] {
							seen[id] = true
							rows = append(rows, id)
						}
					}
				}
				first, out = first+size*w.filters, out+w.filters
			}
		}
		for _, id := range rows {
			seen[id] = false
		}
		touched.set(rows)
		return nil
	}
}
