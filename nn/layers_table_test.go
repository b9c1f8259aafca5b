package nn

import (
	"math/rand/v2"

	"gorgonia.org/tensor"
)

// layerCases is the one table that every layer passes through.
func layerCases() []layerCase {
	list := []layerCase{
		{name: "dense", input: Features(4), layers: []Layer{Dense{Units: 3}}},
		{name: "dense_no_bias_sigmoid", input: Features(4), layers: []Layer{Dense{Units: 3, NoBias: true, Activation: Sigmoid}}},
		{name: "dense_tanh", input: Features(4), layers: []Layer{Dense{Units: 3, Activation: Tanh}}},
		{name: "dense_sequence", input: Features(5, 4), layers: []Layer{Dense{Units: 3, Activation: Relu}}},
		{name: "activation_softmax", input: Features(4), layers: []Layer{Dense{Units: 3}, Activation{Func: Softmax}, Dense{Units: 1}}},
		{name: "activation_relu", input: Features(4), layers: []Layer{Dense{Units: 3}, Activation{Func: Relu}}},
		{name: "one_hot_dense", input: Tokens(4), layers: []Layer{OneHot{Depth: 12}, Dense{Units: 3}}, fill: randomIDs(12)},
		{name: "one_hot_activation", input: Tokens(4), layers: []Layer{OneHot{Depth: 12}, Activation{Func: Tanh}, Dense{Units: 3}}, fill: randomIDs(12)},
		{name: "embedding", input: Tokens(4), layers: []Layer{Embedding{InputDim: 12, OutputDim: 3}}, fill: randomIDs(12)},
		{name: "simple_rnn", input: Features(5, 4), layers: []Layer{SimpleRNN{Units: 3}}},
		{name: "simple_rnn_one_step", input: Features(1, 4), layers: []Layer{SimpleRNN{Units: 3}}},
		{name: "simple_rnn_no_bias_relu", input: Features(5, 4), layers: []Layer{SimpleRNN{Units: 3, NoBias: true, Activation: Relu}}},
		{name: "simple_rnn_sequences", input: Features(5, 4), layers: []Layer{SimpleRNN{Units: 3, ReturnSequences: true}}},
		{name: "simple_rnn_stacked", input: Features(5, 4), layers: []Layer{SimpleRNN{Units: 3, ReturnSequences: true}, SimpleRNN{Units: 2}}},
		{name: "simple_rnn_backwards", input: Features(5, 4), layers: []Layer{SimpleRNN{Units: 3, GoBackwards: true, ReturnSequences: true}, Dense{Units: 1}}},
		{name: "simple_rnn_masked", input: Tokens(5), layers: []Layer{Embedding{InputDim: 12, OutputDim: 3, MaskZero: true}, SimpleRNN{Units: 3}, Dense{Units: 1}}, fill: paddedRow},
		{name: "simple_rnn_masked_sequences", input: Tokens(5), layers: []Layer{Embedding{InputDim: 12, OutputDim: 3, MaskZero: true},
			SimpleRNN{Units: 3, ReturnSequences: true, Activation: Sigmoid}, SimpleRNN{Units: 2, GoBackwards: true}, Dense{Units: 1}}, fill: paddedRow},
		{name: "lstm", input: Features(5, 4), layers: []Layer{LSTM{Units: 3}}},
		{name: "lstm_one_step", input: Features(1, 4), layers: []Layer{LSTM{Units: 3}}},
		{name: "lstm_no_bias", input: Features(4, 2), layers: []Layer{LSTM{Units: 3, NoBias: true, Activation: Sigmoid, RecurrentActivation: Tanh}}},
		{name: "lstm_sequences", input: Features(4, 2), layers: []Layer{LSTM{Units: 3, ReturnSequences: true, NoUnitForgetBias: true}, Dense{Units: 1}}},
		{name: "lstm_backwards", input: Features(4, 2), layers: []Layer{LSTM{Units: 3, GoBackwards: true}}},
		{name: "lstm_masked", input: Tokens(5), layers: []Layer{Embedding{InputDim: 12, OutputDim: 3, MaskZero: true}, LSTM{Units: 3, ReturnSequences: true}, LSTM{Units: 2}, Dense{Units: 1}}, fill: paddedRow},
		{name: "gru", input: Features(5, 4), layers: []Layer{GRU{Units: 3}}},
		{name: "gru_one_step", input: Features(1, 4), layers: []Layer{GRU{Units: 3}}},
		{name: "gru_no_bias", input: Features(4, 2), layers: []Layer{GRU{Units: 3, NoBias: true, ReturnSequences: true}}},
		{name: "gru_reset_before", input: Features(4, 2), layers: []Layer{GRU{Units: 3, ResetBefore: true}}},
		{name: "gru_backwards", input: Features(4, 2), layers: []Layer{GRU{Units: 3, GoBackwards: true}}},
		{name: "gru_masked", input: Tokens(5), layers: []Layer{Embedding{InputDim: 12, OutputDim: 3, MaskZero: true}, GRU{Units: 3, ReturnSequences: true}, GRU{Units: 2}, Dense{Units: 1}}, fill: paddedRow},
		{name: "bidirectional", input: Features(4, 2), layers: []Layer{Bidirectional{Layer: LSTM{Units: 3, ReturnSequences: true}}, Dense{Units: 1}}},
		{name: "bidirectional_sum", input: Features(4, 2), layers: []Layer{Bidirectional{Layer: GRU{Units: 3}, Merge: MergeSum}}},
		{name: "bidirectional_mul", input: Features(4, 2), layers: []Layer{Bidirectional{Layer: SimpleRNN{Units: 3, GoBackwards: true, ReturnSequences: true}, Merge: MergeMul}, Dense{Units: 1}}},
		{name: "bidirectional_ave_masked", input: Tokens(5), layers: []Layer{Embedding{InputDim: 12, OutputDim: 3, MaskZero: true},
			Bidirectional{Layer: LSTM{Units: 2, ReturnSequences: true}, Backward: LSTM{Units: 2, ReturnSequences: true, NoBias: true}, Merge: MergeAve},
			SimpleRNN{Units: 2}, Dense{Units: 1}}, fill: paddedRow},
		{name: "bidirectional_masked", input: Tokens(5), layers: []Layer{Embedding{InputDim: 12, OutputDim: 3, MaskZero: true},
			Bidirectional{Layer: GRU{Units: 2, ReturnSequences: true}}, Dense{Units: 1}}, fill: paddedRow},
		{name: "bidirectional_frozen", input: Tokens(5), layers: []Layer{Embedding{InputDim: 12, OutputDim: 3, MaskZero: true},
			Bidirectional{Layer: Frozen{SimpleRNN{Units: 2, ReturnSequences: true}}, Backward: LSTM{Units: 2, ReturnSequences: true}}, Dense{Units: 1}}, fill: paddedRow},
		{name: "simple_rnn_zero_output", input: Tokens(5), layers: []Layer{Embedding{InputDim: 12, OutputDim: 3, MaskZero: true},
			SimpleRNN{Units: 3, ReturnSequences: true, ZeroOutputForMask: true, GoBackwards: true}, Dense{Units: 1}}, fill: paddedRow},
		{name: "lstm_zero_output", input: Tokens(5), layers: []Layer{Embedding{InputDim: 12, OutputDim: 3, MaskZero: true},
			LSTM{Units: 3, ReturnSequences: true, ZeroOutputForMask: true}, Dense{Units: 1}}, fill: paddedRow},
		{name: "gru_zero_output", input: Tokens(5), layers: []Layer{Embedding{InputDim: 12, OutputDim: 3, MaskZero: true},
			GRU{Units: 3, ReturnSequences: true, ZeroOutputForMask: true, ResetBefore: true}, Dense{Units: 1}}, fill: paddedRow},
		{name: "stacked_cells_zero_output", input: Tokens(4), layers: []Layer{Embedding{InputDim: 12, OutputDim: 3, MaskZero: true},
			RNN{Cell: StackedRNNCells{Cells: []Cell{LSTMCell{Units: 3}, GRUCell{Units: 2}}}, ReturnSequences: true, ZeroOutputForMask: true}, Dense{Units: 1}}, fill: paddedRow},
		{name: "rnn_cell", input: Features(5, 4), layers: []Layer{RNN{Cell: SimpleRNNCell{Units: 3}, ReturnSequences: true}, Dense{Units: 1}}},
		{name: "one_hot_rnn_padded", input: Tokens(5), layers: oneHotModel(12, 5, 4).Layers, fill: paddedRow},
		{name: "one_hot_rnn_one_step", input: Tokens(1), layers: oneHotModel(12, 1, 4).Layers, fill: paddedRow},
		{name: "embedding_rnn_padded", input: Tokens(5), layers: embeddingModel(12, 5, 4, 3).Layers, fill: paddedRow},
		{name: "embedding_rnn_one_step", input: Tokens(1), layers: embeddingModel(12, 1, 4, 3).Layers, fill: paddedRow},

		// Layers without weights stand before one that has some.
		{name: "dense_regularized", input: Features(4), layers: []Layer{Dense{Units: 3, KernelRegularizer: Regularizer{L1: 0.1, L2: 0.2}, BiasRegularizer: L2(0.3)}}},
		{name: "embedding_regularized", input: Tokens(4), layers: []Layer{Embedding{InputDim: 12, OutputDim: 3, EmbeddingsRegularizer: L1(0.1)}, Dense{Units: 2}}},
		{name: "embedding_bag", input: Bag(), layers: []Layer{EmbeddingBag{InputDim: 12, OutputDim: 3}}, fill: randomBags(12)},
		{name: "embedding_bag_scaled", input: Bag(), layers: []Layer{EmbeddingBag{InputDim: 12, OutputDim: 1, Frequency: "log", Norm: "l2", Split: 5, Scaled: true, UseBias: true, Activation: Sigmoid}}, fill: randomBags(12)},
		{name: "embedding_bag_mean", input: Bag(), layers: []Layer{EmbeddingBag{InputDim: 12, OutputDim: 3, Frequency: "binary", Norm: "l1", EmbeddingsRegularizer: L2(0.1)}, Dense{Units: 2, Activation: Tanh}}, fill: randomBags(12)},
		{name: "category_encoding", input: Tokens(5), layers: []Layer{CategoryEncoding{NumTokens: 12}, Dense{Units: 2}}, fill: paddedRow},
		{name: "category_encoding_counts", input: Tokens(5), layers: []Layer{CategoryEncoding{NumTokens: 12, OutputMode: "count", MaskZero: true}, Dense{Units: 2}}, fill: paddedRow},
		{name: "frozen_embedding", input: Tokens(4), layers: []Layer{Frozen{Embedding{InputDim: 12, OutputDim: 3, MaskZero: true}}, SimpleRNN{Units: 2}}, fill: paddedRow},
		{name: "frozen_embedding_regularized", input: Tokens(4), layers: []Layer{Frozen{Embedding{InputDim: 12, OutputDim: 3, EmbeddingsRegularizer: L2(0.1)}}, Dense{Units: 2}}, fill: randomIDs(12)},
		{name: "frozen_between", input: Features(4, 2), layers: []Layer{Dense{Units: 2}, Frozen{Bidirectional{Layer: LSTM{Units: 2, ReturnSequences: true}}}, TimeDistributed{Layer: Frozen{Dense{Units: 2}}}, GRU{Units: 2}}},
		{name: "frozen_batch_normalization", input: Features(4), layers: []Layer{Dense{Units: 3}, Frozen{BatchNormalization{Epsilon: 0.1}}, Dense{Units: 2, Activation: Tanh}}},
		{name: "masking", input: Features(4, 2), layers: []Layer{Masking{MaskValue: 1}, LSTM{Units: 2}}, fill: someMasked},
		{name: "dropout", input: Features(6), layers: []Layer{Dense{Units: 8}, Dropout{Rate: 0.4}, Dense{Units: 2}}, random: true},
		{name: "dropout_of_embedding", input: Tokens(4), layers: []Layer{Embedding{InputDim: 12, OutputDim: 6}, Dropout{Rate: 0.4}, Dense{Units: 2}}, random: true},
		{name: "spatial_dropout", input: Features(3, 8), layers: []Layer{SpatialDropout1D{Rate: 0.4}, SimpleRNN{Units: 2}}, random: true},
		{name: "gaussian_noise", input: Features(3, 8), layers: []Layer{Dense{Units: 3}, GaussianNoise{Stddev: 0.4}, Dense{Units: 2, Activation: Tanh}}, random: true},
		{name: "gaussian_dropout", input: Features(3, 8), layers: []Layer{Dense{Units: 3}, GaussianDropout{Rate: 0.4}, Dense{Units: 2, Activation: Tanh}}, random: true},
		{name: "alpha_dropout", input: Features(6), layers: []Layer{Dense{Units: 8, Activation: Selu}, AlphaDropout{Rate: 0.4}, Dense{Units: 2}}, random: true},
		{name: "alpha_dropout_of_features", input: Features(3, 8), layers: []Layer{Dense{Units: 8}, AlphaDropout{Rate: 0.4, NoiseShape: []int{1, 8}}, SimpleRNN{Units: 2}}, random: true},
		{name: "activity_regularization", input: Features(3, 4), layers: []Layer{Dense{Units: 3}, ActivityRegularization{L1: 0.1, L2: 0.2}, SimpleRNN{Units: 2}}},
		{name: "unit_normalization", input: Features(3, 4), layers: []Layer{Dense{Units: 3}, UnitNormalization{}, Dense{Units: 2, Activation: Tanh}}},
		{name: "rms_normalization", input: Features(3, 4), layers: []Layer{Dense{Units: 3}, RMSNormalization{Epsilon: 0.1}, Dense{Units: 2, Activation: Tanh}}},
		{name: "layer_normalization_of_steps", input: Features(3, 4), layers: []Layer{Dense{Units: 2}, LayerNormalization{Axis: []int{1}, Epsilon: 0.1}, Dense{Units: 2, Activation: Tanh}}},
		{name: "layer_normalization_of_all", input: Features(3, 4), layers: []Layer{Dense{Units: 2}, LayerNormalization{Axis: []int{1, -1}}, Dense{Units: 2, Activation: Tanh}}},
		{name: "layer_normalization", input: Features(3, 4), layers: []Layer{Dense{Units: 3}, LayerNormalization{}, Dense{Units: 2, Activation: Tanh}}},
		{name: "layer_normalization_plain", input: Features(4), layers: []Layer{Dense{Units: 3}, LayerNormalization{NoScale: true, NoCenter: true, Epsilon: 0.1}, Dense{Units: 2}}},
		{name: "batch_normalization", input: Features(4), layers: []Layer{Dense{Units: 3}, BatchNormalization{Epsilon: 0.1}, Dense{Units: 2, Activation: Tanh}}, phases: true},
		{name: "batch_normalization_sequence", input: Tokens(4), layers: []Layer{Embedding{InputDim: 12, OutputDim: 3, MaskZero: true, EmbeddingsInitializer: Uniform(1)},
			BatchNormalization{Epsilon: 0.1, Momentum: 0.5, NoScale: true}, GRU{Units: 2}}, fill: paddedRow, phases: true},
		{name: "conv1d", input: Features(6, 3), layers: []Layer{Conv1D{Filters: 2, KernelSize: 3, Activation: Tanh}}},
		{name: "conv1d_same", input: Features(5, 3), layers: []Layer{Conv1D{Filters: 2, KernelSize: 4, Strides: 2, Padding: "same", NoBias: true}, Dense{Units: 1}}},
		{name: "conv1d_causal", input: Features(5, 3), layers: []Layer{Conv1D{Filters: 2, KernelSize: 3, DilationRate: 2, Padding: "causal"}, SimpleRNN{Units: 2}}},
		{name: "conv1d_one_step", input: Tokens(1), layers: []Layer{Embedding{InputDim: 12, OutputDim: 3}, Conv1D{Filters: 2, KernelSize: 1}}},
		{name: "max_pooling", input: Features(6, 3), layers: []Layer{Dense{Units: 3}, MaxPooling1D{}, Dense{Units: 2}}},
		{name: "max_pooling_same", input: Features(5, 3), layers: []Layer{Dense{Units: 3}, MaxPooling1D{PoolSize: 3, Strides: 2, Padding: "same"}, Dense{Units: 2}}},
		{name: "average_pooling", input: Features(6, 3), layers: []Layer{Dense{Units: 3}, AveragePooling1D{PoolSize: 3}, Dense{Units: 2}}},
		{name: "average_pooling_same", input: Features(5, 3), layers: []Layer{Dense{Units: 3}, AveragePooling1D{PoolSize: 3, Strides: 1, Padding: "same"}, Dense{Units: 2}}},
		{name: "global_max_pooling", input: Features(4, 3), layers: []Layer{Dense{Units: 3}, GlobalMaxPooling1D{}, Dense{Units: 2}}},
		{name: "global_max_pooling_masked", input: Tokens(5), layers: []Layer{Embedding{InputDim: 12, OutputDim: 3, MaskZero: true}, GlobalMaxPooling1D{Masked: true}, Dense{Units: 2}}, fill: paddedRow},
		{name: "conv_max_pooling", input: Features(6, 3), layers: []Layer{Dense{Units: 3}, ConvMaxPooling1D{Filters: 2, KernelSizes: []int{2, 3}, Activation: Tanh}, Dense{Units: 2}}},
		{name: "conv_max_pooling_masked", input: Tokens(5), layers: []Layer{Embedding{InputDim: 12, OutputDim: 3, MaskZero: true},
			ConvMaxPooling1D{Filters: 2, KernelSizes: []int{7, 1}, NoBias: true, KernelRegularizer: L2(0.1)}, Dense{Units: 2}}, fill: paddedRow},
		{name: "token_conv_max_pooling", input: Tokens(5), layers: []Layer{
			TokenConvMaxPooling1D{InputDim: 12, Filters: 2, KernelSizes: []int{3, 1}, Activation: Tanh, EmbeddingsInitializer: Uniform(1)}, Dense{Units: 2}}, fill: paddedRow},
		{name: "token_conv_max_pooling_regularized", input: Tokens(4), layers: []Layer{
			TokenConvMaxPooling1D{InputDim: 12, Filters: 2, KernelSizes: []int{2, 7}, NoBias: true, EmbeddingsInitializer: Uniform(1), EmbeddingsRegularizer: L2(0.1)}, Dense{Units: 2}}, fill: randomIDs(12)},
		{name: "word_dropout", input: Tokens(5), layers: []Layer{WordDropout{Rate: 0.6},
			TokenConvMaxPooling1D{InputDim: 12, Filters: 4, KernelSizes: []int{2}, EmbeddingsInitializer: Uniform(1)}, Dense{Units: 2}}, fill: randomIDs(12), random: true},
		{name: "word_dropout_rnn", input: Tokens(5), layers: []Layer{WordDropout{Rate: 0.4}, Embedding{InputDim: 12, OutputDim: 3}, GRU{Units: 2}, Dense{Units: 2}}, fill: paddedRow, random: true},
		{name: "global_average_pooling", input: Features(4, 3), layers: []Layer{Dense{Units: 3}, GlobalAveragePooling1D{}, Dense{Units: 2}}},
		{name: "global_average_pooling_masked", input: Tokens(5), layers: []Layer{Embedding{InputDim: 12, OutputDim: 3, MaskZero: true}, GlobalAveragePooling1D{}, Dense{Units: 2}}, fill: paddedRow},
		{name: "flatten", input: Features(3, 2), layers: []Layer{Dense{Units: 2}, Flatten{}, Dense{Units: 2}}},
		{name: "flatten_of_one_step", input: Features(1, 2), layers: []Layer{Dense{Units: 2}, Flatten{}, Dense{Units: 2}}},
		{name: "reshape", input: Features(3, 4), layers: []Layer{Dense{Units: 2}, Reshape{TargetShape: Shape{-1, 3}}, SimpleRNN{Units: 2}}},
		{name: "reshape_to_features", input: Features(3, 4), layers: []Layer{Dense{Units: 2}, Reshape{TargetShape: Shape{6}}, Dense{Units: 2}}},
		{name: "repeat_vector", input: Features(3), layers: []Layer{Dense{Units: 2}, RepeatVector{N: 3}, SimpleRNN{Units: 2}}},
		{name: "time_distributed", input: Features(3, 4), layers: []Layer{TimeDistributed{Layer: Dense{Units: 2, Activation: Tanh}}, SimpleRNN{Units: 2}}},
		{name: "time_distributed_dropout", input: Features(3, 8), layers: []Layer{TimeDistributed{Layer: Dropout{Rate: 0.4}}, SimpleRNN{Units: 2}}, random: true},

		{name: "simple_rnn_dropout", input: Features(4, 6), layers: []Layer{SimpleRNN{Units: 5, Dropout: 0.3, RecurrentDropout: 0.4}}, random: true},
		{name: "lstm_dropout", input: Features(4, 6), layers: []Layer{LSTM{Units: 5, Dropout: 0.3, RecurrentDropout: 0.4}}, random: true},
		{name: "lstm_input_dropout", input: Tokens(4), layers: []Layer{Embedding{InputDim: 12, OutputDim: 6, MaskZero: true}, LSTM{Units: 2, Dropout: 0.4}}, fill: paddedRow, random: true},
		{name: "gru_dropout", input: Features(4, 6), layers: []Layer{GRU{Units: 5, Dropout: 0.3, RecurrentDropout: 0.4, ReturnSequences: true}}, random: true},
		{name: "gru_reset_before_dropout", input: Features(4, 6), layers: []Layer{GRU{Units: 5, ResetBefore: true, RecurrentDropout: 0.4}}, random: true},
		{name: "lstm_regularized", input: Features(3, 2), layers: []Layer{LSTM{Units: 2, KernelRegularizer: L1(0.1), RecurrentRegularizer: L2(0.1), BiasRegularizer: L2(0.2)}}},
		{name: "bidirectional_dropout", input: Features(4, 6), layers: []Layer{Bidirectional{Layer: LSTM{Units: 3, Dropout: 0.3, RecurrentDropout: 0.3}}}, random: true},
		{name: "bidirectional_separate", describe: func() *Functional {
			f := &Functional{}
			h := f.Call(Bidirectional{Layer: GRU{Units: 2, ReturnState: true}, Merge: MergeNone}, f.Input("x", Features(3, 2)))
			f.Output("y", f.Call(Concatenate{}, h, h.Output(1), h.Output(2), h.Output(3)))
			return f
		}},
		{name: "bidirectional_first_states", describe: func() *Functional {
			f := &Functional{}
			x, h := f.Input("x", Features(3, 2)), f.Call(Dense{Units: 2}, f.Input("h", Features(3)))
			f.Output("y", f.Call(Bidirectional{Layer: GRU{Units: 2}}, x, h, f.Call(Dense{Units: 2}, h)))
			return f
		}},
		{name: "rnn_lstm_cell", input: Features(3, 4), layers: []Layer{RNN{Cell: LSTMCell{Units: 3}, ReturnSequences: true}}},
		{name: "rnn_gru_cell", input: Features(3, 4), layers: []Layer{RNN{Cell: GRUCell{Units: 3}, GoBackwards: true}}},
		{name: "stacked_cells", input: Tokens(4), layers: []Layer{Embedding{InputDim: 12, OutputDim: 3, MaskZero: true},
			RNN{Cell: StackedRNNCells{Cells: []Cell{LSTMCell{Units: 3}, GRUCell{Units: 2}, SimpleRNNCell{Units: 2}}}, ReturnSequences: true}, Dense{Units: 1}}, fill: paddedRow},
		{name: "stacked_cells_dropout", input: Features(3, 6), layers: []Layer{
			RNN{Cell: StackedRNNCells{Cells: []Cell{LSTMCell{Units: 6, Dropout: 0.3}, GRUCell{Units: 4, Dropout: 0.3, RecurrentDropout: 0.3}}}}}, random: true},
		{name: "stateful", input: Features(3, 2), layers: []Layer{LSTM{Units: 2, Stateful: true}, Dense{Units: 1}}, batch: 2},
		{name: "stateful_masked", input: Tokens(4), layers: []Layer{Embedding{InputDim: 12, OutputDim: 3, MaskZero: true}, SimpleRNN{Units: 2, Stateful: true, ReturnSequences: true}}, fill: paddedRow, batch: 3},

		{name: "simple_rnn_remat", input: Features(5, 4), layers: []Layer{SimpleRNN{Units: 3, Remat: true, ReturnSequences: true}, SimpleRNN{Units: 2, Remat: true}}},
		{name: "lstm_remat", input: Tokens(5), layers: []Layer{Embedding{InputDim: 12, OutputDim: 3, MaskZero: true}, LSTM{Units: 3, Remat: true, ReturnSequences: true, GoBackwards: true}, LSTM{Units: 2, Remat: true}}, fill: paddedRow},
		{name: "gru_remat_dropout", input: Features(5, 6), layers: []Layer{GRU{Units: 5, Remat: true, Dropout: 0.3, RecurrentDropout: 0.4}}, random: true},
		{name: "bidirectional_remat", input: Tokens(4), layers: []Layer{OneHot{Depth: 12}, Bidirectional{Layer: GRU{Units: 2, Remat: true, ReturnSequences: true}}, Dense{Units: 1}}, fill: paddedRow},
		{name: "stateful_remat", input: Features(3, 2), layers: []Layer{LSTM{Units: 2, Stateful: true, Remat: true}, Dense{Units: 1}}, batch: 2},

		{name: "attention", describe: func() *Functional { return attentive(Attention{}, 3) }},
		{name: "attention_scaled_causal", describe: func() *Functional { return attentive(Attention{UseScale: true, Causal: true}, 4) }},
		{name: "attention_dropout", describe: func() *Functional { return attentive(Attention{Dropout: 0.4}, 4) }, random: true},
		{name: "add", describe: func() *Functional { return joined(Add{}, 2) }},
		{name: "subtract", describe: func() *Functional { return joined(Subtract{}, 2) }},
		{name: "multiply", describe: func() *Functional { return joined(Multiply{}, 2) }},
		{name: "average", describe: func() *Functional { return joined(Average{}, 2) }},
		{name: "maximum", describe: func() *Functional { return joined(Maximum{}, 2) }},
		{name: "minimum", describe: func() *Functional { return joined(Minimum{}, 2) }},
		{name: "time_distributed_batch_normalization", input: Tokens(4), layers: []Layer{Embedding{InputDim: 12, OutputDim: 3, MaskZero: true, EmbeddingsInitializer: Uniform(1)},
			TimeDistributed{Layer: BatchNormalization{Epsilon: 0.1}}, GRU{Units: 2}}, fill: paddedRow, phases: true},
		{name: "add_of_three", describe: func() *Functional { return joinedInPart(Add{}) }},
		{name: "multiply_of_three", describe: func() *Functional { return joinedInPart(Multiply{}) }},
		{name: "maximum_of_three", describe: func() *Functional { return joinedInPart(Maximum{}) }},
		{name: "concatenate_of_three", describe: func() *Functional { return joinedInPart(Concatenate{}) }},
		{name: "concatenate_time_of_three", describe: func() *Functional { return joinedInPart(Concatenate{Time: true}) }},
		{name: "concatenate", describe: func() *Functional { return joined(Concatenate{}, 3) }},
		{name: "concatenate_time", describe: func() *Functional { return joined(Concatenate{Time: true}, 2) }},
		{name: "siamese", describe: siamese},
		{name: "text_and_features", describe: textAndFeatures},
		{name: "tagger", describe: tagger},
		{name: "translator", describe: translator},

		{name: "named", input: Features(3), layers: []Layer{Named{"hidden", Dense{Units: 2}}, Frozen{Named{"output", Dense{Units: 2}}}, Named{"last", Frozen{Dense{Units: 2}}}, Dense{Units: 1}}},
		{name: "nested", input: Tokens(4), layers: []Layer{
			Sequential{Layers: []Layer{Embedding{InputDim: 12, OutputDim: 3, MaskZero: true}, GRU{Units: 2, ReturnSequences: true}}},
			Sequential{Input: Features(Any, 2), Layers: []Layer{Sequential{Layers: []Layer{Dense{Units: 2}, LSTM{Units: 2}}}, Dense{Units: 2}}},
			Dense{Units: 1, Activation: Sigmoid}}, fill: paddedRow},
		{name: "nested_frozen", input: Features(4), layers: []Layer{Dense{Units: 3},
			Frozen{Sequential{Layers: []Layer{Dense{Units: 3, KernelRegularizer: L2(0.1)}, BatchNormalization{Epsilon: 0.1}}}}, Dense{Units: 2}}},
		{name: "nested_states_and_penalties", input: Features(4), phases: true, layers: []Layer{
			Sequential{Layers: []Layer{Dense{Units: 3, KernelRegularizer: L2(0.1)}, BatchNormalization{Epsilon: 0.1}}}, Dense{Units: 2, Activation: Tanh}}},
		{name: "nested_stateful", input: Features(3, 2), layers: []Layer{Sequential{Layers: []Layer{LSTM{Units: 2, Stateful: true}}}, Dense{Units: 1}}, batch: 2},
		{name: "nested_in_time", input: Features(3, 4), layers: []Layer{TimeDistributed{Layer: Sequential{Layers: []Layer{Dense{Units: 3, Activation: Tanh}, Dense{Units: 2}}}}, SimpleRNN{Units: 2}}},
		{name: "nested_dropout_shared", random: true, describe: func() *Functional {
			f := &Functional{}
			block := f.Share(Sequential{Layers: []Layer{Dense{Units: 6}, Dropout{Rate: 0.4}}})
			f.Output("y", f.Call(Dense{Units: 2}, f.Call(Subtract{}, block.Call(f.Input("a", Features(3))), block.Call(f.Input("b", Features(3))))))
			return f
		}},
		{name: "nested_graphs", describe: func() *Functional {
			f := &Functional{}
			tags := f.Share(tagger().plain())
			f.Output("same", f.Call(siamese().plain(), f.Input("left", Tokens(4)), f.Input("right", Tokens(6))))
			a, b := tags.Call(f.Input("text", Tokens(4))), tags.Call(f.Input("title", Tokens(4)))
			f.Output("tags", f.Call(Add{}, a, b))
			f.Output("topics", f.Call(Concatenate{}, a.Output(1), b.Output(1)))
			return f
		}},
	}
	list = append(list, kerasCases()...)
	for _, f := range []Func{HardSigmoid, HardSigmoidKeras2, Relu6, LeakyRelu, LeakyReluOf(0.3), Elu, EluOf(0.4), Selu, ReluOf(0.2, 0.1, 0.7), Gelu, GeluApproximate, Silu,
		HardSilu, Mish, LogSoftmax, LogSigmoid, HardTanh, Celu, Squareplus, SparsePlus, SparseSigmoid, TanhShrink, HardShrink, SoftShrink, Softplus, Softsign, Exponential} {
		list = append(list, layerCase{name: "dense_" + string(f), input: Features(4), layers: []Layer{Dense{Units: 3, Activation: f}}})
		if f != Exponential { // grows without bounds
			list = append(list, layerCase{name: "simple_rnn_" + string(f), input: Features(3, 2), layers: []Layer{SimpleRNN{Units: 2, Activation: f}}})
		}
	}
	for _, c := range ownCases {
		if c.input.IDs() {
			c.fill = paddedRow
		}
		list = append(list, c)
	}
	return list
}

