package torch

import (
	"reflect"

	"github.com/pkg/errors"

	"unroll/internal/arrange"
	"unroll/nn"
)

// source is the tensors that a weight is made of.
type source struct {
	tensors []string // their names below the module
	shape   []int    // that each of them is to have
	arrange func(x [][]float64) []float64
}

// one is a source of one tensor of a shape, whose axes are put in an order; they stay as
// they are if there is none.
func one(name string, shape []int, axes ...int) (source, error) {
	return source{[]string{name}, shape, func(x [][]float64) []float64 {
		if len(axes) == 0 {
			return x[0]
		}
		return arrange.Permuted(x[0], shape, axes...)
	}}, nil
}

// ignored are the tensors of a module that say nothing of what is computed.
func ignored(l nn.Layer) []string {
	if _, ok := l.(nn.BatchNormalization); ok {
		return []string{"num_batches_tracked"}
	}
	return nil
}

// plain are the layers whose weights are tensors of the same shape, by the weights' names.
var plain = map[reflect.Type]map[string]string{
	reflect.TypeFor[nn.Embedding]():          {"embeddings": "weight"},
	reflect.TypeFor[nn.EmbeddingBag]():       {"embeddings": "weight"},
	reflect.TypeFor[nn.LayerNormalization](): {"gamma": "weight", "beta": "bias"},
	reflect.TypeFor[nn.RMSNormalization]():   {"scale": "weight"},
	reflect.TypeFor[nn.BatchNormalization](): {"gamma": "weight", "beta": "bias", "moving_mean": "running_mean", "moving_variance": "running_var"},
	reflect.TypeFor[nn.Dense]():              {"bias": "bias"},
	reflect.TypeFor[nn.Conv1D]():             {"bias": "bias"},
	reflect.TypeFor[nn.Conv1DTranspose]():    {"bias": "bias"},
	reflect.TypeFor[nn.DepthwiseConv1D]():    {"bias": "bias"},
}

// source returns what the weight of a layer at a path below it, of a shape, is made of;
// of a recurrent module with several layers the level is its number.
func (p place) source(weight string, shape []int, level int) (source, error) {
	if name := plain[reflect.TypeOf(p.inner)][weight]; name != "" {
		return one(name, shape)
	}
	switch l := p.inner.(type) {
	case nn.Dense: // y = x·weightᵀ + bias
		return one("weight", []int{shape[1], shape[0]}, 1, 0)
	case nn.Conv1D, nn.Conv1DTranspose: // of the transposed one both have the inputs where the others have the outputs
		return one("weight", []int{shape[2], shape[1], shape[0]}, 2, 1, 0)
	case nn.DepthwiseConv1D: // a group for each feature
		features, each := shape[1], shape[2]
		s, err := one("weight", []int{features, each, shape[0]}, 2, 0, 1)
		s.shape = []int{features * each, 1, shape[0]}
		return s, err
	case nn.PReLU: // a number, or one for each channel
		n := 1
		for _, d := range shape {
			n *= d
		}
		if n != shape[len(shape)-1] {
			return source{}, errors.Errorf("alpha is %v: PyTorch has one for each channel, which is to share the steps: SharedAxes: []int{1}", shape)
		}
		return one("weight", []int{n})
	case nn.MultiHeadAttention:
		return attention(weight, shape)
	case nn.Bidirectional, nn.RNN, nn.SimpleRNN, nn.LSTM, nn.GRU:
		return recurrent(l, weight, shape, level)
	}
	return source{}, errors.New("PyTorch has no module with such a weight")
}

// attention returns the source of a weight of MultiHeadAttention. The rows of
// in_proj_weight [3·width, width] are those of query, key and value, each of one head
// after the other; out_proj.weight is [width, width].
func attention(weight string, shape []int) (source, error) {
	part := map[string]int{"query/kernel": 0, "query/bias": 0, "key/kernel": 1, "key/bias": 1, "value/kernel": 2, "value/bias": 2}
	at, in := part[weight]
	switch {
	case in && len(shape) == 3: // kernel [width, heads, size]
		width, columns := shape[0], shape[1]*shape[2]
		return source{[]string{"in_proj_weight"}, []int{3 * columns, width}, func(x [][]float64) []float64 {
			return arrange.Transposed(x[0][at*columns*width:][:columns*width], columns, width)
		}}, nil
	case in: // bias [heads, size]
		n := shape[0] * shape[1]
		return source{[]string{"in_proj_bias"}, []int{3 * n}, func(x [][]float64) []float64 { return x[0][at*n:][:n] }}, nil
	case weight == "attention_output/kernel": // [heads, size, width]
		return one("out_proj.weight", []int{shape[2], shape[0] * shape[1]}, 1, 0)
	}
	return one("out_proj.bias", shape)
}
