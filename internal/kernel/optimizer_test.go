package kernel

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// update is an optimizer's kernel under test: w, g and the slots are its
// vectors, as many as it takes.
type update[T Float] struct {
	name    string
	vectors int
	run     func(x [][]T)
}

// updates are the kernels of optimizers and of what goes around them. Slots
// that hold squares come out of random values by way of square.
func updates[T Float]() []update[T] {
	return []update[T]{
		{"momentum", 3, func(x [][]T) { Momentum(x[0], x[1], x[2], 0.1, 0.9, false) }},
		{"nesterov", 3, func(x [][]T) { Momentum(x[0], x[1], x[2], 0.1, 0.9, true) }},
		{"adam", 4, func(x [][]T) { square(x[3]); Adam(x[0], x[1], x[2], x[3], 0.01, 0, 0.1, 0.001, 1e-7) }},
		{"nadam", 4, func(x [][]T) { square(x[3]); Adam(x[0], x[1], x[2], x[3], 0.01, 0.02, 0.1, 0.001, 1e-7) }},
		{"rmsprop", 3, func(x [][]T) { square(x[2]); RMSprop(x[0], x[1], x[2], 0.01, 0.1, 1e-7) }},
		{"rmsprop_momentum", 5, func(x [][]T) {
			square(x[2])
			clear(x[3])
			RMSpropCentered(x[0], x[1], x[2], x[3], x[4], 0.01, 0.1, 0, 0.9, 1e-7)
		}},
		{"rmsprop_centered", 5, func(x [][]T) {
			square(x[2])
			for i := range x[3] { // its square is at most the mean of squares
				x[3][i] /= 1 + 2*T(math.Abs(float64(x[3][i])))
				x[2][i] += 0.5
			}
			RMSpropCentered(x[0], x[1], x[2], x[3], x[4], 0.01, 0.1, 0.1, 0.9, 1e-7)
		}},
		{"adagrad", 3, func(x [][]T) { square(x[2]); Adagrad(x[0], x[1], x[2], 0.01, 1e-7) }},
		{"adadelta", 4, func(x [][]T) {
			square(x[2])
			square(x[3])
			Adadelta(x[0], x[1], x[2], x[3], 0.01, 0.05, 1e-7)
		}},
		{"adamax", 4, func(x [][]T) { square(x[3]); Adamax(x[0], x[1], x[2], x[3], 0.01, 0.1, 0.999, 1e-7) }},
		{"lion", 3, func(x [][]T) { Lion(x[0], x[1], x[2], 0.01, 0.1, 0.01) }},
		{"scale", 2, func(x [][]T) { Scale(x[0], 0.3, x[1]) }},
		{"add", 3, func(x [][]T) { AddTo(x[0], x[1], x[2]) }},
		{"mul", 3, func(x [][]T) { Mul(x[0], x[1], x[2]) }},
		{"affine", 2, func(x [][]T) { Affine(x[0], 0.3, x[1], -1.7) }},
		{"blend", 2, func(x [][]T) { Blend(x[0], 0.01, x[1]) }},
		{"clamp", 1, func(x [][]T) { Clamp(x[0], -0.75, 0.5) }},
	}
}

func square[T Float](x []T) {
	for i, v := range x {
		x[i] = v * v
	}
}

// updateCase runs each kernel on the same random values in float32 and in
// float64, which is the portable way, at every alignment.
func updateCase(t tb, n int, r *rand.Rand) {
	want := updates[float64]()
	for k, u := range updates[float32]() {
		var checks []func(tb)
		x, y := make([][]float32, u.vectors), make([][]float64, u.vectors)
		for i := range x {
			v, check := vector(n+i+k%8, r.NormFloat64)
			checks = append(checks, check)
			x[i] = v[i+k%8:]
			y[i] = wide(x[i])
		}
		u.run(x)
		want[k].run(y)
		for i := range x {
			near(t, u.name, x[i], y[i], 1e-5, 0.1)
		}
		for _, check := range checks {
			check(t)
		}
	}
}

func TestUpdates(t *testing.T) {
	forEachLevel(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(7, 8))
		for _, n := range sizes() {
			updateCase(t, n, r)
		}
	})
}

