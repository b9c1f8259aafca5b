package graph

import (
	"slices"
	"strings"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"unroll/internal/kernel"
)

// BatchMatMul emits the matrix products of the last two axes of x [..., m, k] and
// y [..., k, n]: [..., m, n]. The axes before are broadcast as those of Add.
func (b *Builder) BatchMatMul(x, y *Node) *Node {
	if !b.ok(x, y) {
		return nil
	}
	xs, ys := x.Shape(), y.Shape()
	if len(xs) < 2 || len(ys) < 2 || xs[len(xs)-1] != ys[len(ys)-2] {
		return b.Fail(errors.Errorf("batch matmul: %s and %s do not fit", shapeString(x), shapeString(y)))
	}
	xm, ym := xs[len(xs)-2:], ys[len(ys)-2:]
	batch, err := broadcastShape(xs[:len(xs)-2], ys[:len(ys)-2])
	if err != nil {
		return b.Fail(errors.WithMessage(err, "batch matmul"))
	}
	flat := func(x *Node, last tensor.Shape) *Node {
		whole := b.BroadcastTo(x, slices.Concat(batch, last)...)
		return b.reshaped(whole, slices.Concat([]int{volumeOf(batch)}, last))
	}
	z := b.batchMatMul(false, false, flat(x, slices.Clone(xm)), flat(y, slices.Clone(ym)))
	return b.reshaped(z, slices.Concat(batch, []int{xm[0], ym[1]}))
}

// batchMatMul emits op(x)·op(y) of each matrix of three-dimensional arrays, op
// transposing where the flag is set. The gradients are matmul's.
func (b *Builder) batchMatMul(tx, ty bool, x, y *Node) *Node {
	if !b.ok(x, y) {
		return nil
	}
	n, mm := x.Shape()[0], matmul{tx: tx, ty: ty, m: x.Shape()[1], k: x.Shape()[2], n: y.Shape()[2]}
	if tx {
		mm.m, mm.k = mm.k, mm.m
	}
	if ty {
		mm.n = y.Shape()[1]
	}
	return b.apply(&op{
		name:  "batch_matmul",
		key:   mm,
		shape: tensor.Shape{n, mm.m, mm.n},
		work:  2 * float64(n) * float64(mm.m) * float64(mm.n) * float64(mm.k),
		run:   pick(b, batchGemm[float32](n, mm), batchGemm[float64](n, mm)),
		grad: func(in []*Node, _, dout *Node) []*Node {
			dx, dy := [2]*Node{dout, in[1]}, [2]*Node{in[0], dout}
			if tx {
				slices.Reverse(dx[:])
			}
			if ty {
				slices.Reverse(dy[:])
			}
			return []*Node{
				b.batchMatMul(tx && ty, tx || !ty, dx[0], dx[1]),
				b.batchMatMul(ty || !tx, tx && ty, dy[0], dy[1]),
			}
		},
	}, "dd", x, y)
}

func batchGemm[T kernel.Float](n int, mm matmul) runFunc {
	return func(o *op, in []gorgonia.Value) error {
		x, y, z := Floats[T](in[0]), Floats[T](in[1]), Floats[T](o.out)
		for range n {
			kernel.Gemm(mm.tx, mm.ty, mm.m, mm.n, mm.k, x, y, z[:mm.m*mm.n], false)
			x, y, z = x[mm.m*mm.k:], y[mm.k*mm.n:], z[mm.m*mm.n:]
		}
		return nil
	}
}

