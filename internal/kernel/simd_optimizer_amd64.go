//go:build amd64 && !purego

package kernel

// Each function below runs the assembly and reports whether there is one, as
// those of simd_amd64.go.

func momentum32(w, g, v []float32, lr, momentum float32) bool {
	switch level {
	case avx512:
		momentumAVX512(&w[0], &g[0], &v[0], len(w), lr, momentum)
	case avx2:
		momentumAVX2(&w[0], &g[0], &v[0], len(w), lr, momentum)
	}
	return level != portable
}

func nesterov32(w, g, v []float32, lr, momentum float32) bool {
	switch level {
	case avx512:
		nesterovAVX512(&w[0], &g[0], &v[0], len(w), lr, momentum)
	case avx2:
		nesterovAVX2(&w[0], &g[0], &v[0], len(w), lr, momentum)
	}
	return level != portable
}

func adam32(w, g, m, v []float32, lr, ahead, c1, c2, eps float32) bool {
	switch level {
	case avx512:
		adamAVX512(&w[0], &g[0], &m[0], &v[0], len(w), lr, ahead, c1, c2, eps)
	case avx2:
		adamAVX2(&w[0], &g[0], &m[0], &v[0], len(w), lr, ahead, c1, c2, eps)
	}
	return level != portable
}

func rmsprop32(w, g, v []float32, lr, c, eps float32) bool {
	switch level {
	case avx512:
		rmspropAVX512(&w[0], &g[0], &v[0], len(w), lr, c, eps)
	case avx2:
		rmspropAVX2(&w[0], &g[0], &v[0], len(w), lr, c, eps)
	}
	return level != portable
}

func rmspropCentered32(w, g, v, a, d []float32, lr, c, ca, momentum, eps float32) bool {
	switch level {
	case avx512:
		rmspropCenteredAVX512(&w[0], &g[0], &v[0], &a[0], &d[0], len(w), lr, c, ca, momentum, eps)
	case avx2:
		rmspropCenteredAVX2(&w[0], &g[0], &v[0], &a[0], &d[0], len(w), lr, c, ca, momentum, eps)
	}
	return level != portable
}

func adagrad32(w, g, a []float32, lr, eps float32) bool {
	switch level {
	case avx512:
		adagradAVX512(&w[0], &g[0], &a[0], len(w), lr, eps)
	case avx2:
		adagradAVX2(&w[0], &g[0], &a[0], len(w), lr, eps)
	}
	return level != portable
}

func adadelta32(w, g, a, x []float32, lr, c, eps float32) bool {
	switch level {
	case avx512:
		adadeltaAVX512(&w[0], &g[0], &a[0], &x[0], len(w), lr, c, eps)
	case avx2:
		adadeltaAVX2(&w[0], &g[0], &a[0], &x[0], len(w), lr, c, eps)
	}
	return level != portable
}

func adamax32(w, g, m, u []float32, lr, c1, b2, eps float32) bool {
	switch level {
	case avx512:
		adamaxAVX512(&w[0], &g[0], &m[0], &u[0], len(w), lr, c1, b2, eps)
	case avx2:
		adamaxAVX2(&w[0], &g[0], &m[0], &u[0], len(w), lr, c1, b2, eps)
	}
	return level != portable
}

func lion32(w, g, m []float32, lr, c1, c2 float32) bool {
	switch level {
	case avx512:
		lionAVX512(&w[0], &g[0], &m[0], len(w), lr, c1, c2)
	case avx2:
		lionAVX2(&w[0], &g[0], &m[0], len(w), lr, c1, c2)
	}
	return level != portable
}

func scale32(y []float32, a float32, x []float32) bool {
	switch level {
	case avx512:
		scaleAVX512(&y[0], &x[0], len(y), a)
	case avx2:
		scaleAVX2(&y[0], &x[0], len(y), a)
	}
	return level != portable
}

func blend32(y []float32, c float32, x []float32) bool {
	switch level {
	case avx512:
		blendAVX512(&y[0], &x[0], len(y), c)
	case avx2:
		blendAVX2(&y[0], &x[0], len(y), c)
	}
	return level != portable
}

func clamp32(x []float32, low, high float32) bool {
	switch level {
	case avx512:
		clampAVX512(&x[0], len(x), low, high)
	case avx2:
		clampAVX2(&x[0], len(x), low, high)
	}
	return level != portable
}

// sumSquares32 sums the first 16·⌊len(x)/16⌋ squares in 16 lanes.
func sumSquares32(sums *[16]float64, x []float32) bool {
	switch level {
	case avx512:
		sumSquaresAVX512(&sums[0], &x[0], len(x)/16)
	case avx2:
		sumSquaresAVX2(&sums[0], &x[0], len(x)/16)
	}
	return level != portable
}
