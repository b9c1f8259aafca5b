package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// tb is what the tests and rapid's have in common.
type tb interface {
	Helper()
	Fatalf(format string, args ...any)
}

// guard is a value around the slices that kernels get: none may change.
const guard = 12345.5

// vector returns n random values from f with guards around them.
func vector(n int, f func() float64) (x []float32, check func(t tb)) {
	all := make([]float32, n+64)
	for i := range all {
		all[i] = guard
	}
	x = all[32 : 32+n : 32+n]
	for i := range x {
		x[i] = float32(f())
	}
	return x, func(t tb) {
		t.Helper()
		for i, v := range all {
			if (i < 32 || i >= 32+n) && v != guard {
				t.Fatalf("element %d of %d was overwritten", i-32, n)
			}
		}
	}
}

func wide(x []float32) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = float64(v)
	}
	return y
}

// near compares with a float64 reference: tol is relative to the reference and
// to scale.
func near(t tb, what string, got []float32, want []float64, tol, scale float64) {
	t.Helper()
	for i, w := range want {
		g := float64(got[i])
		switch {
		case math.IsNaN(w) && math.IsNaN(g):
		case float64(float32(w)) == g:
		case !(math.Abs(g-w) <= tol*(math.Abs(w)+scale)):
			t.Fatalf("%s: element %d of %d is %g, want %g", what, i, len(want), g, w)
		}
	}
}

// sizes are the tail lengths of every vector width, and some longer ones.
func sizes() []int {
	var n []int
	for i := range 70 {
		n = append(n, i)
	}
	return append(n, 100, 127, 128, 129, 1000)
}

// maps are the kernels of one input, with their accuracy relative to the
// result.
var maps = []struct {
	name   string
	f      func(y, x []float32)
	want   func(x float64) float64
	spread float64
	tol    float64
}{
	{"tanh", Tanh[float32], math.Tanh, 3, 4e-7},
	{"tanh_wide", Tanh[float32], math.Tanh, 30, 4e-7},
	{"tanh_tiny", Tanh[float32], math.Tanh, 1e-6, 4e-7},
	{"sigmoid", Sigmoid[float32], func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }, 5, 4e-7},
	{"sigmoid_wide", Sigmoid[float32], func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }, 30, 4e-7},
	{"exp", Exp[float32], math.Exp, 5, 2e-7},
	{"exp_wide", Exp[float32], math.Exp, 30, 2e-7},
}

func TestMaps(t *testing.T) {
	forEachLevel(t, func(t *testing.T) {
		for _, c := range maps {
			r := rand.New(rand.NewPCG(1, 2))
			for _, n := range sizes() {
				x, checkX := vector(n, func() float64 { return c.spread * r.NormFloat64() })
				y, checkY := vector(n, func() float64 { return 0 })
				c.f(y, x)
				want := wide(x)
				for i, v := range want {
					want[i] = c.want(v)
				}
				near(t, c.name, y, want, c.tol, 1e-30)
				checkX(t)
				checkY(t)
				c.f(x, x) // in place
				near(t, c.name+" in place", x, want, c.tol, 1e-30)
			}
		}
	})
}

func TestMapsAtTheEnds(t *testing.T) {
	inf := float32(math.Inf(1))
	nan := float32(math.NaN())
	forEachLevel(t, func(t *testing.T) {
		x := []float32{0, inf, -inf, nan, 100, -100, 1e30, -1e30, 88.7, -87.2, 89.5, -104, 1e-40, float32(math.Copysign(0, -1))}
		for _, c := range maps {
			y := make([]float32, len(x))
			c.f(y, x)
			for i, v := range x {
				want := c.want(float64(v))
				if math.IsNaN(want) != math.IsNaN(float64(y[i])) {
					t.Errorf("%s(%g) is %g, want %g", c.name, v, y[i], want)
				}
				if !math.IsNaN(want) && math.Abs(want) > 1e-37 && math.Abs(want) < 3e38 {
					near(t, fmt.Sprintf("%s(%g)", c.name, v), y[i:i+1], []float64{want}, 2e-6, 0)
				}
			}
		}
		y := make([]float32, 2)
		Exp(y, []float32{95, -120})
		if !math.IsInf(float64(y[0]), 1) || y[1] != 0 {
			t.Errorf("exp(95), exp(-120) are %g, %g, want +Inf, 0", y[0], y[1])
		}
	})
}

