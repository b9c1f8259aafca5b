package explain

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"unroll/nn"
	"unroll/train"
)

// BenchmarkExplain explains a text of 100 words by the two experiments' models,
// an LSTM and a bag of words: what a person waits for who types.
func BenchmarkExplain(b *testing.B) {
	embedding := nn.Embedding{InputDim: 1000, OutputDim: 32}
	for _, c := range []struct {
		name   string
		words  int
		layers []nn.Layer
	}{
		{"onehot", 100, []nn.Layer{nn.OneHot{Depth: 100}, nn.SimpleRNN{Units: 32}}},
		{"embedding", 1000, []nn.Layer{embedding, nn.SimpleRNN{Units: 8}}},
		{"lstm", 1000, []nn.Layer{embedding, nn.LSTM{Units: 32}}},
		{"bag", 10000, []nn.Layer{nn.CategoryEncoding{NumTokens: 10000, MaskZero: true}}},
	} {
		for _, method := range []Method{IntegratedGradients, GradientTimesInput} {
			b.Run(fmt.Sprintf("model=%s/method=%s", c.name, method), func(b *testing.B) {
				m, err := nn.Sequential{Input: nn.Tokens(100), Layers: append(c.layers, nn.Dense{Units: 1, Activation: nn.Sigmoid})}.Build()
				if err != nil {
					b.Fatal(err)
				}
				e, err := New(m, Config{Method: method})
				if err != nil {
					b.Fatal(err)
				}
				defer e.Close()
				r := rand.New(rand.NewPCG(1, 1))
				x := make([]int32, 100)
				for i := range x {
					x[i] = int32(r.IntN(c.words))
				}
				d := train.Data{Tokens: [][]int32{x}}
				if _, err := e.Explain(context.Background(), d, Predicted); err != nil { // compiles
					b.Fatal(err)
				}
				b.ReportAllocs()
				for b.Loop() {
					if _, err := e.Explain(context.Background(), d, Predicted); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
