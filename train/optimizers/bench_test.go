package optimizers

import (
	"slices"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// BenchmarkOptimizers updates a weight of the size of the embedding model's.
func BenchmarkOptimizers(b *testing.B) {
	for name, o := range map[string]gorgonia.Solver{
		"sgd": &SGD{}, "momentum": &SGD{Momentum: 0.9}, "adam": &Adam{}, "adamw": &AdamW{}, "adamax": &Adamax{}, "nadam": &Nadam{},
		"rmsprop": &RMSprop{}, "rmsprop_momentum": &RMSprop{Momentum: 0.9}, "rmsprop_centered": &RMSprop{Centered: true, Momentum: 0.9}, "adagrad": &Adagrad{}, "adadelta": &Adadelta{}, "lion": &Lion{},
		"nesterov": &SGD{Momentum: 0.9, Nesterov: true}, "accumulate": &Accumulate{Optimizer: &Adam{}, Steps: 2},
		"clip_value": &Clip{Optimizer: &Adam{}, Value: 0.005}, "clip_norm": &Clip{Optimizer: &Adam{}, Norm: 1},
		"wrapped": &Clip{Optimizer: &Decay{Optimizer: &Average{Optimizer: &Adam{}}, WeightDecay: 0.01}, GlobalNorm: 1},
	} {
		b.Run(name, func(b *testing.B) {
			const n = 32_000
			vector := func() *tensor.Dense { return tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(n)) }
			g := slices.Repeat([]float32{0.01}, n)
			w := &parameter{"w", vector(), vector()}
			for b.Loop() {
				copy(w.g.Float32s(), g) // which an optimizer consumes
				if err := o.Step([]gorgonia.ValueGrad{w}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
