package nn

// kerasCases are rows of the table of layers: what a model of others may have.
func kerasCases() []layerCase {
	gates := func(f Func, l Layer) layerCase {
		return layerCase{name: "gates_" + string(f), input: Tokens(4), fill: paddedRow, layers: []Layer{
			Embedding{InputDim: 12, OutputDim: 3, MaskZero: true, EmbeddingsInitializer: Uniform(2)}, l, Dense{Units: 2}}}
	}
	within := func(layers ...Layer) []Layer {
		return append(append([]Layer{Dense{Units: 3}}, layers...), Dense{Units: 2})
	}
	embedded := func(layers ...Layer) []Layer {
		return append(append([]Layer{Embedding{InputDim: 12, OutputDim: 3, MaskZero: true, EmbeddingsInitializer: Uniform(1)}}, layers...), GRU{Units: 2})
	}
	third := Constant(0.3)
	return []layerCase{
		gates(HardSigmoidKeras2, LSTM{Units: 3, RecurrentActivation: HardSigmoidKeras2, ReturnSequences: true}),
		gates(HardSigmoid, GRU{Units: 3, RecurrentActivation: HardSigmoid, ResetBefore: true}),

		{name: "relu", input: Features(3, 4), layers: within(ReLU{})},
		{name: "relu_constants", input: Features(4), layers: within(ReLU{MaxValue: 0.9, NegativeSlope: 0.2, Threshold: 0.1})},
		{name: "relu6_layer", input: Features(4), layers: within(ReLU{MaxValue: 6})},
		{name: "leaky_relu", input: Features(4), layers: within(LeakyReLU{})},
		{name: "leaky_relu_slope", input: Tokens(4), fill: paddedRow, layers: embedded(LeakyReLU{NegativeSlope: 0.1})},
		{name: "elu", input: Features(4), layers: within(ELU{})},
		{name: "elu_alpha", input: Features(3, 4), layers: within(ELU{Alpha: 0.4})},
		{name: "softmax", input: Features(4), layers: within(SoftmaxLayer{})},
		{name: "softmax_over_time", input: Features(3, 4), layers: within(SoftmaxLayer{Axis: 1})},
		{name: "softmax_over_time_masked", input: Tokens(4), fill: paddedRow, layers: embedded(SoftmaxLayer{Axis: -2})},
		{name: "p_relu", input: Features(4), layers: within(PReLU{AlphaInitializer: third, AlphaRegularizer: L2(0.1)})},
		{name: "p_relu_sequence", input: Features(3, 4), layers: within(PReLU{AlphaInitializer: third})},
		{name: "p_relu_shared", input: Tokens(4), fill: paddedRow, layers: embedded(PReLU{AlphaInitializer: third, SharedAxes: []int{1}})},
		{name: "p_relu_shared_features", input: Features(3, 4), layers: within(PReLU{AlphaInitializer: third, SharedAxes: []int{-1}})},
		{name: "p_relu_one_slope", input: Features(3, 4), layers: within(PReLU{AlphaInitializer: third, SharedAxes: []int{1, 2}})},

		{name: "rescaling", input: Features(3, 4), layers: []Layer{Rescaling{Scale: 0.5, Offset: -1}, Dense{Units: 2}}},
		{name: "normalization", input: Features(3, 4), layers: []Layer{Normalization{}, Dense{Units: 2}}},
		{name: "normalization_given", input: Features(2), layers: []Layer{Dense{Units: 2}, Normalization{Mean: []float64{1, 2}, Variance: []float64{4, 9}}, Dense{Units: 2}}},
		{name: "normalization_inverted", input: Features(3, 2), layers: []Layer{Dense{Units: 2}, Normalization{Mean: []float64{1}, Variance: []float64{4}, Invert: true}, Dense{Units: 2}}},
		{name: "normalization_scalar", input: Tokens(4), fill: paddedRow, layers: embedded(Normalization{Scalar: true})},
		{name: "normalization_steps", input: Features(3, 2), layers: []Layer{Dense{Units: 2}, Normalization{Axis: []int{1}}, Dense{Units: 2}}},
		{name: "normalization_all", input: Features(3, 2), layers: []Layer{Dense{Units: 2}, Normalization{Axis: []int{1, 2}, Invert: true}, Dense{Units: 2}}},

		{name: "zero_padding", input: Features(3, 4), layers: within(ZeroPadding1D{Padding: []int{2, 1}}, SimpleRNN{Units: 2})},
		{name: "zero_padding_default", input: Tokens(4), fill: paddedRow, layers: embedded(ZeroPadding1D{})},
		{name: "cropping", input: Features(4, 4), layers: within(Cropping1D{Cropping: []int{2, 1}}, SimpleRNN{Units: 2})},
		{name: "cropping_default", input: Tokens(4), fill: paddedRow, layers: embedded(Cropping1D{})},
		{name: "up_sampling", input: Features(3, 4), layers: within(UpSampling1D{Size: 3}, SimpleRNN{Units: 2})},
		{name: "up_sampling_default", input: Tokens(4), fill: paddedRow, layers: embedded(UpSampling1D{})},
		{name: "permute", input: Features(3, 4), layers: within(Permute{Dims: []int{2, 1}}, SimpleRNN{Units: 2})},
		{name: "merged_broadcast", describe: func() *Functional { // as attention is written by hand
			f := &Functional{}
			x := f.Call(Embedding{InputDim: 12, OutputDim: 3, MaskZero: true, EmbeddingsInitializer: Uniform(1)}, f.Input("text", Tokens(4)))
			score := f.Call(SoftmaxLayer{Axis: 1}, f.Call(Dense{Units: 1, Activation: Tanh}, x))
			bias := f.Call(Dense{Units: 3}, f.Input("bias", Features(2)))
			y := f.Call(Multiply{}, x, score)
			y = f.Call(Add{}, bias, y)
			y = f.Call(Maximum{}, y, f.Call(Reshape{TargetShape: Shape{1, 3}}, bias))
			f.Output("y", f.Call(GRU{Units: 2}, f.Call(Subtract{}, y, f.Call(Average{}, score, x))))
			return f
		}},
		{name: "dot", describe: func() *Functional { return dotted(Dot{Axes: []int{1}}, Features(3), Features(3)) }},
		{name: "dot_cosine", describe: func() *Functional { return dotted(Dot{Axes: []int{-1}, Normalize: true}, Features(3), Features(3)) }},
		{name: "dot_features", describe: func() *Functional { return dotted(Dot{Axes: []int{2}}, Features(3, 2), Features(4, 2)) }},
		{name: "dot_steps", describe: func() *Functional {
			return dotted(Dot{Axes: []int{1}, Normalize: true}, Features(3, 2), Features(3, 4))
		}},
		{name: "dot_mixed", describe: func() *Functional { return dotted(Dot{Axes: []int{2, 1}}, Features(3, 2), Features(2, 4)) }},
		{name: "dot_with_vector", describe: func() *Functional { return dotted(Dot{Axes: []int{2, 1}}, Features(3, 2), Features(2)) }},
		{name: "dot_of_vector", describe: func() *Functional { return dotted(Dot{Axes: []int{1}}, Features(3), Features(3, 2)) }},
		{name: "conv1d_groups", input: Features(5, 4), layers: within(Dense{Units: 4}, Conv1D{Filters: 6, KernelSize: 2, Groups: 2, Strides: 2})},
		{name: "separable_conv1d", input: Features(5, 3), layers: within(SeparableConv1D{Filters: 2, KernelSize: 3, Activation: Tanh})},
		{name: "separable_conv1d_same", input: Tokens(5), fill: paddedRow, layers: embedded(SeparableConv1D{Filters: 2, KernelSize: 3, Padding: "same", Strides: 2, DepthMultiplier: 2, NoBias: true})},
		{name: "depthwise_conv1d", input: Features(5, 3), layers: within(DepthwiseConv1D{KernelSize: 2, DepthMultiplier: 2, Padding: "causal", DilationRate: 2})},
		{name: "depthwise_conv1d_same", input: Tokens(5), fill: paddedRow, layers: embedded(DepthwiseConv1D{KernelSize: 3, Padding: "same", NoBias: true, Activation: Tanh})},
		{name: "conv1d_transpose", input: Features(3, 4), layers: within(Conv1DTranspose{Filters: 2, KernelSize: 3, Strides: 2, Activation: Tanh})},
		{name: "conv1d_transpose_same", input: Tokens(4), fill: paddedRow, layers: embedded(Conv1DTranspose{Filters: 2, KernelSize: 3, Strides: 2, Padding: "same", NoBias: true})},
		{name: "conv1d_transpose_dilated", input: Features(3, 4), layers: within(Conv1DTranspose{Filters: 2, KernelSize: 2, DilationRate: 3})},
		{name: "global_max_pooling_kept", input: Features(3, 4), layers: within(GlobalMaxPooling1D{KeepDims: true}, SimpleRNN{Units: 2})},
		{name: "global_average_pooling_kept", input: Tokens(4), fill: paddedRow, layers: embedded(GlobalAveragePooling1D{KeepDims: true})},
		{name: "attention_concat", describe: func() *Functional { return attentive(Attention{ScoreMode: "concat"}, 3) }},
		{name: "attention_concat_scaled", describe: func() *Functional { return attentive(Attention{ScoreMode: "concat", UseScale: true, Causal: true}, 4) }},
		{name: "additive_attention", describe: func() *Functional { return attentive(AdditiveAttention{}, 3) }},
		{name: "additive_attention_plain", describe: func() *Functional { return attentive(AdditiveAttention{NoScale: true, Causal: true, Dropout: 0.4}, 4) }, random: true},
		{name: "multi_head_attention", describe: func() *Functional { return attentive(MultiHeadAttention{NumHeads: 2, KeyDim: 3}, 3) }},
		{name: "multi_head_attention_settings", describe: func() *Functional {
			// Without a mask: where a query may see nothing, differences of scores are lost
			// beside the 10⁹ that is taken from them all.
			l := MultiHeadAttention{NumHeads: 3, KeyDim: 2, ValueDim: 1, OutputShape: 5, Dropout: 0.4, Causal: true, NoBias: true}
			f := &Functional{}
			f.Output("y", f.Call(l, f.Input("query", Features(4, 2)), f.Input("value", Features(4, 3))))
			return f
		}, random: true},
		{name: "batch_normalization_steps", input: Features(3, 4), layers: within(BatchNormalization{Axis: 1, Epsilon: 0.1, BetaInitializer: third}, SimpleRNN{Units: 2}), phases: true},
		{name: "dropout_of_features", input: Features(3, 8), layers: []Layer{Dropout{Rate: 0.4, NoiseShape: []int{1, -1}}, SimpleRNN{Units: 2}}, random: true},
		{name: "dropout_of_steps", input: Features(6, 3), layers: []Layer{Dropout{Rate: 0.4, NoiseShape: []int{6, 1}}, SimpleRNN{Units: 2}}, random: true},
		{name: "reshape_open", input: Features(Any, 4), layers: within(Dense{Units: 4}, Reshape{TargetShape: Shape{-1, 2}}, SimpleRNN{Units: 2})},
		{name: "permute_nothing", input: Tokens(4), fill: paddedRow, layers: embedded(Permute{Dims: []int{1, 2}})},
	}
}

// dotted is the product of two inputs behind layers that have weights.
func dotted(l Dot, x, y Input) *Functional {
	f := &Functional{}
	f.Output("y", f.Call(Dense{Units: 2}, f.Call(l,
		f.Call(Dense{Units: x.Width()}, f.Input("x", x)), f.Call(Dense{Units: y.Width()}, f.Input("y", y)))))
	return f
}
