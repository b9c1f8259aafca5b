package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// gemmCase multiplies random matrices and compares with float64.
func gemmCase(t tb, ta, tb bool, m, n, k int, acc bool, seed uint64) []float32 {
	r := rand.New(rand.NewPCG(seed, 8))
	a, checkA := vector(m*k, r.NormFloat64)
	b, checkB := vector(k*n, r.NormFloat64)
	c, checkC := vector(m*n, r.NormFloat64)
	want := wide(c)
	if !acc {
		clear(want)
	}
	gemmPortable(ta, tb, m, n, k, wide(a), wide(b), want)
	before := append([]float32(nil), c...)
	Gemm(ta, tb, m, n, k, a, b, c, acc)
	what := fmt.Sprintf("gemm %v %v %d·%d·%d acc %v", ta, tb, m, n, k, acc)
	near(t, what, c, want, 1e-5, math.Sqrt(float64(k))+1)
	checkA(t)
	checkB(t)
	checkC(t)
	if !ta {
		packed := make([]float32, k*n)
		Pack(packed, tb, k, n, b)
		c0 := before
		if !acc {
			c0 = nil
		}
		d, checkD := vector(m*n, func() float64 { return 0 })
		MulPacked(m, n, k, a, packed, c0, d)
		near(t, what+" packed", d, want, 1e-5, math.Sqrt(float64(k))+1)
		checkD(t)
	}
	return c
}

func TestGemm(t *testing.T) {
	forEachLevel(t, func(t *testing.T) {
		for _, m := range []int{1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 33} {
			for _, n := range []int{1, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 47, 48, 49, 65} {
				for _, k := range []int{0, 1, 2, 5, 32} {
					for mode := range 8 {
						gemmCase(t, mode&1 > 0, mode&2 > 0, m, n, k, mode&4 > 0, uint64(mode))
					}
				}
			}
		}
	})
}

// TestGemmRandom takes sizes beyond the blocks of large products as well.
func TestGemmRandom(t *testing.T) {
	forEachLevel(t, func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			flag := rapid.Bool()
			k := rapid.IntRange(0, 2*blockK+5).Draw(t, "k")
			m := rapid.IntRange(0, 2*blockM+5).Draw(t, "m")
			n := rapid.IntRange(0, 70).Draw(t, "n")
			if m*k > 1<<16 {
				m = 1<<16/k + 1
			}
			gemmCase(t, flag.Draw(t, "ta"), flag.Draw(t, "tb"), m, n, k, flag.Draw(t, "acc"), rapid.Uint64().Draw(t, "seed"))
		})
	})
}

func FuzzGemm(f *testing.F) {
	f.Add(uint8(3), uint8(5), uint16(7), uint8(1), uint64(1))
	f.Add(uint8(33), uint8(65), uint16(800), uint8(6), uint64(2))
	f.Fuzz(func(t *testing.T, m, n uint8, k uint16, mode uint8, seed uint64) {
		forEachLevel(t, func(t *testing.T) {
			gemmCase(t, mode&1 > 0, mode&2 > 0, int(m), int(n)%80, int(k)%1000, mode&4 > 0, seed)
		})
	})
}
