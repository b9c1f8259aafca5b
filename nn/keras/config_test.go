package keras

import (
	"fmt"
	"strings"
	"testing"

	"unroll/nn"
)

// chain is the configuration of a Sequential of Keras 2 with layers, JSON objects.
func chain(input string, layers ...string) string {
	return `{"class_name": "Sequential", "config": {"name": "s", "layers": [` + strings.Join(append([]string{input}, layers...), ", ") + `]}}`
}

func layerOf(class, name, settings string) string {
	if settings != "" {
		settings = ", " + settings
	}
	return fmt.Sprintf(`{"class_name": %q, "config": {"name": %q%s}}`, class, name, settings)
}

const (
	inputOfWords = `{"class_name": "InputLayer", "config": {"batch_input_shape": [null, 6], "dtype": "float32", "name": "words"}}`
	inputOfSteps = `{"class_name": "InputLayer", "config": {"batch_input_shape": [null, 6, 3], "dtype": "float32", "name": "steps"}}`
	lstm2        = `"units": 2, "activation": "tanh", "recurrent_activation": "hard_sigmoid"`
)

// build makes the model of a configuration, with weights that are zeros.
func build(doc string, major int) (*nn.Model, []string, error) {
	var n notes
	d, err := readModel([]byte(doc), major, &n)
	if err != nil {
		return nil, nil, err
	}
	m, err := d.BuildZeros(1 << 20)
	return m, n.list, err
}

