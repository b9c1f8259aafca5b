package ngrams

import (
	"context"
	"slices"

	"github.com/pkg/errors"

	"unroll/nn"
	"unroll/train/linear"
)

// Weights are those of a network that Train made, whose trial had the given factor: what
// Data.From takes to go on with new texts.
func Weights(net *nn.Model, factor float64) (*linear.Model, error) {
	if !(factor > 0) {
		return nil, errors.Errorf("n-grams: the factor is %v, want more than 0", factor)
	}
	table, err := net.Weight("embedding_bag/embeddings")
	if err != nil {
		return nil, errors.WithMessage(err, "n-grams")
	}
	bias, err := net.Weight("embedding_bag/bias")
	if err != nil {
		return nil, errors.WithMessage(err, "n-grams")
	}
	m := &linear.Model{}
	outputs, values := table.Shape()[1], table.Float64s()
	if beside, err := net.Weight("dense/kernel"); err == nil { // of what stands beside the texts
		values = append(values, beside.Float64s()...)
	}
	for o, b := range bias.Float64s() {
		w := make([]float32, len(values)/outputs)
		for id := range w {
			w[id] = float32(values[id*outputs+o] / factor)
		}
		m.Weights, m.Bias = append(m.Weights, w), append(m.Bias, float32(b/factor))
	}
	return m, nil
}

// goOn trains the model d.From further. A class that no text is of keeps its weights, and
// one whose weights are all zeros, which has learned nothing yet, is learned from nothing.
func (d Data) goOn(ctx context.Context, x *linear.Matrix, rows []int, s Setting) (*linear.Model, error) {
	outputs, first := max(1, d.Classes), 0
	if d.Classes == 2 {
		outputs, first = 1, 1
	}
	if len(d.From.Bias) != outputs {
		return nil, errors.Errorf("n-grams: weights of %d outputs to go on from, want %d", len(d.From.Bias), outputs)
	}
	from := func(o int) *linear.Weights { return &linear.Weights{W: d.From.Weights[o], Bias: d.From.Bias[o]} }
	m := &linear.Model{Weights: make([][]float32, outputs), Bias: make([]float32, outputs)}
	var err error
	if d.Classes == 0 {
		ridge := linear.Ridge{C: s.C, Seed: int64(d.Seed), From: from(0)}
		m.Weights[0], m.Bias[0], err = ridge.Fit(ctx, x, pick(d.Numbers, rows))
		return m, errors.WithMessage(err, "n-grams")
	}
	y := pick(d.Class, rows)
	var weights []float32
	if d.Weights != nil {
		for _, c := range y {
			weights = append(weights, d.Weights[c])
		}
	}
	for o := range outputs {
		class := int32(first + o)
		sign, texts := make([]int8, len(y)), 0
		for i, c := range y {
			sign[i] = -1
			if c == class {
				sign[i] = 1
				texts++
			}
		}
		m.Weights[o], m.Bias[o] = d.From.Weights[o], d.From.Bias[o]
		if texts == 0 && outputs > 1 {
			continue
		}
		svm := linear.SVM{C: s.C, Seed: int64(d.Seed), From: from(o)}
		if !slices.ContainsFunc(m.Weights[o], func(w float32) bool { return w != 0 }) {
			svm.From = &linear.Weights{W: m.Weights[o]}
		}
		var h []float32
		if !s.Plain && texts > 0 && texts < len(y) {
			if h, err = linear.Ratios(x, y, int(class), ratioOffset); err != nil {
				return nil, errors.WithMessage(err, "n-grams")
			}
		}
		if m.Weights[o], m.Bias[o], err = svm.Fit(ctx, x, h, sign, weights); err != nil {
			return nil, errors.WithMessage(err, "n-grams")
		}
	}
	return m, nil
}
