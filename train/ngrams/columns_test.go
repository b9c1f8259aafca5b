package ngrams_test

import (
	"context"
	"testing"

	"unroll/train"
	"unroll/train/ngrams"
)

// TestColumns: what stands beside a text decides where the text says nothing, for two
// classes and for more, and the network gives what it learned.
func TestColumns(t *testing.T) {
	for _, classes := range []int{2, 3} {
		d := data(t, both, classes, 120)
		for i := range d.Bags {
			d.Bags[i] = d.Bags[0] // all texts are the same
			row := make([]float32, classes+1)
			row[d.Class[i]], row[classes] = 1, float32(i%5)-2
			d.Columns = append(d.Columns, row)
		}
		splits := folds(t, len(d.Class), 4)
		best, err := d.Search(context.Background(), ngrams.Search{Splits: splits, Settings: d.Settings()})
		if err != nil || best.Score != 1 {
			t.Fatalf("%+v, error %v", best, err)
		}
		net, err := d.Train(context.Background(), splits[0].Train, best)
		if err != nil {
			t.Fatal(err)
		}
		trainer, err := train.Compile(net, train.Config{})
		if err != nil {
			t.Fatal(err)
		}
		defer trainer.Close()
		y, err := trainer.Predict(context.Background(), train.Data{Inputs: map[string]train.Samples{
			ngrams.TextInput: {Tokens: d.Bags}, ngrams.ColumnsInput: {Features: d.Columns},
		}}, 32)
		if err != nil {
			t.Fatal(err)
		}
		outputs := len(y) / len(d.Bags)
		for i, c := range d.Class {
			p := y[i*outputs : (i+1)*outputs]
			if outputs == 1 && (p[0] > 0.5) != (c == 1) {
				t.Errorf("text %d of class %d: %v", i, c, p)
			}
			for k := range p {
				if outputs > 1 && p[k] > p[c] {
					t.Errorf("text %d of class %d: %v", i, c, p)
				}
			}
		}
	}
}
