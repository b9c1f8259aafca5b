package graph

import (
	"strings"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"unroll/internal/kernel"
)

// joinProducts makes one operation of the terms that are products Aᵀ·D, the
// gradients of a weight that is used at every step: Σ Aₜᵀ·Dₜ is summed where it
// lies.
func (b *Builder) joinProducts(ts []term) []term {
	var rest []term
	var pairs []*Node
	var mm *matmul
	var work float64
	for _, t := range ts {
		o, _ := t.node.Op().(*op)
		if o == nil || o.mm == nil || t.at != nil || !o.mm.tx || o.mm.ty {
			rest = append(rest, t)
			continue
		}
		mm = o.mm
		work += o.work
		pairs = append(pairs, inputsOf(t.node)...)
	}
	if len(pairs) < 4 {
		return ts
	}
	joined := b.apply(&op{
		name:  "matmul_sum",
		key:   pure,
		work:  work,
		shape: tensor.Shape{mm.m, mm.n},
		run:   pick(b, gemmSum[float32](mm.m, mm.n), gemmSum[float64](mm.m, mm.n)),
		form: func(in []*Node) *Node {
			var products []*Node
			for i := 0; i < len(in); i += 2 {
				products = append(products, b.matmul(true, false, in[i], in[i+1]))
			}
			return b.AddN(products...)
		},
	}, strings.Repeat("d", len(pairs)), pairs...)
	return append(rest, term{node: joined})
}

func gemmSum[T kernel.Float](m, n int) runFunc {
	return func(o *op, in []gorgonia.Value) error {
		c := Floats[T](o.out)
		for i := 0; i < len(in); i += 2 {
			a := Floats[T](in[i])
			kernel.Gemm(true, false, m, n, len(a)/m, a, Floats[T](in[i+1]), c, i > 0)
		}
		return nil
	}
}
