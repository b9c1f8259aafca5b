package linear

import (
	"context"
	"math"
	"math/rand/v2"

	"github.com/pkg/errors"
)

// descent minimises the dual of a problem one row after the other, and keeps
//
//	w = Σ_i α_i·y_i·x_i,  b = Σ_i α_i·y_i
//
// where α_i ≥ 0 is the variable of row i.
type descent struct {
	x       *Matrix
	values  []float32 // of x, times h
	y       []int8
	h       []float32 // by what columns are multiplied; nil for ones
	squares []float64 // 1 + x·x of each row
	order   []int32   // of the rows that count
	dual    dual

	from *Weights  // nil for zeros
	base []float64 // the margin of each row by them

	w    []float32
	bias float64
}

// newDescent returns the descent for the rows of x whose columns are multiplied by h,
// with what each row's loss costs, c times its weight.
func newDescent(x *Matrix, h []float32, y []int8, c float64, weights []float32) (d descent, cost []float64, err error) {
	d = descent{x: x, y: y, h: h, values: x.values, w: make([]float32, x.columns), squares: make([]float64, x.Rows())}
	if h != nil {
		d.values = make([]float32, len(x.values))
		for i, id := range x.ids {
			d.values[i] = x.values[i] * h[id]
		}
	}
	cost = make([]float64, len(y))
	for i := range y {
		cost[i] = c
		if weights != nil {
			cost[i] *= float64(weights[i])
		}
		if cost[i] == 0 {
			continue
		}
		d.squares[i] = 1 // of the bias
		for _, v := range d.values[x.starts[i]:x.starts[i+1]] {
			d.squares[i] += float64(v) * float64(v)
		}
		if d.squares[i]-d.squares[i] != 0 {
			return d, nil, errors.Errorf("row %d has values that are too large", i)
		}
		d.order = append(d.order, int32(i))
	}
	return d, cost, nil
}

// solve goes over the rows at most so many times, each time in another order, and
// returns the weights of the columns as they are, and the bias.
func (d *descent) solve(ctx context.Context, epochs int, tolerance float64, seed int64) ([]float32, float32, error) {
	d.start()
	rng := rand.New(rand.NewPCG(uint64(seed), 0))
	for range epochs {
		for i := len(d.order) - 1; i > 0; i-- {
			j := rng.IntN(i + 1)
			d.order[i], d.order[j] = d.order[j], d.order[i]
		}
		worst, err := d.epoch(ctx)
		if err != nil {
			return nil, 0, err
		}
		if worst <= tolerance {
			break
		}
		d.dual.next()
	}
	for id := range d.h {
		d.w[id] *= d.h[id]
	}
	if d.from != nil {
		for id := range d.w {
			d.w[id] += d.from.W[id]
		}
		d.bias += float64(d.from.Bias)
	}
	for id, v := range d.w {
		if v-v != 0 {
			return nil, 0, errors.Errorf("the weight of column %d is %v: its values are too small or too large", id, v)
		}
	}
	if b := float32(d.bias); b-b == 0 {
		return d.w, b, nil
	}
	return nil, 0, errors.Errorf("the bias is %v", d.bias)
}

func (d *descent) start() {
	for _, i := range d.order {
		d.add(int(i), d.dual.start(int(i)))
	}
}

// epoch goes over the rows once, in their order, and returns the largest size of a
// gradient.
func (d *descent) epoch(ctx context.Context) (worst float64, err error) {
	for n, row := range d.order {
		if n%256 == 0 {
			if err := ctx.Err(); err != nil {
				return 0, err
			}
		}
		i := int(row)
		from, to := d.x.starts[i], d.x.starts[i+1]
		m := dot(d.w, d.x.ids[from:to], d.values[from:to]) + d.bias
		if d.base != nil {
			m += d.base[i]
		}
		change, gradient := d.dual.step(i, float64(d.y[i])*m, d.squares[i])
		worst = max(worst, math.Abs(gradient))
		d.add(i, change)
	}
	return worst, nil
}

// add lets the variable of row i grow by a change.
func (d *descent) add(i int, change float64) {
	if change == 0 {
		return
	}
	change *= float64(d.y[i])
	from, to := d.x.starts[i], d.x.starts[i+1]
	add(d.w, float32(change), d.x.ids[from:to], d.values[from:to])
	d.bias += change
}

// dot returns Σ w[id]·v.
func dot(w []float32, ids []int32, v []float32) float64 {
	v = v[:len(ids)]
	var a, b float64 // two sums, so that an addition need not wait for the one before
	i := 0
	for ; i+1 < len(ids); i += 2 {
		a += float64(w[ids[i]]) * float64(v[i])
		b += float64(w[ids[i+1]]) * float64(v[i+1])
	}
	if i < len(ids) {
		a += float64(w[ids[i]]) * float64(v[i])
	}
	return a + b
}

// add adds by·v to w[id].
func add(w []float32, by float32, ids []int32, v []float32) {
	v = v[:len(ids)]
	for i, id := range ids {
		w[id] += by * v[i]
	}
}
