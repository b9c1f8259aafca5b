package explain

import (
	"math"

	"github.com/pkg/errors"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/integrate/quad"
	"gorgonia.org/tensor"

	"unroll/graph"
	"unroll/nn"
	"unroll/train"
)

// explanation is a compiled model with gates before the steps of its input. A
// run is of one sample. The rows of its batch are no text, of which all ids are
// padding, and then the points α of the path to the sample: first its two ends, and
// then those of the rule
//
//	∫₀¹ f(α) dα ≈ Σ_k weights_k·f(α_k).
//
// All gates of row k are α_k. With x(g) = x' + g·(x − x') at every step, the
// derivative by a gate is ⟨∇F, x − x'⟩ of its step, and
//
//	push_t = Σ_k weights_k·∂F_k/∂g_(t,k).
//
// The beginning x' of the path is no text but for what is said of padding: its mask
// is the sample's, and a bag is empty. See fromNoText.
type explanation struct {
	steps   int
	weights []float64
	alpha   []float64
	bag     int // ids of the sample, where it is a bag
	pass    *nn.Pass
	prog    *graph.Program
	logit   *graph.Node
	output  *graph.Node
	sigmoid bool // the logit is a sigmoid's
	dlogit  *tensor.Dense
	pushes  *graph.Node   // in the shape of the gates
	beside  []*graph.Node // the same of further inputs
	towards int           // the unit that dlogit is set for
}

// The rows of a run before those of the rule.
const (
	noText = iota
	pathStart
	pathEnd
	endRows
)

// points returns the method's rule, after the rows that have no weight. features
// have no padding: their no text is the beginning of the path.
func (c Config) points(features bool) (alpha, weights []float64) {
	alpha, weights = []float64{noText: 1, pathStart: 0, pathEnd: 1}, make([]float64, endRows)
	if features {
		alpha[noText] = 0
	}
	if c.Method == GradientTimesInput {
		weights[pathEnd] = 1
		return alpha, weights
	}
	x, w := make([]float64, c.Points), make([]float64, c.Points)
	quad.Legendre{}.FixedLocations(x, w, 0, 1)
	return append(alpha, x...), append(weights, w...)
}

// compile makes the program for sequences of so many steps.
func (e *Explainer) compile(steps int) (*explanation, error) {
	alpha, weights := e.config.points(!e.model.Inputs()[0].IDs())
	batch := len(alpha)
	each := make([]int, len(e.model.Inputs())) // the inputs after the first are no sequences
	each[0] = steps
	pass, err := e.model.Blended(e.config.Execution, batch, each...)
	if err != nil {
		return nil, err
	}
	if pass.Whole() {
		return nil, errors.New("the model's output for a sample depends on the rest of the batch")
	}
	y, in := pass.Outputs[0], pass.Inputs[0]
	x := &explanation{steps: steps, weights: weights, alpha: alpha, pass: pass, output: y.Node, logit: y.Node}
	for _, f := range []nn.Func{nn.Sigmoid, nn.Softmax} {
		if n := y.Logits(f); n != nil {
			x.logit, x.sigmoid = n, f == nn.Sigmoid
		}
	}
	for i := 0; i < in.Blend.Shape().TotalSize() && !in.Bagged; i++ {
		graph.Set(in.Blend, i, alpha[i/in.Blend.Shape()[1]%batch])
	}
	x.dlogit = tensor.New(tensor.Of(pass.Dtype()), tensor.WithShape(x.logit.Shape()...))
	x.aim(0)
	dlogit := pass.Input("gradient", x.dlogit)
	pushes := pass.VJP([]*graph.Node{x.logit}, []*graph.Node{dlogit}, x.gates()...)
	x.pushes, x.beside = pushes[0], pushes[1:]
	x.prog, err = pass.Compile(append(pushes, x.logit, x.output)...)
	return x, err
}

// Close releases the program.
func (x *explanation) Close() error { return x.prog.Close() }

// aim makes the pushes those towards a unit of the output.
func (x *explanation) aim(unit int) {
	units := x.dlogit.Shape()[1]
	for k, w := range x.weights {
		graph.Set(x.dlogit, k*units+x.towards, 0)
		graph.Set(x.dlogit, k*units+unit, w)
	}
	x.towards = unit
}

// binary reports whether the output is a sigmoid of one unit.
func (x *explanation) binary() bool { return x.sigmoid && x.dlogit.Shape()[1] == 1 }

func (x *explanation) classes() int {
	if x.binary() {
		return 2
	}
	return x.dlogit.Shape()[1]
}

