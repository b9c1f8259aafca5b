package kernel

import "math"

// Optimizers update the weights w by their gradients g and keep the slots after
// them. A rate cᵢ is 1−βᵢ, which float32 could not subtract without losing
// digits; a learning rate holds the corrections of the bias.

// Momentum computes
//
//	v ← momentum·v − lr·g
//	w ← w + v,  or  w + momentum·v − lr·g with nesterov
func Momentum[T Float](w, g, v []T, lr, momentum T, nesterov bool) {
	g, v = g[:len(w)], v[:len(w)]
	if fast(w) {
		run := momentum32
		if nesterov {
			run = nesterov32
		}
		if run(f32(w), f32(g), f32(v), float32(lr), float32(momentum)) {
			return
		}
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

// Adam computes, with ahead the share of Nadam's look ahead, 0 for Adam,
//
//	m ← m + c₁·(g − m)      v ← v + c₂·(g² − v)
//	w ← w − (lr·m + ahead·g)/(√v + eps)
func Adam[T Float](w, g, m, v []T, lr, ahead, c1, c2, eps T) {
	g, m, v = g[:len(w)], m[:len(w)], v[:len(w)]
	if fast(w) && adam32(f32(w), f32(g), f32(m), f32(v), float32(lr), float32(ahead), float32(c1), float32(c2), float32(eps)) {
		return
	}
	for i := range w {
		m[i] += c1 * (g[i] - m[i])
		v[i] += c2 * (g[i]*g[i] - v[i])
		w[i] -= (lr*m[i] + ahead*g[i]) / (root(v[i]) + eps)
	}
}

// RMSprop computes
//
//	v ← v + c·(g² − v)      w ← w − lr·g/√(v + eps)
func RMSprop[T Float](w, g, v []T, lr, c, eps T) {
	g, v = g[:len(w)], v[:len(w)]
	if fast(w) && rmsprop32(f32(w), f32(g), f32(v), float32(lr), float32(c), float32(eps)) {
		return
	}
	for i := range w {
		v[i] += c * (g[i]*g[i] - v[i])
		w[i] -= lr * g[i] / root(v[i]+eps)
	}
}

// RMSpropCentered is RMSprop with momentum that takes the square of a mean off,
// or not if ca and a are 0:
//
//	v ← v + c·(g² − v)      a ← a + ca·(g − a)
//	d ← momentum·d + lr·g/√(max(v − a², 0) + eps)      w ← w − d
//
// Only rounding makes v − a² negative.
func RMSpropCentered[T Float](w, g, v, a, d []T, lr, c, ca, momentum, eps T) {
	g, v, a, d = g[:len(w)], v[:len(w)], a[:len(w)], d[:len(w)]
	if fast(w) && rmspropCentered32(f32(w), f32(g), f32(v), f32(a), f32(d), float32(lr), float32(c), float32(ca), float32(momentum), float32(eps)) {
		return
	}
	for i := range w {
		v[i] += c * (g[i]*g[i] - v[i])
		a[i] += ca * (g[i] - a[i])
		d[i] = momentum*d[i] + lr*g[i]/root(max(v[i]-a[i]*a[i], 0)+eps)
		w[i] -= d[i]
	}
}

// Adagrad computes
//
//	a ← a + g²      w ← w − lr·g/√(a + eps)
func Adagrad[T Float](w, g, a []T, lr, eps T) {
	g, a = g[:len(w)], a[:len(w)]
	if fast(w) && adagrad32(f32(w), f32(g), f32(a), float32(lr), float32(eps)) {
		return
	}
	for i := range w {
		a[i] += g[i] * g[i]
		w[i] -= lr * g[i] / root(a[i]+eps)
	}
}

// Adadelta computes
//
//	a ← a + c·(g² − a)      d = g·√(x + eps)/√(a + eps)
//	x ← x + c·(d² − x)      w ← w − lr·d
func Adadelta[T Float](w, g, a, x []T, lr, c, eps T) {
	g, a, x = g[:len(w)], a[:len(w)], x[:len(w)]
	if fast(w) && adadelta32(f32(w), f32(g), f32(a), f32(x), float32(lr), float32(c), float32(eps)) {
		return
	}
	for i := range w {
		a[i] += c * (g[i]*g[i] - a[i])
		d := g[i] * root(x[i]+eps) / root(a[i]+eps)
		x[i] += c * (d*d - x[i])
		w[i] -= lr * d
	}
}

// Adamax computes
//
//	m ← m + c₁·(g − m)      u ← max(b₂·u, |g|)
//	w ← w − lr·m/(u + eps)
//
// A gradient that is NaN reaches w by way of m; u is |g| then.
func Adamax[T Float](w, g, m, u []T, lr, c1, b2, eps T) {
	g, m, u = g[:len(w)], m[:len(w)], u[:len(w)]
	if fast(w) && adamax32(f32(w), f32(g), f32(m), f32(u), float32(lr), float32(c1), float32(b2), float32(eps)) {
		return
	}
	for i := range w {
		m[i] += c1 * (g[i] - m[i])
		size := T(math.Abs(float64(g[i])))
		if u[i] *= b2; !(u[i] > size) {
			u[i] = size
		}
		w[i] -= lr * m[i] / (u[i] + eps)
	}
}

// Lion computes
//
//	s = m + c₁·(g − m)      m ← m + c₂·(g − m)
//	w ← w − lr·sign(s)
func Lion[T Float](w, g, m []T, lr, c1, c2 T) {
	g, m = g[:len(w)], m[:len(w)]
	if fast(w) && lion32(f32(w), f32(g), f32(m), float32(lr), float32(c1), float32(c2)) {
		return
	}
	for i := range w {
		d := g[i] - m[i]
		s := m[i] + c1*d
		m[i] += c2 * d
		switch {
		case s > 0:
			w[i] -= lr
		case s < 0:
			w[i] += lr
		case s != 0: // NaN
			w[i] = s
		}
	}
}

func root[T Float](x T) T { return T(math.Sqrt(float64(x))) }

// Scale computes y = a·x; y may be x.
func Scale[T Float](y []T, a T, x []T) {
	x = x[:len(y)]
	if fast(y) && scale32(f32(y), float32(a), f32(x)) {
		return
	}
	for i := range y {
		y[i] = a * x[i]
	}
}

// Blend computes y += c·(x − y).
func Blend[T Float](y []T, c T, x []T) {
	x = x[:len(y)]
	if fast(y) && blend32(f32(y), float32(c), f32(x)) {
		return
	}
	for i := range y {
		y[i] += c * (x[i] - y[i])
	}
}

// Clamp holds x to [low, high].
func Clamp[T Float](x []T, low, high T) {
	if fast(x) && clamp32(f32(x), float32(low), float32(high)) {
		return
	}
	for i, v := range x {
		x[i] = min(max(v, low), high)
	}
}

// SumSquares returns Σ xᵢ² in float64, summed in 16 lanes and then over the
// lanes in order. Those of float32 have the same bits in every family: their
// squares are exact in float64, fused or not.
func SumSquares[T Float](x []T) (s float64) {
	var sums [16]float64
	if fast(x) && sumSquares32(&sums, f32(x)) {
		x = x[len(x)/16*16:]
	}
	for ; len(x) >= 16; x = x[16:] {
		for i, v := range x[:16] {
			sums[i] += float64(float64(v) * float64(v)) // which forbids to fuse
		}
	}
	for i, v := range x {
		sums[i] += float64(float64(v) * float64(v))
	}
	for _, v := range sums {
		s += v
	}
	return s
}
