package classifier

import (
	"strings"

	"unroll/internal/answer"
	"unroll/nn"
	"unroll/train"
	"unroll/train/metrics"
)

// Task is what a model says of a text: one of two classes, one of several, any number of
// them, or a number.
type Task struct {
	Classes []string `json:"classes,omitempty"` // in the order of their targets; none for a number
	// Multi says that a text may have any number of the classes, which are called labels
	// then, and also none. Labels do not exclude each other: each has a sigmoid.
	Multi bool `json:"multi,omitempty"`
	// Thresholds [classes] are the probabilities above which labels are given, with
	// Multi; nil is ½ for each. Tuned chooses them.
	Thresholds []float64 `json:"thresholds,omitempty"`

	// Factor multiplies a network's logits to make probabilities, as Model.Calibrate finds
	// it; 0 stands for 1, as the network has them.
	Factor float64 `json:"factor,omitempty"`

	Scaling // of a number
}

// Number reports whether texts have a number and not a class.
func (t Task) Number() bool { return len(t.Classes) == 0 }

// Binary reports whether a model's one output is the probability of the second
// class.
func (t Task) Binary() bool { return len(t.Classes) == 2 && !t.Multi }

// Outputs is the number of values that a model gives for a text.
func (t Task) Outputs() int {
	if len(t.Classes) > 2 || t.Multi {
		return len(t.Classes)
	}
	return 1
}

// Width is the number of values that tell the target of a text: with Multi a 0 or 1 for
// each label, else one, the number or the place of the class.
func (t Task) Width() int {
	if t.Multi {
		return len(t.Classes)
	}
	return 1
}

// Head returns the layer that ends a model: one unit for a number, one with a
// sigmoid for two classes, a softmax of more, a sigmoid for each of several labels.
func (t Task) Head() nn.Layer {
	switch {
	case t.Number():
		return nn.Dense{Units: 1}
	case t.Binary() || t.Multi:
		return nn.Dense{Units: t.Outputs(), Activation: nn.Sigmoid}
	}
	return nn.Dense{Units: len(t.Classes), Activation: nn.Softmax}
}

// Config returns the loss and the metrics of the task. The optimizer is left to the
// caller; a model that is not trained needs none.
func (t Task) Config() train.Config {
	switch {
	case t.Number():
		return train.Config{Loss: nn.MeanSquaredError{}, Metrics: t.Errors()}
	case t.Multi:
		return train.Config{Loss: nn.BinaryCrossentropy{}, Metrics: t.labelScores()}
	case t.Binary():
		return train.Config{Loss: nn.BinaryCrossentropy{}, Metrics: []train.Metric{&metrics.BinaryAccuracy{}}}
	}
	return train.Config{Loss: nn.SparseCategoricalCrossentropy{}, Metrics: []train.Metric{&metrics.SparseCategoricalAccuracy{}}}
}

// Errors are the metrics of a number, in its unit. The loss is that of the scaled
// numbers, of which the mean as the answer to every text has a loss of 1.
func (t Task) Errors() []train.Metric {
	return []train.Metric{
		&scaled{&metrics.MeanAbsoluteError{}, t.Unit()}, &scaled{&metrics.RootMeanSquaredError{}, t.Unit()}, &metrics.R2{},
	}
}

// Target is what a model is trained to give for a number, for a class by its
// place among the classes, or for each label by 0 or 1.
func (t Task) Target(y float64) float32 {
	if t.Number() {
		return t.apply(y)
	}
	return float32(y)
}

// Text is a target [Width] for people: the class, the labels, or the number without
// needless decimals.
func (t Task) Text(target ...float32) string {
	switch {
	case t.Number():
		return strings.TrimSuffix(strings.TrimRight(t.Format(t.undo(target[0]), 4, ""), "0"), ".")
	case t.Multi:
		var of []string
		for i, v := range target {
			if v > 0.5 {
				of = append(of, t.Classes[i])
			}
		}
		return answer.Listed(of)
	}
	return t.Classes[int(target[0])]
}

// Score is the metric that says how good a model is, beside its loss.
func (t Task) Score() string {
	if t.Number() {
		return "mean_absolute_error"
	}
	if t.Multi {
		return "f1_score_micro"
	}
	return "accuracy"
}

// Better reports whether a is a better score than b: any number than NaN.
func (t Task) Better(a, b float64) bool {
	mode := train.MaxMode
	if t.Number() {
		mode = train.MinMode
	}
	return mode.Improves(a, b, 0)
}

// Answer reads a model's outputs for one text.
func (t Task) Answer(y []float32) Answer {
	if t.Number() {
		return Answer{Value: t.undo(y[0])}
	}
	p, best := t.probabilities(y), t.likeliest(y)
	a := Answer{Label: t.Classes[best], Probability: p[best], Probabilities: make([]Class, len(p))}
	for i, v := range p {
		a.Probabilities[i] = Class{Class: t.Classes[i], Probability: v}
	}
	if t.Multi {
		a.Labels = t.given(y)
	}
	return a
}
