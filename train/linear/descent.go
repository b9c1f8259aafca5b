package linear

import (
	"context"
	"math"
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
	squares []float64 // 1 + x·x of each row
	order   []int32   // of the rows that count
	dual    dual

	w    []float32
	bias float64
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
