package main

import (
	"slices"

	"unroll/nn"
	"unroll/train"
	"unroll/train/metrics"
)

// task is what a model says of a text: one of two classes, one of several, or a
// number.
type task struct {
	Classes []string `json:"classes,omitempty"` // in the order of their targets; none for a number

	scaling // of a number
}

// movieTask is that of the movie reviews.
var movieTask = task{Classes: []string{"negative", "positive"}}

// number reports whether texts have a number and not a class.
func (t task) number() bool { return len(t.Classes) == 0 }

// binary reports whether a model's one output is the probability of the second
// class.
func (t task) binary() bool { return len(t.Classes) == 2 }

// head returns the layer that ends a model.
func (t task) head() nn.Layer {
	switch {
	case t.number():
		return nn.Dense{Units: 1}
	case t.binary():
		return nn.Dense{Units: 1, Activation: nn.Sigmoid}
	}
	return nn.Dense{Units: len(t.Classes), Activation: nn.Softmax}
}

// compile puts a model together with what it is trained for. A nil optimizer
// will do for a model that is not trained.
func (t task) compile(m *nn.Model, o train.Optimizer, exec nn.Execution) (*train.Trainer, error) {
	c := train.Config{Optimizer: o, Execution: exec}
	switch {
	case t.number():
		c.Loss, c.Metrics = nn.MeanSquaredError{}, t.errors()
	case t.binary():
		c.Loss, c.Metrics = nn.BinaryCrossentropy{}, []train.Metric{&metrics.BinaryAccuracy{}}
	default:
		c.Loss, c.Metrics = nn.SparseCategoricalCrossentropy{}, []train.Metric{&metrics.SparseCategoricalAccuracy{}}
	}
	return train.Compile(m, c)
}

// errors are the metrics of a number, in its unit. The loss is that of the scaled
// numbers, of which the mean as the answer to every text has a loss of 1.
func (t task) errors() []train.Metric {
	return []train.Metric{
		&scaled{&metrics.MeanAbsoluteError{}, t.unit()}, &scaled{&metrics.RootMeanSquaredError{}, t.unit()}, &metrics.R2{},
	}
}

// target is what a model is trained to give for a label's number or class.
func (t task) target(y float64) float32 {
	if t.number() {
		return t.apply(y)
	}
	return float32(y)
}

// score is the log that says how good a model is, beside its loss.
func (t task) score() string {
	if t.number() {
		return "mean_absolute_error"
	}
	return "accuracy"
}

// better reports whether a is a better score than b: any number than NaN.
func (t task) better(a, b float64) bool {
	mode := train.MaxMode
	if t.number() {
		mode = train.MinMode
	}
	return mode.Improves(a, b, 0)
}

// outputs is the number of values that a model gives for a text.
func (t task) outputs() int {
	if len(t.Classes) > 2 {
		return len(t.Classes)
	}
	return 1
}

// verdict is what a model says of a text.
type verdict struct {
	Label       string
	Probability float64 // of the label's class
	// Probabilities are those of all classes, in the task's order.
	Probabilities []float64
	Value         *float64 // in place of a class
}

// verdict reads a model's outputs for one text.
func (t task) verdict(y []float32) verdict {
	if t.number() {
		value := t.undo(y[0])
		return verdict{Value: &value}
	}
	var p []float64
	if t.binary() {
		p = []float64{1 - float64(y[0]), float64(y[0])}
	} else {
		for _, v := range y {
			p = append(p, float64(v))
		}
	}
	class := 0
	for i, v := range p {
		if v > p[class] {
			class = i
		}
	}
	return verdict{Label: t.Classes[class], Probability: p[class], Probabilities: slices.Clip(p)}
}