// TestSettings: what a configuration says is what the layer has.
func TestSettings(t *testing.T) {
	for _, c := range []struct {
		name, layer string
		major       int
		want        nn.Layer
		notes       string
	}{
		{"Keras 2's hard_sigmoid", layerOf("LSTM", "a", lstm2), keras2, nn.LSTM{Units: 2, RecurrentActivation: nn.HardSigmoidKeras2}, ""},
		{"Keras 3's hard_sigmoid", layerOf("LSTM", "a", lstm2), keras3, nn.LSTM{Units: 2, RecurrentActivation: nn.HardSigmoid}, ""},
		{"GRU of Keras 2.0", layerOf("GRU", "a", `"units": 2`), keras2, nn.GRU{Units: 2, ResetBefore: true}, ""},
		{"GRU of Keras 2.4", layerOf("GRU", "a", `"units": 2, "reset_after": true`), keras2, nn.GRU{Units: 2}, ""},
		{"GRU of Keras 3", layerOf("GRU", "a", `"units": 2`), keras3, nn.GRU{Units: 2}, ""},
		{"no activation", layerOf("SimpleRNN", "a", `"units": 2, "activation": null`), keras2, nn.SimpleRNN{Units: 2, Activation: nn.Linear}, ""},
		{"not trained", layerOf("Dense", "a", `"units": 2, "trainable": false`), keras2, nn.Frozen{Layer: nn.Dense{Units: 2}}, ""},
		{"initializers of Keras 2.0", layerOf("Dense", "a", `"units": 2, "kernel_initializer": {"class_name": "VarianceScaling", "config": {"scale": 1.0, "mode": "fan_avg", "distribution": "uniform", "seed": null}},
			"bias_initializer": {"class_name": "Ones", "config": {}}`), keras2, nn.Dense{Units: 2, BiasInitializer: nn.Ones()}, ""},
		{"initializers by name", layerOf("Dense", "a", `"units": 2, "kernel_initializer": "he_normal", "bias_initializer": "zeros"`), keras2, nn.Dense{Units: 2, KernelInitializer: nn.HeNormal()}, ""},
		{"initializer that is unknown", layerOf("Dense", "a", `"units": 2, "kernel_initializer": {"class_name": "Mine", "config": {}}`), keras2, nn.Dense{Units: 2}, "kernel_initializer Mine is left out"},
		{"penalties", layerOf("Dense", "a", `"units": 2, "kernel_regularizer": {"class_name": "L1L2", "config": {"l1": 0.0, "l2": 0.5}}, "bias_regularizer": "l1",
			"kernel_constraint": {"class_name": "MaxNorm", "config": {"max_value": 3, "axis": 0}}`), keras2,
			nn.Dense{Units: 2, KernelRegularizer: nn.L2(0.5), BiasRegularizer: nn.L1(0.01), KernelConstraint: nn.MaxNorm(3)}, ""},
		{"penalty of one's own", layerOf("Dense", "a", `"units": 2, "kernel_regularizer": {"class_name": "Mine", "config": {}}`), keras2, nn.Dense{Units: 2}, "kernel_regularizer Mine is left out"},
		{"function as an object", layerOf("Dense", "a", `"units": 2, "activation": {"module": "builtins", "class_name": "function", "config": "relu", "registered_name": "function"}`), keras3, nn.Dense{Units: 2, Activation: nn.Relu}, ""},
		{"layer as a function", layerOf("Dense", "a", `"units": 2, "activation": {"module": "keras.layers", "class_name": "LeakyReLU", "config": {"negative_slope": 0.1}, "registered_name": null}`), keras3, nn.Dense{Units: 2, Activation: nn.LeakyReluOf(0.1)}, ""},
		{"swish", layerOf("Dense", "a", `"units": 2, "activation": "swish"`), keras2, nn.Dense{Units: 2, Activation: nn.Silu}, ""},
		{"lists of one", layerOf("Conv1D", "a", `"filters": 2, "kernel_size": [3], "strides": [2], "dilation_rate": [1], "groups": 1, "data_format": "channels_last"`), keras2, nn.Conv1D{Filters: 2, KernelSize: 3, Strides: 2}, ""},
		{"alpha", layerOf("LeakyReLU", "a", `"alpha": 0.1`), keras2, nn.LeakyReLU{NegativeSlope: 0.1}, ""},
		{"theta", layerOf("ThresholdedReLU", "a", `"theta": 0.5`), keras2, nn.ReLU{Threshold: 0.5}, ""},
		{"an axis from the front", layerOf("BatchNormalization", "a", `"axis": [2], "momentum": 0.9`), keras2, nn.BatchNormalization{Momentum: 0.9}, ""},
		{"numbers of NumPy", layerOf("Normalization", "a", `"axis": -1, "mean": {"class_name": "__numpy__", "config": {"value": [1.0, 2.0, 3.0], "dtype": "float32"}}, "variance": [4.0, 4.0, 4.0]`), keras3,
			nn.Normalization{Mean: []float64{1, 2, 3}, Variance: []float64{4, 4, 4}}, ""},
		{"a number of NumPy", layerOf("Rescaling", "a", `"scale": {"class_name": "__numpy__", "config": {"value": 0.5, "dtype": "float64"}}, "offset": 0.0`), keras3, nn.Rescaling{Scale: 0.5}, ""},
		{"axes", layerOf("LayerNormalization", "a", `"axis": [1, 2]`), keras2, nn.LayerNormalization{Axis: []int{1, 2}}, ""},
		{"the last axis", layerOf("LayerNormalization", "a", `"axis": [2]`), keras2, nn.LayerNormalization{}, ""},
		{"implementation of Keras 2.0", layerOf("SimpleRNN", "a", `"units": 2, "implementation": 0`), keras2, nn.SimpleRNN{Units: 2}, ""},
		{"half the bits", layerOf("Dense", "a", `"units": 2, "dtype": {"class_name": "Policy", "config": {"name": "mixed_float16"}}`), keras2, nn.Dense{Units: 2}, "computed in float32 here, in mixed_float16 in Keras"},
		{"noise of some shape", layerOf("Dropout", "a", `"rate": 0.5, "noise_shape": [null, 1, 3]`), keras2, nn.Dropout{Rate: 0.5, NoiseShape: []int{1, 3}}, ""},
		{"noise that samples share", layerOf("Dropout", "a", `"rate": 0.5, "noise_shape": [6, 3]`), keras2, nn.Dropout{Rate: 0.5}, "noise_shape is left out, which training alone would use"},
		{"initializer of Keras 3.0", layerOf("LSTM", "a", `"units": 2, "recurrent_initializer": {"class_name": "OrthogonalInitializer", "config": {"gain": 1.0, "seed": null}}`), keras3, nn.LSTM{Units: 2}, ""},
		{"penalty of what comes out", layerOf("Dense", "a", `"units": 2, "activity_regularizer": {"class_name": "L2", "config": {"l2": 0.1}}`), keras2, nn.Dense{Units: 2}, "activity_regularizer is left out"},
		{"two directions", layerOf("Bidirectional", "a", `"merge_mode": null, "layer": `+layerOf("LSTM", "x", `"units": 2, "return_sequences": true`)+
			`, "backward_layer": `+layerOf("LSTM", "y", `"units": 2, "return_sequences": true, "go_backwards": true`)), keras2,
			nn.Bidirectional{Layer: nn.LSTM{Units: 2, ReturnSequences: true}, Merge: nn.MergeNone}, ""},
		{"stacked cells", layerOf("RNN", "a", `"cell": {"class_name": "StackedRNNCells", "config": {"cells": [`+layerOf("LSTMCell", "x", `"units": 2`)+`]}}`), keras2,
			nn.RNN{Cell: nn.StackedRNNCells{Cells: []nn.Cell{nn.LSTMCell{Units: 2}}}}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var n notes
			d, err := readModel([]byte(chain(inputOfSteps, c.layer)), c.major, &n)
			if err != nil {
				t.Fatal(err)
			}
			got := d.(nn.Sequential).Layers[0].(nn.Named)
			if fmt.Sprintf("%T%+v", got.Layer, got.Layer) != fmt.Sprintf("%T%+v", c.want, c.want) || got.Name != "a" {
				t.Errorf("%T%+v, want %T%+v", got.Layer, got.Layer, c.want, c.want)
			}
			if all := strings.Join(n.list, "\n"); (all == "") != (c.notes == "") || !strings.Contains(all, c.notes) {
				t.Errorf("notes %q, want %q", all, c.notes)
			}
		})
	}
}

