package torch

import (
	"math"
	"math/rand/v2"

	"unroll/nn"
)

// otherCases are modules that are not recurrent.
func otherCases() []sameCase {
	attention := &nn.Functional{}
	x := attention.Input("x", nn.Features(steps, features))
	attention.Output("y", attention.Call(nn.MultiHeadAttention{NumHeads: 3, KeyDim: 1}, x, x))
	return []sameCase{
		{"MultiheadAttention", []nn.Layer{nn.Named{Name: "block", Layer: attention}}, map[string]string{"attn": "block/multi_head_attention"},
			func(d dict, r *rand.Rand) {
				d.add(r, "attn.in_proj_weight", 3*features, features)
				d.add(r, "attn.in_proj_bias", 3*features)
				d.add(r, "attn.out_proj.weight", features, features)
				d.add(r, "attn.out_proj.bias", features)
			},
			func(d dict, x [][]float64) [][]float64 { return d.attention("attn.", 3, x) }},
		{"LSTM, bidirectional, the layers the other way round", []nn.Layer{nn.Bidirectional{Layer: nn.LSTM{Units: 2, GoBackwards: true, ReturnSequences: true}}}, map[string]string{"rnn": "bidirectional"},
			func(d dict, r *rand.Rand) { d.recurrent(r, "rnn.", 4, features, 2, 1, true, true) },
			func(d dict, x [][]float64) [][]float64 {
				return each(d.rnn("LSTM", "rnn.", 1, true, x), func(y []float64) []float64 { return []float64{y[2], y[3], y[0], y[1]} })
			}},
		{"Linear", []nn.Layer{nn.Dense{Units: 5}, nn.TimeDistributed{Layer: nn.Dense{Units: 2, NoBias: true}}}, map[string]string{"a": "dense", "b": "time_distributed"},
			func(d dict, r *rand.Rand) {
				d.add(r, "a.weight", 5, features)
				d.add(r, "a.bias", 5)
				d.add(r, "b.weight", 2, 5)
			},
			func(d dict, x [][]float64) [][]float64 {
				return each(x, func(x []float64) []float64 {
					return d.linear("b.weight", "b.bias", d.linear("a.weight", "a.bias", x))
				})
			}},
		{"a module for two layers", []nn.Layer{nn.Dense{Units: features}, nn.Dense{Units: features}}, map[string]string{"tied": "dense,dense_1"},
			func(d dict, r *rand.Rand) {
				d.add(r, "tied.weight", features, features)
				d.add(r, "tied.bias", features)
			},
			func(d dict, x [][]float64) [][]float64 {
				twice := func(x []float64) []float64 { return d.linear("tied.weight", "tied.bias", x) }
				return each(each(x, twice), twice)
			}},
		{"modules within a module", []nn.Layer{nn.Named{Name: "model", Layer: nn.Sequential{Layers: []nn.Layer{
			nn.Named{Name: "0", Layer: nn.Dense{Units: 2}}, nn.Named{Name: "1", Layer: nn.LSTM{Units: 2}}}}}}, nil,
			func(d dict, r *rand.Rand) {
				d.add(r, "model.0.weight", 2, features)
				d.add(r, "model.0.bias", 2)
				d.recurrent(r, "model.1.", 4, 2, 2, 1, false, true)
			},
			func(d dict, x [][]float64) [][]float64 {
				return last(d.rnn("LSTM", "model.1.", 1, false, each(x, func(x []float64) []float64 { return d.linear("model.0.weight", "model.0.bias", x) })))
			}},
		{"Conv1d", []nn.Layer{nn.Conv1D{Filters: 4, KernelSize: 2}, nn.Conv1D{Filters: 6, KernelSize: 3, Groups: 2}}, map[string]string{"a": "conv1d", "b": "conv1d_1"},
			func(d dict, r *rand.Rand) {
				d.add(r, "a.weight", 4, features, 2)
				d.add(r, "a.bias", 4)
				d.add(r, "b.weight", 6, 2, 3)
				d.add(r, "b.bias", 6)
			},
			func(d dict, x [][]float64) [][]float64 { return d.conv1d("b.", 2, d.conv1d("a.", 1, x)) }},
		{"Conv1d of each feature", []nn.Layer{nn.DepthwiseConv1D{KernelSize: 2, DepthMultiplier: 2}}, map[string]string{"a": "depthwise_conv1d"},
			func(d dict, r *rand.Rand) {
				d.add(r, "a.weight", 2*features, 1, 2)
				d.add(r, "a.bias", 2*features)
			},
			func(d dict, x [][]float64) [][]float64 { return d.conv1d("a.", features, x) }},
		{"ConvTranspose1d", []nn.Layer{nn.Conv1DTranspose{Filters: 4, KernelSize: 3, Strides: 2}}, map[string]string{"a": "conv1d_transpose"},
			func(d dict, r *rand.Rand) {
				d.add(r, "a.weight", features, 4, 3)
				d.add(r, "a.bias", 4)
			},
			func(d dict, x [][]float64) [][]float64 { return d.convTranspose1d("a.", 2, x) }},
		{"norms", []nn.Layer{nn.LayerNormalization{Epsilon: 1e-5}, nn.BatchNormalization{Epsilon: 1e-5}, nn.RMSNormalization{Epsilon: 1e-5}, nn.PReLU{SharedAxes: []int{1}}},
			map[string]string{"ln": "layer_normalization", "bn": "batch_normalization", "rms": "rms_normalization", "act": "p_re_lu"},
			func(d dict, r *rand.Rand) {
				for _, name := range []string{"ln.weight", "ln.bias", "bn.weight", "bn.bias", "bn.running_mean", "bn.running_var", "rms.weight", "act.weight"} {
					d.add(r, name, features)
				}
				for i, v := range d["bn.running_var"].x {
					d["bn.running_var"].x[i] = float64(float32(0.1 + v*v))
				}
				d["bn.num_batches_tracked"] = values{typ: "I64", raw: []byte{7, 0, 0, 0, 0, 0, 0, 0}}
			},
			func(d dict, x [][]float64) [][]float64 {
				return each(x, func(x []float64) []float64 {
					mean, variance, square := 0.0, 0.0, 0.0
					for _, v := range x {
						mean += v / features
					}
					for _, v := range x {
						variance += (v - mean) * (v - mean) / features
					}
					y := make([]float64, features)
					for i, v := range x {
						y[i] = (v-mean)/math.Sqrt(variance+1e-5)*d["ln.weight"].x[i] + d["ln.bias"].x[i]
						y[i] = (y[i]-d["bn.running_mean"].x[i])/math.Sqrt(d["bn.running_var"].x[i]+1e-5)*d["bn.weight"].x[i] + d["bn.bias"].x[i]
						square += y[i] * y[i] / features
					}
					for i := range y {
						y[i] *= d["rms.weight"].x[i] / math.Sqrt(square+1e-5)
						if y[i] < 0 {
							y[i] *= d["act.weight"].x[i]
						}
					}
					return y
				})
			}},
	}
}
