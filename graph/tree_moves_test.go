package graph

import (
	"math"
	"slices"

	"pgregory.net/rapid"
)

// reduction draws an operation over axes.
func (d drawn) reduction(at int, shape []int) expr {
	axes := d.axes(len(shape))
	extreme := func(sign float64) func(k *kinks, x []float64) float64 {
		return func(k *kinks, x []float64) float64 {
			best := 0
			for i, v := range x {
				if k.side(sign*x[best], sign*v) {
					best = i
				}
			}
			return x[best]
		}
	}
	f := rapid.SampledFrom([]struct {
		nodes func(b *Builder, x *Node, axes ...int) *Node
		of    func(k *kinks, x []float64) float64
	}{
		{(*Builder).Sum, func(_ *kinks, x []float64) float64 { return total(x) }},
		{(*Builder).Mean, func(_ *kinks, x []float64) float64 { return total(x) / float64(len(x)) }},
		{(*Builder).LogSumExp, func(_ *kinks, x []float64) float64 { return logSumExp(x) }},
		{(*Builder).Max, extreme(1)},
		{(*Builder).Min, extreme(-1)},
	}).Draw(d.T, "reduction")
	return expr{[]int{at}, func(b *Builder, in []*Node) *Node { return f.nodes(b, in[0], axes...) },
		func(k *kinks, in []array) array {
			return in[0].over(axes, func(x []float64) float64 { return f.of(k, x) })
		}}
}

// movement draws an operation that moves elements, or a product of a matrix with its
// own transpose.
func (d drawn) movement(at int, shape []int) expr {
	n := len(shape)
	if n == 0 {
		return moving(at, []int{1, 2}, func(b *Builder, x *Node) *Node { return b.BroadcastTo(x, 1, 2) },
			func([]int) []int { return nil })
	}
	axis := d.between(0, n-1, "axis")
	half := (shape[axis] + 1) / 2
	kinds := []string{"slice", "pad", "repeat", "cumsum", "concat", "stack", "expand dims", "transpose", "flat"}
	if n >= 2 && shape[n-2] <= 3 {
		kinds = append(kinds, "product")
	}
	if n >= 2 {
		kinds = append(kinds, "einsum", "gather", "scatter")
	}
	switch rapid.SampledFrom(kinds).Draw(d.T, "movement") {
	case "slice":
		return moving(at, moved(shape, axis, half), func(b *Builder, x *Node) *Node { return b.Slice(x, axis, shape[axis]-half, shape[axis]) },
			func(at []int) []int { return moved(at, axis, at[axis]+shape[axis]-half) })
	case "pad":
		return moving(at, moved(shape, axis, shape[axis]+1), func(b *Builder, x *Node) *Node { return b.Pad(x, axis-n, 0, 1) },
			func(at []int) []int {
				if at[axis] == shape[axis] {
					return outside
				}
				return at
			})
	case "repeat":
		return moving(at, moved(shape, axis, shape[axis]*2), func(b *Builder, x *Node) *Node { return b.Repeat(x, axis, 2) },
			func(at []int) []int { return moved(at, axis, at[axis]/2) })
	case "concat":
		return moving(at, moved(shape, axis, shape[axis]+half), func(b *Builder, x *Node) *Node { return b.Concat(axis, x, b.Slice(x, axis, 0, half)) },
			func(at []int) []int { return moved(at, axis, at[axis]%shape[axis]) })
	case "stack":
		return moving(at, slices.Insert(slices.Clone(shape), axis, 2), func(b *Builder, x *Node) *Node { return b.Stack(axis, x, x) },
			func(at []int) []int { return slices.Delete(slices.Clone(at), axis, axis+1) })
	case "expand dims":
		return moving(at, slices.Insert(slices.Clone(shape), axis, 1), func(b *Builder, x *Node) *Node { return b.ExpandDims(x, axis) },
			func(at []int) []int { return slices.Delete(slices.Clone(at), axis, axis+1) })
	case "transpose":
		back := slices.Clone(shape)
		slices.Reverse(back)
		return moving(at, back, func(b *Builder, x *Node) *Node { return b.Transpose(x) }, func(at []int) []int {
			at = slices.Clone(at)
			slices.Reverse(at)
			return at
		})
	case "cumsum":
		return expr{[]int{at}, func(b *Builder, in []*Node) *Node { return b.CumSum(in[0], axis) }, func(_ *kinks, in []array) array {
			return newArray(shape, func(at []int) (sum float64) {
				for i := range at[axis] + 1 {
					sum += in[0].at(moved(at, axis, i))
				}
				return sum
			})
		}}
	case "product": // of the last two axes, x·xᵀ
		axes := make([]int, n)
		for i := range axes {
			axes[i] = i
		}
		axes[n-2], axes[n-1] = n-1, n-2
		square := slices.Clone(shape)
		square[n-1] = square[n-2]
		return expr{[]int{at}, func(b *Builder, in []*Node) *Node { return b.BatchMatMul(in[0], b.Transpose(in[0], axes...)) },
			func(_ *kinks, in []array) array {
				return newArray(square, func(at []int) (sum float64) {
					for k := range shape[n-1] {
						row, col := moved(at, n-1, k), moved(at, n-1, k)
						col[n-2] = at[n-1]
						sum += in[0].at(row) * in[0].at(col)
					}
					return sum
				})
			}}
	case "einsum": // Σ over the first axis of x·sin x
		letters := "abcdefgh"[:n]
		return expr{[]int{at}, func(b *Builder, in []*Node) *Node {
			return b.Einsum(letters+","+letters+"->"+letters[1:], in[0], b.Sin(in[0]))
		}, func(_ *kinks, in []array) array {
			return in[0].over([]int{0}, func(x []float64) (sum float64) {
				for _, v := range x {
					sum += v * math.Sin(v)
				}
				return sum
			})
		}}
	case "gather":
		ids := d.ids(shape[0])
		return moving(at, moved(shape, 0, len(ids)), func(b *Builder, x *Node) *Node { return b.Gather(x, inputIDs(b, ids)) },
			func(at []int) []int { return moved(at, 0, int(ids[at[0]])) })
	case "scatter": // all to the second of two
		return expr{[]int{at}, func(b *Builder, in []*Node) *Node {
			ids := make([]int32, shape[0])
			for i := range ids {
				ids[i] = 1
			}
			return b.ScatterAdd(inputIDs(b, ids), in[0], 2)
		}, func(_ *kinks, in []array) array {
			sums := in[0].over([]int{0}, total)
			return newArray(moved(shape, 0, 2), func(at []int) float64 { return float64(at[0]) * sums.at(at[1:]) })
		}}
	}
	return expr{[]int{at}, func(b *Builder, in []*Node) *Node { return b.Reshape(in[0], volumeOf(shape)) },
		func(_ *kinks, in []array) array { return in[0].reshaped(volumeOf(shape)) }}
}

func inputIDs(b *Builder, ids []int32) *Node {
	return b.Input("ids_"+string(rune('a'+len(b.names))), intIDs(ids...))
}

// outside is the index of a 0.
var outside = []int{-1}

// moving is an operation whose element at an index is that of its input at another.
func moving(x int, shape []int, op func(b *Builder, x *Node) *Node, index func(at []int) []int) expr {
	return expr{[]int{x}, func(b *Builder, in []*Node) *Node { return op(b, in[0]) }, func(_ *kinks, in []array) array {
		return newArray(shape, func(at []int) float64 {
			from := index(at)
			if len(from) == 1 && from[0] < 0 {
				return 0
			}
			return in[0].at(from)
		})
	}}
}
