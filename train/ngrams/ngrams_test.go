package ngrams_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"unroll/datasets/text"
	"unroll/nn"
	"unroll/train"
	"unroll/train/linear"
	"unroll/train/ngrams"
)

// labelled are texts whose class is told by one word, or by an ending.
func labelled(n, classes int) (texts []string, class []int32) {
	r := rand.New(rand.NewPCG(1, 2))
	for i := range n {
		c := int32(i % classes)
		words := []string{fmt.Sprint("sign", c), "the", "film", "of", fmt.Sprint("w", r.IntN(50))}
		r.Shuffle(len(words), func(a, b int) { words[a], words[b] = words[b], words[a] })
		texts, class = append(texts, strings.Join(words, " ")), append(class, c)
	}
	return texts, class
}

func data(t *testing.T, c text.GramConfig, classes int) ngrams.Data {
	t.Helper()
	texts, class := labelled(120, classes)
	g, err := text.LearnGrams(text.Of(texts...), c)
	if err != nil {
		t.Fatal(err)
	}
	bags, err := g.EncodeTexts(text.Of(texts...))
	if err != nil {
		t.Fatal(err)
	}
	return ngrams.Data{Grams: g, Bags: bags, Class: class, Classes: classes, Seed: 1}
}

var both = text.GramConfig{Text: text.Config{Tokenizer: "words"}, Words: 2, MinChars: 1, MaxChars: 3}

