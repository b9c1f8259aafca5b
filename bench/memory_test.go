package bench

import (
	"context"
	"fmt"
	"iter"
	"runtime"
	"testing"

	"unroll/datasets"
	"unroll/datasets/imdb"
	"unroll/datasets/text"
	"unroll/nn"
	"unroll/train"
	"unroll/train/optimizers"
)

// BenchmarkStreamMemory trains an epoch on the sample, on five times and on ten
// times as many texts, which are encoded as they are read. Its figure is the
// largest heap in use at any hundredth batch, which should not grow.
func BenchmarkStreamMemory(b *testing.B) {
	reviews := imdb.Sample(1)
	encoder, err := text.LearnEncoder(datasets.Texts(reviews.Part("train")), text.EncoderConfig{NumWords: 1000, MaxLen: 100})
	if err != nil {
		b.Fatal(err)
	}
	for _, times := range []int{1, 5, 10} {
		b.Run(fmt.Sprintf("x%d", times), func(b *testing.B) {
			source := train.Stream{
				Open: func(int) iter.Seq2[train.Sample, error] {
					return func(yield func(train.Sample, error) bool) {
						for range times {
							for r := range reviews.Part("train") {
								target := float32(0)
								if r.Label == imdb.Positive {
									target = 1
								}
								if !yield(train.Sample{Tokens: encoder.Encode(r.Text), Targets: []float32{target}}, nil) {
									return
								}
							}
						}
					}
				},
				Shuffle: 1000, Prefetch: 4,
			}
			for b.Loop() {
				model, err := nn.Sequential{Input: nn.Tokens(100), Layers: []nn.Layer{
					nn.Embedding{InputDim: 1000, OutputDim: 32}, nn.SimpleRNN{Units: 8}, nn.Dense{Units: 1, Activation: nn.Sigmoid},
				}}.Build()
				if err != nil {
					b.Fatal(err)
				}
				t, err := train.Compile(model, train.Config{Optimizer: &optimizers.Adam{}, Loss: nn.BinaryCrossentropy{}})
				if err != nil {
					b.Fatal(err)
				}
				runtime.GC()
				var before, now runtime.MemStats
				runtime.ReadMemStats(&before)
				var most uint64
				_, err = t.FitSource(context.Background(), source, train.FitConfig{Callbacks: []train.Callback{train.CallbackFunc(func(e *train.Event) error {
					if e.Kind == train.BatchEnd && e.Batch%100 == 0 {
						runtime.GC()
						runtime.ReadMemStats(&now)
						most = max(most, now.HeapAlloc-before.HeapAlloc)
					}
					return nil
				})}})
				if err != nil {
					b.Fatal(err)
				}
				if err := t.Close(); err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(most)/1e6, "peak-MB")
			}
		})
	}
}
