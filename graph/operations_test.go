package graph

import "strings"

// operation is a Builder's method at work on float64 parameters of the given shapes,
// which are drawn from −1 to 1.
type operation struct {
	shapes [][]int
	build  func(b *Builder, p []*Node) *Node
}

func unary(f func(b *Builder, x *Node) *Node) []operation {
	return []operation{{[][]int{{2, 3}}, func(b *Builder, p []*Node) *Node { return f(b, p[0]) }}}
}

func ofTwo(fs ...func(b *Builder, p []*Node) *Node) (all []operation) {
	for _, f := range fs {
		all = append(all, operation{[][]int{{2, 3}, {2, 3}}, f})
	}
	return all
}

// positive keeps parameters away from 0: 1.5 to 3.5.
func positive(b *Builder, x *Node) *Node { return b.Affine(1, x, 2.5) }

// broadcasts are the shapes in which functions of two nodes meet.
func broadcasts(f func(b *Builder, x, y *Node) *Node) (all []operation) {
	for _, s := range [][2][]int{
		{{2, 3}, {2, 3}}, {{2, 3}, {3}}, {{2, 3}, {2, 1}}, {{3}, {2, 3}}, {{2, 1}, {1, 3}}, {{}, {2, 3}}, {{2, 3}, {}}, {{2, 1, 3}, {4, 1}}, {{1, 2, 3}, {1, 1}}, {{}, {}},
	} {
		all = append(all, operation{[][]int{s[0], s[1]}, func(b *Builder, p []*Node) *Node { return f(b, p[0], p[1]) }})
	}
	return all
}

func overAxes(f func(b *Builder, x *Node, axes ...int) *Node) (all []operation) {
	for _, axes := range [][]int{nil, {0}, {1}, {-1}, {0, 2}} {
		all = append(all, operation{[][]int{{2, 3, 4}}, func(b *Builder, p []*Node) *Node { return f(b, p[0], axes...) }})
	}
	return all
}

func overWindows(f func(b *Builder, x *Node, steps int, w Window) *Node) (all []operation) {
	for _, w := range []Window{{Size: 2}, {Size: 3, Strides: 2, Padding: "same"}, {Size: 2, Dilation: 2, Padding: "causal"}} {
		all = append(all, operation{[][]int{{10, 2}}, func(b *Builder, p []*Node) *Node { return f(b, p[0], 5, w) }})
	}
	return all
}

func elementLosses(f func(b *Builder, x, t *Node) *Node, t ...float64) []operation {
	return unary(func(b *Builder, x *Node) *Node { return f(b, x, targets(b, []int{2, 3}, t...)) })
}

func maskOfSteps(b *Builder) *Node { return b.NotID(b.Input("ids", intIDs(0, 1, 2, 3, 0, 5)), 0) }

