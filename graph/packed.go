package graph

import (
	"gorgonia.org/tensor"

	"unroll/internal/kernel"
)

// packKey names a matrix packed as the right factor of products.
type packKey struct {
	n         *Node
	transpose bool
}

// packed emits op(u) in the order in which kernel.MulPacked reads it; it is
// emitted once, however many products use it.
func (b *Builder) packed(u *Node, transpose bool) *Node {
	key := packKey{u, transpose}
	if n := b.packs[key]; n != nil {
		return n
	}
	s := u.Shape()
	k, n := s[0], s[1]
	if transpose {
		k, n = n, k
	}
	b.packs[key] = b.apply(&op{
		name:  "pack",
		key:   transpose,
		shape: tensor.Shape{k * n},
		run:   pick(b, pack[float32](transpose, k, n), pack[float64](transpose, k, n)),
	}, "", u)
	return b.packs[key]
}

func pack[T kernel.Float](transpose bool, k, n int) runFunc {
	return map1(func(dst, u []T) { kernel.Pack(dst, transpose, k, n, u) })
}

// mulPacked emits x·op(u), op transposing where the flag is set, for a u that many
// products use:
//
//	C = X·U     dX = dC·Uᵀ    dU = Xᵀ·dC
//	C = X·Uᵀ    dX = dC·U     dU = dCᵀ·X
func (b *Builder) mulPacked(x, u *Node, transpose bool) *Node {
	m, k, n := x.Shape()[0], x.Shape()[1], u.Shape()[1]
	if transpose {
		n = u.Shape()[0]
	}
	return b.apply(&op{
		name:   "matmul_packed",
		key:    transpose,
		shape:  tensor.Shape{m, n},
		work:   2 * float64(m) * float64(n) * float64(k),
		run:    pick(b, multiplied[float32](m, n, k), multiplied[float64](m, n, k)),
		unread: []int{2},
		grad: func(in []*Node, _, dout *Node) []*Node {
			x, u := in[0], in[2]
			left, right := x, dout
			if transpose {
				left, right = dout, x
			}
			return []*Node{b.mulPacked(dout, u, !transpose), nil, b.matmul(true, false, left, right)}
		},
	}, "d.d", x, b.packed(u, transpose), u)
}

func multiplied[T kernel.Float](m, n, k int) runFunc {
	return map2(func(z, x, u []T) { kernel.MulPacked(m, n, k, x, u, nil, z) })
}
