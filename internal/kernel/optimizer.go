package kernel

import "math"

// Momentum computes v = momentum·v − lr·g and adds v to w, or with nesterov
// momentum·v − lr·g.
func Momentum[T Float](w, g, v []T, lr, momentum T, nesterov bool) {
	g, v = g[:len(w)], v[:len(w)]
	for i := range w {
		v[i] = momentum*v[i] - lr*g[i]
		if nesterov {
			w[i] += momentum*v[i] - lr*g[i]
		} else {
			w[i] += v[i]
		}
	}
}

// Adam computes m = b1·m + (1−b1)·g, v = b2·v + (1−b2)·g² and
// w −= lr·m/(√v + eps). lr holds the bias correction.
func Adam[T Float](w, g, m, v []T, lr, b1, b2, eps T) {
	g, m, v = g[:len(w)], m[:len(w)], v[:len(w)]
	for i := range w {
		m[i] += (g[i] - m[i]) * (1 - b1)
		v[i] += (g[i]*g[i] - v[i]) * (1 - b2)
		w[i] -= lr * m[i] / (T(math.Sqrt(float64(v[i]))) + eps)
	}
}