// operations holds each method of a Builder that emits an operation, with what is to be
// differentiated.
var operations = map[string][]operation{
	"Abs":          unary((*Builder).Abs),
	"AbsoluteLoss": elementLosses((*Builder).AbsoluteLoss, 0.1, -0.3, 0.5, 0, 1, -1),
	"Add":          broadcasts((*Builder).Add),
	"AddN":         ofTwo(func(b *Builder, p []*Node) *Node { return b.AddN(p[0], b.Mul(p[0], p[1]), p[0]) }),
	"Affine":       unary(func(b *Builder, x *Node) *Node { return b.Affine(-2, x, 3) }),
	"AveragePool":  overWindows((*Builder).AveragePool),
	"BatchMatMul": {
		{[][]int{{2, 2, 3}, {2, 3, 2}}, func(b *Builder, p []*Node) *Node { return b.BatchMatMul(p[0], p[1]) }},
		{[][]int{{2, 1, 2, 3}, {2, 3, 1}}, func(b *Builder, p []*Node) *Node { return b.BatchMatMul(p[0], p[1]) }},
	},
	"BatchMajor": {{[][]int{{6, 2}}, func(b *Builder, p []*Node) *Node { return b.BatchMajor(p[0], 3) }}},
	"BinaryLoss": elementLosses(func(b *Builder, x, t *Node) *Node { return b.BinaryLoss(b.Affine(0.25, x, 0.5), t) }, 0, 1, 0.5, 1, 0, 0.2),
	"Blend":      {{[][]int{{3, 1}, {3, 2}, {2}}, func(b *Builder, p []*Node) *Node { return b.Blend(p[0], p[1], p[2]) }}},
	"BroadcastTo": {
		{[][]int{{3}}, func(b *Builder, p []*Node) *Node { return b.BroadcastTo(p[0], 2, 3) }},
		{[][]int{{2, 1, 2}}, func(b *Builder, p []*Node) *Node { return b.BroadcastTo(p[0], 3, 2, 2, 2) }},
		{[][]int{{}}, func(b *Builder, p []*Node) *Node { return b.BroadcastTo(p[0], 2, 2) }},
	},
	"CategoricalLoss": elementLosses(func(b *Builder, x, t *Node) *Node { return b.CategoricalLoss(positive(b, x), t) }, 0, 1, 0, 0.2, 0.3, 0.5),
	"Clip":            unary(func(b *Builder, x *Node) *Node { return b.Clip(x, -0.5, 0.4) }),
	"ColumnSums":      unary((*Builder).ColumnSums),
	"Columns":         unary(func(b *Builder, x *Node) *Node { return b.Columns(x, 1, 3) }),
	"Concat": ofTwo(
		func(b *Builder, p []*Node) *Node { return b.Concat(0, p[0], p[1], p[0]) },
		func(b *Builder, p []*Node) *Node { return b.Concat(1, p[0], p[1], p[0]) }),
	"Conv1D": {
		{[][]int{{10, 2}, {3, 2, 2}}, func(b *Builder, p []*Node) *Node { return b.Conv1D(p[0], p[1], 5, Window{Padding: "same"}) }},
		{[][]int{{10, 2}, {2, 2, 3}}, func(b *Builder, p []*Node) *Node { return b.Conv1D(p[0], p[1], 5, Window{Strides: 2}) }},
	},
	"Conv1DTransposed": {
		{[][]int{{6, 2}, {2, 3, 2}}, func(b *Builder, p []*Node) *Node { return b.Conv1DTransposed(p[0], p[1], 3, 6, Window{Strides: 2}) }},
	},
	"Cos":            unary((*Builder).Cos),
	"CosineLoss":     elementLosses((*Builder).CosineLoss, 0.1, -0.3, 0.5, 0.2, 1, -1),
	"CumSum":         overAxis((*Builder).CumSum),
	"Div":            broadcasts(func(b *Builder, x, y *Node) *Node { return b.Div(x, positive(b, y)) }),
	"DivergenceLoss": elementLosses(func(b *Builder, x, t *Node) *Node { return b.DivergenceLoss(b.Affine(0.25, x, 0.5), t) }, 0, 1, 0.5, 1, 0, 0.2),
	"Einsum":         append(einsums("ij,jk->ik", "ij,kj->ki", "ij,ij->", "ij,k->ikj", "ij,ij->ji", "bij,jkb->bik", "ij,jk->k", "i,i->i"), einsums("abc,cd->dab")...),
	"Elu":            unary((*Builder).Elu),
	"EluOf":          unary(func(b *Builder, x *Node) *Node { return b.EluOf(x, 0.3) }),
	"Erf":            unary((*Builder).Erf),
	"Exp":            unary((*Builder).Exp),
	"ExpandDims":     unary(func(b *Builder, x *Node) *Node { return b.ExpandDims(x, 1) }),
	"Expm1":          unary((*Builder).Expm1),
	"GRU": {
		{[][]int{{6, 9}, {2, 3}, {3, 9}, {9}}, func(b *Builder, p []*Node) *Node { return b.GRU(p[0], nil, p[1], p[2], p[3], 3) }},
		{[][]int{{6, 6}, {2, 6}}, func(b *Builder, p []*Node) *Node {
			return b.Last(b.GRU(p[0], maskOfSteps(b), b.Zeros(2, 2), p[1], nil, 3), 3)
		}},
		{[][]int{{6, 6}, {2, 6}}, func(b *Builder, p []*Node) *Node { // a part of a step
			return b.Row(b.GRU(p[0], nil, b.Zeros(2, 2), p[1], nil, 3), 3)
		}},
	},
	"GRUOf":  {{[][]int{{6, 9}, {2, 3}, {3, 9}, {9}}, otherGRU}},
	"Gather": {{[][]int{{4, 2}}, func(b *Builder, p []*Node) *Node { return b.Gather(p[0], b.Input("ids", intIDs(3, 0, 3, 1))) }}},
	"Gelu":   unary((*Builder).Gelu),
	"GlobalAverage": {
		{[][]int{{6, 2}}, func(b *Builder, p []*Node) *Node { return b.GlobalAverage(p[0], nil, 3) }},
		{[][]int{{6, 2}}, func(b *Builder, p []*Node) *Node { return b.GlobalAverage(p[0], maskOfSteps(b), 3) }},
	},
	"HardSigmoid":       unary(func(b *Builder, x *Node) *Node { return b.HardSigmoid(b.Affine(5, x, 0)) }),
	"HardSigmoidKeras2": unary(func(b *Builder, x *Node) *Node { return b.HardSigmoidKeras2(b.Affine(4, x, 0)) }),
	"Rectify":           unary(func(b *Builder, x *Node) *Node { return b.Rectify(x, 0.3, 0.2, 0.7) }),
	"Relu6":             unary(func(b *Builder, x *Node) *Node { return b.Relu6(b.Affine(8, x, 0)) }),
	"HingeLoss":         elementLosses(func(b *Builder, x, t *Node) *Node { return b.HingeLoss(b.Affine(2, x, 0), t) }, -1, 1, 0, 1, -1, 0),
	"HuberLoss":         elementLosses(func(b *Builder, x, t *Node) *Node { return b.HuberLoss(x, t, 0.5) }, 0.1, -0.3, 0.5, 0.2, 1, -1),
	"Inner":             ofTwo(func(b *Builder, p []*Node) *Node { return b.Inner(p[0], b.Tanh(p[1])) }),
	"InvSqrt":           unary(func(b *Builder, x *Node) *Node { return b.InvSqrt(positive(b, x), 0.1) }),
	"Keep":              unary((*Builder).Keep),
	"LSTM": {
		{[][]int{{6, 8}, {2, 2}, {2, 2}, {2, 8}}, func(b *Builder, p []*Node) *Node {
			hs, c := b.LSTM(p[0], nil, p[1], p[2], p[3], 3)
			return b.Concat(0, hs, c)
		}},
		{[][]int{{6, 8}, {2, 8}}, func(b *Builder, p []*Node) *Node {
			hs, _ := b.LSTM(p[0], maskOfSteps(b), b.Zeros(2, 2), b.Zeros(2, 2), p[1], 3)
			return b.Step(hs, 1, 3)
		}},
		{[][]int{{6, 8}, {2, 8}}, func(b *Builder, p []*Node) *Node { // a part of a step
			hs, _ := b.LSTM(p[0], nil, b.Zeros(2, 2), b.Zeros(2, 2), p[1], 3)
			return b.Row(hs, 3)
		}},
	},
	"LSTMOf":    {{[][]int{{6, 8}, {2, 2}, {2, 2}, {2, 8}}, otherLSTM}},
	"Last":      {{[][]int{{6, 2}}, func(b *Builder, p []*Node) *Node { return b.Last(p[0], 3) }}},
	"LeakyRelu": unary((*Builder).LeakyRelu),
	"Log":       unary(func(b *Builder, x *Node) *Node { return b.Log(positive(b, x)) }),
	"Log1p":     unary(func(b *Builder, x *Node) *Node { return b.Log1p(b.Affine(0.5, x, 0)) }),
	"LogSumExp": overAxes((*Builder).LogSumExp),
	"LogitLoss": elementLosses((*Builder).LogitLoss, 0, 1, 0.3, 1, 0, 0.2),
	"Loop": {
		{[][]int{{6, 2}, {2, 2}, {2, 2}, {2, 2}}, func(b *Builder, p []*Node) *Node {
			outs, final := b.Loop([]*Node{p[0]}, []*Node{p[1], p[2]}, 3, func(l *LoopBody, zs, s []*Node) (*Node, []*Node) {
				h := l.Tanh(l.Add(zs[0], l.MatMul(s[0], l.Capture(p[3]))))
				return l.Mul(h, s[1]), []*Node{h, l.Sigmoid(l.Add(s[1], h))}
			})
			return b.Concat(0, outs, final[1])
		}},
		{[][]int{{4, 2}}, func(b *Builder, p []*Node) *Node { // a node that is read twice
			outs, _ := b.Loop([]*Node{p[0], p[0]}, []*Node{b.Step(p[0], 0, 2)}, 2, func(l *LoopBody, zs, s []*Node) (*Node, []*Node) {
				h := l.Tanh(l.Add(l.Mul(zs[0], s[0]), l.MatMul(zs[1], l.Columns(l.Reshape(l.Capture(p[0]), 2, 4), 0, 2))))
				return h, []*Node{h}
			})
			return outs
		}},
	},
	"MaskScores": {{[][]int{{6, 3}}, func(b *Builder, p []*Node) *Node {
		return b.Softmax(b.MaskScores(p[0], b.NotID(b.Input("ids", intIDs(1, 1, 2, 3, 0, 0)), 0), true, 2))
	}}},
	"MatMul":        {{[][]int{{2, 3}, {3, 2}}, func(b *Builder, p []*Node) *Node { return b.MatMul(p[0], b.Tanh(p[1])) }}},
	"Max":           overAxes((*Builder).Max),
	"MaxPool":       overWindows((*Builder).MaxPool),
	"Maximum":       broadcasts((*Builder).Maximum),
	"Mean":          overAxes((*Builder).Mean),
	"Min":           overAxes((*Builder).Min),
	"Minimum":       broadcasts((*Builder).Minimum),
	"Mix":           {{[][]int{{4, 3}, {6, 2}}, func(b *Builder, p []*Node) *Node { return b.Mix(p[0], p[1], 2) }}},
	"MixTransposed": {{[][]int{{4, 3}, {4, 2}}, func(b *Builder, p []*Node) *Node { return b.MixTransposed(p[0], p[1], 2) }}},
	"Mul":           broadcasts((*Builder).Mul),
	"MulAdd":        {{[][]int{{2, 2}, {2, 3}, {3, 2}}, func(b *Builder, p []*Node) *Node { return b.MulAdd(p[0], p[1], p[2]) }}},
	"Neg":           unary((*Builder).Neg),
	"NormalizeColumns": {
		{[][]int{{5, 2}}, func(b *Builder, p []*Node) *Node { return b.NormalizeColumns(p[0], nil, 0.1) }},
		{[][]int{{6, 2}}, func(b *Builder, p []*Node) *Node { return b.NormalizeColumns(p[0], maskOfSteps(b), 0.1) }},
	},
	"NormalizeRows": unary(func(b *Builder, x *Node) *Node { return b.NormalizeRows(x, 0.1) }),
	"Pad":           unary(func(b *Builder, x *Node) *Node { return b.Pad(x, 1, 2, 1) }),
	"Penalty":       unary(func(b *Builder, x *Node) *Node { return b.Penalty(x, 0.3, 0.7) }),
	"PoissonLoss":   elementLosses(func(b *Builder, x, t *Node) *Node { return b.PoissonLoss(positive(b, x), t) }, 0, 1, 3, 2, 0, 1),
	"Pow": append(broadcasts(func(b *Builder, x, y *Node) *Node { return b.Pow(positive(b, x), y) }),
		unary(func(b *Builder, x *Node) *Node { return b.Pow(x, input(b, "three", []int{}, 3)) })...),
	"Relu":         unary((*Builder).Relu),
	"Repeat":       unary(func(b *Builder, x *Node) *Node { return b.Repeat(x, 1, 3) }),
	"RepeatSteps":  unary(func(b *Builder, x *Node) *Node { return b.RepeatSteps(x, 3) }),
	"Reshape":      unary(func(b *Builder, x *Node) *Node { return b.Reshape(x, 3, 1, 2) }),
	"Reverse":      {{[][]int{{6, 2}}, func(b *Builder, p []*Node) *Node { return b.Reverse(p[0], 3) }}},
	"Row":          unary(func(b *Builder, x *Node) *Node { return b.Row(x, 1) }),
	"RowMeans":     unary((*Builder).RowMeans),
	"RowSums":      unary((*Builder).RowSums),
	"Rsqrt":        unary(func(b *Builder, x *Node) *Node { return b.Rsqrt(positive(b, x)) }),
	"EmbeddingBag": embeddingBags,
	"ScatterAdd":   {{[][]int{{4, 2}}, func(b *Builder, p []*Node) *Node { return b.ScatterAdd(b.Input("ids", intIDs(3, 0, 3, 1)), p[0], 5) }}},
	"Scores":       {{[][]int{{4, 3}, {6, 3}}, func(b *Builder, p []*Node) *Node { return b.Scores(p[0], p[1], 2) }}},
	"Segments":     segments,
	"Selu":         unary((*Builder).Selu),
	"Sigmoid":      unary((*Builder).Sigmoid),
	"Silu":         unary((*Builder).Silu),
	"SimpleRNN": {
		{[][]int{{6, 2}, {2, 2}, {2, 2}}, func(b *Builder, p []*Node) *Node { return b.SimpleRNN("tanh", p[0], nil, p[1], p[2], 3) }},
		{[][]int{{6, 2}, {2, 2}}, func(b *Builder, p []*Node) *Node {
			return b.Last(b.SimpleRNN("sigmoid", p[0], maskOfSteps(b), b.Zeros(2, 2), p[1], 3), 3)
		}},
		{[][]int{{6, 2}, {2, 2}, {2, 2}}, func(b *Builder, p []*Node) *Node {
			return b.Last(b.SimpleRNN("sigmoid", p[0], maskOfSteps(b), p[1], p[2], 3), 3)
		}},
		{[][]int{{6, 2}, {2, 2}}, func(b *Builder, p []*Node) *Node { // a part of a step
			return b.Row(b.SimpleRNN("tanh", p[0], nil, b.Zeros(2, 2), p[1], 3), 3)
		}},
	},
	"SimpleRNNStep": {{[][]int{{4, 2}, {2, 2}, {2, 2}}, func(b *Builder, p []*Node) *Node {
		return b.SimpleRNNStep("tanh", p[0], p[1], p[2], 1, 2)
	}}},
	"Sin": unary((*Builder).Sin),
	"Slice": unary(func(b *Builder, x *Node) *Node {
		return b.Concat(1, b.Slice(x, 0, 1, 2), b.Slice(b.Slice(x, 1, 0, 2), 0, 0, 1))
	}),
	"Softmax":           unary((*Builder).Softmax),
	"SoftmaxLoss":       elementLosses((*Builder).SoftmaxLoss, 0, 1, 0, 0.2, 0.3, 0.1),
	"Softplus":          unary((*Builder).Softplus),
	"Softsign":          unary((*Builder).Softsign),
	"SparseSoftmaxLoss": unary(func(b *Builder, x *Node) *Node { return b.SparseSoftmaxLoss(x, targets(b, []int{2, 1}, 2, 0)) }),
	"Split": unary(func(b *Builder, x *Node) *Node {
		parts := b.Split(x, 1, 1, 2)
		return b.Mul(parts[0], parts[1])
	}),
	"Sqrt":    unary(func(b *Builder, x *Node) *Node { return b.Sqrt(positive(b, x)) }),
	"Squeeze": {{[][]int{{2, 1, 3}}, func(b *Builder, p []*Node) *Node { return b.Squeeze(p[0], 1) }}},
	"Stack": ofTwo(
		func(b *Builder, p []*Node) *Node { return b.Stack(1, p[0], p[1]) },
		func(b *Builder, p []*Node) *Node { return b.Stack(-1, p[0], p[1]) }),
	"Step":      {{[][]int{{6, 2}}, func(b *Builder, p []*Node) *Node { return b.Step(p[0], 1, 3) }}},
	"Sub":       broadcasts((*Builder).Sub),
	"Sum":       overAxes((*Builder).Sum),
	"Tanh":      unary((*Builder).Tanh),
	"TimeMajor": {{[][]int{{2, 6}}, func(b *Builder, p []*Node) *Node { return b.TimeMajor(p[0], 3) }}},
	"Transpose": {{[][]int{{2, 3, 2}}, func(b *Builder, p []*Node) *Node { return b.Transpose(p[0], 2, 0, 1) }}},
	"WeightedCounts": {{[][]int{{6, 1}}, func(b *Builder, p []*Node) *Node {
		return b.WeightedCounts(p[0], b.Input("ids", intIDs(1, 2, 1, 0, 3, 2)), 2, 4, true, true)
	}}},
	"WithGradient": unary(func(b *Builder, x *Node) *Node {
		y := b.Tanh(x)
		return b.WithGradient(y, []*Node{x}, func(dy *Node) []*Node {
			t := b.Tanh(x)
			return []*Node{b.Mul(dy, b.Affine(-1, b.Mul(t, t), 1))}
		})
	}),
	"Where": ofTwo(func(b *Builder, p []*Node) *Node {
		return b.Where(b.Less(p[0], p[1]), b.Mul(p[0], p[0]), b.Tanh(p[1]))
	}),
}