// Einsum emits the contraction of two nodes that names their axes by letters, as
// NumPy's einsum does: "ij,jk->ik" is the matrix product. A letter that stands in both
// inputs and in the result names a batch, one that does not stand in the result is
// summed over. In each part a letter stands once.
func (b *Builder) Einsum(spec string, x, y *Node) *Node {
	if !b.ok(x, y) {
		return nil
	}
	e, err := parseEinsum(spec, x.Shape(), y.Shape())
	if err != nil {
		return b.Fail(errors.WithMessagef(err, "einsum %q", spec))
	}
	// Each letter is of a batch, of x alone, of y alone, or summed over; what one input
	// alone has to be summed over is summed first.
	in := func(s string) func(r rune) bool { return func(r rune) bool { return strings.ContainsRune(s, r) } }
	x, e.x = b.sumLetters(x, e.x, func(r rune) bool { return !in(e.y)(r) && !in(e.out)(r) })
	y, e.y = b.sumLetters(y, e.y, func(r rune) bool { return !in(e.x)(r) && !in(e.out)(r) })
	keep := func(s string, f func(r rune) bool) string {
		return strings.Map(func(r rune) rune {
			if f(r) {
				return r
			}
			return -1
		}, s)
	}
	batch := keep(e.x, func(r rune) bool { return in(e.y)(r) && in(e.out)(r) })
	summed := keep(e.x, func(r rune) bool { return in(e.y)(r) && !in(e.out)(r) })
	left := keep(e.x, func(r rune) bool { return !in(e.y)(r) })
	right := keep(e.y, func(r rune) bool { return !in(e.x)(r) })
	matrix := func(n *Node, have, rows, cols string) *Node {
		n = b.permute(n, have, batch+rows+cols)
		return b.reshaped(n, tensor.Shape{e.volume(batch), e.volume(rows), e.volume(cols)})
	}
	z := b.batchMatMul(false, false, matrix(x, e.x, left, summed), matrix(y, e.y, summed, right))
	have := batch + left + right
	return b.permute(b.reshaped(z, e.shape(have)), have, e.out)
}

// einsum are the letters of a contraction and the sizes that they name.
type einsum struct {
	x, y, out string
	sizes     map[rune]int
}

func (e *einsum) shape(letters string) tensor.Shape {
	s := tensor.Shape{}
	for _, r := range letters {
		s = append(s, e.sizes[r])
	}
	return s
}

func (e *einsum) volume(letters string) int { return volumeOf(e.shape(letters)) }

func parseEinsum(spec string, xs, ys tensor.Shape) (*einsum, error) {
	ins, out, ok := strings.Cut(strings.ReplaceAll(spec, " ", ""), "->")
	x, y, two := strings.Cut(ins, ",")
	if !ok || !two {
		return nil, errors.New("want the axes of two inputs and of the result, as in ij,jk->ik")
	}
	e := &einsum{x, y, out, map[rune]int{}}
	for _, part := range []string{x, y, out} {
		for i, r := range part {
			if r < 'a' || r > 'z' {
				return nil, errors.Errorf("%q names no axis, want small letters", r)
			}
			if strings.ContainsRune(part[:i], r) {
				return nil, errors.Errorf("%q stands twice in %q", r, part)
			}
		}
	}
	for _, in := range []struct {
		letters string
		shape   tensor.Shape
	}{{x, xs}, {y, ys}} {
		if len(in.letters) != len(in.shape) {
			return nil, errors.Errorf("%q names %d axes of an input %v", in.letters, len(in.letters), []int(in.shape))
		}
		for i, r := range in.letters {
			if n, seen := e.sizes[r]; seen && n != in.shape[i] {
				return nil, errors.Errorf("axis %q is of size %d and %d", r, n, in.shape[i])
			}
			e.sizes[r] = in.shape[i]
		}
	}
	for _, r := range out {
		if e.sizes[r] == 0 {
			return nil, errors.Errorf("axis %q of the result is in no input", r)
		}
	}
	return e, nil
}

// sumLetters sums over the axes whose letters are as is says.
func (b *Builder) sumLetters(x *Node, letters string, is func(r rune) bool) (*Node, string) {
	var axes []int
	left := ""
	for i, r := range letters {
		if is(r) {
			axes = append(axes, i)
		} else {
			left += string(r)
		}
	}
	if axes == nil {
		return x, left
	}
	return b.Sum(x, axes...), left
}

// permute puts axes in another order, named by their letters.
func (b *Builder) permute(x *Node, have, want string) *Node {
	if have == want {
		return x
	}
	axes := make([]int, 0, len(want))
	for _, r := range want {
		axes = append(axes, strings.IndexRune(have, r))
	}
	return b.Transpose(x, axes...)
}
