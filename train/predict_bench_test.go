package train_test

import (
	"fmt"
	"testing"

	"unroll/nn"
	"unroll/train"
)

// BenchmarkPredict answers one batch of rows of 100 ids by an embedding, a recurrent layer
// and a logistic unit. whole is a batch that one processor computes, pieces is one that all
// share.
func BenchmarkPredict(b *testing.B) {
	const steps, words = 100, 1000
	for _, l := range []struct {
		name  string
		units int
		layer nn.Layer
	}{
		{"rnn8", 8, nn.SimpleRNN{Units: 8}}, {"lstm8", 8, nn.LSTM{Units: 8}}, {"lstm32", 32, nn.LSTM{Units: 32}},
		{"gru64", 64, nn.GRU{Units: 64}}, {"lstm128", 128, nn.LSTM{Units: 128}},
		{"bilstm64", 64, nn.Bidirectional{Layer: nn.LSTM{Units: 64}}},
	} {
		m, err := nn.Sequential{Input: nn.Tokens(steps), Layers: []nn.Layer{
			nn.Embedding{InputDim: words, OutputDim: l.units}, l.layer, nn.Dense{Units: 1, Activation: nn.Sigmoid},
		}}.Build()
		if err != nil {
			b.Fatal(err)
		}
		for _, batch := range []int{1, 32, 256} {
			data := train.Data{}
			for i := range batch {
				ids := make([]int32, steps)
				for j := range ids {
					ids[j] = int32((i*7919 + j*31) % words)
				}
				data.Tokens = append(data.Tokens, ids)
			}
			for _, how := range []struct {
				name   string
				shards int
			}{{"whole", 1}, {"pieces", 0}} {
				t, err := train.Compile(m, train.Config{Loss: nn.BinaryCrossentropy{}, Shards: how.shards})
				if err != nil {
					b.Fatal(err)
				}
				b.Run(fmt.Sprintf("%s/batch=%d/%s", l.name, batch, how.name), func(b *testing.B) {
					for b.Loop() {
						if _, err := t.Predict(b.Context(), data, batch); err != nil {
							b.Fatal(err)
						}
					}
					b.ReportMetric(float64(b.N*batch)/b.Elapsed().Seconds(), "rows/s")
				})
				if err := t.Close(); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
}
