// Package torch gives a model the weights of a PyTorch module.
//
// In Python the module is written as a file of safetensors:
//
//	from safetensors.torch import save_file
//	save_file({k: v.contiguous() for k, v in module.state_dict().items()}, "module.safetensors")
//
// In Go the same layers are described, and LoadWeights sets their weights:
//
//	err := torch.LoadWeights("module.safetensors", model, map[string]string{"encoder": "lstm", "head": "dense"})
//
// The map names the layer of the model for a module of the file, which is what stands
// before the last dot in the names of its tensors. Modules that are called as layers need
// no entry: "encoder.lstm" is the layer "encoder/lstm".
//
// # What becomes of what
//
//	PyTorch               nn                          weights
//	-------               --                          -------
//	Embedding             Embedding, EmbeddingBag     weight is embeddings
//	Linear                Dense                       weight is kernel, transposed
//	RNN                   SimpleRNN                   weight_ih, weight_hh are kernel and recurrent_kernel,
//	                                                  transposed; bias_ih + bias_hh is bias
//	LSTM                  LSTM                        the same; the gates i, f, g, o stay in their order
//	GRU                   GRU                         the same, with gates r, z, n as z, r, h; bias_ih and
//	                                                  bias_hh are the rows of bias
//	bidirectional=True    Bidirectional               what ends in _reverse is the backward layer's
//	num_layers=2          two layers                  named with a comma between: "lstm": "lstm,lstm_1"
//	Conv1d                Conv1D, DepthwiseConv1D     [out, in, k] is kernel [k, in, out]
//	ConvTranspose1d       Conv1DTranspose             [in, out, k] is kernel [k, out, in]
//	LayerNorm             LayerNormalization          weight and bias are gamma and beta
//	BatchNorm1d           BatchNormalization          the same; running_mean, running_var
//	RMSNorm               RMSNormalization            weight is scale
//	PReLU                 PReLU                       weight is alpha
//	MultiheadAttention    MultiHeadAttention          in_proj is query, key and value; out_proj the output
//
// Linear and RNN may stand in TimeDistributed, Frozen and Named, and cells of these
// layers in RNN. What the numbers of a file cannot say is for who describes the model:
//
//   - activations, such as nonlinearity="relu" of an RNN;
//   - epsilon, which is 1e-5 in PyTorch and 1e-3 here: nn.LayerNormalization{Epsilon: 1e-5};
//   - padding and strides;
//   - heads of an attention;
//   - a Linear after Flatten of a convolution: PyTorch flattens [channels, time], nn
//     [time, features], and the rows of the kernel are in another order.
//
// # What is refused
//
// A tensor that no layer takes, a layer that gets no values, and a shape that does not fit
// are errors that name the tensor, the layer and both shapes; no weight is changed then.
// An empty name in the map leaves a module out, and layers named last in the call keep
// the values that they have:
//
//	err := torch.LoadWeights(path, model, map[string]string{"decoder": ""}, "dense_1")
package torch