// TestRefused: what cannot be represented is an error that says where it stands.
func TestRefused(t *testing.T) {
	in := func(input string, layers ...string) string { return chain(input, layers...) }
	dense := layerOf("Dense", "first", `"units": 3`)
	const place = `layer "a" (2nd of 2, after "first"): `
	for _, c := range []struct{ name, doc, want string }{
		{"layer of one's own", in(inputOfSteps, dense, layerOf("Mine", "a", "")), place + "class Mine is of the file's author and cannot be represented"},
		{"registered layer", in(inputOfSteps, dense, layerOf("Custom>Mine", "a", "")), place + "class Custom>Mine is of the file's author and cannot be represented"},
		{"layer of one's own by a name of Keras", in(inputOfSteps, dense, `{"module": "mine", "class_name": "Dense", "config": {"name": "a", "units": 3}, "registered_name": "Dense"}`),
			place + "class Dense is of the file's author and cannot be represented"},
		{"Lambda", in(inputOfSteps, dense, layerOf("Lambda", "a", "")), place + "class Lambda holds Python code and cannot be represented"},
		{"another of Keras", in(inputOfSteps, dense, layerOf("ConvLSTM2D", "a", "")), place + "Keras's class ConvLSTM2D cannot be represented"},
		{"function", in(inputOfSteps, dense, layerOf("Dense", "a", `"units": 3, "activation": "mine"`)), place + `activation: the function "mine" cannot be represented`},
		{"function by a name of Keras", in(inputOfSteps, dense, layerOf("Dense", "a", `"units": 3, "activation": {"module": "mine", "class_name": "function", "config": "relu", "registered_name": "mine>relu"}`)),
			place + `activation: the function "relu" is of the file's author and cannot be represented`},
		{"channels", in(inputOfSteps, dense, layerOf("Conv1D", "a", `"filters": 3, "kernel_size": 2, "data_format": "channels_first"`)), place + `data_format is "channels_first", only "channels_last" can be represented`},
		{"axis", in(inputOfSteps, dense, layerOf("UnitNormalization", "a", `"axis": [1]`)), place + "axis is [1], only the last one of 3 can be represented"},
		{"unknown setting", in(inputOfSteps, dense, layerOf("Dense", "a", `"units": 3, "colour": "red"`)), place + `the setting colour, here "red", is unknown`},
		{"a word for a number", in(inputOfSteps, dense, layerOf("Dense", "a", `"units": "three"`)), place + `units: "three", want a whole number`},
		{"nothing for a number", in(inputOfSteps, dense, layerOf("Dense", "a", "")), place + "units is missing"},
		{"zero", in(inputOfSteps, dense, layerOf("BatchNormalization", "a", `"epsilon": 0`)), place + "epsilon is 0, which cannot be represented"},
		{"dtype", in(inputOfSteps, dense, layerOf("Dense", "a", `"units": 3, "dtype": {"class_name": "QuantizedDTypePolicy", "config": {}}`)), place + "the dtype policy QuantizedDTypePolicy cannot be represented"},
		{"ragged", in(`{"class_name": "InputLayer", "config": {"batch_input_shape": [null, null], "ragged": true, "name": "x"}}`, dense), "ragged inputs cannot be represented"},
		{"sparse", in(`{"class_name": "InputLayer", "config": {"batch_input_shape": [null, 9], "sparse": true, "name": "x"}}`, dense), "sparse inputs cannot be represented"},
		{"texts", in(`{"class_name": "InputLayer", "config": {"batch_input_shape": [null, 1], "dtype": "string", "name": "x"}}`, dense), "an input of texts cannot be represented"},
		{"no shape", `{"class_name": "Sequential", "config": [` + dense + `]}`, "the file does not say the shape of the input"},
		{"model of one's own", `{"class_name": "MyModel", "config": {}}`, "the model is of the class \"MyModel\", whose computation is its author's code"},
		{"no JSON", `{`, "the configuration is not the JSON that Keras writes"},
		{"does not fit", in(inputOfWords, layerOf("LSTM", "a", `"units": 2`)), "a: input has 2 dimensions (None, 6), want (None, time, features)"},
		{"time_major and not", in(inputOfSteps, layerOf("LSTM", "first", `"units": 2, "time_major": true, "return_sequences": true`), layerOf("LSTM", "a", `"units": 2, "time_major": false`)), place + "time_major is false, of other layers it is not"},
		{"time_major and convolution", in(inputOfSteps, layerOf("LSTM", "first", `"units": 2, "time_major": true, "return_sequences": true`), layerOf("Flatten", "a", "")), place + "a model whose recurrent layers are time_major cannot be represented with a Flatten"},
		{"time_major and an axis", in(inputOfSteps, layerOf("LSTM", "first", `"units": 2, "time_major": true, "return_sequences": true`), layerOf("LayerNormalization", "a", `"axis": [1]`)), place + "a model whose recurrent layers are time_major cannot be represented with axis"},
		{"directions", in(inputOfSteps, dense, layerOf("Bidirectional", "a", `"merge_mode": "concat", "layer": `+layerOf("Dense", "x", `"units": 3`))), "a: layers nn.Dense and nn.Dense, want recurrent ones"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, _, err := build(c.doc, keras2); err == nil || !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("%v, want %s", err, c.want)
			}
		})
	}
}

