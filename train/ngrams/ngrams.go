// Package ngrams trains the linear model of n-grams that is hard to beat on texts:
// words and runs of words, and characters in runs, weighed by tf-idf and by how much
// they say of the classes, and a support vector machine on top.
//
//	grams, err := text.LearnGrams(texts, text.GramConfig{Words: 3, MaxChars: 5})
//	bags, err := grams.EncodeTexts(texts)
//	d := ngrams.Data{Grams: grams, Bags: bags, Class: y, Classes: 2}
//	best, err := d.Choose(ctx, ngrams.Folds(len(y), 5, seed), d.Settings(), nil)
//	net, err := d.Train(ctx, rows, best)
//
// The network is an nn.EmbeddingBag with a sigmoid or a softmax, whose probabilities are
// calibrated. Package linear has the parts.
package ngrams

import (
	"context"
	"math/rand/v2"
	"slices"

	"github.com/pkg/errors"

	"unroll/datasets/text"
	"unroll/nn"
	"unroll/train/calibrate"
	"unroll/train/linear"
)

// Data are labelled texts as bags of n-grams.
type Data struct {
	Grams   *text.Grams
	Bags    [][]int32 // of each text
	Class   []int32   // of each text, 0 to Classes − 1
	Classes int
	Weights []float32 // of the classes, such as from linear.Balanced; nil for ones
	Seed    uint64    // of the order in which texts are learned from
}

// Block names which n-grams a model takes.
type Block string

// The blocks.
const (
	Words      Block = "words"
	Characters Block = "characters"
	Both       Block = "words and characters"
)

// Setting is what is chosen.
type Setting struct {
	Block Block   `json:"block"`
	C     float64 `json:"c"` // how much errors count against the size of the weights
}

// Settings are those to choose from: the blocks that there are, each with two C.
func (d Data) Settings() (all []Setting) {
	blocks := []Block{Words, Both, Characters}
	switch d.Grams.Split() {
	case 0:
		blocks = blocks[2:]
	case d.Grams.Len():
		blocks = blocks[:1]
	}
	for _, b := range blocks {
		for _, c := range []float64{1, 0.3} {
			all = append(all, Setting{b, c})
		}
	}
	return all
}

// Split is texts to train on and texts to measure on, by their numbers.
type Split struct{ Train, Held []int }

// Folds divides n texts into k parts, each of which is measured on once.
func Folds(n, k int, seed uint64) []Split {
	order := rand.New(rand.NewPCG(seed, 0)).Perm(n)
	splits := make([]Split, k)
	for f := range splits {
		for i, row := range order {
			if i%k == f {
				splits[f].Held = append(splits[f].Held, row)
			} else {
				splits[f].Train = append(splits[f].Train, row)
			}
		}
	}
	return splits
}

// Trial is a setting and how it did on texts that were held out.
type Trial struct {
	Setting
	Accuracy float64 `json:"accuracy"` // of texts that count as the weights of their classes say
	// Factor is by what margins are multiplied, so that the probabilities of texts that
	// were held out are true, see calibrate.Temperature.
	Factor float64 `json:"factor"`
}

// Choose trains each setting on each split and returns the trial that is the most
// accurate on what was held out; the first of equals. Each may be nil; it is told every
// trial.
func (d Data) Choose(ctx context.Context, splits []Split, settings []Setting, each func(Trial)) (best Trial, err error) {
	if len(settings) == 0 || len(splits) == 0 {
		return best, errors.New("n-grams: there is nothing to choose from")
	}
	best.Accuracy = -1
	for _, s := range settings {
		var margins []float32
		var class []int32
		for _, split := range splits {
			m, err := d.fit(ctx, split.Train, s)
			if err != nil {
				return best, err
			}
			of, err := d.margins(m, split.Held, s)
			if err != nil {
				return best, err
			}
			margins, class = append(margins, of...), append(class, pick(d.Class, split.Held)...)
		}
		t := Trial{Setting: s}
		if t.Factor, err = calibrate.Temperature(margins, class); err != nil {
			return best, errors.WithMessage(err, "n-grams")
		}
		t.Accuracy = accuracy(margins, class, d.Weights)
		if each != nil {
			each(t)
		}
		if t.Accuracy > best.Accuracy {
			best = t
		}
	}
	return best, nil
}

