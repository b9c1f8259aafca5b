package kernel

import "math"

// Activation functions under Keras's names and with its constants. Every y and
// dx may be the same slice as one of the inputs.

// LeakySlope is LeakyRelu's slope below 0.
const LeakySlope = 0.2

// SeluAlpha and SeluScale are the constants of Selu. Klambauer et al., Self-normalizing neural networks,
// 2017.
const (
	SeluAlpha = 1.6732632423543772848170429916717
	SeluScale = 1.0507009873554804934193349852946
)

// block is the number of values of a scratch array on the stack.
const block = 256

// LeakyRelu computes y = x where x > 0, else 0.2·x.
func LeakyRelu[T Float](y, x []T) {
	for i, v := range x[:len(y)] {
		y[i] = max(v, 0) + LeakySlope*min(v, 0)
	}
}

// LeakyReluGrad computes dx = dy where y > 0, else 0.2·dy.
func LeakyReluGrad[T Float](dx, y, dy []T) {
	for i, v := range y[:len(dx)] {
		if v > 0 {
			dx[i] = dy[i]
		} else {
			dx[i] = LeakySlope * dy[i]
		}
	}
}

// Elu computes y = x where x > 0, else eˣ − 1. Clevert et al., Fast and accurate
// deep network learning by exponential linear units, 2015.
func Elu[T Float](y, x []T) { elu(y, x, 1, 1) }

// EluOf computes y = x where x > 0, else alpha·(eˣ − 1).
func EluOf[T Float](y, x []T, alpha T) { elu(y, x, 1, alpha) }

// EluOfGrad computes dx = dy where y > 0, else dy·(y + alpha), for alpha ≥ 0.
func EluOfGrad[T Float](dx, y, dy []T, alpha T) { eluGrad(dx, y, dy, 1, alpha) }

// EluGrad computes dx = dy where y > 0, else dy·(y + 1).
func EluGrad[T Float](dx, y, dy []T) { eluGrad(dx, y, dy, 1, 1) }

// Selu computes y = s·x where x > 0, else s·a·(eˣ − 1).
func Selu[T Float](y, x []T) { elu(y, x, SeluScale, SeluAlpha) }

// SeluGrad computes dx = s·dy where y > 0, else dy·(y + s·a).
func SeluGrad[T Float](dx, y, dy []T) { eluGrad(dx, y, dy, SeluScale, SeluAlpha) }

func elu[T Float](y, x []T, scale, alpha T) {
	var scratch [block]T
	for len(y) > 0 {
		n := min(len(y), block)
		e := scratch[:n]
		for i, v := range x[:n] {
			e[i] = min(v, 0)
		}
		expm1(e)
		for i, v := range x[:n] {
			y[i] = scale * (max(v, 0) + alpha*e[i])
		}
		x, y = x[n:], y[n:]
	}
}

func eluGrad[T Float](dx, y, dy []T, scale, alpha T) {
	for i, v := range y[:len(dx)] {
		if v > 0 {
			dx[i] = scale * dy[i]
		} else {
			dx[i] = (v + scale*alpha) * dy[i]
		}
	}
}

// expm1 replaces each x ≤ 0 by eˣ − 1 without the cancellation of that
// difference:
//
//	eˣ − 1 = 2t/(1 − t),  t = tanh(x/2)
func expm1[T Float](x []T) {
	for i := range x {
		x[i] /= 2
	}
	Tanh(x, x)
	for i, t := range x {
		x[i] = 2 * t / (1 - t)
	}
}

// Softplus computes y = log(1 + eˣ) as max(x, 0) + log(1 + e^−|x|), which does
// not overflow.
func Softplus[T Float](y, x []T) {
	var scratch [block]T
	for len(y) > 0 {
		n := min(len(y), block)
		e := scratch[:n]
		for i, v := range x[:n] {
			e[i] = min(v, -v)
		}
		Exp(e, e)
		for i, v := range x[:n] {
			y[i] = max(v, 0) + T(math.Log1p(float64(e[i])))
		}
		x, y = x[n:], y[n:]
	}
}

// SoftplusGrad computes dx = dy·(1 − e⁻ʸ), with y = log(1 + eˣ).
func SoftplusGrad[T Float](dx, y, dy []T) {
	var scratch [block]T
	for len(dx) > 0 {
		n := min(len(dx), block)
		e := scratch[:n]
		for i, v := range y[:n] {
			e[i] = -v
		}
		expm1(e)
		for i, v := range dy[:n] {
			dx[i] = -e[i] * v
		}
		dx, y, dy = dx[n:], y[n:], dy[n:]
	}
}

// Softsign computes y = x/(1 + |x|).
func Softsign[T Float](y, x []T) {
	for i, v := range x[:len(y)] {
		y[i] = v / (1 + max(v, -v))
	}
}

// SoftsignGrad computes dx = dy·(1 − |y|)², with y = x/(1 + |x|).
func SoftsignGrad[T Float](dx, y, dy []T) {
	for i, v := range y[:len(dx)] {
		s := 1 - max(v, -v)
		dx[i] = s * s * dy[i]
	}
}

// HardSigmoid computes y = x/6 + 1/2, held to [0, 1].
func HardSigmoid[T Float](y, x []T) {
	for i, v := range x[:len(y)] {
		y[i] = min(max(v+3, 0), 6) / 6
	}
}

// HardSigmoidGrad computes dx = dy/6 where 0 < y < 1, else 0.
func HardSigmoidGrad[T Float](dx, y, dy []T) {
	for i, v := range y[:len(dx)] {
		if v > 0 && v < 1 {
			dx[i] = dy[i] / 6
		} else {
			dx[i] = 0
		}
	}
}

// HardSigmoidKeras2 computes y = x/5 + 1/2, held to [0, 1].
func HardSigmoidKeras2[T Float](y, x []T) {
	for i, v := range x[:len(y)] {
		y[i] = min(max(v+2.5, 0), 5) / 5
	}
}

// HardSigmoidKeras2Grad computes dx = dy/5 where 0 < y < 1, else 0.
func HardSigmoidKeras2Grad[T Float](dx, y, dy []T) {
	for i, v := range y[:len(dx)] {
		if v > 0 && v < 1 {
			dx[i] = dy[i] / 5
		} else {
			dx[i] = 0
		}
	}
}

// Relu6 computes y = max(x, 0), at most 6.
func Relu6[T Float](y, x []T) {
	for i, v := range x[:len(y)] {
		y[i] = min(max(v, 0), 6)
	}
}

// Relu6Grad computes dx = dy where 0 < y < 6, else 0.
func Relu6Grad[T Float](dx, y, dy []T) {
	for i, v := range y[:len(dx)] {
		if v > 0 && v < 6 {
			dx[i] = dy[i]
		} else {
			dx[i] = 0
		}
	}
}

// ExpGrad computes dx = dy·y, with y = eˣ.
func ExpGrad[T Float](dx, y, dy []T) {
	for i, v := range y[:len(dx)] {
		dx[i] = v * dy[i]
	}
}

// NormalCDF computes Φ(x) = (1 + erf(x/√2))/2, of the normal distribution,
// exactly in the left tail too.
func NormalCDF[T Float](y, x []T) {
	for i, v := range x[:len(y)] {
		y[i] = T(math.Erfc(-float64(v)/math.Sqrt2) / 2)
	}
}
