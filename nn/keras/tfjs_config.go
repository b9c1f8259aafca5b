package keras

import (
	"maps"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"unroll/nn"
)

// tfjsClasses are the layers of TensorFlow.js 4.22 among ours.
var tfjsClasses = strings.Fields(`
	Activation Add AlphaDropout Average AveragePooling1D BatchNormalization Bidirectional Concatenate Conv1D Dense Dot Dropout
	ELU Embedding Flatten GRU GRUCell GaussianDropout GaussianNoise GlobalAveragePooling1D GlobalMaxPooling1D InputLayer LSTM LSTMCell
	LayerNormalization LeakyReLU Masking MaxPooling1D Maximum Minimum Multiply PReLU Permute RNN ReLU RepeatVector
	Rescaling Reshape SimpleRNN SimpleRNNCell Softmax SpatialDropout1D StackedRNNCells TimeDistributed`)

// tfjsFuncs are its activations, as Keras writes them. It has gelu_new too, which it
// saves and does not load.
var tfjsFuncs = strings.Fields(`elu hard_sigmoid linear relu relu6 selu sigmoid softmax softplus softsign tanh swish mish gelu`)

// tfjsOnly are settings of which it has one value alone, by class.
var tfjsOnly = map[string]object{
	"ELU":     {"alpha": 1.0},
	"ReLU":    {"negative_slope": 0.0, "threshold": 0.0},
	"GRU":     {"reset_after": false, "zero_output_for_mask": false},
	"GRUCell": {"reset_after": false},
	"LSTM":    {"zero_output_for_mask": false}, "SimpleRNN": {"zero_output_for_mask": false}, "RNN": {"zero_output_for_mask": false},
}

// tfjsSpellings are its names for what Keras calls otherwise.
var tfjsSpellings = map[string]string{"LecunNormal": "LeCunNormal", "LecunUniform": "LeCunUniform", "L1": "L1L2", "L2": "L1L2"}

// tfjsNetwork turns the configuration of a model of Keras 2 into one of TensorFlow.js.
// Weights have the names of their layers alone there, so that those of a model within
// a model are called after that too; p is its tree, which gets the same names.
func tfjsNetwork(o object, p *part, prefix string) error {
	config := obj(o["config"])
	labels := map[string]*part{}
	for _, q := range p.list {
		labels[q.label] = q
	}
	rename := func(o object, key string) {
		if name, ok := o[key].(string); ok {
			o[key] = prefix + name
		}
	}
	for _, v := range list(config["layers"]) {
		l := obj(v)
		name := str(obj(l["config"]), "name")
		q := labels[name]
		rename(l, "name")
		rename(obj(l["config"]), "name")
		for _, node := range list(l["inbound_nodes"]) {
			tfjsHistories(list(node), prefix)
		}
		if q == nil { // the input of a chain
			continue
		}
		q.label = prefix + name
		var err error
		if known(str(l, "class_name"), sequentialClass, functionalClass) {
			err = tfjsNetwork(l, q, q.label+"_")
		} else {
			err = tfjsLayer(l, q)
		}
		if err != nil {
			return errors.WithMessagef(err, "layer %q", name)
		}
	}
	tfjsHistories(list(config["input_layers"]), prefix)
	tfjsHistories(list(config["output_layers"]), prefix)
	return nil
}

func tfjsHistories(all []any, prefix string) {
	for _, v := range all {
		if h := list(v); len(h) > 0 {
			if name, ok := h[0].(string); ok {
				h[0] = prefix + name
			}
		}
	}
}

// tfjsLayer turns the configuration of a layer or cell.
func tfjsLayer(o object, p *part) error {
	class, config := str(o, "class_name"), obj(o["config"])
	if !known(class, tfjsClasses...) {
		return errors.Errorf("TensorFlow.js has no %s", class)
	}
	if b, ok := p.layer.(nn.Bidirectional); ok {
		if b.Backward != nil {
			return errors.New("TensorFlow.js has no Bidirectional of two different layers")
		}
		delete(config, "backward_layer")
		inner := obj(config["layer"])
		// It puts forward_ and backward_ in front itself, and has zeros at masked steps.
		obj(inner["config"])["name"] = p.parts[0].class
		delete(obj(inner["config"]), "zero_output_for_mask")
	}
	if class == "Conv1D" && config["padding"] == "causal" {
		return errors.New("TensorFlow.js has no causal padding")
	}
	for key, only := range tfjsOnly[class] {
		if v := config[key]; v != nil && v != only {
			return errors.Errorf("%s of a %s is %s, and TensorFlow.js knows %s alone", key, class, brief(v), brief(only))
		}
	}
	for _, key := range slices.Sorted(maps.Keys(config)) {
		if err := tfjsSetting(config, key); err != nil {
			return errors.WithMessage(err, key)
		}
	}
	inner := slices.Concat(list(config["cells"]), []any{config["layer"], config["cell"]})
	for _, v := range inner {
		if o := obj(v); o == nil {
			continue
		} else if known(str(o, "class_name"), sequentialClass, functionalClass) {
			return errors.Errorf("a model within a %s is not written for TensorFlow.js", class)
		} else if err := tfjsLayer(o, &part{}); err != nil {
			return err
		}
	}
	return nil
}

// tfjsSetting turns a setting that is a function, an initializer or a regularizer.
func tfjsSetting(config object, key string) error {
	v := config[key]
	switch o := obj(v); {
	case key == "dtype":
		config[key] = "float32"
	case strings.HasSuffix(key, "activation") && v != nil:
		name, _ := v.(string)
		if name == "silu" {
			name = "swish"
		}
		if config[key] = name; !known(name, tfjsFuncs...) {
			return errors.Errorf("TensorFlow.js has no function %s", brief(v))
		}
	case o != nil && (strings.HasSuffix(key, "initializer") || strings.HasSuffix(key, "regularizer")):
		class := str(o, "class_name")
		if s, ok := tfjsSpellings[class]; ok {
			o["class_name"] = s
		}
		if strings.HasSuffix(key, "regularizer") && str(o, "class_name") != "L1L2" {
			return errors.Errorf("TensorFlow.js has no regularizer %s", class)
		}
	}
	return nil
}
