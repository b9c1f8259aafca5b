// Package ngrams trains the linear model of n-grams that is hard to beat on texts:
// words and runs of words, and characters in runs, weighed by tf-idf and by how much
// they say of the classes, and a support vector machine on top, or ridge regression for
// numbers.
//
//	grams, err := text.LearnGrams(texts, text.GramConfig{Words: 3, MaxChars: 5})
//	bags, err := grams.EncodeTexts(texts)
//	d := ngrams.Data{Grams: grams, Bags: bags, Class: y, Classes: 2}
//	best, err := d.Search(ctx, ngrams.Search{Splits: splits, Settings: d.Settings()})
//	d, err = d.Only(best.Block)
//	net, err := d.Train(ctx, rows, best)
//
// The network is an nn.EmbeddingBag with a sigmoid or a softmax, whose probabilities are
// calibrated; of numbers it has neither. Package linear has the parts.
package ngrams

import (
	"context"
	"slices"

	"github.com/pkg/errors"

	"unroll/datasets/text"
	"unroll/nn"
	"unroll/train/linear"
)

// Data are labelled texts as bags of n-grams.
type Data struct {
	Grams   *text.Grams
	Bags    [][]int32   // of each text
	Columns [][]float32 // of each text, what stands beside it as numbers; nil if there are none
	Class   []int32     // of each text, 0 to Classes − 1
	Classes int         // 0 of numbers
	Numbers []float32   // of each text in place of Class, best of mean 0 and deviation 1
	// Labels are those of each text in place of Class, 0 to Classes − 1, where it may have
	// any number of them, none twice. Each is learned against the texts that have it not.
	Labels  [][]int32
	Weights []float32 // of the classes, such as from linear.Balanced; nil for ones
	// From are the weights that a model had, see Weights, which goes on with these texts; nil
	// for none.
	From *linear.Model
	Seed uint64 // of the order in which texts are learned from
}

// Network returns the network of so many n-grams, of which those from split on are of
// characters, with a sigmoid of one output for two classes, a softmax for more, and one
// output as it is for numbers, 0 classes. It is not trained.
func Network(grams, split, classes int) (*nn.Model, error) {
	outputs, activation := heads(classes)
	return network(0, grams, split, outputs, activation)
}

// heads are the outputs of so many classes, and what they are.
func heads(classes int) (outputs int, activation nn.Func) {
	switch {
	case classes == 0:
		return 1, nn.Linear
	case classes > 2:
		return classes, nn.Softmax
	}
	return 1, nn.Sigmoid
}

// Train returns a network that is trained on the given texts by the setting of a trial,
// with probabilities that are calibrated by it. Of other blocks than the setting's the
// weights are zeros.
func (d Data) Train(ctx context.Context, rows []int, t Trial) (*nn.Model, error) {
	x, err := d.weigh(rows, t.Block)
	if err != nil {
		return nil, err
	}
	m, err := d.fit(ctx, x, rows, t.Setting)
	if err != nil {
		return nil, err
	}
	net, err := d.network()
	if err != nil {
		return nil, err
	}
	return net, d.write(net, m, t.Factor)
}

// idf are the n-grams' inverse document frequencies.
func (d Data) idf() []float32 { return linear.IDF(d.Grams.Counts(), d.Grams.Texts()) }

// fit trains a model of texts, of which x has the rows.
func (d Data) fit(ctx context.Context, x *linear.Matrix, rows []int, s Setting) (*linear.Model, error) {
	if d.From != nil {
		return d.goOn(ctx, x, rows, s)
	}
	if d.Classes == 0 {
		w, bias, err := linear.Ridge{C: s.C, Seed: int64(d.Seed)}.Fit(ctx, x, pick(d.Numbers, rows))
		return &linear.Model{Weights: [][]float32{w}, Bias: []float32{bias}}, errors.WithMessage(err, "n-grams")
	}
	if d.Labels != nil {
		return d.fitLabels(ctx, x, rows, s)
	}
	y := pick(d.Class, rows)
	svm := linear.SVM{C: s.C, Seed: int64(d.Seed)}
	h := func(class int) ([]float32, error) {
		if s.Plain {
			return nil, nil
		}
		return linear.Ratios(x, y, class, ratioOffset)
	}
	present := slices.Compact(slices.Sorted(slices.Values(y)))
	if len(present) == d.Classes || len(present) < 2 { // of one class alone there is nothing to learn
		m, err := svm.FitClasses(ctx, x, y, d.Classes, h, d.Weights)
		return m, errors.WithMessage(err, "n-grams")
	}
	return d.fitPresent(ctx, x, y, h, svm, present)
}

// absentMargin is that of a class that no text is of, such as a rare one in a fold: it is
// given to no text.
const absentMargin = -4

// fitPresent trains where some classes have no text: each of the others is learned
// against the rest.
func (d Data) fitPresent(ctx context.Context, x *linear.Matrix, y []int32, ratios func(class int) ([]float32, error), svm linear.SVM, present []int32) (*linear.Model, error) {
	m := &linear.Model{Weights: make([][]float32, d.Classes), Bias: make([]float32, d.Classes)}
	for class := range m.Weights {
		if !slices.Contains(present, int32(class)) {
			m.Weights[class], m.Bias[class] = make([]float32, x.Columns()), absentMargin
			continue
		}
		h, err := ratios(class)
		if err != nil {
			return nil, errors.WithMessage(err, "n-grams")
		}
		sign := make([]int8, len(y))
		var weights []float32
		for i, c := range y {
			sign[i] = -1
			if int(c) == class {
				sign[i] = 1
			}
			if d.Weights != nil {
				weights = append(weights, d.Weights[c])
			}
		}
		if m.Weights[class], m.Bias[class], err = svm.Fit(ctx, x, h, sign, weights); err != nil {
			return nil, errors.WithMessage(err, "n-grams")
		}
	}
	return m, nil
}

// ratioOffset keeps n-grams that say nothing of the classes by themselves. Between 0.25
// and 2 it hardly matters.
const ratioOffset = 0.5

// weigh returns the rows of texts, with the n-grams of a block.
func (d Data) weigh(rows []int, b Block) (*linear.Matrix, error) {
	bags := make([][]int32, len(rows))
	for k, i := range rows {
		bags[k] = d.block(i, b)
	}
	x, err := linear.Weigh(bags, d.idf(), d.Grams.Split())
	if err != nil || d.Columns == nil {
		return x, err
	}
	return x.Append(pick(d.Columns, rows))
}

// pick returns the given rows of all.
func pick[T any](all []T, rows []int) []T {
	some := make([]T, len(rows))
	for i, row := range rows {
		some[i] = all[row]
	}
	return some
}
