package train_test

import (
	"context"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"unroll/nn"
	"unroll/train"
	"unroll/train/internal/traintest"
	"unroll/train/optimizers"
)

// TestClassWeightsOfOutputs reach the output that they are of, and no other.
func TestClassWeightsOfOutputs(t *testing.T) {
	config, d := twoOutputs(t)
	fit := func(d train.Data, c train.FitConfig) [][]float64 {
		m := twoOutputModel(t)
		tr, err := train.Compile(m, config)
		if err != nil {
			t.Fatal(err)
		}
		defer tr.Close()
		if _, err := tr.Fit(context.Background(), d, c); err != nil {
			t.Fatal(err)
		}
		return traintest.Weights(m)
	}
	weighted := train.Data{Features: d.Features, Outputs: map[string]train.Labels{"value": d.Outputs["value"]}}
	urgent := train.Labels{Targets: d.Outputs["urgent"].Targets}
	for _, y := range urgent.Targets {
		urgent.Weights = append(urgent.Weights, 1+2*y)
	}
	weighted.Outputs["urgent"] = urgent
	got := fit(d, train.FitConfig{OutputClassWeights: map[string]map[int]float64{"urgent": {1: 3}}})
	if diff := cmp.Diff(fit(weighted, train.FitConfig{}), got); diff != "" {
		t.Error(diff)
	}
	m := twoOutputModel(t)
	tr, err := train.Compile(m, config)
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	for want, c := range map[string]train.FitConfig{
		"fit: class weights: set ClassWeights for a model of one output, or OutputClassWeights":              {ClassWeights: map[int]float64{1: 3}},
		`fit: class weights: the targets of output "value" are not classes, its loss is nn.MeanSquaredError`: {OutputClassWeights: map[string]map[int]float64{"value": {1: 3}}},
		`fit: class weights: the model has no output "price"`:                                                {OutputClassWeights: map[string]map[int]float64{"price": {1: 3}}},
		`fit: class weights: output "urgent", of 1 values, has no class 2`:                                   {OutputClassWeights: map[string]map[int]float64{"urgent": {2: 3}}},
		`fit: class weights: class 0 of output "urgent" has the weight -1, want a number of at least 0`:      {OutputClassWeights: map[string]map[int]float64{"urgent": {0: -1}}},
		`fit: class weights: class 1 of output "urgent" has the weight NaN, want a number of at least 0`:     {OutputClassWeights: map[string]map[int]float64{"urgent": {1: math.NaN()}}},
	} {
		if _, err := tr.Fit(context.Background(), d, c); err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
	}
	d.Outputs["urgent"].Targets[1] = 0.5
	_, err = tr.Fit(context.Background(), d, train.FitConfig{OutputClassWeights: map[string]map[int]float64{"urgent": {1: 3}}})
	if want := `fit: class weights: sample 1: target [0.5] of output "urgent" is not a class`; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

func twoOutputModel(t *testing.T) *nn.Model {
	t.Helper()
	f := &nn.Functional{Seed: 3}
	x := f.Call(nn.Dense{Units: 3, Activation: nn.Tanh}, f.Input("x", nn.Features(2)))
	f.Output("urgent", f.Call(nn.Dense{Units: 1, Activation: nn.Sigmoid}, x))
	f.Output("value", f.Call(nn.Dense{Units: 1}, x))
	m, err := f.Build()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// twoOutputs has targets 1.5 that are no class.
func twoOutputs(t *testing.T) (train.Config, train.Data) {
	t.Helper()
	d := train.Data{}
	var urgent, value []float32
	for i := range 8 {
		d.Features = append(d.Features, []float32{float32(i), float32(i % 3)})
		urgent, value = append(urgent, float32(i%2)), append(value, 1.5)
	}
	d.Outputs = map[string]train.Labels{"urgent": {Targets: urgent}, "value": {Targets: value}}
	return train.Config{Optimizer: &optimizers.SGD{}, Outputs: map[string]train.Objective{"urgent": {Loss: nn.BinaryCrossentropy{}}, "value": {Loss: nn.MeanSquaredError{}}}}, d
}
