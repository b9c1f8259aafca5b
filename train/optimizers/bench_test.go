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
		"nesterov": &SGD{Momentum: 0.9, Nesterov: true}, "accumulate": &Tuned{Optimizer: &Adam{}, AccumulateSteps: 2},
		"clip_value": &Tuned{Optimizer: &Adam{}, ClipValue: 0.005}, "clip_norm": &Tuned{Optimizer: &Adam{}, ClipNorm: 1},
		"tuned": &Tuned{Optimizer: &Adam{}, GlobalClipNorm: 1, EMAMomentum: 0.99, WeightDecay: 0.01},
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