// explain attributes the logit of a class for sample i.
func (x *explanation) explain(s train.Samples, beside []train.Samples, i, class int) (Attribution, error) {
	x.fill(s, i)
	x.fillBeside(beside, i)
	if class != Predicted && !x.binary() {
		x.aim(class)
	}
	ends, output, err := x.run()
	if err != nil {
		return Attribution{}, err
	}
	if class == Predicted {
		class = x.predict(ends[pathEnd])
		if !x.binary() && class != x.towards { // the pushes were those of another class
			x.aim(class)
			if ends, output, err = x.run(); err != nil {
				return Attribution{}, err
			}
		}
	}
	a := Attribution{Output: output, Class: class, Baseline: ends[noText][x.towards], Value: ends[pathEnd][x.towards]}
	if a.Steps, err = x.sum(); err != nil {
		return a, err
	}
	if a.Beside, err = x.sumBeside(); err != nil {
		return a, err
	}
	if s.Tokens != nil && !x.pass.Inputs[0].Bagged {
		fromNoText(a.Steps, s.Tokens[i], ends[pathStart][x.towards]-a.Baseline)
	}
	if x.binary() && class == 0 {
		a.Baseline, a.Value = -a.Baseline, -a.Value
		floats.Scale(-1, a.Steps)
		for _, pushes := range a.Beside {
			floats.Scale(-1, pushes)
		}
	}
	sum := floats.Sum(a.Steps)
	for _, pushes := range a.Beside {
		sum += floats.Sum(pushes)
	}
	a.Gap = math.Abs(sum - (a.Value - a.Baseline))
	if math.IsNaN(a.Gap) || math.IsInf(a.Gap, 0) {
		return a, errors.Errorf("the logit is %v, at the baseline %v, and the steps' sum %v", a.Value, a.Baseline, sum)
	}
	return a, nil
}

// fill makes sample i all rows of the batch, but for the one of no text.
func (x *explanation) fill(s train.Samples, i int) {
	if x.pass.Inputs[0].Bagged {
		x.fillBags(s, i)
		return
	}
	batch, in := len(x.weights), x.pass.Inputs[0].X
	if s.Tokens == nil {
		width := in.Shape()[1]
		for k := range in.Shape().TotalSize() {
			graph.Set(in, k, float64(s.Features[i][k/(batch*width)*width+k%width]))
		}
		return
	}
	ids := in.Int32s()
	for k := range ids {
		ids[k] = s.Tokens[i][k/batch]
		if k%batch == noText {
			ids[k] = 0
		}
	}
}

// fromNoText makes pushes that begin at x' begin at no text. Its difference from
// x', which all words make together, and the pushes of padding, which no word makes,
// are divided among the words evenly:
//
//	push_t += (F(x') − F(no text) + Σ_padding push)/n
//
// of the n words. It is 0 unless the model masks padding, or a bag counts it.
func fromNoText(pushes []float64, ids []int32, apart float64) {
	words := 0
	for t, id := range ids {
		if id != 0 {
			words++
			continue
		}
		apart += pushes[t]
		pushes[t] = 0
	}
	if apart == 0 {
		return
	}
	for t, id := range ids {
		if id != 0 {
			pushes[t] += apart / float64(words)
		}
	}
}

// predict returns the class of a sample's logits.
func (x *explanation) predict(logits []float64) int {
	switch {
	case !x.binary():
		return floats.MaxIdx(logits)
	case logits[0] > 0:
		return 1
	}
	return 0
}

// run computes the pushes, and returns the logits of the rows before the rule's and
// the output for the sample.
func (x *explanation) run() (ends [endRows][]float64, output []float32, err error) {
	if err := x.prog.Run(); err != nil {
		return ends, nil, err
	}
	logits, err := x.prog.Value(x.logit)
	if err != nil {
		return ends, nil, err
	}
	y, err := x.prog.Value(x.output)
	if err != nil {
		return ends, nil, err
	}
	units := x.dlogit.Shape()[1]
	for k := range ends {
		for i := range units {
			ends[k] = append(ends[k], graph.At(logits, k*units+i))
		}
	}
	for i := range units {
		output = append(output, float32(graph.At(y, pathEnd*units+i)))
	}
	return ends, output, nil
}

// sum adds up the pushes of each step over the points.
func (x *explanation) sum() ([]float64, error) {
	v, err := x.prog.Value(x.pushes)
	if err != nil {
		return nil, err
	}
	if x.pass.Inputs[0].Bagged {
		return x.sumBags(v), nil
	}
	batch, width := len(x.weights), v.Shape()[1]
	sums := make([]float64, max(x.steps, 1)*width)
	for i := range v.Shape().TotalSize() {
		sums[i/(batch*width)*width+i%width] += graph.At(v, i)
	}
	return sums, nil
}
