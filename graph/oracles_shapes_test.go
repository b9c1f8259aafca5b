package graph

import (
	"math"
	"slices"

	"pgregory.net/rapid"
)

// oraclesOfShapes hold the operations that move elements.
var oraclesOfShapes = map[string]oracle{
	"ExpandDims": func(d drawn) example {
		x := d.array(d.shape(0, 3))
		axis := d.axis(len(x.shape) + 1)
		shape := slices.Insert(slices.Clone(x.shape), from(axis, len(x.shape)+1), 1)
		return moves(x, shape, func(b *Builder, x *Node) *Node { return b.ExpandDims(x, axis) })
	},
	"Squeeze": func(d drawn) example {
		shape := d.shape(0, 3)
		axis := d.axis(len(shape) + 1)
		x := d.array(slices.Insert(slices.Clone(shape), from(axis, len(shape)+1), 1))
		return moves(x, shape, func(b *Builder, x *Node) *Node { return b.Squeeze(x, axis) })
	},
	"Reshape": func(d drawn) example {
		x := d.array(d.shape(0, 4))
		shape := rapid.Permutation(x.shape).Draw(d.T, "sizes")
		if len(shape) > 1 && rapid.Bool().Draw(d.T, "joined") {
			shape = append([]int{shape[0] * shape[1]}, shape[2:]...)
		}
		return moves(x, shape, func(b *Builder, x *Node) *Node { return b.Reshape(x, shape...) })
	},
	"Transpose": func(d drawn) example {
		x := d.array(d.shape(0, 4))
		n := len(x.shape)
		order := make([]int, n) // no axes are all in reverse
		for i := range order {
			order[i] = n - 1 - i
		}
		var axes []int
		if rapid.Bool().Draw(d.T, "axes") {
			axes = rapid.Permutation(order).Draw(d.T, "order")
			copy(order, axes)
			for i := range axes {
				if rapid.Bool().Draw(d.T, "from the end") {
					axes[i] -= n
				}
			}
		}
		shape := make([]int, n)
		for i, axis := range order {
			shape[i] = x.shape[axis]
		}
		return taken(x, func(b *Builder, x *Node) *Node { return b.Transpose(x, axes...) }, shape, func(at []int) []int {
			index := make([]int, n)
			for i, axis := range order {
				index[axis] = at[i]
			}
			return index
		})
	},
	"Slice": func(d drawn) example {
		x := d.array(d.shape(1, 4))
		axis := d.axis(len(x.shape))
		along := from(axis, len(x.shape))
		start := d.between(0, x.shape[along]-1, "from")
		end := d.between(start+1, x.shape[along], "to")
		return taken(x, func(b *Builder, x *Node) *Node { return b.Slice(x, axis, start, end) }, moved(x.shape, along, end-start),
			func(at []int) []int { return moved(at, along, at[along]+start) })
	},
	"Columns": func(d drawn) example {
		x := d.array(d.shape(2, 2))
		start := d.between(0, x.shape[1]-1, "from")
		end := d.between(start+1, x.shape[1], "to")
		return taken(x, func(b *Builder, x *Node) *Node { return b.Columns(x, start, end) }, moved(x.shape, 1, end-start),
			func(at []int) []int { return moved(at, 1, at[1]+start) })
	},
	"Row": func(d drawn) example {
		x := d.array(d.shape(2, 2))
		i := d.between(0, x.shape[0]-1, "row")
		return taken(x, func(b *Builder, x *Node) *Node { return b.Row(x, i) }, x.shape[1:], func(at []int) []int { return []int{i, at[0]} })
	},
	"Split": func(d drawn) example { // put together in reverse
		x := d.array(d.shape(1, 4))
		axis := d.axis(len(x.shape))
		along := from(axis, len(x.shape))
		n := x.shape[along]
		first := d.between(1, n, "first")
		sizes := []int{first, n - first}
		if first == n {
			sizes = sizes[:1]
		}
		return taken(x, func(b *Builder, x *Node) *Node {
			parts := b.Split(x, axis, sizes...)
			slices.Reverse(parts)
			return b.Concat(axis, parts...)
		}, x.shape, func(at []int) []int { return moved(at, along, (at[along]+first)%n) })
	},
	"Repeat": func(d drawn) example {
		x := d.array(d.shape(1, 3))
		axis, n := d.axis(len(x.shape)), d.between(1, 3, "times")
		along := from(axis, len(x.shape))
		return taken(x, func(b *Builder, x *Node) *Node { return b.Repeat(x, axis, n) }, moved(x.shape, along, x.shape[along]*n),
			func(at []int) []int { return moved(at, along, at[along]/n) })
	},
	"Pad": func(d drawn) example {
		x := d.array(d.shape(1, 3))
		axis, before, after := d.axis(len(x.shape)), d.between(0, 2, "before"), d.between(0, 2, "after")
		along := from(axis, len(x.shape))
		n := x.shape[along]
		return example{
			in:    []array{x},
			build: func(b *Builder, p []*Node) *Node { return b.Pad(p[0], axis, before, after) },
			want: func(in []array) array {
				return newArray(moved(x.shape, along, n+before+after), func(at []int) float64 {
					if i := at[along] - before; i >= 0 && i < n {
						return in[0].at(moved(at, along, i))
					}
					return 0
				})
			},
		}
	},
	"Concat": func(d drawn) example {
		shape := d.shape(1, 3)
		axis := d.axis(len(shape))
		along := from(axis, len(shape))
		var in []array
		var owner, place []int // of each place along the axis: the input, and where there
		for i := range d.between(1, 3, "inputs") {
			size := d.between(1, 3, "size")
			in = append(in, d.array(moved(shape, along, size)))
			for k := range size {
				owner, place = append(owner, i), append(place, k)
			}
		}
		return example{
			in:    in,
			build: func(b *Builder, p []*Node) *Node { return b.Concat(axis, p...) },
			want: func(in []array) array {
				return newArray(moved(shape, along, len(owner)), func(at []int) float64 {
					return in[owner[at[along]]].at(moved(at, along, place[at[along]]))
				})
			},
		}
	},
	"Stack": func(d drawn) example {
		shape := d.shape(0, 3)
		axis := d.axis(len(shape) + 1)
		along := from(axis, len(shape)+1)
		var in []array
		for range d.between(1, 3, "inputs") {
			in = append(in, d.array(shape))
		}
		return example{
			in:    in,
			build: func(b *Builder, p []*Node) *Node { return b.Stack(axis, p...) },
			want: func(in []array) array {
				return newArray(slices.Insert(slices.Clone(shape), along, len(in)), func(at []int) float64 {
					return in[at[along]].at(slices.Delete(slices.Clone(at), along, along+1))
				})
			},
		}
	},
	"Gather": func(d drawn) example {
		table := d.array(d.shape(2, 4))
		ids := d.ids(table.shape[0])
		c := taken(table, nil, moved(table.shape, 0, len(ids)), func(at []int) []int { return moved(at, 0, int(ids[at[0]])) })
		c.ids, c.build = ids, func(b *Builder, p []*Node) *Node { return b.Gather(p[0], p[1]) }
		return c
	},
	"EmbeddingBag": bagOracle,
	"ScatterAdd": func(d drawn) example {
		rows := d.between(1, 4, "rows")
		ids := d.ids(rows)
		x := d.array(moved(d.shape(2, 4), 0, len(ids)))
		return example{
			in:    []array{x},
			ids:   ids,
			build: func(b *Builder, p []*Node) *Node { return b.ScatterAdd(p[1], p[0], rows) },
			want: func(in []array) array {
				return newArray(moved(x.shape, 0, rows), func(at []int) (sum float64) {
					for i, id := range ids {
						if int(id) == at[0] {
							sum += in[0].at(moved(at, 0, i))
						}
					}
					return sum
				})
			},
		}
	},
	"RowSums":    ofMatrix((*Builder).RowSums, true, total),
	"ColumnSums": ofMatrix((*Builder).ColumnSums, false, total),
	"RowMeans":   ofMatrix((*Builder).RowMeans, true, func(x []float64) float64 { return total(x) / float64(len(x)) }),
	"Inner": func(d drawn) example {
		shape := d.shape(0, 3)
		return example{
			in:    []array{d.array(shape), d.array(shape)},
			build: func(b *Builder, p []*Node) *Node { return b.Inner(p[0], p[1]) },
			want: func(in []array) array {
				return zipped(func(x []float64) float64 { return x[0] * x[1] }, in...).over(nil, total)
			},
		}
	},
	"Softmax": func(d drawn) example {
		x := d.finite(d.shape(2, 2))
		return example{
			in:    []array{x},
			build: func(b *Builder, p []*Node) *Node { return b.Softmax(p[0]) },
			want: func(in []array) array {
				sums := in[0].over([]int{1}, logSumExp).reshaped(x.shape[0], 1)
				return zipped(func(x []float64) float64 { return math.Exp(x[0] - x[1]) }, in[0], sums)
			},
		}
	},
}

