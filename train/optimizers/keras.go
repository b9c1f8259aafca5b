package optimizers

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"

	"unroll/graph"
	"unroll/nn/keras"
	"unroll/train"
)

// continued says how an optimizer of Keras's becomes one of these.
type continued struct {
	make  func(s setting) train.Optimizer
	slots []string // Keras's names, in our order; one that the file has not is zeros
}

// setting returns a number of an optimizer's configuration by one of its names, 0 if
// there is none.
type setting func(names ...string) float64

var fromKeras = map[string]continued{
	"sgd": {func(s setting) train.Optimizer {
		return &SGD{LearningRate: s("learning_rate", "lr"), Momentum: s("momentum"), Nesterov: s("nesterov") != 0}
	}, []string{"momentum"}},
	"adam": {func(s setting) train.Optimizer {
		return &Adam{LearningRate: s("learning_rate", "lr"), Beta1: s("beta_1"), Beta2: s("beta_2"), Epsilon: s("epsilon")}
	}, []string{"momentum", "velocity"}},
	"adamw": {func(s setting) train.Optimizer {
		return &AdamW{LearningRate: s("learning_rate", "lr"), WeightDecay: s("weight_decay"), Beta1: s("beta_1"), Beta2: s("beta_2"), Epsilon: s("epsilon")}
	}, []string{"momentum", "velocity"}},
	"nadam": {func(s setting) train.Optimizer {
		return &Nadam{LearningRate: s("learning_rate", "lr"), Beta1: s("beta_1"), Beta2: s("beta_2"), Epsilon: s("epsilon")}
	}, []string{"momentum", "velocity"}},
	"adamax": {func(s setting) train.Optimizer {
		return &Adamax{LearningRate: s("learning_rate", "lr"), Beta1: s("beta_1"), Beta2: s("beta_2"), Epsilon: s("epsilon")}
	}, []string{"momentum", "norm"}},
	"rmsprop": {func(s setting) train.Optimizer {
		return &RMSprop{LearningRate: s("learning_rate", "lr"), Rho: s("rho"), Momentum: s("momentum"), Epsilon: s("epsilon"), Centered: s("centered") != 0}
	}, []string{"velocity", "average_gradient", "momentum"}},
	"adagrad": {func(s setting) train.Optimizer {
		return &Adagrad{LearningRate: s("learning_rate", "lr"), InitialAccumulatorValue: s("initial_accumulator_value"), Epsilon: s("epsilon")}
	}, []string{"accumulator"}},
	"adadelta": {func(s setting) train.Optimizer {
		return &Adadelta{LearningRate: s("learning_rate", "lr"), Rho: s("rho"), Epsilon: s("epsilon")}
	}, []string{"accumulated_grad", "accumulated_delta_var"}},
	"lion": {func(s setting) train.Optimizer {
		return &Lion{LearningRate: s("learning_rate", "lr"), Beta1: s("beta_1"), Beta2: s("beta_2")}
	}, []string{"momentum"}},
}

// notContinued are settings of Keras's optimizers that are left out, with a note.
var notContinued = []string{"amsgrad", "decay", "use_ema", "loss_scale_factor", "gradient_accumulation_steps"}

// FromKeras makes the optimizer that a file's model was trained by, with its settings
// and what it remembers, so that training goes on where Keras stopped. Notes say what
// is left out or begins anew. A file without an optimizer, or with one that is not
// known, is an error.
func FromKeras(f *keras.File) (o train.Optimizer, notes []string, err error) {
	if f.Training == nil || f.Training.Optimizer == "" {
		return nil, nil, errors.New("the file does not say by which optimizer its model was trained")
	}
	c, ok := fromKeras[strings.ToLower(f.Training.Optimizer)]
	if !ok {
		return nil, nil, errors.Errorf("the optimizer %s of the file is not known", f.Training.Optimizer)
	}
	settings := f.Training.Settings
	o = c.make(func(names ...string) float64 {
		for _, name := range names {
			switch v := settings[name].(type) {
			case float64:
				if v == 0 && name != "momentum" { // which is not to become our default
					return notDefault(0)
				}
				return v
			case bool:
				if v {
					return 1
				}
			case nil:
			default:
				notes = append(notes, fmt.Sprintf("%s is no number in the file: it has its default", name))
			}
		}
		return 0
	})
	for _, name := range notContinued {
		if v := settings[name]; v != nil && v != false && v != 0.0 {
			notes = append(notes, fmt.Sprintf("%s=%v of the optimizer is left out", name, v))
		}
	}
	if f.Optimizer == nil {
		return wrapped(o, settings), append(notes, "the optimizer begins anew"), nil
	}
	tensors := map[string]*tensor.Dense{}
	for _, w := range f.Model.Weights() {
		if len(f.Optimizer.Slots) == 0 {
			break // it keeps nothing, as SGD without momentum
		}
		for i, name := range c.slots {
			if len(c.slots) == 3 && len(f.Optimizer.Slots) == 1 && i > 0 {
				break // a plain RMSprop
			}
			t := tensor.New(tensor.Of(f.Model.Dtype()), tensor.WithShape(tensor.Shape(w.Shape()).TotalSize()))
			x := f.Optimizer.Slots[name][w.Name()]
			copy(graph.Floats[float32](t), x)
			for k, y := 0, graph.Floats[float64](t); k < len(y) && k < len(x); k++ {
				y[k] = float64(x[k])
			}
			tensors[strconv.Itoa(i)+"/"+w.Name()] = t
		}
	}
	rest, err := json.Marshal(numbers{f.Optimizer.Steps})
	if err == nil {
		err = restore(o, tensors, rest)
	}
	return wrapped(o, settings), slices.Compact(notes), err
}

// wrapped puts what Keras does beside the steps around an optimizer.
func wrapped(o train.Optimizer, settings map[string]any) train.Optimizer {
	number := func(name string) float64 { x, _ := settings[name].(float64); return x }
	if _, own := o.(*AdamW); !own && number("weight_decay") > 0 {
		o = &Decay{Optimizer: o, WeightDecay: number("weight_decay")}
	}
	for _, c := range []*Clip{{Value: number("clipvalue")}, {Norm: number("clipnorm")}, {GlobalNorm: number("global_clipnorm")}} {
		if c.Value+c.Norm+c.GlobalNorm > 0 {
			c.Optimizer = o
			o = c
		}
	}
	return o
}
