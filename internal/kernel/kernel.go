// Package kernel holds the numeric loops under the graph's operations.
//
// Everything is row-major and contiguous. Every function is generic over
// float32 and float64 and has no state; float64 exists for gradient checks.
// Sums run in one fixed order, so the same input gives the same bits.
package kernel

import "math"

// Float is the element type of every kernel.
type Float interface{ float32 | float64 }

// Gemm computes C = op(A)·op(B), or C += op(A)·op(B) if acc is set, where op
// transposes its argument if the flag before it is set. C is [m, n] and k is
// the length of the sums; A is [m, k], or [k, m] if ta; B is [k, n], or [n, k]
// if tb.
func Gemm[T Float](ta, tb bool, m, n, k int, a, b, c []T, acc bool) {
	c = c[:m*n]
	if !acc {
		clear(c)
	}
	switch {
	case !ta && !tb:
		for i := range m {
			ci := c[i*n : (i+1)*n]
			for p, v := range a[i*k : (i+1)*k] {
				Axpy(ci, v, b[p*n:(p+1)*n])
			}
		}
	case ta && !tb:
		for p := range k {
			bp := b[p*n : (p+1)*n]
			for i, v := range a[p*m : (p+1)*m] {
				Axpy(c[i*n:(i+1)*n], v, bp)
			}
		}
	case !ta && tb:
		for i := range m {
			ai := a[i*k : (i+1)*k]
			for j := range n {
				c[i*n+j] += Dot(ai, b[j*k:(j+1)*k])
			}
		}
	default:
		for i := range m {
			for j := range n {
				var s T
				for p := range k {
					s += a[p*m+i] * b[j*k+p]
				}
				c[i*n+j] += s
			}
		}
	}
}

// Axpy computes y += a·x.
func Axpy[T Float](y []T, a T, x []T) {
	x = x[:len(y)]
	for i := range y {
		y[i] += a * x[i]
	}
}

// Dot returns Σ xᵢ·yᵢ.
func Dot[T Float](x, y []T) T {
	var s T
	y = y[:len(x)]
	for i, v := range x {
		s += v * y[i]
	}
	return s
}

// Tanh computes y = tanh(x).
func Tanh[T Float](y, x []T) {
	for i, v := range x[:len(y)] {
		y[i] = T(math.Tanh(float64(v)))
	}
}

// TanhGrad computes dx = dy·(1 − y²), with y = tanh(x).
func TanhGrad[T Float](dx, y, dy []T) {
	y, dy = y[:len(dx)], dy[:len(dx)]
	for i := range dx {
		dx[i] = dy[i] * (1 - y[i]*y[i])
	}
}

// Sigmoid computes y = 1/(1+e⁻ˣ).
func Sigmoid[T Float](y, x []T) {
	for i, v := range x[:len(y)] {
		y[i] = T(1 / (1 + math.Exp(-float64(v))))
	}
}

// SigmoidGrad computes dx = dy·y·(1 − y), with y = sigmoid(x).
func SigmoidGrad[T Float](dx, y, dy []T) {
	y, dy = y[:len(dx)], dy[:len(dx)]
	for i := range dx {
		dx[i] = dy[i] * y[i] * (1 - y[i])
	}
}

// Relu computes y = max(x, 0).
func Relu[T Float](y, x []T) {
	for i, v := range x[:len(y)] {
		y[i] = max(v, 0)
	}
}

// ReluGrad computes dx = dy where y > 0, with y = max(x, 0), else 0.
func ReluGrad[T Float](dx, y, dy []T) {
	y, dy = y[:len(dx)], dy[:len(dx)]
	for i := range dx {
		if y[i] > 0 {
			dx[i] = dy[i]
		} else {
			dx[i] = 0
		}
	}
}

// Softmax computes y = softmax(x) over each row of [rows, cols].
func Softmax[T Float](y, x []T, cols int) {
	for len(x) > 0 {
		xr, yr := x[:cols], y[:cols]
		top := xr[0]
		for _, v := range xr {
			top = max(top, v)
		}
		var sum float64
		for i, v := range xr {
			e := math.Exp(float64(v - top))
			yr[i] = T(e)
			sum += e
		}
		for i := range yr {
			yr[i] = T(float64(yr[i]) / sum)
		}
		x, y = x[cols:], y[cols:]
	}
}

// SoftmaxGrad computes dx = y·(dy − ⟨dy, y⟩) over each row of [rows, cols].
func SoftmaxGrad[T Float](dx, y, dy []T, cols int) {
	for len(y) > 0 {
		yr, gr, dr := y[:cols], dy[:cols], dx[:cols]
		s := Dot(gr, yr)
		for i := range dr {
			dr[i] = yr[i] * (gr[i] - s)
		}
		y, dy, dx = y[cols:], dy[cols:], dx[cols:]
	}
}

// GatherRows copies row ids[i] of table [rows, cols] to row i of y. The ids
// must be in range.
func GatherRows[T Float](y, table []T, ids []int32, cols int) {
	for i, id := range ids {
		copy(y[i*cols:(i+1)*cols], table[int(id)*cols:(int(id)+1)*cols])
	}
}

// ScatterAddRows adds row i of dy to row ids[i] of table [rows, cols].
// Repeated ids add up, in the order of i.
func ScatterAddRows[T Float](table, dy []T, ids []int32, cols int) {
	for i, id := range ids {
		Add(table[int(id)*cols:(int(id)+1)*cols], dy[i*cols:(i+1)*cols])
	}
}

// Add computes y += x.
func Add[T Float](y, x []T) {
	x = x[:len(y)]
	for i := range y {
		y[i] += x[i]
	}
}

// ColSums adds each row of x [rows, cols] to y [cols].
func ColSums[T Float](y, x []T) {
	for n := len(y); len(x) >= n; x = x[n:] {
		Add(y, x[:n])
	}
}

// LogitLoss computes the binary cross-entropy of logits x against targets t
// in the form that does not overflow: max(x,0) − x·t + log(1+e^−|x|).
func LogitLoss[T Float](y, x, t []T) {
	for i, v := range x[:len(y)] {
		f := float64(v)
		y[i] = T(max(f, 0) - f*float64(t[i]) + math.Log1p(math.Exp(-math.Abs(f))))
	}
}

// LogitLossGrad computes dx = dy·(sigmoid(x) − t).
func LogitLossGrad[T Float](dx, x, t, dy []T) {
	for i, v := range x[:len(dx)] {
		dx[i] = dy[i] * T(1/(1+math.Exp(-float64(v)))-float64(t[i]))
	}
}
