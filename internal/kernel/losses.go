package kernel

import "math"

// Losses of one row: x are its outputs, t its targets, dy the gradient of its
// loss.

// Epsilon keeps logarithms and divisions finite. Keras: backend.epsilon.
const Epsilon = 1e-7

// SoftmaxLoss returns the cross-entropy −Σ t·log softmax(x) of logits.
func SoftmaxLoss[T Float](x, t []T) T {
	top, log := logSum(x)
	var loss float64
	for j, v := range x {
		if t[j] != 0 { // 0·log 0 is 0
			loss += float64(t[j]) * (log - (float64(v) - top))
		}
	}
	return T(loss)
}

// SoftmaxLossGrad computes dx = dy·(softmax(x)·Σt − t).
func SoftmaxLossGrad[T Float](dx, x, t []T, dy T) {
	Softmax(dx, x, len(x))
	total := sum(t)
	for j, v := range t {
		dx[j] = dy * (dx[j]*total - v)
	}
}

// SparseSoftmaxLoss returns −log softmax(x) of one class.
func SparseSoftmaxLoss[T Float](x []T, class int) T {
	top, log := logSum(x)
	return T(log - (float64(x[class]) - top))
}

// SparseSoftmaxLossGrad computes dx = dy·softmax(x), less dy at the class.
func SparseSoftmaxLossGrad[T Float](dx, x []T, class int, dy T) {
	Softmax(dx, x, len(x))
	dx[class]--
	for j := range dx {
		dx[j] *= dy
	}
}

// logSum returns the largest x and log Σ e^(x − top), which does not overflow. The
// largest term, 1, is left to Log1p: beside it the others keep their digits.
func logSum[T Float](x []T) (top, log float64) {
	at := 0
	for j, v := range x {
		if v > x[at] || v != v {
			at = j
		}
	}
	top = float64(x[at])
	var rest float64
	for j, v := range x {
		if j != at {
			rest += math.Exp(float64(v) - top)
		}
	}
	return top, math.Log1p(rest)
}

// CategoricalLoss returns −Σ t·log p for p = x/Σx, held to [ε, 1−ε].
func CategoricalLoss[T Float](x, t []T) T {
	total := sum(x)
	var loss float64
	for j, v := range x {
		p := min(max(share(v, total), Epsilon), T(1-Epsilon))
		loss -= float64(t[j]) * math.Log(float64(p))
	}
	return T(loss)
}

// CategoricalLossGrad computes dx = dy·(Σ' t − t/p)/Σx, where t/p is 0 and Σ'
// leaves t out for a p that is not in [ε, 1−ε].
func CategoricalLossGrad[T Float](dx, x, t []T, dy T) {
	total := sum(x)
	var inside T
	for j, v := range x {
		dx[j] = 0
		if p := share(v, total); p >= Epsilon && p <= T(1-Epsilon) {
			dx[j] = t[j] / p
			inside += t[j]
		}
	}
	for j, v := range dx {
		dx[j] = dy * share(inside-v, total)
	}
}

func sum[T Float](x []T) T {
	var s T
	for _, v := range x {
		s += v
	}
	return s
}

// share returns v/total; 0 where nothing is to be shared, as in the rows that
// fill up a batch, since a NaN there would not go away with the weight 0.
func share[T Float](v, total T) T {
	if total == 0 {
		return 0
	}
	return v / total
}

// CosineLoss returns −⟨x, t⟩/(‖x‖·‖t‖), no norm being taken for less than ε.
func CosineLoss[T Float](x, t []T) T {
	return T(-cosine(x, t, inverseNorm(x), inverseNorm(t)))
}

// CosineLossGrad computes dx = −dy·(t/‖t‖ − c·x/‖x‖)/‖x‖ with the cosine c,
// which is left out where ‖x‖ counts as ε.
func CosineLossGrad[T Float](dx, x, t []T, dy T) {
	ix, it := inverseNorm(x), inverseNorm(t)
	var c float64
	if ix < 1/Epsilon {
		c = cosine(x, t, ix, it)
	}
	for j, v := range x {
		dx[j] = T(-float64(dy) * ix * (float64(t[j])*it - c*float64(v)*ix))
	}
}

// cosine returns ⟨x·ix, t·it⟩, whose terms do not overflow where ix and it are
// the inverse norms.
func cosine[T Float](x, t []T, ix, it float64) float64 {
	var s float64
	for j, v := range x {
		s += float64(v) * ix * (float64(t[j]) * it)
	}
	return s
}

// inverseNorm returns 1/‖x‖, at most 1/ε. The squares are taken of x over its
// largest element, and do not overflow.
func inverseNorm[T Float](x []T) float64 {
	var top, s float64
	for _, v := range x {
		top = max(top, math.Abs(float64(v)))
	}
	if top == 0 {
		return 1 / Epsilon
	}
	for _, v := range x {
		s += float64(v) / top * (float64(v) / top)
	}
	return min(1/(top*math.Sqrt(s)), 1/Epsilon)
}