func overAxis(f func(b *Builder, x *Node, axis int) *Node) []operation {
	return []operation{
		{[][]int{{2, 3, 2}}, func(b *Builder, p []*Node) *Node { return f(b, p[0], 0) }},
		{[][]int{{2, 3, 2}}, func(b *Builder, p []*Node) *Node { return f(b, p[0], -2) }},
	}
}

// einsums are contractions of axes of which each letter has a size of its own.
func einsums(specs ...string) (all []operation) {
	for _, spec := range specs {
		ins, _, _ := strings.Cut(spec, "->")
		var shapes [][]int
		for _, letters := range strings.Split(ins, ",") {
			shape := []int{}
			for _, r := range letters {
				shape = append(shape, map[rune]int{'i': 2, 'j': 3, 'k': 4, 'b': 2, 'a': 2, 'c': 3, 'd': 2}[r])
			}
			shapes = append(shapes, shape)
		}
		all = append(all, operation{shapes, func(b *Builder, p []*Node) *Node { return b.Einsum(spec, p[0], p[1]) }})
	}
	return all
}

// underivable are the methods that emit nothing to be differentiated, and why.
var underivable = map[string]string{
	"AnyNotEqual": constantOf, "ArgMax": constantOf, "ArgMin": constantOf, "BagWeights": constantOf, "Bernoulli": constantOf, "Counts": constantOf,
	"Equal": constantOf, "Greater": constantOf, "GreaterEqual": constantOf, "Less": constantOf, "LessEqual": constantOf,
	"Moments": constantOf, "Normal": constantOf, "NotEqual": constantOf, "NotID": constantOf, "Seen": constantOf, "Sign": constantOf,
	"StopGradient": constantOf,
	"Custom":       "another's function, of one derivative: see TestCustom", "Binary": "another's function", "Unary": "another's function",
	"Input": "no operation", "Ones": "no operation", "Zeros": "no operation",
	"Grad": "a walk", "VJP": "a walk", "JVP": "a walk", "HVP": "a walk", "Jacobian": "a walk", "Hessian": "a walk",
	"Compile": "of the Builder", "Dtype": "of the Builder", "Err": "of the Builder", "Fail": "of the Builder", "Graph": "of the Builder",
	"Options": "of the Builder", "Random": "of the Builder", "Work": "of the Builder", "Wrap": "of the Builder",
}

const constantOf = "a constant of its inputs"
