package keras

import (
	"github.com/pkg/errors"

	"unroll/nn"
)

// input makes an input of an InputLayer's settings, or of those of a first layer that
// say the shape; ids tells that it is word ids that are wanted.
func (r *reader) input(settings object, ids bool) (nn.Input, error) {
	for _, key := range []string{"ragged", "sparse"} {
		if settings[key] == true {
			return nn.Input{}, errors.Errorf("%s inputs cannot be represented", key)
		}
	}
	var dims []any
	for _, key := range []string{"batch_shape", "batch_input_shape", "input_shape"} {
		if dims = list(settings[key]); dims != nil {
			break
		}
	}
	if len(dims) == 0 {
		return nn.Input{}, errors.New("the file does not say the shape of the input")
	}
	shape := make([]int, len(dims))
	for i, d := range dims {
		shape[i] = nn.Any
		if d == nil {
			continue
		}
		n, err := whole(d)
		if err != nil || n < 1 {
			return nn.Input{}, errors.Errorf("the shape of the input has a dimension of %s", brief(d))
		}
		shape[i] = n
	}
	if r.timeFirst && len(shape) > 1 {
		shape[0], shape[1] = shape[1], shape[0]
		r.notes.add("recurrent layers are time_major in the file; here a batch is [batch, time, features], as elsewhere")
	}
	if shape[0] != nn.Any {
		r.batch = shape[0]
	}
	if shape = shape[1:]; len(shape) == 0 {
		return nn.Input{}, errors.New("an input of one value without a dimension cannot be represented")
	}
	switch {
	case ids && len(shape) == 1:
		return nn.Tokens(shape[0]), nil
	case ids:
		return nn.Input{}, errors.Errorf("word ids of the shape %v cannot be represented, only sequences of them", nn.Shape(shape))
	case settings["dtype"] == "string":
		return nn.Input{}, errors.New("an input of texts cannot be represented but for a TextVectorization that reads it: give the model word ids")
	}
	return nn.Features(shape...), nil
}

// textClass is the layer that turns texts into word ids, which is outside of our models.
const textClass = "TextVectorization"

// textInput makes an input of the word ids that a TextVectorization makes of texts.
func (r *reader) textInput(o object) (nn.Input, error) {
	settings := obj(o["config"])
	if mode, ok := settings["output_mode"]; ok && mode != nil && mode != "int" {
		return nn.Input{}, errors.Errorf("%s with output_mode %s cannot be represented, only with \"int\"", textClass, brief(mode))
	}
	if settings["ragged"] == true {
		return nn.Input{}, errors.Errorf("%s with ragged outputs cannot be represented", textClass)
	}
	steps := nn.Any
	if v := settings["output_sequence_length"]; v != nil {
		n, err := whole(v)
		if err != nil || n < 1 {
			return nn.Input{}, errors.Errorf("output_sequence_length: %s, want a number of words", brief(v))
		}
		steps = n
	}
	r.notes.add("the layer %q turns texts into word ids: it is not part of the model here, but its encoder", str(settings, "name"))
	return nn.Tokens(steps), nil
}

// dims returns the number of dimensions of a sample, 0 if nothing is said of it.
func dims(in nn.Input) int { return len(in.Shape) }

// readsIDs reports whether a layer takes word ids as its k-th input.
func readsIDs(o object, k, depth int) bool {
	switch class := str(o, "class_name"); {
	case depth > deepest:
	case known(class, "Embedding", "CategoryEncoding"):
		return true
	case class == sequentialClass:
		for _, l := range sequence(o["config"]) {
			if str(obj(l), "class_name") != inputClass {
				return readsIDs(obj(l), 0, depth+1)
			}
		}
	case known(class, functionalClass, "Model"):
		g, err := parseGraph(obj(o["config"]))
		if err == nil && k < len(g.inputs) {
			return g.readsIDs(depth + 1)[g.inputs[k].layer]
		}
	}
	return false
}

// readsIDs returns the names of the layers of which others take word ids.
func (g *network) readsIDs(depth int) map[string]bool {
	ids := map[string]bool{}
	for _, v := range g.vertices {
		for _, c := range v.calls {
			for k, from := range c.args {
				if !ids[from.layer] && readsIDs(v.object, k, depth) {
					ids[from.layer] = true
				}
			}
		}
	}
	return ids
}

// sequence returns the layers of a Sequential, whose configuration is an object or,
// before Keras 2.2.3, the list alone.
func sequence(config any) []any {
	if layers := list(config); layers != nil {
		return layers
	}
	return list(obj(config)["layers"])
}

// timeMajor reports whether a layer of a configuration has its steps first.
func timeMajor(config any) bool {
	for _, l := range sequence(config) {
		settings := obj(obj(l)["config"])
		if settings["time_major"] == true || obj(obj(settings["layer"])["config"])["time_major"] == true {
			return true
		}
	}
	return false
}

// positionless are the layers that do the same whether steps or samples come first,
// among them the recurrent ones that are told.
var positionless = []string{"LSTM", "GRU", "SimpleRNN", "RNN", "LSTMCell", "GRUCell", "SimpleRNNCell", "StackedRNNCells",
	"Bidirectional", "Dense", "Dropout", "Activation", "LayerNormalization"}

// timeMajor takes a recurrent layer's word for which dimension its steps are.
func (c *config) timeMajor(major bool) {
	if major != c.r.timeFirst {
		c.fail("time_major is %v, of other layers it is not", major)
	}
}

// stepsSecond refuses a setting, where it is set, in which the steps have a place.
func (c *config) stepsSecond(set bool, key string) {
	if set && c.reads() && c.r.timeFirst {
		c.fail("a model whose recurrent layers are time_major cannot be represented with %s", key)
	}
}
