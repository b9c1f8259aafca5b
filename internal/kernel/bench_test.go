package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

func BenchmarkGemm(b *testing.B) {
	for _, s := range [][3]int{{32, 32, 32}, {16, 32, 32}, {32, 8, 8}, {1, 32, 32}, {32, 32, 3200}, {8, 8, 3200}, {256, 128, 128}, {256, 512, 512}} {
		for _, mode := range []string{"NN", "TN", "NT"} {
			m, n, k := s[0], s[1], s[2]
			b.Run(fmt.Sprintf("%s/%dx%dx%d", mode, m, n, k), func(b *testing.B) {
				r := rand.New(rand.NewPCG(1, 1))
				x, _ := vector(m*k, r.NormFloat64)
				y, _ := vector(k*n, r.NormFloat64)
				z, _ := vector(m*n, r.NormFloat64)
				for b.Loop() {
					Gemm(mode[0] == 'T', mode[1] == 'T', m, n, k, x, y, z, false)
				}
				b.ReportMetric(2*float64(m*n*k)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
			})
		}
	}
}

func BenchmarkMaps(b *testing.B) {
	for _, c := range maps {
		b.Run(c.name, func(b *testing.B) {
			r := rand.New(rand.NewPCG(1, 1))
			x, _ := vector(1024, r.NormFloat64)
			y, _ := vector(1024, r.NormFloat64)
			for b.Loop() {
				c.f(y, x)
			}
		})
	}
}

func BenchmarkRows(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, cols := range []int{8, 32} {
		table, _ := vector(1000*cols, r.NormFloat64)
		y, _ := vector(3200*cols, r.NormFloat64)
		ids := make([]int32, 3200)
		for i := range ids {
			ids[i] = int32(r.IntN(1000))
		}
		b.Run(fmt.Sprintf("gather/%d", cols), func(b *testing.B) {
			for b.Loop() {
				GatherRows(y, table, ids, cols)
			}
		})
		b.Run(fmt.Sprintf("scatter/%d", cols), func(b *testing.B) {
			for b.Loop() {
				ScatterAddRows(table, y, ids, cols)
			}
		})
	}
	w, _ := vector(32000, r.NormFloat64)
	g, _ := vector(32000, r.NormFloat64)
	m, _ := vector(32000, r.NormFloat64)
	v, _ := vector(32000, r.Float64)
	b.Run("adam/32000", func(b *testing.B) {
		for b.Loop() {
			Adam(w, g, m, v, 0.001, 0, 0.1, 0.001, 1e-7)
		}
	})
}