// extremes returns vectors that meet one another in every combination of
// values at the ends of float32; squares do not overflow, as fused sums then differ.
func extremes(vectors int) [][]float32 {
	ends := []float32{0, float32(math.Copysign(0, -1)), 1, -1, 1e-45, -1e-45, 1e-30, 1e18, -1e18,
		float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN())}
	n := len(ends) * len(ends) * len(ends)
	x := make([][]float32, vectors)
	for i := range x {
		x[i] = make([]float32, n)
		for j := range n {
			x[i][j] = ends[j/[]int{1, len(ends), len(ends) * len(ends), 7, 5}[i]%len(ends)]
		}
	}
	return x
}

// TestUpdatesAtTheEnds: NaN and infinities come out where those of the portable
// kernels do.
func TestUpdatesAtTheEnds(t *testing.T) {
	reference := map[string][][]float32{}
	forEachLevel(t, func(t *testing.T) {
		for _, u := range updates[float32]() {
			x, in := extremes(u.vectors), extremes(u.vectors)
			u.run(x)
			want, ok := reference[u.name]
			if !ok { // the portable family runs first
				reference[u.name] = x
				continue
			}
			for i := range x {
				for j, w := range want[i] {
					g, w := float64(x[i][j]), float64(w)
					var at []float32
					scale := 0.0 // for what cancels
					for k := range in {
						at = append(at, in[k][j])
						if v := math.Abs(float64(in[k][j])); v <= math.MaxFloat32 {
							scale = max(scale, v)
						}
					}
					if math.IsNaN(g) && math.IsNaN(w) || g == w || math.Abs(g-w) <= 1e-5*math.Abs(w)+1e-6*scale {
						continue
					}
					t.Errorf("%s of %g: vector %d is %g, want %g", u.name, at, i, g, w)
				}
			}
		}
	})
}

// TestCenteredNeverNegative: after long with one gradient, v and a² differ by
// rounding alone, which may not give the root of a negative number.
func TestCenteredNeverNegative(t *testing.T) {
	forEachLevel(t, func(t *testing.T) {
		const n = 1000
		w, g, v, a, d := make([]float32, n), make([]float32, n), make([]float32, n), make([]float32, n), make([]float32, n)
		for i := range g {
			g[i] = 200 + float32(i)
			a[i], v[i] = 2*g[i], 4*g[i]*g[i]
		}
		for range 300 {
			RMSpropCentered(w, g, v, a, d, 0.001, 0.1, 0.1, 0, 1e-7)
		}
		for i, x := range w {
			if math.IsNaN(float64(x)) {
				t.Errorf("weight %d is NaN with the gradient %g", i, g[i])
			}
		}
	})
}

// TestSumSquares: the sum is near the plain one, and the same to the last bit
// in every family.
func TestSumSquares(t *testing.T) {
	reference := map[int]float64{}
	forEachLevel(t, func(t *testing.T) {
		for _, n := range append(sizes(), 100_003) {
			x, _ := vector(n+n%8, testNormal(uint64(n)))
			x = x[n%8:]
			var plain float64
			for _, v := range x {
				plain += float64(v) * float64(v)
			}
			got := SumSquares(x)
			if math.Abs(got-plain) > 1e-12*plain {
				t.Errorf("the sum of %d squares is %g, want %g", n, got, plain)
			}
			if want, ok := reference[n]; ok && got != want {
				t.Errorf("the sum of %d squares is %v, in portable Go %v", n, got, want)
			}
			reference[n] = got
			if wide := SumSquares(wide(x)); wide != got {
				t.Errorf("the sum of %d squares is %v, of the same in float64 %v", n, got, wide)
			}
		}
		for _, v := range []float64{math.NaN(), math.Inf(1)} {
			x := slices.Repeat([]float32{1}, 40)
			x[17] = float32(v)
			if got := SumSquares(x); math.Float64bits(got) != math.Float64bits(v) && !math.IsNaN(got) || math.IsInf(v, 1) && !math.IsInf(got, 1) {
				t.Errorf("the sum of squares with %g is %g", v, got)
			}
		}
	})
}
