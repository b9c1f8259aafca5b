package ngrams

import (
	"unroll/nn"
	"unroll/train/linear"
)

func network(grams, split, outputs int, activation nn.Func) (*nn.Model, error) {
	if split == grams {
		split = 0
	}
	return nn.Sequential{Input: nn.Bag(), Layers: []nn.Layer{nn.EmbeddingBag{
		InputDim: grams, OutputDim: outputs, Frequency: "log", Norm: "l2", Split: split, Scaled: true, UseBias: true, Activation: activation,
	}}}.Build()
}

// write gives a network the weights of a linear model whose margins are multiplied by a.
func (d Data) write(net *nn.Model, m *linear.Model, a float64) error {
	embeddings, bias := m.Table(a)
	for name, x := range map[string][]float32{"embeddings": embeddings, "bias": bias, "scale": d.idf()} {
		w, err := net.Weight("embedding_bag/" + name)
		if err != nil {
			return err
		}
		if err := w.Set(wide(x)); err != nil {
			return err
		}
	}
	return nil
}

func wide(x []float32) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = float64(v)
	}
	return y
}
