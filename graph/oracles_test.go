package graph

import (
	"math"
	"slices"
	"strings"
)

// ofOne is a function of each element.
func ofOne(op func(b *Builder, x *Node) *Node, f func(x float64) float64) oracle {
	return func(d drawn) example {
		return example{
			in:    []array{d.array(d.shape(0, 4))},
			build: func(b *Builder, p []*Node) *Node { return op(b, p[0]) },
			want:  func(in []array) array { return zipped(func(x []float64) float64 { return f(x[0]) }, in...) },
		}
	}
}

// ofPairs is a function of two elements, whose shapes are broadcast.
func ofPairs(op func(b *Builder, x, y *Node) *Node, f func(x, y float64) float64) oracle {
	return func(d drawn) example {
		shape := d.shape(0, 4)
		return example{
			in:    []array{d.array(d.part(shape)), d.array(d.part(shape))},
			build: func(b *Builder, p []*Node) *Node { return op(b, p[0], p[1]) },
			want:  func(in []array) array { return zipped(func(x []float64) float64 { return f(x[0], x[1]) }, in...) },
		}
	}
}

// ofAxes is a function of the elements along axes.
func ofAxes(op func(b *Builder, x *Node, axes ...int) *Node, f func(x []float64) float64) oracle {
	return func(d drawn) example {
		x := d.array(d.shape(0, 4))
		axes := d.axes(len(x.shape))
		return example{
			in:    []array{x},
			build: func(b *Builder, p []*Node) *Node { return op(b, p[0], axes...) },
			want:  func(in []array) array { return in[0].over(axes, f) },
		}
	}
}

// ofAxis is a function of the elements along one axis.
func ofAxis(op func(b *Builder, x *Node, axis int) *Node, f func(x []float64) float64) oracle {
	return func(d drawn) example {
		x := d.array(d.shape(1, 4))
		axis := d.axis(len(x.shape))
		return example{
			in:    []array{x},
			build: func(b *Builder, p []*Node) *Node { return op(b, p[0], axis) },
			want:  func(in []array) array { return in[0].over([]int{axis}, f) },
		}
	}
}

