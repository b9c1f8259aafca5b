package train

import (
	"context"
	"math"
	"strings"
	"testing"

	"gorgonia.org/tensor"

	"unroll/nn"
	"unroll/train/optimizers"
)

// twoHeads reads a text and features, and has a head for each.
func twoHeads(t *testing.T, dtype tensor.Dtype) *nn.Model {
	t.Helper()
	f := &nn.Functional{Seed: 1, Dtype: dtype}
	text, tags := f.Input("text", nn.Tokens(3)), f.Input("tags", nn.Features(2))
	x := f.Call(nn.LSTM{Units: 4}, f.Call(nn.Embedding{InputDim: 8, OutputDim: 4}, text))
	x = f.Call(nn.Concatenate{}, x, tags)
	f.Output("urgent", f.Call(nn.Dense{Units: 1, Activation: nn.Sigmoid}, x))
	f.Output("hours", f.Call(nn.Dense{Units: 2}, x))
	m, err := f.Build()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func tickets(n int) Data {
	var text Samples
	var tags Samples
	var urgent, hours Labels
	for i := range n {
		text.Tokens = append(text.Tokens, []int32{int32(i % 8), int32(i * 3 % 8), int32(i / 8 % 8)})
		a, b := float32(i%5)/5, float32(i%3)/3
		tags.Features = append(tags.Features, []float32{a, b})
		urgent.Targets = append(urgent.Targets, float32(i%8/4))
		hours.Targets = append(hours.Targets, a-b, a+b)
		hours.Weights = append(hours.Weights, float32(1+i%2))
	}
	return Data{
		Inputs:  map[string]Samples{"text": text, "tags": tags},
		Outputs: map[string]Labels{"urgent": urgent, "hours": hours},
	}
}

func heads(weight float64) map[string]Objective {
	return map[string]Objective{
		"urgent": {Loss: nn.BinaryCrossentropy{}, Metrics: []Metric{&BinaryAccuracy{}}},
		"hours":  {Loss: nn.MeanSquaredError{}, Weight: weight},
	}
}

// TestSeveralOutputs trains a model of two inputs and two outputs; the loss is
// the weighted sum of the outputs'.
func TestSeveralOutputs(t *testing.T) {
	tr, err := Compile(twoHeads(t, tensor.Float32), Config{Optimizer: &optimizers.Adam{LearningRate: 0.02}, Outputs: heads(0.5)})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	d := tickets(70)
	h, err := tr.Fit(context.Background(), d, FitConfig{Epochs: 40, BatchSize: 16, Validation: &d})
	if err != nil {
		t.Fatal(err)
	}
	first, last := h.Epochs[0].Logs, h.Epochs[39].Logs
	for _, logs := range []Logs{first, last} {
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
	tr, err := Compile(twoHeads(t, tensor.Float32), Config{Optimizer: &optimizers.SGD{}, Outputs: aims})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	d := tickets(10)
	d.Outputs = map[string]Labels{"urgent": d.Outputs["urgent"]}
	h, err := tr.Fit(context.Background(), d, FitConfig{})
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
	m := twoHeads(t, tensor.Float32)
	for want, c := range map[string]Config{
		"compile: the model has several outputs: set Outputs, not Loss and Metrics": {Loss: nn.MeanSquaredError{}},
		`compile: the model has no output "minutes"`:                                {Outputs: map[string]Objective{"minutes": {Loss: nn.MeanSquaredError{}}}},
		`compile: output "hours" has no loss`:                                       {Outputs: map[string]Objective{"hours": {Weight: 2}}},
	} {
		if _, err := Compile(m, c); err == nil || err.Error() != want {
			t.Errorf("the error is %v, want %s", err, want)
		}
	}
	tr, err := Compile(m, Config{Optimizer: &optimizers.SGD{}, Outputs: heads(1)})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	for want, change := range map[string]func(d *Data){
		"data: set Inputs, or, for a model of one input, Tokens or Features": func(d *Data) { d.Tokens = [][]int32{{1}} },
		"data: input tags: no samples":                                       func(d *Data) { delete(d.Inputs, "tags") },
		`data: the model has no input "sound"`:                               func(d *Data) { d.Inputs["sound"] = d.Inputs["tags"] },
		"data: input tags: 11 samples, another input has 10":                 func(d *Data) { d.Inputs["tags"] = tickets(11).Inputs["tags"] },
		"data: input tags: the model takes features: set Features alone":     func(d *Data) { d.Inputs["tags"] = d.Inputs["text"] },
		"data: output hours: no targets":                                     func(d *Data) { delete(d.Outputs, "hours") },
		"data: output hours: 22 targets for 10 samples of 2 outputs":         func(d *Data) { d.Outputs["hours"] = tickets(11).Outputs["hours"] },
		`data: the model has no output "sound"`:                              func(d *Data) { d.Outputs["sound"] = Labels{} },
	} {
		d := tickets(10)
		change(&d)
		if _, err := tr.Fit(context.Background(), d, FitConfig{}); err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("the error is %v, want %s", err, want)
		}
	}
	if _, err := tr.Predict(context.Background(), tickets(3), 0); err == nil {
		t.Error("Predict returns one of two outputs")
	}
}
