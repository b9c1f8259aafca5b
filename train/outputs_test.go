package train_test

import (
	"context"
	"math"
	"strings"
	"testing"

	"gorgonia.org/tensor"

	"unroll/nn"
	"unroll/train"
	"unroll/train/internal/traintest"
	"unroll/train/metrics"
	"unroll/train/optimizers"
)

func tickets(n int) train.Data {
	var text train.Samples
	var tags train.Samples
	var urgent, hours train.Labels
	for i := range n {
		text.Tokens = append(text.Tokens, []int32{int32(i % 8), int32(i * 3 % 8), int32(i / 8 % 8)})
		a, b := float32(i%5)/5, float32(i%3)/3
		tags.Features = append(tags.Features, []float32{a, b})
		urgent.Targets = append(urgent.Targets, float32(i%8/4))
		hours.Targets = append(hours.Targets, a-b, a+b)
		hours.Weights = append(hours.Weights, float32(1+i%2))
	}
	return train.Data{
		Inputs:  map[string]train.Samples{"text": text, "tags": tags},
		Outputs: map[string]train.Labels{"urgent": urgent, "hours": hours},
	}
}

func heads(weight float64) map[string]train.Objective {
	return map[string]train.Objective{
		"urgent": {Loss: nn.BinaryCrossentropy{}, Metrics: []train.Metric{&metrics.BinaryAccuracy{}}},
		"hours":  {Loss: nn.MeanSquaredError{}, Weight: weight},
	}
}

// TestSeveralOutputs trains a model of two inputs and two outputs; the loss is
// the weighted sum of the outputs'.
func TestSeveralOutputs(t *testing.T) {
	tr, err := train.Compile(traintest.TwoHeads(t, tensor.Float32), train.Config{Optimizer: &optimizers.Adam{LearningRate: 0.02}, Outputs: heads(0.5)})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	d := tickets(70)
	h, err := tr.Fit(context.Background(), d, train.FitConfig{Epochs: 40, BatchSize: 16, Validation: &d})
	if err != nil {
		t.Fatal(err)
	}
	first, last := h.Epochs[0].Logs, h.Epochs[39].Logs
	for _, logs := range []train.Logs{first, last} {
		for _, prefix := range []string{"", "val_"} {
			sum := logs[prefix+"urgent_loss"] + 0.5*logs[prefix+"hours_loss"]
			if math.Abs(logs[prefix+"loss"]-sum) > 1e-5 || sum == 0 {
				t.Errorf("%sloss is %g, the outputs' %g", prefix, logs[prefix+"loss"], sum)
			}
		}
	}
	if last["val_urgent_accuracy"] < 0.95 || last["hours_loss"] > first["hours_loss"]/10 {
		t.Errorf("it learned too little: %v", last)
	}
	y, err := tr.PredictOutputs(context.Background(), d, 0)
	if err != nil {
		t.Fatal(err)
	}
	if len(y["urgent"]) != 70 || len(y["hours"]) != 140 {
		t.Errorf("%d and %d values, want 70 and 140", len(y["urgent"]), len(y["hours"]))
	}
	var loss float64
	for i, v := range y["hours"] {
		e := float64(v - d.Outputs["hours"].Targets[i])
		loss += e * e * float64(1+i/2%2) / 140
	}
	logs, err := tr.Evaluate(context.Background(), d, 33)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(logs["hours_loss"]-loss) > 1e-5 {
		t.Errorf("hours_loss is %g, of the predictions %g", logs["hours_loss"], loss)
	}
}

// TestOutputWithoutLoss: it is predicted and not trained for.
func TestOutputWithoutLoss(t *testing.T) {
	aims := heads(1)
	delete(aims, "hours")
	tr, err := train.Compile(traintest.TwoHeads(t, tensor.Float32), train.Config{Optimizer: &optimizers.SGD{}, Outputs: aims})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	d := tickets(10)
	d.Outputs = map[string]train.Labels{"urgent": d.Outputs["urgent"]}
	h, err := tr.Fit(context.Background(), d, train.FitConfig{})
	if err != nil {
		t.Fatal(err)
	}
	logs := h.Epochs[0].Logs
	if _, ok := logs["hours_loss"]; ok || logs["loss"] != logs["urgent_loss"] {
		t.Errorf("logs %v", logs)
	}
}

// TestWrongOutputs: what Compile and Fit say of names and data that do not fit.
func TestWrongOutputs(t *testing.T) {
	m := traintest.TwoHeads(t, tensor.Float32)
	for want, c := range map[string]train.Config{
		"compile: the model has several outputs: set Outputs, not Loss and Metrics": {Loss: nn.MeanSquaredError{}},
		`compile: the model has no output "minutes"`:                                {Outputs: map[string]train.Objective{"minutes": {Loss: nn.MeanSquaredError{}}}},
		`compile: output "hours" has no loss`:                                       {Outputs: map[string]train.Objective{"hours": {Weight: 2}}},
	} {
		if _, err := train.Compile(m, c); err == nil || err.Error() != want {
			t.Errorf("the error is %v, want %s", err, want)
		}
	}
	tr, err := train.Compile(m, train.Config{Optimizer: &optimizers.SGD{}, Outputs: heads(1)})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	for want, change := range map[string]func(d *train.Data){
		"data: set Inputs, or, for a model of one input, Tokens or Features": func(d *train.Data) { d.Tokens = [][]int32{{1}} },
		"data: input tags: no samples":                                       func(d *train.Data) { delete(d.Inputs, "tags") },
		`data: the model has no input "sound"`:                               func(d *train.Data) { d.Inputs["sound"] = d.Inputs["tags"] },
		"data: input tags: 11 samples, another input has 10":                 func(d *train.Data) { d.Inputs["tags"] = tickets(11).Inputs["tags"] },
		"data: input tags: the model takes features: set Features alone":     func(d *train.Data) { d.Inputs["tags"] = d.Inputs["text"] },
		"data: output hours: no targets":                                     func(d *train.Data) { delete(d.Outputs, "hours") },
		"data: output hours: 22 targets for 10 samples of 2 outputs":         func(d *train.Data) { d.Outputs["hours"] = tickets(11).Outputs["hours"] },
		`data: the model has no output "sound"`:                              func(d *train.Data) { d.Outputs["sound"] = train.Labels{} },
	} {
		d := tickets(10)
		change(&d)
		if _, err := tr.Fit(context.Background(), d, train.FitConfig{}); err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("the error is %v, want %s", err, want)
		}
	}
	if _, err := tr.Predict(context.Background(), tickets(3), 0); err == nil {
		t.Error("Predict returns one of two outputs")
	}
}