// attentive is attention of one text to another, both padded.
func attentive(l Layer, words int) *Functional {
	f := &Functional{}
	embed := f.Share(Embedding{InputDim: 12, OutputDim: 4, MaskZero: true, EmbeddingsInitializer: Uniform(1)})
	q, v := embed.Call(f.Input("query", Tokens(4))), embed.Call(f.Input("value", Tokens(words)))
	f.Output("y", f.Call(Dense{Units: 2}, f.Call(l, q, f.Call(Dense{Units: 3}, v), v)))
	return f
}

// joined merges two padded sequences of the given widths, the second of 2.
func joined(l Layer, width int) *Functional {
	f := &Functional{}
	steps := 4
	if c, ok := l.(Concatenate); ok && c.Time {
		steps = 3
	}
	x := f.Call(Embedding{InputDim: 12, OutputDim: width, MaskZero: true, EmbeddingsInitializer: Uniform(1)}, f.Input("left", Tokens(4)))
	y := f.Call(Embedding{InputDim: 12, OutputDim: 2, MaskZero: true, EmbeddingsInitializer: Uniform(1)}, f.Input("right", Tokens(steps)))
	f.Output("y", f.Call(SimpleRNN{Units: 2}, f.Call(l, x, y)))
	return f
}

// joinedInPart merges three sequences, the one in the middle without a mask.
func joinedInPart(l Layer) *Functional {
	f := &Functional{}
	embed := f.Share(Embedding{InputDim: 12, OutputDim: 2, MaskZero: true, EmbeddingsInitializer: Uniform(1)})
	x, z := embed.Call(f.Input("left", Tokens(3))), embed.Call(f.Input("right", Tokens(3)))
	y := f.Call(Dense{Units: 2}, f.Input("middle", Features(3, 2)))
	f.Output("y", f.Call(SimpleRNN{Units: 2}, f.Call(l, x, y, z)))
	return f
}

// someMasked makes some steps all ones, the value that a case masks, and one
// step ones in part.
func someMasked(r *rand.Rand, x *tensor.Dense) {
	randomFloats(r, x)
	v := x.Float64s()
	for i := range v {
		if i/2%3 == 1 {
			v[i] = 1
		}
	}
	v[0] = 1
}