func (d drawn) ids(rows int) []int32 {
	return rapid.SliceOfN(rapid.Int32Range(0, int32(rows)-1), 1, 4).Draw(d.T, "ids")
}

// moves is an operation that gives the elements another shape.
func moves(x array, shape []int, op func(b *Builder, x *Node) *Node) example {
	return example{
		in:    []array{x},
		build: func(b *Builder, p []*Node) *Node { return op(b, p[0]) },
		want:  func(in []array) array { return in[0].reshaped(shape...) },
	}
}

// taken is an operation whose element at an index is that of x at another.
func taken(x array, op func(b *Builder, x *Node) *Node, shape []int, index func(at []int) []int) example {
	return example{
		in:    []array{x},
		build: func(b *Builder, p []*Node) *Node { return op(b, p[0]) },
		want: func(in []array) array {
			return newArray(shape, func(at []int) float64 { return in[0].at(index(at)) })
		},
	}
}

// ofMatrix is a function of each row, or of each column.
func ofMatrix(op func(b *Builder, x *Node) *Node, rows bool, f func(x []float64) float64) oracle {
	return func(d drawn) example {
		x := d.array(d.shape(2, 2))
		return example{
			in:    []array{x},
			build: func(b *Builder, p []*Node) *Node { return op(b, p[0]) },
			want: func(in []array) array {
				if rows {
					return in[0].over([]int{1}, f).reshaped(x.shape[0], 1)
				}
				return in[0].over([]int{0}, f)
			},
		}
	}
}