// TestInputs: what is said of the input and of the batch, in one way or another.
func TestInputs(t *testing.T) {
	const majorLSTM = `"units": 2, "return_sequences": true, "time_major": true`
	for _, c := range []struct {
		name, doc string
		want      nn.Input
		batch     int
		note      string
	}{
		{"words", chain(inputOfWords, layerOf("Embedding", "e", `"input_dim": 5, "output_dim": 2`)), nn.Tokens(6), 0, ""},
		{"words of any length, said by the layer", `{"class_name": "Sequential", "config": [` + layerOf("Embedding", "e", `"input_dim": 5, "output_dim": 2, "batch_input_shape": [null, null], "input_length": null`) + `]}`, nn.Tokens(nn.Any), 0, ""},
		{"words of a model within", chain(inputOfWords, `{"class_name": "Sequential", "config": [`+layerOf("Embedding", "e", `"input_dim": 5, "output_dim": 2`)+`]}`), nn.Tokens(6), 0, ""},
		{"features", chain(inputOfSteps, layerOf("LSTM", "a", `"units": 2`)), nn.Features(6, 3), 0, ""},
		{"a shape that the model was built for", `{"class_name": "Sequential", "config": {"name": "s", "layers": [` + layerOf("Dense", "a", `"units": 2`) + `], "build_input_shape": [null, 4]}}`, nn.Features(4), 0, ""},
		{"a batch that is not wanted", chain(`{"class_name": "InputLayer", "config": {"batch_shape": [32, 6, 3], "name": "x"}}`, layerOf("LSTM", "a", `"units": 2`)), nn.Features(6, 3), 0,
			"the batch size of 32 that the file gives is not kept: batches may be of any size"},
		{"a batch that is wanted", chain(`{"class_name": "InputLayer", "config": {"batch_shape": [32, 6, 3], "name": "x"}}`, layerOf("LSTM", "a", `"units": 2, "stateful": true`)), nn.Features(6, 3), 32, ""},
		{"steps first", chain(`{"class_name": "InputLayer", "config": {"batch_input_shape": [6, null, 3], "name": "x"}}`, layerOf("LSTM", "a", majorLSTM), layerOf("Dense", "b", `"units": 2`)), nn.Features(6, 3), 0,
			"recurrent layers are time_major in the file; here a batch is [batch, time, features], as elsewhere"},
		{"numbers that JSON has not", chain(inputOfSteps, layerOf("LSTM", "NaN", `"units": 2, "kernel_constraint": {"class_name": "MaxNorm", "config": {"max_value": Infinity, "axis": 0}}`)), nn.Features(6, 3), 0, ""},
	} {
		m, notes, err := build(c.doc, keras2)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		in := m.Inputs()[0]
		if in.Name = ""; fmt.Sprint(in) != fmt.Sprint(c.want) || m.Batch() != c.batch || strings.Join(notes, "\n") != c.note {
			t.Errorf("%s: input %v, batch %d, notes %q", c.name, in, m.Batch(), notes)
		}
	}
	if _, _, err := build(chain(inputOfSteps, layerOf("Masking", "a", `"mask_value": NaN`)), keras2); err == nil || !strings.HasSuffix(err.Error(), `mask_value: "NaN", want a number`) {
		t.Error(err)
	}
}
