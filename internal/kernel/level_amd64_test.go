//go:build amd64 && !purego

package kernel

import (
	"math"
	"slices"
	"testing"
)

var levelNames = []string{"portable", "avx2", "avx512"}

// forEachLevel runs a test with each family that this processor has.
func forEachLevel(t *testing.T, f func(t *testing.T)) {
	was := level
	defer func() { level = was }()
	for l := range was + 1 {
		level = l
		t.Run(levelNames[l], f)
	}
	if was < avx512 {
		t.Logf("THIS PROCESSOR HAS NO AVX-512: its kernels were not tested")
	}
}

// TestSameBits holds the two assembly families to one another: every element
// is computed by the same operations in the same order.
func TestSameBits(t *testing.T) {
	was := level
	defer func() { level = was }()
	if was < avx512 {
		t.Skip("SKIPPED, NO AVX-512 HERE: that it gives the bits of AVX2 is not tested")
	}
	both := func(f func() []float32) (a, b []float32) {
		level = avx2
		a = f()
		level = avx512
		return a, f()
	}
	for _, n := range sizes() {
		for _, c := range maps {
			a, b := both(func() []float32 {
				x, _ := vector(n, testNormal(uint64(n)))
				c.f(x, x)
				return x
			})
			if !slices.Equal(a, b) {
				t.Errorf("%s of %d values differs", c.name, n)
			}
		}
		a, b := both(func() []float32 {
			normal := testNormal(uint64(n))
			w, _ := vector(n, normal)
			g, _ := vector(n, normal)
			v, _ := vector(n, normal)
			d := Dot(w, g)
			TanhGrad(v, w, g)
			Axpy(v, 0.3, w)
			sums := make([]float32, max(n, 1))
			ColSums(sums, v)
			return append(append(append(w, v...), sums...), d)
		})
		if !slices.Equal(a, b) {
			t.Errorf("vectors of %d values differ", n)
		}
	}
	for mode := range 8 {
		for _, s := range [][3]int{{1, 1, 1}, {32, 32, 32}, {32, 8, 8}, {17, 33, 9}, {40, 70, 800}, {200, 50, 30}} {
			a, b := both(func() []float32 {
				return gemmCase(t, mode&1 > 0, mode&2 > 0, s[0], s[1], s[2], mode&4 > 0, 5)
			})
			if !slices.Equal(a, b) {
				t.Errorf("gemm %v of mode %d differs", s, mode)
			}
		}
	}
}

// TestSameBitsOfUpdates holds optimizers to the bits of NaN and of denormals
// too.
func TestSameBitsOfUpdates(t *testing.T) {
	was := level
	defer func() { level = was }()
	if was < avx512 {
		t.Skip("SKIPPED, NO AVX-512 HERE: that it gives the bits of AVX2 is not tested")
	}
	for _, u := range updates[float32]() {
		for _, n := range sizes() {
			random := make([][]float32, u.vectors)
			for i := range random {
				random[i], _ = vector(n, testNormal(uint64(n*8+i)))
			}
			for _, x := range [][][]float32{random, extremes(u.vectors)} {
				y := make([][]float32, len(x))
				for i := range x {
					y[i] = slices.Clone(x[i])
				}
				level = avx2
				u.run(x)
				level = avx512
				u.run(y)
				for i := range x {
					for j, v := range x[i] {
						if math.Float32bits(v) != math.Float32bits(y[i][j]) {
							t.Fatalf("%s: vector %d, element %d of %d is %g and %g", u.name, i, j, len(x[i]), v, y[i][j])
						}
					}
				}
			}
		}
	}
}
