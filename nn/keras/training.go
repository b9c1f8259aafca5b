package keras

import (
	"maps"
	"slices"
	"strings"

	"github.com/pkg/errors"
)

// Training is how a model was compiled, as the file says it: a loss or a metric of
// somebody's own is no obstacle, and named here.
type Training struct {
	Losses    []string // such as "binary_crossentropy"; those of several outputs by the names of these
	Metrics   []string
	Optimizer string         // its class, such as "Adam"
	Settings  map[string]any // of the optimizer, as Keras names them: "learning_rate"
}

// readTraining reads a compile_config, or the training_config of HDF5; nil if there is
// none.
func readTraining(config object, n *notes) *Training {
	if config == nil {
		return nil
	}
	t := &Training{Losses: names(config["loss"]), Metrics: names(config["metrics"])}
	optimizer := config["optimizer"]
	if o := obj(config["optimizer_config"]); o != nil {
		optimizer = o
	}
	if class, settings, ok := serialized(optimizer); ok {
		t.Optimizer, t.Settings = strings.TrimPrefix(class, "Custom>"), settings // as Keras 2.11 and 2.12 write their own
		if _, word := optimizer.(string); word {
			t.Settings = nil
		}
	}
	for _, loss := range t.Losses {
		if !known(strings.ReplaceAll(strings.ToLower(loss), "_", ""), losses...) {
			n.add("the loss %q is its author's and not Keras's: to train on, choose one", loss)
		}
	}
	return t
}

// losses are those of Keras, in lower case and without "_".
var losses = strings.Fields(`binarycrossentropy binaryfocalcrossentropy categoricalcrossentropy categoricalfocalcrossentropy
	categoricalhinge cosinesimilarity ctc dice hinge huber kldivergence kld kldiv kullbackleiblerdivergence logcosh mae mape
	meanabsoluteerror meanabsolutepercentageerror meansquarederror meansquaredlogarithmicerror mse msle poisson
	sparsecategoricalcrossentropy squaredhinge tversky`)

// names returns those of losses or metrics: words, functions and classes, in lists and
// by outputs.
func names(v any) (all []string) {
	switch x := v.(type) {
	case string:
		return []string{x}
	case []any:
		for _, v := range x {
			all = append(all, names(v)...)
		}
	case object:
		class, function := str(x, "class_name"), str(x, "config")
		switch {
		case function != "":
			return []string{function}
		case class != "":
			if name := str(obj(x["config"]), "fn"); name != "" {
				return []string{name}
			}
			return []string{class}
		}
		for _, key := range slices.Sorted(maps.Keys(x)) {
			all = append(all, names(x[key])...)
		}
	}
	return all
}

// trainingOf returns the configuration of the training, of HDF5 or of an archive.
func (s *store) trainingOf() (object, error) {
	if known(s.format, Archive, Architecture) {
		var o struct {
			Compile object `json:"compile_config"`
		}
		err := parse(s.config, &o)
		return o.Compile, errors.Wrap(err, configFile)
	}
	if len(s.training) == 0 {
		return nil, nil
	}
	var o object
	err := parse(s.training, &o)
	return o, errors.Wrap(err, "training_config")
}