// vectorsCase holds the kernels of several vectors against their formulas.
func vectorsCase(t tb, n int, r *rand.Rand) {
	var checks []func(tb)
	random := func() []float32 {
		x, check := vector(n, r.NormFloat64)
		checks = append(checks, check)
		return x
	}
	x, y := random(), random()
	a := wide(y)
	Axpy(y, 0.75, x)
	for i := range a {
		a[i] += 0.75 * float64(x[i])
	}
	near(t, "axpy", y, a, 1e-6, 1)
	Add(y, x)
	for i := range a {
		a[i] += float64(x[i])
	}
	near(t, "add", y, a, 1e-6, 1)

	h, dh, dx := random(), random(), random()
	Tanh(h, h)
	TanhGrad(dx, h, dh)
	for i := range a {
		a[i] = float64(dh[i]) * (1 - float64(h[i])*float64(h[i]))
	}
	near(t, "tanh_grad", dx, a, 1e-6, 1)

	var dot float64
	for i := range x {
		dot += float64(x[i]) * float64(y[i])
	}
	near(t, "dot", []float32{Dot(x, y)}, []float64{dot}, 1e-6, math.Sqrt(float64(n))+1)
	for _, check := range checks {
		check(t)
	}
}

func TestVectors(t *testing.T) {
	forEachLevel(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(3, 4))
		for _, n := range sizes() {
			vectorsCase(t, n, r)
		}
	})
}

// rowsCase holds the kernels of rows against loops in float64.
func rowsCase(t tb, rows, cols, n int, r *rand.Rand) {
	table, checkTable := vector(rows*cols, r.NormFloat64)
	y, checkY := vector(n*cols, func() float64 { return 0 })
	ids := make([]int32, n)
	for i := range ids {
		ids[i] = int32(r.IntN(rows))
	}
	GatherRows(y, table, ids, cols)
	for i, id := range ids {
		for j := range cols {
			if y[i*cols+j] != table[int(id)*cols+j] {
				t.Fatalf("gather: row %d, column %d of %d", i, j, cols)
			}
		}
	}
	want := wide(table)
	for i, id := range ids {
		for j := range cols {
			want[int(id)*cols+j] += float64(y[i*cols+j])
		}
	}
	ScatterAddRows(table, y, ids, cols)
	sum := 1.2e-7 * float64(n+10) // a rounding for each term of a sum
	near(t, "scatter", table, want, sum, 10)
	sums, checkSums := vector(cols, r.NormFloat64)
	want = wide(sums)
	for i := range n * cols {
		want[i%cols] += float64(y[i])
	}
	ColSums(sums, y)
	near(t, "column sums", sums, want, sum, 10)
	checkTable(t)
	checkY(t)
	checkSums(t)
}

func TestRows(t *testing.T) {
	forEachLevel(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(5, 6))
		for _, cols := range sizes()[1:] {
			for _, n := range []int{0, 1, 7, 40} {
				rowsCase(t, 9, cols, n, r)
			}
		}
	})
}

// TestRandom draws the sizes of everything that is not a product.
func TestRandom(t *testing.T) {
	forEachLevel(t, func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
			n := rapid.IntRange(0, 300).Draw(t, "n")
			vectorsCase(t, n, r)
			updateCase(t, n, r)
			rowsCase(t, rapid.IntRange(1, 20).Draw(t, "rows"), rapid.IntRange(1, 90).Draw(t, "cols"), n%50, r)
			units := rapid.IntRange(1, 70).Draw(t, "units")
			lstmCase(t, n%5+1, units, r)
			gruCase(t, n%5+1, units, r)
		})
	})
}

func FuzzRandom(f *testing.F) {
	f.Add(uint16(17), uint8(3), uint8(33), uint64(1))
	f.Fuzz(func(t *testing.T, n uint16, rows, cols uint8, seed uint64) {
		forEachLevel(t, func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 2))
			vectorsCase(t, int(n)%2000, r)
			updateCase(t, int(n)%2000, r)
			rowsCase(t, int(rows)+1, int(cols)+1, int(n)%100, r)
			lstmCase(t, int(rows)%8+1, int(cols)+1, r)
			gruCase(t, int(rows)%8+1, int(cols)+1, r)
		})
	})
}

// testNormal returns a source of normal values.
func testNormal(seed uint64) func() float64 {
	return rand.New(rand.NewPCG(seed, 11)).NormFloat64
}
