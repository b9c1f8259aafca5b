package keras

import (
	"strings"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"

	"unroll/nn"
)

// The classes of models.
const (
	sequentialClass = "Sequential"
	functionalClass = "Functional"
	inputClass      = "InputLayer"
)

// Limits on what a file can make us do: models within models, and layers in all.
const (
	deepest    = 32
	mostLayers = 10_000
)

var errNoCell = errors.New("this is no cell of a recurrent layer")

// description is a Sequential or a Functional that is yet to be built.
type description interface {
	nn.Layer
	Build() (*nn.Model, error)
	BuildZeros(room int) (*nn.Model, error)
}

// reader makes layers of a configuration.
type reader struct {
	major int
	notes *notes

	timeFirst bool // the recurrent layers are time_major
	stateful  bool // a layer is
	batch     int  // the size that an input gives the batch, 0 if none
	float64   bool
	depth     int // of models in one another
	layers    int // so far
}

// readModel makes the description of a model.
func readModel(doc []byte, major int, n *notes) (description, error) {
	var o object
	if err := parse(doc, &o); err != nil {
		return nil, errors.Wrap(err, "the configuration is not the JSON that Keras writes")
	}
	r := &reader{major: major, notes: n}
	r.timeFirst = timeMajor(o["config"])
	var d description
	switch class := str(o, "class_name"); class {
	case sequentialClass:
		s, _, err := r.sequential(o, 0)
		if err != nil {
			return nil, err
		}
		s.Batch, s.Dtype = r.settings()
		d = s
	case functionalClass, "Model":
		f, _, err := r.functional(obj(o["config"]), nil)
		if err != nil {
			return nil, err
		}
		f.Batch, f.Dtype = r.settings()
		d = f
	case "":
		return nil, errors.New("the configuration names no class of model")
	default:
		return nil, errors.Errorf("the model is of the class %s, whose computation is its author's code: only Sequential and Functional models can be represented", brief(class))
	}
	return d, nil
}

// settings returns those of the model beside its layers.
func (r *reader) settings() (batch int, dtype tensor.Dtype) {
	if r.float64 {
		dtype = tensor.Float64
	}
	if r.stateful {
		return r.batch, dtype
	}
	if r.batch > 0 {
		r.notes.add("the batch size of %d that the file gives is not kept: batches may be of any size", r.batch)
	}
	return 0, dtype
}

// entry returns what reads an object, which is an error if nothing does.
func (r *reader) entry(o object) (*entry, error) {
	class := str(o, "class_name")
	if class == "" {
		return nil, errors.New("this is no layer: it has no class")
	}
	_, hasModule := o["module"]
	e := byClass(class)
	switch {
	case isOwn(o), e == nil && !hasModule && !known(class, unrepresented...):
		return nil, errors.Errorf("class %s is of the file's author and cannot be represented", brief(word(class)))
	case class == "Lambda":
		return nil, errors.New("class Lambda holds Python code and cannot be represented")
	case e == nil:
		return nil, errors.Errorf("Keras's class %s cannot be represented", brief(word(class)))
	}
	return e, nil
}

// isOwn tells an object of the file's author: it is of a module that is not Keras's, or
// registered.
func isOwn(o object) bool {
	module, has := o["module"]
	from, _ := module.(string)
	for _, of := range []string{"keras", "tf_keras", "tensorflow.", "builtins"} {
		has = has && !strings.HasPrefix(from, of)
	}
	return has || strings.Contains(str(o, "class_name"), ">") || strings.Contains(str(o, "registered_name"), ">")
}

// word is a name that brief shows without quotes.
type word string

// value reads a layer or a cell of the table.
func (r *reader) value(v any, place string, rank int) (any, error) {
	o := obj(v)
	e, err := r.entry(o)
	if err != nil {
		return nil, err
	}
	if r.layers++; r.layers > mostLayers {
		return nil, errors.Errorf("there are more than %d layers", mostLayers)
	}
	settings := obj(o["config"])
	if settings == nil {
		return nil, errors.New("there are no settings")
	}
	if r.timeFirst && !known(e.class, positionless...) {
		return nil, errors.Errorf("a model whose recurrent layers are time_major cannot be represented with a %s", e.class)
	}
	c := &config{in: settings, seen: map[string]bool{}, major: r.major, rank: rank, place: place, notes: r.notes, r: r}
	for _, key := range []string{"name", "trainable", "dtype", "batch_input_shape", "batch_shape"} {
		c.seen[key] = true
	}
	if err := r.dtype(settings["dtype"], place); err != nil {
		return nil, err
	}
	got := e.settings(c, nil)
	return got, c.finish()
}

// within reads a layer, or a model as one, that stands without a name of its own.
func (r *reader) within(v any, place string, rank int) (nn.Layer, error) {
	l, _, err := r.layer(obj(v), place, []int{rank})
	return l, err
}

// layer reads a layer that is called with values of the given numbers of dimensions,
// and returns those of its outputs.
func (r *reader) layer(o object, place string, ranks []int) (l nn.Layer, out []int, err error) {
	if r.depth++; r.depth > deepest {
		return nil, nil, errors.Errorf("there are more than %d models in one another", deepest)
	}
	defer func() { r.depth-- }()
	if len(ranks) == 0 {
		return nil, nil, errors.New("it is called with nothing")
	}
	switch class := str(o, "class_name"); class {
	case sequentialClass:
		var s nn.Sequential
		if s, out, err = r.sequential(o, ranks[0]); err == nil {
			l = s
		}
	case functionalClass, "Model":
		var f *nn.Functional
		if f, out, err = r.functional(obj(o["config"]), ranks); err == nil {
			l = f
		}
	default:
		var v any
		if v, err = r.value(o, place, ranks[0]); err == nil {
			var ok bool
			if l, ok = v.(nn.Layer); !ok {
				return nil, nil, errors.Errorf("%s is no layer", class)
			}
			out = ranksOf(l, ranks)
		}
	}
	if err != nil {
		return nil, nil, err
	}
	if trainable, ok := obj(o["config"])["trainable"].(bool); ok && !trainable {
		l = nn.Frozen{Layer: l}
	}
	return l, out, nil
}

// name returns a layer's name as nn can have it.
func (r *reader) name(name string) string {
	clean := strings.Map(func(c rune) rune {
		if strings.ContainsRune("/[]", c) {
			return '_'
		}
		return c
	}, name)
	if clean != name {
		r.notes.add("layer %q is called %q here", name, clean)
	}
	return clean
}

// dtype takes the policy of a layer's numbers.
func (r *reader) dtype(v any, place string) error {
	name, ok := v.(string)
	if o := obj(v); o != nil {
		if class := str(o, "class_name"); !known(class, "DTypePolicy", "Policy", "PolicyV1", "FloatDTypePolicy") {
			return errors.Errorf("the dtype policy %s cannot be represented", brief(word(class)))
		}
		name, ok = str(obj(o["config"]), "name"), true
	}
	switch {
	case v == nil, ok && known(name, "", "float32", "_infer"):
	case ok && name == "float64":
		r.float64 = true
	case ok && known(name, "mixed_float16", "mixed_bfloat16", "float16", "bfloat16"):
		r.notes.add("%s: computed in float32 here, in %s in Keras", place, name)
	default:
		return errors.Errorf("the dtype %s cannot be represented", brief(v))
	}
	return nil
}
