package train

import (
	"github.com/pkg/errors"

	"unroll/nn"
)

// Data is a set of samples in memory.
type Data struct {
	// Tokens holds a sequence of word ids a sample, all of one length, for
	// models of nn.Tokens.
	Tokens [][]int32
	// Features holds the values of a sample, [features] or [time·features]
	// with the features of a step together, for models of nn.Features.
	Features [][]float32
	// Targets holds [samples·outputs] values. Predict does not read them.
	Targets []float32
	// Weights holds a weight a sample; nil is 1 for each. It multiplies the
	// sample's loss and weighs it in metrics.
	Weights []float32
}

// Len returns the number of samples.
func (d Data) Len() int { return max(len(d.Tokens), len(d.Features)) }

// check holds d against the model and returns the number of steps.
func (d Data) check(m *nn.Model, targets bool) (steps int, err error) {
	n := d.Len()
	if n == 0 {
		return 0, errors.New("data: no samples")
	}
	if m.Input.IDs() {
		if d.Tokens == nil || d.Features != nil {
			return 0, errors.New("data: the model takes word ids: set Tokens alone")
		}
		steps, err = length(d.Tokens, m.Input.Steps(), 1)
	} else {
		if d.Features == nil || d.Tokens != nil {
			return 0, errors.New("data: the model takes features: set Features alone")
		}
		steps, err = length(d.Features, max(m.Input.Steps(), -1), m.Input.Width())
		if m.Input.Steps() == 0 {
			steps = 0
		}
	}
	if err != nil {
		return 0, err
	}
	if targets {
		outputs := outputs(m, steps)
		if len(d.Targets) != n*outputs {
			return 0, errors.Errorf("data: %d targets for %d samples of %d outputs", len(d.Targets), n, outputs)
		}
	}
	if d.Weights != nil && len(d.Weights) != n {
		return 0, errors.Errorf("data: %d weights for %d samples", len(d.Weights), n)
	}
	return steps, nil
}

// length returns the number of steps that all samples have: want, unless it is
// nn.Any; 0 counts as a single step.
func length[T any](samples [][]T, want, width int) (int, error) {
	if want == 0 {
		want = 1
	}
	if want == nn.Any {
		want = len(samples[0]) / width
	}
	for i, s := range samples {
		if len(s) != want*width || want == 0 {
			return 0, errors.Errorf("data: sample %d has %d values, want %d steps of %d", i, len(s), want, width)
		}
	}
	return want, nil
}

// outputs returns the number of values of one sample's output, for inputs of
// the given steps.
func outputs(m *nn.Model, steps int) int {
	n := 1
	for _, k := range m.Output() {
		if k == nn.Any {
			k = steps
		}
		n *= k
	}
	return n
}
