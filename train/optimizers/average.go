package optimizers

import (
	"cmp"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"unroll/internal/kernel"
)

// Average is an optimizer that keeps a moving average of the weights:
//
//	a ← Momentum·a + (1−Momentum)·w
//
// It starts with the first update's weights, and is written over them after every
// Overwrite updates and at the end of Fit. Keras: use_ema, ema_momentum and
// ema_overwrite_frequency.
type Average struct {
	Optimizer gorgonia.Solver
	Momentum  float64 // 0.99 if 0
	Overwrite int     // updates; 0: at the end alone

	own slots // the averages, and the number of updates
}

// Step implements gorgonia.Solver.
func (o *Average) Step(weights []gorgonia.ValueGrad) error {
	if err := o.Check(); err != nil {
		return err
	}
	if err := o.Optimizer.Step(weights); err != nil {
		return err
	}
	o.own.t++
	first, momentum := o.own.t == 1, cmp.Or(o.Momentum, 0.99)
	err := visit(&o.own.state, weights, 1, false,
		func(w, _ []float32, s [][]float32) { average(s[0], w, momentum, first) },
		func(w, _ []float64, s [][]float64) { average(s[0], w, momentum, first) })
	if err == nil && o.Overwrite > 0 && o.own.t%o.Overwrite == 0 {
		err = o.Finalize(weights)
	}
	return err
}

func average[T kernel.Float](a, w []T, momentum float64, first bool) {
	if first {
		copy(a, w)
		return
	}
	kernel.Blend(a, T(1-momentum), w)
}

// Finalize writes the averages over the weights. It implements train.Finalizer.
func (o *Average) Finalize(weights []gorgonia.ValueGrad) error {
	if o.own.t == 0 {
		return nil
	}
	return visit(&o.own.state, weights, 1, false,
		func(w, _ []float32, s [][]float32) { copy(w, s[0]) },
		func(w, _ []float64, s [][]float64) { copy(w, s[0]) })
}

// Check holds the settings to what makes sense.
func (o *Average) Check() error {
	switch {
	case !(o.Momentum >= 0 && o.Momentum < 1):
		return errors.Errorf("optimizer: Momentum of Average is %v, want at least 0 and less than 1", o.Momentum)
	case o.Overwrite < 0:
		return errors.Errorf("optimizer: Overwrite of Average is %d, want at least 0", o.Overwrite)
	}
	return inside(o, o.Optimizer)
}

// Unwrap returns the optimizer inside.
func (o *Average) Unwrap() gorgonia.Solver { return o.Optimizer }

// State implements train.Saver.
func (o *Average) State() (map[string]*tensor.Dense, []byte, error) {
	return o.own.saveAround(o.Optimizer)
}

// Restore implements train.Saver.
func (o *Average) Restore(tensors map[string]*tensor.Dense, rest []byte) error {
	return o.own.restoreAround(o.Optimizer, tensors, rest)
}
