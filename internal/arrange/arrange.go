// Package arrange moves the elements of weights from the order of one library to that of
// another.
package arrange

import "slices"

// Permuted returns the elements of x, row-major of a shape, with its axes in another
// order: axis i of the result is axis axes[i] of x. NumPy: transpose.
func Permuted(x []float64, shape []int, axes ...int) []float64 {
	y := make([]float64, len(x))
	strides := make([]int, len(shape)) // in x, of the axes of y
	for i, a := range axes {
		strides[i] = 1
		for _, n := range shape[a+1:] {
			strides[i] *= n
		}
	}
	at, from := make([]int, len(shape)), 0 // indices of y, place in x
	for i := range y {
		y[i] = x[from]
		for k := len(at) - 1; k >= 0; k-- {
			at[k]++
			from += strides[k]
			if at[k] < shape[axes[k]] {
				break
			}
			from -= at[k] * strides[k]
			at[k] = 0
		}
	}
	return y
}

// Transposed returns a matrix [rows, cols] as [cols, rows].
func Transposed(x []float64, rows, cols int) []float64 {
	return Permuted(x, []int{rows, cols}, 1, 0)
}

// Blocks returns x, of blocks of n elements each, with block order[i] in place i. Of a
// matrix whose rows are those of gates the blocks are the gates.
func Blocks(x []float64, order []int, n int) []float64 {
	y := make([]float64, 0, len(x))
	for _, i := range order {
		y = append(y, x[i*n:][:n]...)
	}
	return y
}

// Inverse returns the order that takes an order back.
func Inverse(order []int) []int {
	back := make([]int, len(order))
	for i := range order {
		back[i] = slices.Index(order, i)
	}
	return back
}
