package optimizers

import (
	"math"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"unroll/graph"
	"unroll/internal/kernel"
)

// Clip is an optimizer whose gradients are clipped before each update: each value to
// [−Value, Value], each weight's norm to Norm, or the norm of all together to
// GlobalNorm:
//
//	g ← g·GlobalNorm / max(GlobalNorm, √Σ g²)
//
// One of the three is set; 0 is no clipping. It changes the gradients that it is
// given. Keras: clipvalue, clipnorm and global_clipnorm.
type Clip struct {
	Optimizer               gorgonia.Solver
	Value, Norm, GlobalNorm float64
}

// Step implements gorgonia.Solver.
func (o *Clip) Step(weights []gorgonia.ValueGrad) error {
	if err := o.Check(); err != nil {
		return err
	}
	if err := o.clip(weights); err != nil {
		return err
	}
	return o.Optimizer.Step(weights)
}

// Check holds the settings to what makes sense.
func (o *Clip) Check() error {
	clips := 0
	for _, v := range []float64{o.Value, o.Norm, o.GlobalNorm} {
		if v < 0 || math.IsNaN(v) {
			return errors.Errorf("optimizer: clipping to %v, want a positive number", v)
		}
		if v > 0 {
			clips++
		}
	}
	if clips > 1 {
		return errors.New("optimizer: more than one of Clip's Value, Norm and GlobalNorm is set")
	}
	return inside(o, o.Optimizer)
}

func (o *Clip) clip(weights []gorgonia.ValueGrad) error {
	limit := math.Max(o.Norm, o.GlobalNorm)
	if o.Value == 0 && limit == 0 {
		return nil
	}
	var squares []float64
	all := 0.0
	for _, w := range weights {
		g, err := gradOf(w)
		if err != nil {
			return errors.WithMessage(err, "optimizer")
		}
		x, y := graph.Floats[float32](g), graph.Floats[float64](g)
		if o.Value > 0 {
			kernel.Clamp(x, float32(-o.Value), float32(o.Value))
			kernel.Clamp(y, -o.Value, o.Value)
			continue
		}
		s := kernel.SumSquares(x) + kernel.SumSquares(y)
		squares, all = append(squares, s), all+s
	}
	for i, s := range squares {
		if o.GlobalNorm > 0 {
			s = all
		}
		if norm := math.Sqrt(s); norm > limit {
			g, _ := gradOf(weights[i]) // the loop above had it
			x, y := graph.Floats[float32](g), graph.Floats[float64](g)
			kernel.Scale(x, float32(limit/norm), x)
			kernel.Scale(y, limit/norm, y)
		}
	}
	return nil
}

// Unwrap returns the optimizer inside.
func (o *Clip) Unwrap() gorgonia.Solver { return o.Optimizer }

// State implements train.Saver.
func (o *Clip) State() (map[string]*tensor.Dense, []byte, error) { return save(o.Optimizer) }

// Restore implements train.Saver.
func (o *Clip) Restore(tensors map[string]*tensor.Dense, rest []byte) error {
	return restore(o.Optimizer, tensors, rest)
}
