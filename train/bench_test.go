package train_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"unroll/nn"
	"unroll/train"
	"unroll/train/metrics"
	"unroll/train/optimizers"
)

// BenchmarkFit trains the two experiments' models: a step is 32 sequences of
// 100 words, with feeding, metric and optimizer.
func BenchmarkFit(b *testing.B) {
	for _, c := range []struct {
		name   string
		words  int
		layers []nn.Layer
		opt    func() train.Optimizer
	}{
		{"onehot", 100, []nn.Layer{nn.OneHot{Depth: 100}, nn.SimpleRNN{Units: 32}}, func() train.Optimizer { return &optimizers.SGD{} }},
		{"embedding", 1000, []nn.Layer{nn.Embedding{InputDim: 1000, OutputDim: 32}, nn.SimpleRNN{Units: 8}}, func() train.Optimizer { return &optimizers.Adam{} }},
	} {
		for _, shards := range []int{0, 1, 2} {
			b.Run(fmt.Sprintf("model=%s/shards=%d", c.name, shards), func(b *testing.B) {
				const steps = 100
				r := rand.New(rand.NewPCG(1, 1))
				d := train.Data{}
				for range 32 * steps {
					x := make([]int32, 100)
					for i := range x {
						x[i] = int32(r.IntN(c.words))
					}
					d.Tokens = append(d.Tokens, x)
					d.Targets = append(d.Targets, float32(r.IntN(2)))
				}
				m, err := nn.Sequential{Input: nn.Tokens(100), Layers: append(c.layers, nn.Dense{Units: 1, Activation: nn.Sigmoid})}.Build()
				if err != nil {
					b.Fatal(err)
				}
				t, err := train.Compile(m, train.Config{Optimizer: c.opt(), Loss: nn.BinaryCrossentropy{}, Metrics: []train.Metric{&metrics.BinaryAccuracy{}}, Shards: shards})
				if err != nil {
					b.Fatal(err)
				}
				b.ReportAllocs()
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
