// Package kernel holds the numeric loops under the graph's operations.
//
// Everything is row-major and contiguous. Every function is generic over
// float32 and float64. float32 runs in assembly where the processor has AVX2
// with FMA or AVX-512, which give the same bits as each other; elsewhere, for
// float64, and in builds with the tag purego it runs in portable Go, which is
// also what tests hold the assembly against. Sums run in one fixed order, so
// the same input gives the same bits.
package kernel

import (
	"math"
	"unsafe"
)

// Float is the element type of every kernel.
type Float interface{ float32 | float64 }

// Family names the kernels in use: "avx" or "portable". Results of one family
// have the same bits; those of two differ in rounding.
func Family() string {
	if level == portable {
		return "portable"
	}
	return "avx"
}

// fast reports whether a kernel on x may run in assembly.
func fast[T Float](x []T) bool {
	return level != portable && len(x) > 0 && unsafe.Sizeof(x[0]) == 4
}

// f32 is x, which holds float32, under that type.
func f32[T Float](x []T) []float32 {
	return unsafe.Slice((*float32)(unsafe.Pointer(unsafe.SliceData(x))), len(x))
}

// Axpy computes y += a·x; x may be y.
func Axpy[T Float](y []T, a T, x []T) {
	x = x[:len(y)]
	if fast(y) && axpy32(f32(y), float32(a), f32(x)) {
		return
	}
	for i := range y {
		y[i] += a * x[i]
	}
}

// Dot returns Σ xᵢ·yᵢ.
func Dot[T Float](x, y []T) T {
	y = y[:len(x)]
	var s T
	if fast(x) {
		if d, ok := dot32(f32(x), f32(y)); ok {
			s = T(d)
			done := len(x) / 32 * 32
			x, y = x[done:], y[done:]
		}
	}
	for i, v := range x {
		s += v * y[i]
	}
	return s
}

// Tanh computes y = tanh(x).
func Tanh[T Float](y, x []T) {
	x = x[:len(y)]
	if fast(y) && tanh32(f32(y), f32(x)) {
		return
	}
	for i, v := range x {
		y[i] = T(math.Tanh(float64(v)))
	}
}

// TanhGrad computes dx = dy·(1 − y²), with y = tanh(x).
func TanhGrad[T Float](dx, y, dy []T) {
	y, dy = y[:len(dx)], dy[:len(dx)]
	if fast(dx) && tanhGrad32(f32(dx), f32(y), f32(dy)) {
		return
	}
	for i := range dx {
		dx[i] = dy[i] * (1 - y[i]*y[i])
	}
}

// Sigmoid computes y = 1/(1+e⁻ˣ).
func Sigmoid[T Float](y, x []T) {
	x = x[:len(y)]
	if fast(y) && sigmoid32(f32(y), f32(x)) {
		return
	}
	for i, v := range x {
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

// Exp computes y = eˣ.
func Exp[T Float](y, x []T) {
	x = x[:len(y)]
	if fast(y) && exp32(f32(y), f32(x)) {
		return
	}
	for i, v := range x {
		y[i] = T(math.Exp(float64(v)))
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
	for ; len(x) > 0; x, y = x[cols:], y[cols:] {
		xr, yr := x[:cols], y[:cols]
		top := xr[0]
		for _, v := range xr {
			top = max(top, v)
		}
		for i, v := range xr {
			yr[i] = v - top
		}
		Exp(yr, yr)
		var sum T
		for _, v := range yr {
			sum += v
		}
		for i := range yr {
			yr[i] /= sum
		}
	}
}

// SoftmaxGrad computes dx = y·(dy − ⟨dy, y⟩) over each row of [rows, cols].
func SoftmaxGrad[T Float](dx, y, dy []T, cols int) {
	for ; len(y) > 0; y, dy, dx = y[cols:], dy[cols:], dx[cols:] {
		yr, gr, dr := y[:cols], dy[:cols], dx[:cols]
		s := Dot(gr, yr)
		for i := range dr {
			dr[i] = yr[i] * (gr[i] - s)
		}
	}
}

// Add computes y += x.
func Add[T Float](y, x []T) { AddTo(y, y, x) }

// few is a number of elements up to which a loop costs less than the call of a kernel.
const few = 8

// AddTo computes z = x + y; z may be one of them.
func AddTo[T Float](z, x, y []T) {
	x, y = x[:len(z)], y[:len(z)]
	if len(z) > few && fast(z) && add32(f32(z), f32(x), f32(y)) {
		return
	}
	for i := range z {
		z[i] = x[i] + y[i]
	}
}

// Mul computes z = x∘y; z may be one of them.
func Mul[T Float](z, x, y []T) {
	x, y = x[:len(z)], y[:len(z)]
	if len(z) > few && fast(z) && mul32(f32(z), f32(x), f32(y)) {
		return
	}
	for i := range z {
		z[i] = x[i] * y[i]
	}
}

// Affine computes y = a·x + c, the product rounded; y may be x.
func Affine[T Float](y []T, a T, x []T, c T) {
	x = x[:len(y)]
	if len(y) > few && fast(y) && affine32(f32(y), float32(a), f32(x), float32(c)) {
		return
	}
	for i := range y {
		y[i] = T(a*x[i]) + c // in two steps on every processor
	}
}

// ColSums adds each row of x [rows, len(y)] to y, in order.
func ColSums[T Float](y, x []T) {
	if len(y) == 0 || fast(x) && colSums32(f32(y), f32(x)) {
		return
	}
	for n := len(y); len(x) >= n; x = x[n:] {
		Add(y, x[:n])
	}
}
