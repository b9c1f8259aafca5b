package graph

import (
	"math"
	"slices"

	"gorgonia.org/tensor"
)

// array is a value in plain Go, row-major: what the operations are held against is
// written as loops over its indices.
type array struct {
	shape []int
	x     []float64
}

// newArray computes each element from its index.
func newArray(shape []int, f func(at []int) float64) array {
	a := array{shape: slices.Clone(shape)}
	at := make([]int, len(shape))
	for {
		a.x = append(a.x, f(at))
		axis := len(shape) - 1
		for ; axis >= 0; axis-- {
			if at[axis]++; at[axis] < shape[axis] {
				break
			}
			at[axis] = 0
		}
		if axis < 0 {
			return a
		}
	}
}

// at returns the element at an index of a shape that a is broadcast to.
func (a array) at(index []int) float64 {
	place := 0
	for i, n := range a.shape {
		place *= n
		if n > 1 {
			place += index[len(index)-len(a.shape)+i]
		}
	}
	return a.x[place]
}

// together is the shape that arrays have together.
func together(all ...array) []int {
	var shape []int
	for _, a := range all {
		for len(shape) < len(a.shape) {
			shape = slices.Insert(shape, 0, 1)
		}
		for i, n := range a.shape {
			if n > 1 {
				shape[len(shape)-len(a.shape)+i] = n
			}
		}
	}
	return shape
}

// zipped computes f of one element of each array, broadcast.
func zipped(f func(x []float64) float64, in ...array) array {
	return newArray(together(in...), func(at []int) float64 {
		x := make([]float64, len(in))
		for i, a := range in {
			x[i] = a.at(at)
		}
		return f(x)
	})
}

// over computes f of the elements along the axes, in their order; no axes are all.
func (a array) over(axes []int, f func(x []float64) float64) array {
	gone := make([]bool, len(a.shape))
	for i := range gone {
		gone[i] = len(axes) == 0 || slices.Contains(axes, i) || slices.Contains(axes, i-len(gone))
	}
	var kept []int
	for i, n := range a.shape {
		if !gone[i] {
			kept = append(kept, n)
		}
	}
	return newArray(kept, func(at []int) float64 {
		var x []float64
		all := newArray(a.shape, func(index []int) float64 { // 1 where the element belongs to at
			k := 0
			for i, v := range index {
				if !gone[i] {
					if v != at[k] {
						return 0
					}
					k++
				}
			}
			return 1
		})
		for i, belongs := range all.x {
			if belongs == 1 {
				x = append(x, a.x[i])
			}
		}
		return f(x)
	})
}

// reshaped are the same elements under another shape.
func (a array) reshaped(shape ...int) array { return array{shape, a.x} }

// moved replaces the index i of an axis by to(i).
func moved(at []int, axis, to int) []int {
	at = slices.Clone(at)
	at[axis] = to
	return at
}

// from counts an axis from 0.
func from(axis, dims int) int {
	if axis < 0 {
		return axis + dims
	}
	return axis
}

// rounded are the elements as a type of the graph holds them.
func (a array) rounded(dt tensor.Dtype) array {
	b := array{a.shape, slices.Clone(a.x)}
	for i, v := range a.x {
		if dt == tensor.Float32 {
			b.x[i] = float64(float32(v))
		}
	}
	return b
}

func total(x []float64) (sum float64) {
	for _, v := range x {
		sum += v
	}
	return sum
}

// placeOfLargest is the place of the first of the largest elements; NaN is the largest.
func placeOfLargest(x []float64) float64 {
	for i, v := range x {
		if math.IsNaN(v) {
			return float64(i)
		}
	}
	return float64(slices.Index(x, slices.Max(x)))
}

func negated(x []float64) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = -v
	}
	return y
}

// logSumExp holds the largest back.
func logSumExp(x []float64) float64 {
	top := slices.Max(x)
	if math.IsInf(top, 0) {
		return top
	}
	var sum float64
	for _, v := range x {
		sum += math.Exp(v - top)
	}
	return math.Log(sum) + top
}

func one(holds bool) float64 {
	if holds {
		return 1
	}
	return 0
}
