package ngrams

import (
	"unroll/nn"
	"unroll/train/linear"
)

// The inputs of a network that takes numbers beside a text: Data.Columns, a Dense of which
// is added to what the n-grams do.
const (
	TextInput    = "text"
	ColumnsInput = "columns"
)

// network is that of so many numbers beside a text, and so many n-grams.
func network(columns, grams, split, outputs int, activation nn.Func) (*nn.Model, error) {
	if split == grams {
		split = 0
	}
	l := nn.EmbeddingBag{InputDim: grams, OutputDim: outputs, Frequency: "log", Norm: "l2", Split: split, Scaled: true, UseBias: true}
	if columns == 0 {
		l.Activation = activation
		return nn.Sequential{Input: nn.Bag(), Layers: []nn.Layer{l}}.Build()
	}
	f := &nn.Functional{}
	x := f.Call(l, f.Input(TextInput, nn.Bag()))
	y := f.Call(nn.Dense{Units: outputs, NoBias: true}, f.Input(ColumnsInput, nn.Features(columns)))
	f.Output("label", f.Call(nn.Activation{Func: activation}, f.Call(nn.Add{}, x, y)))
	return f.Build()
}

// network is that of the data.
func (d Data) network() (*nn.Model, error) {
	outputs, activation := heads(d.Classes)
	if d.Labels != nil {
		outputs, activation = d.Classes, nn.Sigmoid
	}
	columns := 0
	if len(d.Columns) > 0 {
		columns = len(d.Columns[0])
	}
	return network(columns, d.Grams.Len(), d.Grams.Split(), outputs, activation)
}

// write gives a network the weights of a linear model whose margins are multiplied by a.
func (d Data) write(net *nn.Model, m *linear.Model, a float64) error {
	embeddings, bias := m.Table(a)
	weights := map[string][]float32{"embedding_bag/bias": bias, "embedding_bag/scale": d.idf()}
	if n := d.Grams.Len() * len(bias); n < len(embeddings) {
		embeddings, weights["dense/kernel"] = embeddings[:n], embeddings[n:]
	}
	weights["embedding_bag/embeddings"] = embeddings
	for name, x := range weights {
		w, err := net.Weight(name)
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
