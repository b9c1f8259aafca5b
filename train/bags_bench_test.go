package train_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"unroll/nn"
	"unroll/train"
	"unroll/train/optimizers"
)

// BenchmarkBags trains logistic regression on bags of 700 ids, 32 in a batch, of tables of
// two sizes: a step of an optimizer that updates the rows that occurred costs the same.
func BenchmarkBags(b *testing.B) {
	for _, rows := range []int{1 << 16, 1 << 22} {
		for name, o := range map[string]func() train.Optimizer{
			"lazyadam": func() train.Optimizer { return &optimizers.LazyAdam{} },
			"adagrad":  func() train.Optimizer { return &optimizers.Adagrad{} },
			"adam":     func() train.Optimizer { return &optimizers.Adam{} },
		} {
			b.Run(fmt.Sprintf("rows=%d/%s", rows, name), func(b *testing.B) {
				const steps = 30
				r := rand.New(rand.NewPCG(1, 1))
				d := train.Data{}
				for range 32 * steps {
					x := make([]int32, 700)
					for i := range x {
						x[i] = int32(float64(rows) * r.Float64() * r.Float64() * r.Float64()) // some come often
					}
					d.Tokens, d.Targets = append(d.Tokens, x), append(d.Targets, float32(r.IntN(2)))
				}
				m, err := nn.Sequential{Input: nn.Bag(), Layers: []nn.Layer{
					nn.EmbeddingBag{InputDim: rows, OutputDim: 1, Frequency: "log", Norm: "l2", UseBias: true, Activation: nn.Sigmoid},
				}}.Build()
				if err != nil {
					b.Fatal(err)
				}
				t, err := train.Compile(m, train.Config{Optimizer: o(), Loss: nn.BinaryCrossentropy{}})
				if err != nil {
					b.Fatal(err)
				}
				defer t.Close()
				b.ResetTimer()
				h, err := t.Fit(context.Background(), d, train.FitConfig{Epochs: 1 + b.N/steps})
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(b.Elapsed().Seconds()*1e6/float64(len(h.Epochs)*steps), "µs/step")
			})
		}
	}
}