// oracles hold the elementary set, by method.
var oracles = map[string]oracle{
	"Abs":   ofOne((*Builder).Abs, math.Abs),
	"Cos":   ofOne((*Builder).Cos, math.Cos),
	"Erf":   ofOne((*Builder).Erf, math.Erf),
	"Exp":   ofOne((*Builder).Exp, math.Exp),
	"Expm1": ofOne((*Builder).Expm1, math.Expm1),
	"Keep":  ofOne((*Builder).Keep, func(x float64) float64 { return x }),
	"Log":   ofOne((*Builder).Log, math.Log),
	"Log1p": ofOne((*Builder).Log1p, math.Log1p),
	"Neg":   ofOne((*Builder).Neg, func(x float64) float64 { return -x }),
	"Rsqrt": ofOne((*Builder).Rsqrt, func(x float64) float64 { return 1 / math.Sqrt(x) }),
	"Sign": ofOne((*Builder).Sign, func(x float64) float64 {
		if math.IsNaN(x) {
			return x
		}
		return one(x > 0) - one(x < 0)
	}),
	"Sin":          ofOne((*Builder).Sin, math.Sin),
	"Sqrt":         ofOne((*Builder).Sqrt, math.Sqrt),
	"StopGradient": ofOne((*Builder).StopGradient, func(x float64) float64 { return x }),
	"Affine": ofOne(func(b *Builder, x *Node) *Node { return b.Affine(-0.5, x, 0.25) },
		func(x float64) float64 { return -0.5*x + 0.25 }),
	"Clip": ofOne(func(b *Builder, x *Node) *Node { return b.Clip(x, -1, 0.5) },
		func(x float64) float64 { return math.Max(-1, math.Min(x, 0.5)) }),
	"InvSqrt": ofOne(func(b *Builder, x *Node) *Node { return b.InvSqrt(x, 0.5) },
		func(x float64) float64 { return 1 / math.Sqrt(x+0.5) }),

	"Add":          ofPairs((*Builder).Add, func(x, y float64) float64 { return x + y }),
	"Sub":          ofPairs((*Builder).Sub, func(x, y float64) float64 { return x - y }),
	"Mul":          ofPairs((*Builder).Mul, func(x, y float64) float64 { return x * y }),
	"Div":          ofPairs((*Builder).Div, func(x, y float64) float64 { return x / y }),
	"Pow":          ofPairs((*Builder).Pow, math.Pow),
	"Maximum":      ofPairs((*Builder).Maximum, func(x, y float64) float64 { return max(x, y) }),
	"Minimum":      ofPairs((*Builder).Minimum, func(x, y float64) float64 { return min(x, y) }),
	"Equal":        ofPairs((*Builder).Equal, func(x, y float64) float64 { return one(x == y) }),
	"NotEqual":     ofPairs((*Builder).NotEqual, func(x, y float64) float64 { return one(x != y) }),
	"Less":         ofPairs((*Builder).Less, func(x, y float64) float64 { return one(x < y) }),
	"LessEqual":    ofPairs((*Builder).LessEqual, func(x, y float64) float64 { return one(x <= y) }),
	"Greater":      ofPairs((*Builder).Greater, func(x, y float64) float64 { return one(x > y) }),
	"GreaterEqual": ofPairs((*Builder).GreaterEqual, func(x, y float64) float64 { return one(x >= y) }),
	"Where": func(d drawn) example {
		shape := d.shape(0, 3)
		return example{
			in:    []array{d.array(d.part(shape)), d.array(d.part(shape)), d.array(d.part(shape))},
			build: func(b *Builder, p []*Node) *Node { return b.Where(p[0], p[1], p[2]) },
			want: func(in []array) array {
				return zipped(func(x []float64) float64 {
					if x[0] != 0 {
						return x[1]
					}
					return x[2]
				}, in...)
			},
		}
	},
	"AddN": func(d drawn) example {
		shape := d.shape(0, 4)
		return example{
			in:    []array{d.array(shape), d.array(shape), d.array(shape)},
			build: func(b *Builder, p []*Node) *Node { return b.AddN(p...) },
			want:  func(in []array) array { return zipped(total, in...) },
		}
	},
	"BroadcastTo": func(d drawn) example {
		shape := d.shape(0, 4)
		return example{
			in:    []array{d.array(d.part(shape))},
			build: func(b *Builder, p []*Node) *Node { return b.BroadcastTo(p[0], shape...) },
			want:  func(in []array) array { return newArray(shape, in[0].at) },
		}
	},

	"Sum":       ofAxes((*Builder).Sum, total),
	"Mean":      ofAxes((*Builder).Mean, func(x []float64) float64 { return total(x) / float64(len(x)) }),
	"Max":       ofAxes((*Builder).Max, slices.Max[[]float64]),
	"Min":       ofAxes((*Builder).Min, func(x []float64) float64 { return -slices.Max(negated(x)) }),
	"LogSumExp": ofAxes((*Builder).LogSumExp, logSumExp),
	"ArgMax":    ofAxis((*Builder).ArgMax, placeOfLargest),
	"ArgMin":    ofAxis((*Builder).ArgMin, func(x []float64) float64 { return placeOfLargest(negated(x)) }),
	"CumSum": func(d drawn) example {
		x := d.array(d.shape(1, 4))
		axis := d.axis(len(x.shape))
		return example{
			in:    []array{x},
			build: func(b *Builder, p []*Node) *Node { return b.CumSum(p[0], axis) },
			want: func(in []array) array {
				return newArray(in[0].shape, func(at []int) (sum float64) {
					axis := from(axis, len(at))
					for i := range at[axis] + 1 {
						sum += in[0].at(moved(at, axis, i))
					}
					return sum
				})
			},
		}
	},

	"MatMul": func(d drawn) example {
		m, k, n := d.between(1, 5, "m"), d.between(1, 5, "k"), d.between(1, 5, "n")
		return example{
			in:    []array{d.array([]int{m, k}), d.array([]int{k, n})},
			build: func(b *Builder, p []*Node) *Node { return b.MatMul(p[0], p[1]) },
			want:  func(in []array) array { return product(in[0], in[1]) },
		}
	},
	"MulAdd": func(d drawn) example {
		m, k, n := d.between(1, 5, "m"), d.between(1, 5, "k"), d.between(1, 5, "n")
		return example{
			in:    []array{d.array([]int{m, n}), d.array([]int{m, k}), d.array([]int{k, n})},
			build: func(b *Builder, p []*Node) *Node { return b.MulAdd(p[0], p[1], p[2]) },
			want:  func(in []array) array { return zipped(total, in[0], product(in[1], in[2])) },
		}
	},
	"BatchMatMul": func(d drawn) example {
		m, k, n := d.between(1, 4, "m"), d.between(1, 4, "k"), d.between(1, 4, "n")
		batch := d.shape(0, 2)
		return example{
			in:    []array{d.array(append(d.part(batch), m, k)), d.array(append(d.part(batch), k, n))},
			build: func(b *Builder, p []*Node) *Node { return b.BatchMatMul(p[0], p[1]) },
			want:  func(in []array) array { return product(in[0], in[1]) },
		}
	},
	"Einsum": func(d drawn) example {
		letters := "abcd"[:d.between(0, 4, "letters")]
		size := map[rune]int{}
		for _, l := range letters {
			size[l] = d.between(1, 3, "size")
		}
		some := func(of, what string) string { // in any order
			var runes []rune
			for _, l := range of {
				if d.between(0, 2, what) > 0 {
					runes = slices.Insert(runes, d.between(0, len(runes), "place"), l)
				}
			}
			return string(runes)
		}
		shape := func(letters string) (shape []int) {
			for _, l := range letters {
				shape = append(shape, size[l])
			}
			return shape
		}
		x, y := some(letters, "of x"), some(letters, "of y")
		out := some(strings.Map(func(l rune) rune {
			if strings.ContainsRune(x+y, l) {
				return l
			}
			return -1
		}, letters), "of the result")
		return example{
			in:    []array{d.finite(shape(x)), d.finite(shape(y))}, // it may sum first, where ∞ − ∞ is not
			build: func(b *Builder, p []*Node) *Node { return b.Einsum(x+","+y+" -> "+out, p[0], p[1]) },
			want: func(in []array) array {
				var summed string
				for _, l := range letters {
					if strings.ContainsRune(x+y, l) && !strings.ContainsRune(out, l) {
						summed += string(l)
					}
				}
				return newArray(shape(out), func(at []int) float64 {
					return total(newArray(shape(summed), func(inner []int) float64 {
						index := func(of string) (index []int) {
							for _, l := range of {
								if i := strings.IndexRune(out, l); i >= 0 {
									index = append(index, at[i])
								} else {
									index = append(index, inner[strings.IndexRune(summed, l)])
								}
							}
							return index
						}
						return in[0].at(index(x)) * in[1].at(index(y))
					}).x)
				})
			},
		}
	},
}

func init() { // in a file of their own
	for name, o := range oraclesOfShapes {
		oracles[name] = o
	}
}

// product is the matrix product of the last two axes.
func product(x, y array) array {
	n := len(x.shape) - 2
	m := len(y.shape) - 2
	k := x.shape[n+1]
	batch := together(array{shape: x.shape[:n]}, array{shape: y.shape[:m]})
	return newArray(append(batch, x.shape[n], y.shape[m+1]), func(at []int) (sum float64) {
		row, col := at[len(at)-2], at[len(at)-1]
		for i := range k {
			sum += x.at(append(slices.Clone(at[:len(at)-2]), row, i)) * y.at(append(slices.Clone(at[:len(at)-2]), i, col))
		}
		return sum
	})
}