func predict(t *testing.T, net *nn.Model, bags [][]int32) []float32 {
	t.Helper()
	trainer, err := train.Compile(net, train.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer trainer.Close()
	y, err := trainer.Predict(context.Background(), train.Data{Tokens: bags}, 32)
	if err != nil {
		t.Fatal(err)
	}
	return slices.Clone(y)
}

// TestTrain: for two classes and for more, the network is right of texts that were held
// out, and its outputs are probabilities.
func TestTrain(t *testing.T) {
	for _, classes := range []int{2, 4} {
		d := data(t, both, classes)
		splits := ngrams.Folds(len(d.Class), 4, 1)
		var trials []ngrams.Trial
		best, err := d.Choose(context.Background(), splits, d.Settings(), func(t ngrams.Trial) { trials = append(trials, t) })
		if err != nil {
			t.Fatal(err)
		}
		if len(trials) != 6 || best.Accuracy < 0.95 || !slices.Contains(trials, best) {
			t.Fatalf("the best of %+v is %+v", trials, best)
		}
		for _, x := range trials {
			if x.Accuracy > best.Accuracy {
				t.Errorf("%+v is better than %+v", x, best)
			}
		}
		net, err := d.Train(context.Background(), splits[0].Train, best)
		if err != nil {
			t.Fatal(err)
		}
		held := splits[0].Held
		var bags [][]int32
		for _, i := range held {
			bags = append(bags, d.Bags[i])
		}
		y := predict(t, net, bags)
		n := len(y) / len(held)
		for k, i := range held {
			p := y[k*n : (k+1)*n]
			given := 0
			if n == 1 && p[0] > 0.5 {
				given = 1
			}
			sum := 0.0
			for c, v := range p {
				sum += float64(v)
				if n > 1 && v > p[given] {
					given = c
				}
			}
			if given != int(d.Class[i]) || n > 1 && math.Abs(sum-1) > 1e-5 {
				t.Errorf("%d classes: text %d is %v, want class %d", classes, i, p, d.Class[i])
			}
		}
	}
}

// TestBlocks: a network of one block answers by that alone, and its margins are those of
// package linear.
func TestBlocks(t *testing.T) {
	d := data(t, both, 2)
	rows := make([]int, len(d.Class))
	for i := range rows {
		rows[i] = i
	}
	split := int32(d.Grams.Split())
	for _, b := range []ngrams.Block{ngrams.Words, ngrams.Characters} {
		trial := ngrams.Trial{Setting: ngrams.Setting{Block: b, C: 1}, Factor: 2}
		net, err := d.Train(context.Background(), rows, trial)
		if err != nil {
			t.Fatal(err)
		}
		part := make([][]int32, len(d.Bags))
		for i, ids := range d.Bags {
			part[i] = slices.DeleteFunc(slices.Clone(ids), func(id int32) bool { return (id < split) != (b == ngrams.Words) })
		}
		whole, alone := predict(t, net, d.Bags), predict(t, net, part)
		if !slices.Equal(whole, alone) {
			t.Errorf("%s: the other block counts", b)
		}
		x, err := linear.Weigh(part, linear.IDF(d.Grams.Counts(), d.Grams.Texts()), int(split))
		if err != nil {
			t.Fatal(err)
		}
		h := func(k int) ([]float32, error) { return linear.Ratios(x, d.Class, k, 0.5) }
		m, err := linear.SVM{C: 1, Seed: 1}.FitClasses(context.Background(), x, d.Class, 2, h, nil)
		if err != nil {
			t.Fatal(err)
		}
		margins, err := m.Margins(x)
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range margins {
			if want := 1 / (1 + math.Exp(-2*float64(v))); math.Abs(want-float64(whole[i])) > 1e-5 {
				t.Errorf("%s: text %d is %v, want %v", b, i, whole[i], want)
			}
		}
	}
}

// TestSettings: a block that there is not is not tried.
func TestSettings(t *testing.T) {
	words, chars := both, both
	words.MinChars, words.MaxChars = 0, 0
	chars.Words = 0
	for want, c := range map[ngrams.Block]text.GramConfig{ngrams.Words: words, ngrams.Characters: chars} {
		d := data(t, c, 2)
		for _, s := range d.Settings() {
			if s.Block != want {
				t.Errorf("%+v is tried where there are %s alone", s, want)
			}
		}
		best, err := d.Choose(context.Background(), ngrams.Folds(len(d.Class), 3, 1), d.Settings(), nil)
		if err != nil || best.Accuracy < 0.9 {
			t.Errorf("%s: %+v, %v", want, best, err)
		}
	}
}

// TestSameSeed: the same seed gives the same network, bit by bit.
func TestSameSeed(t *testing.T) {
	d := data(t, both, 3)
	trial := ngrams.Trial{Setting: ngrams.Setting{Block: ngrams.Both, C: 1}, Factor: 1}
	rows := []int{5, 1, 9, 2, 7, 3, 20, 30, 40, 51, 62, 73}
	a, err := d.Train(context.Background(), rows, trial)
	if err != nil {
		t.Fatal(err)
	}
	b, err := d.Train(context.Background(), rows, trial)
	if err != nil {
		t.Fatal(err)
	}
	for i, w := range a.Weights() {
		if !slices.Equal(w.Float64s(), b.Weights()[i].Float64s()) {
			t.Errorf("%s differs", w.Name())
		}
	}
}

// TestErrors: what cannot be trained is refused, and a context ends training.
func TestErrors(t *testing.T) {
	d := data(t, both, 3)
	if _, err := d.Choose(context.Background(), nil, d.Settings(), nil); err == nil {
		t.Error("no splits are no error")
	}
	// A class of one text is in no more than one fold, and never wins where it is absent.
	rare := data(t, both, 3)
	for i, c := range rare.Class {
		if c == 2 && i > 2 {
			rare.Class[i] = 0
		}
	}
	best, err := rare.Choose(context.Background(), ngrams.Folds(len(rare.Class), 5, 1), rare.Settings(), nil)
	if err != nil || best.Accuracy < 0.9 {
		t.Errorf("a rare class: %+v, %v", best, err)
	}
	if _, err := d.Train(context.Background(), []int{0, 3, 6}, ngrams.Trial{Setting: ngrams.Setting{Block: ngrams.Both, C: 1}, Factor: 1}); err == nil || !strings.Contains(err.Error(), "class 1 has no row") {
		t.Errorf("texts of one class: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := d.Choose(ctx, ngrams.Folds(len(d.Class), 3, 1), d.Settings(), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want that the context is done", err)
	}
}
