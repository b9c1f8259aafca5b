package kernel

import "math"

// Momentum computes v = momentum·v − lr·g and adds v to w, or with nesterov
// momentum·v − lr·g.
func Momentum[T Float](w, g, v []T, lr, momentum T, nesterov bool) {
	g, v = g[:len(w)], v[:len(w)]
	if !nesterov && fast(w) && momentum32(f32(w), f32(g), f32(v), float32(lr), float32(momentum)) {
		return
	}
	for i := range w {
		v[i] = momentum*v[i] - lr*g[i]
		if nesterov {
			w[i] += momentum*v[i] - lr*g[i]
		} else {
			w[i] += v[i]
		}
	}
}

// Adam computes m += c1·(g − m), v += c2·(g² − v) and w −= lr·m/(√v + eps). c1
// and c2 are 1−β₁ and 1−β₂, which float32 could not subtract without losing
// digits; lr holds the bias correction.
func Adam[T Float](w, g, m, v []T, lr, c1, c2, eps T) {
	g, m, v = g[:len(w)], m[:len(w)], v[:len(w)]
	if fast(w) && adam32(f32(w), f32(g), f32(m), f32(v), float32(lr), float32(c1), float32(c2), float32(eps)) {
		return
	}
	for i := range w {
		m[i] += (g[i] - m[i]) * c1
		v[i] += (g[i]*g[i] - v[i]) * c2
		w[i] -= lr * m[i] / (T(math.Sqrt(float64(v[i]))) + eps)
	}
}
