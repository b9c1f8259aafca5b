package keras

import (
	"fmt"

	"github.com/pkg/errors"

	"unroll/nn"
)

// sequential reads a chain, which as a layer of another model is called with a value
// of so many dimensions.
func (r *reader) sequential(o object, rank int) (s nn.Sequential, out []int, err error) {
	all := sequence(o["config"])
	if len(all) == 0 {
		return s, nil, errors.New("the model has no layers")
	}
	layers := all
	first := obj(all[0])
	settings := obj(first["config"])
	if str(first, "class_name") == inputClass {
		layers = all[1:]
	} else if settings["batch_input_shape"] == nil && settings["batch_shape"] == nil {
		settings = object{"input_shape": obj(o["config"])["build_input_shape"]}
		for _, c := range []any{o["build_config"], first["build_config"]} {
			if settings["input_shape"] == nil {
				settings["input_shape"] = obj(c)["input_shape"]
			}
		}
	}
	if rank == 0 && len(layers) > 0 && str(obj(layers[0]), "class_name") == textClass {
		if s.Input, err = r.textInput(obj(layers[0])); err != nil {
			return s, nil, errors.WithMessage(err, place(str(obj(obj(layers[0])["config"]), "name"), 0, len(layers), ""))
		}
		layers, rank = layers[1:], 1
	}
	if rank == 0 {
		ids := len(layers) > 0 && readsIDs(obj(layers[0]), 0, 0)
		if s.Input, err = r.input(settings, ids); err != nil {
			return s, nil, err
		}
		if str(first, "class_name") == inputClass {
			s.Input.Name = r.name(str(settings, "name"))
		}
		rank = dims(s.Input)
	}
	before := ""
	for i, v := range layers {
		o := obj(v)
		name := str(obj(o["config"]), "name")
		place := place(name, i, len(layers), before)
		var l nn.Layer
		if str(o, "class_name") == inputClass {
			err = errors.New("an input in the middle of a chain")
		} else {
			l, out, err = r.layer(o, place, []int{rank})
		}
		if err != nil {
			return s, nil, errors.WithMessage(err, place)
		}
		s.Layers = append(s.Layers, r.named(name, l))
		before, rank = name, out[0]
	}
	if len(s.Layers) == 0 {
		return s, nil, errors.New("the model has no layers")
	}
	return s, []int{rank}, nil
}

// place says where a layer stands, for errors and notes.
func place(name string, i, of int, after string) string {
	s := fmt.Sprintf("layer %q (%s of %d", name, ordinal(i+1), of)
	if after != "" {
		s += fmt.Sprintf(", after %q", after)
	}
	return s + ")"
}

// named gives a layer its name.
func (r *reader) named(name string, l nn.Layer) nn.Layer {
	if name == "" {
		return l
	}
	return nn.Named{Name: r.name(name), Layer: l}
}
