package train_test

import (
	"context"
	"math"
	"testing"

	"unroll/nn"
	"unroll/train"
	"unroll/train/optimizers"
)

// TestValuesThatMakeNoSense name the sample.
func TestValuesThatMakeNoSense(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(-1))
	fine := func() train.Data { return train.Data{Features: [][]float32{{1, 2}, {3, 4}}, Targets: []float32{0, 1}} }
	for want, c := range map[string]struct {
		loss   nn.Loss
		change func(d *train.Data)
	}{
		"fit: data: sample 1: value 0 is NaN":                                   {nn.MeanSquaredError{}, func(d *train.Data) { d.Features[1][0] = nan }},
		"fit: data: sample 0: value 1 is -Inf":                                  {nn.MeanSquaredError{}, func(d *train.Data) { d.Features[0][1] = inf }},
		"fit: data: sample 1: target NaN":                                       {nn.MeanSquaredError{}, func(d *train.Data) { d.Targets[1] = nan }},
		"fit: data: sample 0: weight NaN, want a number of at least 0":          {nn.MeanSquaredError{}, func(d *train.Data) { d.Weights = []float32{nan, 1} }},
		"fit: data: sample 1: target: 2 is not between 0 and 1":                 {nn.BinaryCrossentropy{FromLogits: true}, func(d *train.Data) { d.Targets[1] = 2 }},
		"fit: data: sample 0: target: 1 is not the index of one of 1 classes":   {nn.SparseCategoricalCrossentropy{FromLogits: true}, func(d *train.Data) { d.Targets[0] = 1 }},
		"fit: data: sample 0: target: 0.5 is not the index of one of 1 classes": {nn.SparseCategoricalCrossentropy{FromLogits: true}, func(d *train.Data) { d.Targets[0] = 0.5 }},
		"fit: data: sample 0: target: -1 is not between 0 and 3.4028235e+38":    {nn.Poisson{}, func(d *train.Data) { d.Targets[0] = -1 }},
	} {
		m, err := nn.Sequential{Input: nn.Features(2), Layers: []nn.Layer{nn.Dense{Units: 1}}}.Build()
		if err != nil {
			t.Fatal(err)
		}
		tr, err := train.Compile(m, train.Config{Optimizer: &optimizers.SGD{}, Loss: c.loss})
		if err != nil {
			t.Fatal(err)
		}
		d := fine()
		c.change(&d)
		if _, err := tr.Fit(context.Background(), d, train.FitConfig{}); err == nil || err.Error() != want {
			t.Errorf("the error is %v, want %s", err, want)
		}
		tr.Close()
	}
}
