package ngrams_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"unroll/datasets/text"
	"unroll/train/ngrams"
)

// severally are texts with a word for each of their labels; of the last label there are
// but four texts.
func severally(t *testing.T, n, labels int) ngrams.Data {
	t.Helper()
	r := rand.New(rand.NewPCG(3, 4))
	var texts []string
	var of [][]int32
	for i := range n {
		words := []string{"the", "film", fmt.Sprint("w", r.IntN(50)), fmt.Sprint("w", r.IntN(50))}
		var has []int32
		for l := range labels {
			if r.IntN(3) == 0 && l < labels-1 || l == labels-1 && i%(n/4) == 0 {
				has, words = append(has, int32(l)), append(words, fmt.Sprint("sign", l))
			}
		}
		r.Shuffle(len(words), func(a, b int) { words[a], words[b] = words[b], words[a] })
		texts, of = append(texts, strings.Join(words, " ")), append(of, has)
	}
	g, err := text.LearnGrams(text.Of(texts...), both)
	if err != nil {
		t.Fatal(err)
	}
	bags, err := g.EncodeTexts(text.Of(texts...))
	if err != nil {
		t.Fatal(err)
	}
	return ngrams.Data{Grams: g, Bags: bags, Labels: of, Classes: labels, Seed: 1}
}

// TestLabels: the best trial gives texts that were held out their labels, a network has a
// sigmoid for each, a label with few texts has the threshold ½, the block alone does as
// well, and the same data give the same weights.
func TestLabels(t *testing.T) {
	const labels = 4
	d := severally(t, 200, labels)
	train, held := make([]int, 0), make([]int, 0)
	for i := range d.Labels {
		if i < 150 {
			train = append(train, i)
		} else {
			held = append(held, i)
		}
	}
	splits := folds(t, 150, 4)
	trials, best := trialsOf(t, d, ngrams.Search{Splits: splits, Settings: d.Settings()})
	if len(trials) != 12 || best.Score < 0.9 {
		t.Fatalf("the best of %+v is %+v", trials, best)
	}
	for _, x := range trials {
		if x.Score > best.Score {
			t.Errorf("%+v is better than %+v", x, best)
		}
	}
	if curve, err := d.Curve(context.Background(), splits, best); err != nil || len(curve) < 2 || curve[0].Score > best.Score {
		t.Errorf("the curve is %+v, error %v", curve, err)
	}
	thresholds, err := d.Thresholds(context.Background(), splits, best)
	if err != nil {
		t.Fatal(err)
	}
	if len(thresholds) != labels || thresholds[labels-1] != 0.5 || thresholds[0] == 0.5 {
		t.Errorf("thresholds %v", thresholds)
	}
	if d, err = d.Only(best.Block); err != nil {
		t.Fatal(err)
	}
	net, err := d.Train(context.Background(), train, best)
	if err != nil {
		t.Fatal(err)
	}
	if shape := net.Outputs()[0].Shape; len(shape) != 1 || shape[0] != labels {
		t.Fatalf("the output is %v", shape)
	}
	var bags [][]int32
	for _, i := range held {
		bags = append(bags, d.Bags[i])
	}
	right, all := 0, 0
	y := predict(t, net, bags)
	for k, i := range held {
		for l := range labels - 1 {
			if all++; (y[k*labels+l] > float32(thresholds[l])) == slices.Contains(d.Labels[i], int32(l)) {
				right++
			}
		}
	}
	if float64(right) < 0.93*float64(all) {
		t.Errorf("%d of %d labels are right", right, all)
	}
	again, err := d.Train(context.Background(), train, best)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(y, predict(t, again, bags)) {
		t.Error("two trainings give different outputs")
	}
}

// TestLabelsOfNone: a label that no text has is given to none, and one that all have to
// all.
func TestLabelsOfNone(t *testing.T) {
	d := severally(t, 60, 2)
	rows := make([]int, len(d.Labels))
	for i := range d.Labels {
		rows[i] = i
		d.Labels[i] = append(slices.DeleteFunc(d.Labels[i], func(l int32) bool { return l == 1 }), 2)
	}
	d.Classes = 3
	best, err := d.Search(context.Background(), ngrams.Search{Splits: folds(t, len(rows), 3), Settings: d.Settings()[:1]})
	if err != nil {
		t.Fatal(err)
	}
	net, err := d.Train(context.Background(), rows, best)
	if err != nil {
		t.Fatal(err)
	}
	y := predict(t, net, d.Bags)
	for i := range rows {
		if y[3*i+1] > 0.5 || y[3*i+2] <= 0.5 {
			t.Fatalf("text %d: %v", i, y[3*i:3*i+3])
		}
	}
}

func TestLabelsRefused(t *testing.T) {
	d := severally(t, 40, 2)
	if _, err := d.Thresholds(context.Background(), nil, ngrams.Trial{}); err == nil || err.Error() != "n-grams: thresholds need labels and texts that are held out" {
		t.Errorf("error %v", err)
	}
	d.Labels[3] = []int32{2}
	if _, err := d.Search(context.Background(), ngrams.Search{Splits: folds(t, 40, 2), Settings: d.Settings()}); err == nil || err.Error() != "n-grams: text 3 has the label 2, want 0 to 1" {
		t.Errorf("error %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	d = severally(t, 40, 2)
	if _, err := d.Train(ctx, []int{0, 1, 2, 3}, ngrams.Trial{Setting: d.Settings()[0], Factor: 1}); err == nil {
		t.Error("a training that was stopped is no error")
	}
}
