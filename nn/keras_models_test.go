package nn

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"unroll/internal/show"
)

// kerasModels are twenty models of Keras's tutorials and examples, with the
// output shape and the number of parameters of each layer as Keras states them,
// and the totals, trainable and not. Counts are written as the formulas that
// they come from; a gated layer has for each gate a kernel, a recurrent kernel
// and a bias, (in + units + 1)·units, and GRU by default a second bias.
var kerasModels = []struct {
	name  string
	model interface{ Build() (*Model, error) }
	want  []string // name, shape and parameters of each layer
	total int
	fixed int // of them not trained
}{
	{"imdb one-hot", oneHotModel(100, 100, 32), []string{
		keras("simple_rnn", "(None, 32)", (100+32+1)*32),
		keras("dense", "(None, 1)", 33),
	}, 4_289, 0}, // the tutorial's summary
	{"imdb embedding", embeddingModel(1000, 100, 32, 8), []string{
		keras("embedding", "(None, 100, 32)", 1000*32),
		keras("simple_rnn", "(None, 8)", (32+8+1)*8),
		keras("dense", "(None, 1)", 9),
	}, 32_337, 0}, // the tutorial's summary
	{"imdb lstm", chain(Tokens(100), Embedding{InputDim: 1000, OutputDim: 32}, LSTM{Units: 8}, sigmoid()), []string{
		keras("embedding", "(None, 100, 32)", 1000*32),
		keras("lstm", "(None, 8)", 4*(32+8+1)*8),
		keras("dense", "(None, 1)", 9),
	}, 33_321, 0}, // the tutorial's summary
	// Deep Learning with Python, listing 6.21: embedding, flatten, dense.
	{"imdb embedding and dense", chain(Tokens(20), Embedding{InputDim: 10_000, OutputDim: 8}, Flatten{}, sigmoid()), []string{
		keras("embedding", "(None, 20, 8)", 10_000*8),
		keras("flatten", "(None, 160)", 0),
		keras("dense", "(None, 1)", 161),
	}, 80_161, 0},
	// The same, listing 6.24: three recurrent layers that return sequences.
	{"stacked simple rnn", chain(Tokens(Any), Embedding{InputDim: 10_000, OutputDim: 32},
		SimpleRNN{Units: 32, ReturnSequences: true}, SimpleRNN{Units: 32, ReturnSequences: true}, SimpleRNN{Units: 32}), []string{
		keras("embedding", "(None, None, 32)", 320_000),
		keras("simple_rnn", "(None, None, 32)", 2_080),
		keras("simple_rnn_1", "(None, None, 32)", 2_080),
		keras("simple_rnn_2", "(None, 32)", 2_080),
	}, 326_240, 0},
	// The same, listing 6.45: a one-dimensional convnet.
	{"imdb convnet", chain(Tokens(500), Embedding{InputDim: 10_000, OutputDim: 128}, Conv1D{Filters: 32, KernelSize: 7, Activation: Relu},
		MaxPooling1D{PoolSize: 5}, Conv1D{Filters: 32, KernelSize: 7, Activation: Relu}, GlobalMaxPooling1D{}, Dense{Units: 1}), []string{
		keras("embedding", "(None, 500, 128)", 1_280_000),
		keras("conv1d", "(None, 494, 32)", 7*128*32+32), // 28,704
		keras("max_pooling1d", "(None, 98, 32)", 0),
		keras("conv1d_1", "(None, 92, 32)", 7*32*32+32), // 7,200
		keras("global_max_pooling1d", "(None, 32)", 0),
		keras("dense", "(None, 1)", 33),
	}, 1_315_937, 0},
	// The same, listing 6.48: convolutions and a GRU on weather data of 14 values.
	{"temperature convolution and gru", chain(Features(Any, 14), Conv1D{Filters: 32, KernelSize: 5, Activation: Relu}, MaxPooling1D{PoolSize: 3},
		Conv1D{Filters: 32, KernelSize: 5, Activation: Relu}, GRU{Units: 32, Dropout: 0.1, RecurrentDropout: 0.5, ResetBefore: true}, Dense{Units: 1}), []string{
		keras("conv1d", "(None, None, 32)", 5*14*32+32), // 2,272
		keras("max_pooling1d", "(None, None, 32)", 0),
		keras("conv1d_1", "(None, None, 32)", 5*32*32+32), // 5,152
		keras("gru", "(None, 32)", 3*(32+32+1)*32),        // 6,240
		keras("dense", "(None, 1)", 33),
	}, 13_697, 0},
	{"gru, reset after", chain(Features(Any, 14), GRU{Units: 32}, Dense{Units: 1}), []string{
		keras("gru", "(None, 32)", 3*((14+32+1)*32+32)),
		keras("dense", "(None, 1)", 33),
	}, 3*((14+32+2)*32) + 33, 0},
	{"stacked gru with dropout", chain(Features(120, 14), GRU{Units: 32, Dropout: 0.1, RecurrentDropout: 0.5, ReturnSequences: true},
		GRU{Units: 64, Activation: Relu, Dropout: 0.1, RecurrentDropout: 0.5}, Dense{Units: 1}), []string{
		keras("gru", "(None, 120, 32)", 3*(14+32+2)*32),
		keras("gru_1", "(None, 64)", 3*(32+64+2)*64),
		keras("dense", "(None, 1)", 65),
	}, 4_608 + 18_816 + 65, 0},
	// Keras's example bidirectional_lstm_imdb: 20,000 words, vectors of 128; its
	// page prints 2,560,000, 98,816, 98,816, 129 and the total.
	{"bidirectional lstm", chain(Tokens(Any), Embedding{InputDim: 20_000, OutputDim: 128}, Bidirectional{Layer: LSTM{Units: 64, ReturnSequences: true}},
		Bidirectional{Layer: LSTM{Units: 64}}, sigmoid()), []string{
		keras("embedding", "(None, None, 128)", 2_560_000),
		keras("bidirectional", "(None, None, 128)", 98_816),
		keras("bidirectional_1", "(None, 128)", 98_816),
		keras("dense", "(None, 1)", 129),
	}, 2_757_761, 0},
	// Keras's example addition_rnn: 12 characters, a repeated vector, time
	// distributed output; its page prints 72,192, 131,584 and 1,548.
	{"addition", chain(Features(7, 12), LSTM{Units: 128}, RepeatVector{N: 4}, LSTM{Units: 128, ReturnSequences: true},
		TimeDistributed{Layer: Dense{Units: 12, Activation: Softmax}}), []string{
		keras("lstm", "(None, 128)", 72_192),
		keras("repeat_vector", "(None, 4, 128)", 0),
		keras("lstm_1", "(None, 4, 128)", 131_584),
		keras("time_distributed", "(None, 4, 12)", 1_548),
	}, 205_324, 0},
	{"reuters", chain(Features(10_000), Dense{Units: 64, Activation: Relu}, Dense{Units: 64, Activation: Relu}, Dense{Units: 46, Activation: Softmax}), []string{
		keras("dense", "(None, 64)", 640_064),
		keras("dense_1", "(None, 64)", 4_160),
		keras("dense_2", "(None, 46)", 2_990),
	}, 647_214, 0},
	{"batch normalization", chain(Features(20), Dense{Units: 64, NoBias: true}, BatchNormalization{}, Activation{Func: Relu}, Dropout{Rate: 0.5}, Dense{Units: 1}), []string{
		keras("dense", "(None, 64)", 20*64),
		keras("batch_normalization", "(None, 64)", 4*64),
		keras("activation", "(None, 64)", 0),
		keras("dropout", "(None, 64)", 0),
		keras("dense_1", "(None, 1)", 65),
	}, 20*64 + 4*64 + 65, 2 * 64},
	{"layer normalization", chain(Features(10, 16), Masking{}, LSTM{Units: 8, ReturnSequences: true}, LayerNormalization{}, GlobalAveragePooling1D{}, Dense{Units: 3}), []string{
		keras("masking", "(None, 10, 16)", 0),
		keras("lstm", "(None, 10, 8)", 4*(16+8+1)*8),
		keras("layer_normalization", "(None, 10, 8)", 16),
		keras("global_average_pooling1d", "(None, 8)", 0),
		keras("dense", "(None, 3)", 27),
	}, 800 + 16 + 27, 0},
	{"stacked cells", chain(Features(10, 16), RNN{Cell: StackedRNNCells{Cells: []Cell{LSTMCell{Units: 8}, GRUCell{Units: 4}}}}, Dense{Units: 1}), []string{
		keras("rnn", "(None, 4)", 4*(16+8+1)*8+3*(8+4+2)*4),
		keras("dense", "(None, 1)", 5),
	}, 800 + 168 + 5, 0},
	{"pooling and causal convolutions", chain(Features(32, 4), Conv1D{Filters: 8, KernelSize: 2, Padding: "causal", DilationRate: 2},
		AveragePooling1D{}, SpatialDropout1D{Rate: 0.1}, Conv1D{Filters: 8, KernelSize: 3, Strides: 2, Padding: "same"}, Reshape{TargetShape: Shape{4, 16}}, GaussianNoise{Stddev: 0.1}), []string{
		keras("conv1d", "(None, 32, 8)", 2*4*8+8),
		keras("average_pooling1d", "(None, 16, 8)", 0),
		keras("spatial_dropout1d", "(None, 16, 8)", 0),
		keras("conv1d_1", "(None, 8, 8)", 3*8*8+8),
		keras("reshape", "(None, 4, 16)", 0),
		keras("gaussian_noise", "(None, 4, 16)", 0),
	}, 72 + 200, 0},
	{"siamese", siamese(), []string{
		keras("embedding", "(None, 4, 3)", 12*3),
		keras("lstm", "(None, 2)", 4*(3+2+1)*2),
		keras("subtract", "(None, 2)", 0),
		keras("dense", "(None, 1)", 3),
	}, 36 + 48 + 3, 0},
	{"text and features", textAndFeatures(), []string{
		keras("embedding", "(None, 4, 3)", 12*3),
		keras("gru", "(None, 2)", 3*(3+2+2)*2),
		keras("concatenate", "(None, 5)", 0),
		keras("dense", "(None, 2)", 12),
	}, 36 + 42 + 12, 0},
	{"tagger with two heads", tagger(), []string{
		keras("embedding", "(None, 4, 3)", 12*3),
		keras("lstm", "[(None, 4, 2), (None, 2), (None, 2)]", 4*(3+2+1)*2),
		keras("dense", "(None, 4, 3)", 9),
		keras("dense_1", "(None, 1)", 3),
	}, 36 + 48 + 9 + 3, 0},
	{"encoder and decoder", translator(), []string{
		keras("embedding", "(None, 4, 3)", 12*3),
		keras("lstm", "[(None, 2), (None, 2), (None, 2)]", 4*(3+2+1)*2),
		keras("lstm_1", "(None, 3, 2)", 4*(3+2+1)*2),
		keras("dense", "(None, 3, 12)", 36),
	}, 36 + 48 + 48 + 36, 0},
}

func chain(in Input, layers ...Layer) Sequential { return Sequential{Input: in, Layers: layers} }

func sigmoid() Layer { return Dense{Units: 1, Activation: Sigmoid} }

func keras(name, shape string, params int) string {
	return fmt.Sprintf("%s %s %d", name, shape, params)
}

// TestKerasModels holds the layers' names, shapes and counts, and the totals
// that Summary prints.
func TestKerasModels(t *testing.T) {
	if len(kerasModels) != 20 {
		t.Errorf("%d models", len(kerasModels))
	}
	for _, c := range kerasModels {
		t.Run(c.name, func(t *testing.T) {
			m, err := c.model.Build()
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, cells := range m.table(false) {
				name, _, _ := strings.Cut(cells[0], " ")
				got = append(got, name+" "+cells[1]+" "+cells[2])
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			totals := fmt.Sprintf("Total params: %s\nTrainable params: %s\nNon-trainable params: %s\n",
				show.Thousands(c.total), show.Thousands(c.total-c.fixed), show.Thousands(c.fixed))
			if s := m.Summary(); !strings.Contains(s, totals) {
				t.Errorf("the summary is\n%s, want in it\n%s", s, totals)
			}
		})
	}
}
