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

	"unroll/datasets"
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

func data(t *testing.T, c text.GramConfig, classes, n int) ngrams.Data {
	t.Helper()
	texts, class := labelled(n, classes)
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

// folds divides n texts into k parts, each of which is held out once.
func folds(t *testing.T, n, k int) (splits []ngrams.Split) {
	t.Helper()
	all, err := datasets.KFold(n, datasets.SplitOptions{Folds: k, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range all {
		splits = append(splits, ngrams.Split{Train: f.Train, Held: f.Validation})
	}
	return splits
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
		d := data(t, both, classes, 120)
		splits := folds(t, len(d.Class), 4)
		var trials []ngrams.Trial
		best, err := d.Search(context.Background(), ngrams.Search{Splits: splits, Settings: d.Settings(), Each: func(t ngrams.Trial) error {
			trials = append(trials, t)
			return nil
		}})
		if err != nil {
			t.Fatal(err)
		}
		if len(trials) != 12 || best.Score < 0.95 || !slices.Contains(trials, best) {
			t.Fatalf("the best of %+v is %+v", trials, best)
		}
		for _, x := range trials {
			if x.Score > best.Score {
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

// TestNumbers: of texts whose number is told by a word, those that were held out are
// estimated well.
func TestNumbers(t *testing.T) {
	d := data(t, both, 4, 400)
	d.Numbers, d.Classes = make([]float32, len(d.Class)), 0
	for i, c := range d.Class {
		d.Numbers[i] = float32(c) - 1.5
	}
	d.Class = nil
	splits := folds(t, len(d.Bags), 4)
	best, err := d.Search(context.Background(), ngrams.Search{Splits: splits, Settings: d.Settings()})
	if err != nil || best.Score < 0.9 || best.Factor != 1 || !best.Plain {
		t.Fatalf("%+v, %v", best, err)
	}
	net, err := d.Train(context.Background(), splits[0].Train, best)
	if err != nil {
		t.Fatal(err)
	}
	y := predict(t, net, d.Bags)
	for _, i := range splits[0].Held {
		if math.Abs(float64(y[i]-d.Numbers[i])) > 0.5 {
			t.Errorf("text %d is %v, want %v", i, y[i], d.Numbers[i])
		}
	}
}

// TestBlocks: a network of one block answers by that alone, and its margins are those of
// package linear.
func TestBlocks(t *testing.T) {
	d := data(t, both, 2, 120)
	texts, _ := labelled(len(d.Class), 2)
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
		only, err := d.Only(b)
		if err != nil {
			t.Fatal(err)
		}
		if net, err = only.Train(context.Background(), rows, trial); err != nil {
			t.Fatal(err)
		}
		if small := predict(t, net, only.Bags); !slices.Equal(small, whole) || net.Params() >= d.Grams.Len() {
			t.Errorf("%s: with its n-grams alone the answers are others", b)
		}
		for i, text := range texts {
			if ids := only.Grams.Encode(nil, text); !slices.Equal(ids, only.Bags[i]) {
				t.Fatalf("%s: text %d is encoded as %v, was %v", b, i, ids, only.Bags[i])
			}
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
		d := data(t, c, 2, 120)
		for _, s := range d.Settings() {
			if s.Block != want {
				t.Errorf("%+v is tried where there are %s alone", s, want)
			}
		}
		best, err := d.Search(context.Background(), ngrams.Search{Splits: folds(t, len(d.Class), 3), Settings: d.Settings()})
		if err != nil || best.Score < 0.9 {
			t.Errorf("%s: %+v, %v", want, best, err)
		}
	}
}

// TestSameSeed: the same seed gives the same network, bit by bit.
func TestSameSeed(t *testing.T) {
	d := data(t, both, 3, 120)
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
	d := data(t, both, 3, 120)
	if _, err := d.Search(context.Background(), ngrams.Search{Settings: d.Settings()}); err == nil {
		t.Error("no splits are no error")
	}
	// A class of one text is in no more than one fold, and never wins where it is absent.
	rare := data(t, both, 3, 120)
	for i, c := range rare.Class {
		if c == 2 && i > 2 {
			rare.Class[i] = 0
		}
	}
	best, err := rare.Search(context.Background(), ngrams.Search{Splits: folds(t, len(rare.Class), 5), Settings: rare.Settings()})
	if err != nil || best.Score < 0.9 {
		t.Errorf("a rare class: %+v, %v", best, err)
	}
	if _, err := d.Train(context.Background(), []int{0, 3, 6}, ngrams.Trial{Setting: ngrams.Setting{Block: ngrams.Both, C: 1}, Factor: 1}); err == nil || !strings.Contains(err.Error(), "class 1 has no row") {
		t.Errorf("texts of one class: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := d.Search(ctx, ngrams.Search{Splits: folds(t, len(d.Class), 3), Settings: d.Settings()}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want that the context is done", err)
	}
}