// heldElsewhere are the methods whose values other tests hold, or that have none.
var heldElsewhere = map[string]string{
	"EluOf": activationsTest, "HardSigmoidKeras2": activationsTest, "Rectify": activationsTest, "Relu6": activationsTest,
	"Elu": activationsTest, "Gelu": activationsTest, "HardSigmoid": activationsTest, "LeakyRelu": activationsTest, "Relu": activationsTest,
	"Selu": activationsTest, "Sigmoid": activationsTest, "Silu": activationsTest, "Softplus": activationsTest, "Softsign": activationsTest,
	"Tanh": activationsTest,

	"AbsoluteLoss": lossesTest, "BinaryLoss": lossesTest, "CategoricalLoss": lossesTest, "CosineLoss": lossesTest, "DivergenceLoss": lossesTest,
	"HingeLoss": lossesTest, "HuberLoss": lossesTest, "LogitLoss": "TestLogitLoss", "PoissonLoss": lossesTest, "SoftmaxLoss": lossesTest,
	"SparseSoftmaxLoss": "TestSparseSoftmaxLoss",

	"AveragePool": "TestWindows", "Conv1D": "TestWindows", "Conv1DTransposed": "nn's TestConv1DTranspose", "ConvMax": "TestConvMax", "WindowMax": "TestWindowMax", "GatherWindowMax": "TestWindowMax", "MaxPool": "TestWindows", "GlobalMax": "TestConvMax",
	"GlobalAverage": "TestGlobalAverageOfNothing and nn's golden tests", "BatchMajor": "TestBatchMajor", "TimeMajor": "TestBatchMajor",
	"Options": "TestMemory", "MaskScores": "TestMaskScores", "Mix": "TestAttentionProducts", "MixTransposed": "TestAttentionProducts", "Scores": "TestAttentionProducts",
	"Bernoulli": "TestBernoulliElements", "Normal": "TestNormalIsNormal", "Blend": "TestBlendEnds", "Counts": "TestCounts", "BagWeights": "TestBagWeights",
	"WeightedCounts": "TestBlendEnds", "AnyNotEqual": "TestAnyNotEqual", "Penalty": "TestPenalty", "NotID": "nn's tests of masks", "Seen": "nn's tests of masks",
	"NormalizeRows": "TestNormalizeRows", "NormalizeColumns": "TestNormalizeColumns", "Moments": "TestNormalizeColumns",

	"GRU": executionsTest, "GRUOf": executionsTest, "LSTM": executionsTest, "LSTMOf": executionsTest, "Loop": executionsTest, "Segments": "TestSegments", "SimpleRNN": executionsTest, "SimpleRNNStep": executionsTest,
	"Last": executionsTest, "Step": executionsTest, "RepeatSteps": executionsTest, "Reverse": executionsTest,

	"Custom": "TestCustom", "WithGradient": "TestStraightThrough", "Unary": "Gorgonia's own", "Binary": "Gorgonia's own",
	"Grad": "TestDerivatives", "VJP": "TestModesAgree", "JVP": "TestModesAgree", "HVP": "TestModesAgree", "Jacobian": "TestJacobian", "Hessian": "TestHessian",
	"Input": noValue, "Ones": noValue, "Zeros": noValue, "Compile": noValue, "Dtype": noValue, "Err": noValue, "Fail": noValue, "Graph": noValue,
	"Random": noValue, "Work": noValue, "Wrap": noValue,
}

const (
	activationsTest = "TestActivations"
	lossesTest      = "TestLosses"
	executionsTest  = "nn's tests of executions and golden values"
	noValue         = "computes nothing"
)
