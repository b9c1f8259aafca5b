package graph

import (
	"math/rand/v2"
	"slices"
	"testing"

	"gorgonia.org/tensor"
)

// TestFusedBlocks: groups of elementwise operations give the bits of each alone, for as
// many elements as blocks have, one less and more, in both types.
func TestFusedBlocks(t *testing.T) {
	for _, dt := range []tensor.Dtype{tensor.Float32, tensor.Float64} {
		for _, n := range []int{1, 2, 7, 511, 512, 513, 1024, 1100, 5000} {
			values := func(skip Pass) (all []float64) {
				b := New(dt)
				b.Options().Skip = skip
				r := rand.New(rand.NewPCG(1, uint64(n)))
				x := input(b, "x", []int{n}, random(r, n).Float64s()...)
				y := input(b, "y", []int{n}, random(r, n).Float64s()...)
				s := input(b, "s", nil, 0.7)
				z := x
				for range 3 { // long enough for several groups
					z = b.Add(b.Mul(b.Tanh(z), y), b.Sigmoid(b.Mul(z, s)))
					z = b.Where(b.Less(z, y), b.Silu(z), b.Maximum(b.Exp(b.Neg(z)), b.Sub(x, s)))
					z = b.Div(b.Gelu(z), b.Affine(1, b.Mul(z, z), 1))
				}
				roots := append(b.Grad(b.Sum(z), x, y, s), z)
				p, err := b.Compile(roots...)
				if err != nil {
					t.Fatal(err)
				}
				defer p.Close()
				for range 2 {
					spoilAndRun(t, p)
				}
				for _, root := range roots {
					v, _ := p.Value(root)
					all = append(all, Floats[float64](v)...)
					for _, w := range Floats[float32](v) {
						all = append(all, float64(w))
					}
				}
				if e := p.Explain(); skip == AllPasses&^Fusion && (e.Fused < 40 || e.BytesAfter > e.BytesBefore*4/5) {
					t.Errorf("%v", e)
				}
				return all
			}
			if want, got := values(AllPasses), values(AllPasses&^Fusion); !slices.Equal(want, got) {
				t.Errorf("%v, %d elements: fused they are %v, want %v", dt, n, got[:1], want[:1])
			}
		}
	}
}
