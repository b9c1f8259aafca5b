package torch

import (
	"io/fs"

	"github.com/pkg/errors"

	"unroll/internal/safefile"
	"unroll/nn"
)

// LoadWeights sets the weights of a model to those of the state_dict of a PyTorch module
// in a file of safetensors, of float64, float32, float16 or bfloat16.
//
// modules names, for modules of the file, the layer of the model, such as "encoder": "lstm".
// A module is called by what stands before the last dot in the names of its tensors, and
// is "" where they have none. Layers within a block are named as by Model.Layer. Several
// layers, with commas between, are those of an RNN, LSTM or GRU with as many; of another
// module each of them gets the same values. An empty name leaves the module out. A module
// that is not in the map is the layer that has its name with slashes for the dots.
//
// Each tensor is to be taken and each weight to be set, but for those of the layers in
// keep, which keep their values. If something does not fit the error says which tensor,
// which layer and which shapes, and no weight is changed.
func LoadWeights(path string, model *nn.Model, modules map[string]string, keep ...string) error {
	data, err := safefile.ReadFile(path, safefile.Room())
	if err != nil {
		var p *fs.PathError
		if errors.As(err, &p) {
			err = p.Err
		}
		return errors.WithMessage(err, path)
	}
	return errors.WithMessage(SetWeights(data, model, modules, keep...), path)
}

// SetWeights is LoadWeights of a file that is in memory.
func SetWeights(data []byte, model *nn.Model, modules map[string]string, keep ...string) error {
	f, err := open(data)
	if err != nil {
		return err
	}
	layers, err := layersOf(model)
	if err != nil {
		return err
	}
	plan, err := match(f, layers, modules, keep)
	if err != nil {
		return err
	}
	values := make([][]float64, len(plan)) // all are made before the first is set
	for i, p := range plan {
		if values[i], err = p.values(f); err != nil {
			return err
		}
	}
	for i, p := range plan {
		if err := p.weight.Set(values[i]); err != nil {
			return err
		}
	}
	return nil
}
