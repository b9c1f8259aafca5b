package optimizers

import (
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"unroll/internal/kernel"
)

// Accumulate is an optimizer that gathers the mean of the gradients of so many
// steps, and updates only then. Keras: gradient_accumulation_steps.
type Accumulate struct {
	Optimizer gorgonia.Solver
	Steps     int // 1 if 0

	own slots // the sums, and the number of gradients in them
}

// Step implements gorgonia.Solver. It changes the gradients that it is given.
func (o *Accumulate) Step(weights []gorgonia.ValueGrad) error {
	if err := o.Check(); err != nil {
		return err
	}
	if o.Steps < 2 {
		return o.Optimizer.Step(weights)
	}
	o.own.t++
	last := o.own.t == o.Steps
	err := visit(&o.own.state, weights, 1, true,
		func(_, g []float32, s [][]float32) { gather(s[0], g, o.Steps, last) },
		func(_, g []float64, s [][]float64) { gather(s[0], g, o.Steps, last) })
	if err != nil {
		return err
	}
	if last {
		o.own.t = 0
		return o.Optimizer.Step(weights)
	}
	return consume(weights)
}

// gather adds g to the sum; at last the mean goes into g and the sum is 0.
func gather[T kernel.Float](sum, g []T, n int, last bool) {
	kernel.Add(sum, g)
	if last {
		kernel.Scale(g, T(1/float64(n)), sum)
		clear(sum)
	}
}

// Check holds the settings to what makes sense.
func (o *Accumulate) Check() error {
	if o.Steps < 0 {
		return errors.Errorf("optimizer: Steps of Accumulate is %d, want at least 0", o.Steps)
	}
	return inside(o, o.Optimizer)
}

// Unwrap returns the optimizer inside.
func (o *Accumulate) Unwrap() gorgonia.Solver { return o.Optimizer }

// State implements train.Saver.
func (o *Accumulate) State() (map[string]*tensor.Dense, []byte, error) {
	return o.own.saveAround(o.Optimizer)
}

// Restore implements train.Saver.
func (o *Accumulate) Restore(tensors map[string]*tensor.Dense, rest []byte) error {
	return o.own.restoreAround(o.Optimizer, tensors, rest)
}