// Network returns the network of so many n-grams, of which those from split on are of
// characters, with a sigmoid of one output for two classes, and else a softmax. It is not
// trained.
func Network(grams, split, classes int) (*nn.Model, error) {
	outputs, activation := 1, nn.Sigmoid
	if classes > 2 {
		outputs, activation = classes, nn.Softmax
	}
	if split == grams {
		split = 0
	}
	return nn.Sequential{Input: nn.Bag(), Layers: []nn.Layer{nn.EmbeddingBag{
		InputDim: grams, OutputDim: outputs, Frequency: "log", Norm: "l2", Split: split, Scaled: true, UseBias: true, Activation: activation,
	}}}.Build()
}

// Train returns a network that is trained on the given texts by the setting of a trial,
// with probabilities that are calibrated by it. Of other blocks than the setting's the
// weights are zeros.
func (d Data) Train(ctx context.Context, rows []int, t Trial) (*nn.Model, error) {
	m, err := d.fit(ctx, rows, t.Setting)
	if err != nil {
		return nil, err
	}
	net, err := Network(d.Grams.Len(), d.Grams.Split(), d.Classes)
	if err != nil {
		return nil, err
	}
	embeddings, bias := m.Table(t.Factor)
	for name, x := range map[string][]float32{"embeddings": embeddings, "bias": bias, "scale": d.idf()} {
		w, err := net.Weight("embedding_bag/" + name)
		if err != nil {
			return nil, err
		}
		if err := w.Set(wide(x)); err != nil {
			return nil, err
		}
	}
	return net, nil
}

func wide(x []float32) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = float64(v)
	}
	return y
}

// idf are the n-grams' inverse document frequencies.
func (d Data) idf() []float32 { return linear.IDF(d.Grams.Counts(), d.Grams.Texts()) }

// fit trains on the given texts.
func (d Data) fit(ctx context.Context, rows []int, s Setting) (*linear.Model, error) {
	x, err := d.weigh(rows, s)
	if err != nil {
		return nil, err
	}
	y := pick(d.Class, rows)
	svm := linear.SVM{C: s.C, Seed: int64(d.Seed)}
	present := slices.Compact(slices.Sorted(slices.Values(y)))
	if len(present) == d.Classes || len(present) < 2 { // of one class alone there is nothing to learn
		h := func(class int) ([]float32, error) { return linear.Ratios(x, y, class, ratioOffset) }
		m, err := svm.FitClasses(ctx, x, y, d.Classes, h, d.Weights)
		return m, errors.WithMessage(err, "n-grams")
	}
	return d.fitPresent(ctx, x, y, svm, present)
}

// absentMargin is that of a class that no text is of, such as a rare one in a fold: it is
// given to no text.
const absentMargin = -4

// fitPresent trains where some classes have no text: each of the others is learned
// against the rest.
func (d Data) fitPresent(ctx context.Context, x *linear.Matrix, y []int32, svm linear.SVM, present []int32) (*linear.Model, error) {
	m := &linear.Model{Weights: make([][]float32, d.Classes), Bias: make([]float32, d.Classes)}
	for class := range m.Weights {
		if !slices.Contains(present, int32(class)) {
			m.Weights[class], m.Bias[class] = make([]float32, x.Columns()), absentMargin
			continue
		}
		h, err := linear.Ratios(x, y, class, ratioOffset)
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

func (d Data) margins(m *linear.Model, rows []int, s Setting) ([]float32, error) {
	x, err := d.weigh(rows, s)
	if err != nil {
		return nil, err
	}
	return m.Margins(x)
}

// weigh returns the rows of a setting's block.
func (d Data) weigh(rows []int, s Setting) (*linear.Matrix, error) {
	split := int32(d.Grams.Split())
	bags := pick(d.Bags, rows)
	for i, ids := range bags {
		// Words come first.
		at := 0
		for at < len(ids) && ids[at] < split {
			at++
		}
		switch s.Block {
		case Words:
			bags[i] = ids[:at]
		case Characters:
			bags[i] = ids[at:]
		}
	}
	return linear.Weigh(bags, d.idf(), int(split))
}

// pick returns the given rows of all.
func pick[T any](all []T, rows []int) []T {
	some := make([]T, len(rows))
	for i, row := range rows {
		some[i] = all[row]
	}
	return some
}
