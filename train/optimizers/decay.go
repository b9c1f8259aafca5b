package optimizers

import (
	"cmp"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"unroll/graph"
	"unroll/internal/kernel"
	"unroll/train"
)

// Decay is an optimizer that first takes a share off each weight:
//
//	w ← w − lr·WeightDecay·w, then the optimizer's step
//
// Loshchilov and Hutter, Decoupled weight decay regularization, 2019. Keras:
// weight_decay.
type Decay struct {
	Optimizer   gorgonia.Solver // with a learning rate
	WeightDecay float64         // 0.004 if 0
}

// Step implements gorgonia.Solver.
func (o *Decay) Step(weights []gorgonia.ValueGrad) error {
	if err := o.Check(); err != nil {
		return err
	}
	rated, err := train.RatedOf(o.Optimizer)
	if err != nil {
		return err
	}
	shrink(weights, rated.Rate()*cmp.Or(o.WeightDecay, 0.004))
	return o.Optimizer.Step(weights)
}

// Check holds the settings to what makes sense.
func (o *Decay) Check() error {
	if err := inside(o, o.Optimizer); err != nil {
		return err
	}
	if !(o.WeightDecay >= 0) {
		return errors.Errorf("optimizer: WeightDecay is %v, want at least 0", o.WeightDecay)
	}
	_, err := train.RatedOf(o.Optimizer)
	return err
}

// shrink takes a share off each weight.
func shrink(weights []gorgonia.ValueGrad, share float64) {
	for _, w := range weights {
		x, y := graph.Floats[float32](w.Value()), graph.Floats[float64](w.Value())
		kernel.Axpy(x, float32(-share), x)
		kernel.Axpy(y, -share, y)
	}
}

// Unwrap returns the optimizer inside.
func (o *Decay) Unwrap() gorgonia.Solver { return o.Optimizer }

// State implements train.Saver.
func (o *Decay) State() (map[string]*tensor.Dense, []byte, error) { return save(o.Optimizer) }

// Restore implements train.Saver.
func (o *Decay) Restore(tensors map[string]*tensor.Dense, rest []byte) error {
	return restore(o.Optimizer, tensors, rest)
}
