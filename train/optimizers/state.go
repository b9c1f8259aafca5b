package optimizers

import (
	"encoding/json"
	"sort"
	"strconv"
	"strings"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"
)

// slots is what an optimizer remembers: tensors for each weight, and the number
// of its steps.
type slots struct {
	state state
	t     int
}

// State implements train.Saver.
func (o *slots) State() (map[string]*tensor.Dense, []byte, error) {
	rest, err := json.Marshal(numbers{o.t})
	return o.state.tensors(), rest, err
}

// Restore implements train.Saver.
func (o *slots) Restore(tensors map[string]*tensor.Dense, rest []byte) error {
	var n numbers
	if err := json.Unmarshal(rest, &n); err != nil {
		return errors.Wrap(err, "optimizer")
	}
	o.t = n.Steps
	return o.state.restore(tensors)
}

// numbers are an optimizer's state beside its tensors.
type numbers struct {
	Steps int `json:"steps"`
}

// tensors returns the slots as tensors, "0/dense/kernel" the first of the
// weight dense/kernel.
func (s *state) tensors() map[string]*tensor.Dense {
	all := map[string]*tensor.Dense{}
	addSlots(all, s.f32)
	addSlots(all, s.f64)
	return all
}

func addSlots[T float32 | float64](into map[string]*tensor.Dense, all map[string][][]T) {
	for name, list := range all {
		for i, x := range list {
			into[strconv.Itoa(i)+"/"+name] = tensor.New(tensor.WithShape(len(x)), tensor.WithBacking(x))
		}
	}
}

// restore takes what tensors returned.
func (s *state) restore(all map[string]*tensor.Dense) error {
	s.f32, s.f64 = map[string][][]float32{}, map[string][][]float64{}
	names := make([]string, 0, len(all))
	for name := range all {
		names = append(names, name)
	}
	sort.Strings(names) // slot 0 comes before slot 1
	for _, name := range names {
		slot, path, ok := strings.Cut(name, "/")
		i, err := strconv.Atoi(slot)
		if !ok || err != nil {
			return errors.Errorf("optimizer: state %q", name)
		}
		switch t := all[name]; t.Dtype() {
		case tensor.Float32:
			s.f32[path] = append(s.f32[path], append([]float32{}, t.Float32s()...))
			ok = len(s.f32[path]) == i+1
		case tensor.Float64:
			s.f64[path] = append(s.f64[path], append([]float64{}, t.Float64s()...))
			ok = len(s.f64[path]) == i+1
		}
		if !ok {
			return errors.Errorf("optimizer: state %q without the one before it", name)
		}
	}
	return nil
}
