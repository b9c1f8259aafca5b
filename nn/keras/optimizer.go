package keras

import (
	"slices"
	"strings"

	"github.com/pkg/errors"

	"unroll/internal/hdf5"
	"unroll/nn"
)

// Optimizer is what an optimizer remembers between its steps.
type Optimizer struct {
	Class string // such as "Adam"
	Steps int    // so far
	// Slots holds what it keeps for each weight, by Keras's name of the slot and by
	// the weight's path in the model, row-major.
	Slots map[string]map[string][]float32
}

// slots lists the slots of an optimizer, with other names that they have in HDF5: of
// Keras 2 "m" and "v". A slot that has a setting is there if it is not 0 or false.
type slot struct {
	name    string
	aliases []string
	setting string
}

var (
	moments = []slot{{"momentum", []string{"m"}, ""}, {"velocity", []string{"v"}, ""}, {"velocity_hat", []string{"vhat"}, "amsgrad"}}

	slots = map[string][]slot{
		"sgd":      {{"momentum", nil, "momentum"}},
		"adam":     moments,
		"adamw":    moments,
		"nadam":    moments[:2],
		"adamax":   {{"momentum", []string{"m"}, ""}, {"norm", []string{"v", "u"}, ""}},
		"rmsprop":  {{"velocity", []string{"rms"}, ""}, {"momentum", nil, "momentum"}, {"average_gradient", []string{"mg"}, "centered"}},
		"adagrad":  {{"accumulator", nil, ""}},
		"adadelta": {{"accumulated_grad", []string{"accum_grad"}, ""}, {"accumulated_delta_var", []string{"accum_var"}, ""}},
		"lion":     {{"momentum", []string{"m"}, ""}},
	}
)

// kept is a variable of an optimizer in a file.
type kept struct {
	name string
	*hdf5.Dataset
}

// readOptimizer reads what the optimizer remembers of the weights that are trained,
// in Keras's order; nil, with a note, if it is not known.
func (s *store) readOptimizer(t *Training, weights []*nn.Weight, shapes [][]int) (*Optimizer, error) {
	all, err := s.variables()
	if err != nil || len(all) == 0 {
		return nil, err
	}
	anew := func(why string) (*Optimizer, error) {
		s.notes.add("the optimizer begins anew: %s", why)
		return nil, nil
	}
	if t == nil || t.Optimizer == "" {
		return anew("the file has its state, but not its name")
	}
	of, ok := slots[strings.ToLower(t.Optimizer)]
	if !ok {
		return anew("the state of " + t.Optimizer + " is not known")
	}
	of = slices.DeleteFunc(slices.Clone(of), func(s slot) bool {
		v := t.Settings[s.setting]
		return s.setting != "" && (v == nil || v == false || v == 0.0)
	})
	o := &Optimizer{Class: t.Optimizer, Slots: map[string]map[string][]float32{}}
	for len(all) > 0 && len(all[0].Shape) == 0 { // the steps, then the learning rate
		if x, err := all[0].Float64s(); err == nil && len(x) == 1 && strings.Contains(all[0].DType(), "int") {
			o.Steps = int(x[0])
		}
		all = all[1:]
	}
	all = slices.DeleteFunc(all, func(k kept) bool { return len(k.Shape) == 0 }) // such as Nadam's product
	if len(all) == 0 && len(of) == 0 {
		return o, nil
	}
	order, why := arranged(all, of, shapes)
	if why != "" {
		return anew(why)
	}
	for i, slot := range of {
		o.Slots[slot.name] = map[string][]float32{}
		for k, w := range weights {
			x, err := order(i, k).Float32s()
			if err != nil {
				return nil, errors.WithMessage(err, order(i, k).name)
			}
			o.Slots[slot.name][w.Name()] = x
		}
	}
	return o, nil
}

// variables returns those of the optimizer in their order.
func (s *store) variables() (all []kept, err error) {
	if g := s.root.Group("optimizer/vars"); g != nil {
		for _, d := range inOrder(g.Datasets) {
			all = append(all, kept{d.Name, d})
		}
		return all, nil
	}
	g := s.root.Group("optimizer_weights")
	if g == nil {
		return nil, nil
	}
	names, err := g.Strings("weight_names")
	if err != nil {
		return nil, errors.WithMessage(err, "optimizer_weights")
	}
	for _, name := range names {
		d := g.Dataset(name)
		if d == nil {
			return nil, errors.Errorf("optimizer_weights lists %q, but does not have it", name)
		}
		all = append(all, kept{name, d})
	}
	return all, nil
}

// arranged finds out how variables are arranged: the slots of a weight side by side, or
// one slot of all weights after the other. It goes by the names where they tell the
// slots, and by the shapes, which must tell one from the other. It returns the variable
// of a slot and a weight, or why there is none.
func arranged(all []kept, of []slot, shapes [][]int) (order func(slot, weight int) kept, why string) {
	n := len(shapes)
	if len(all) != n*len(of) {
		return nil, "its state is of another shape than the weights that are trained"
	}
	sides := func(slot, weight int) kept { return all[weight*len(of)+slot] }
	after := func(slot, weight int) kept { return all[slot*n+weight] }
	fits := func(order func(slot, weight int) kept) bool {
		for i, s := range of {
			for k, shape := range shapes {
				v := order(i, k)
				if name := slotIn(v.name, of); !slices.Equal(v.Shape, shape) || name != "" && name != s.name {
					return false
				}
			}
		}
		return true
	}
	side, next := fits(sides), fits(after)
	switch {
	case !side && !next:
		return nil, "its state is of another shape than the weights that are trained"
	case side && next && n > 1 && len(of) > 1:
		return nil, "its state can be read in two ways"
	case side:
		return sides, ""
	}
	return after, ""
}

// slotIn returns the slot that a variable's name ends in, or begins with: Adam/m/lstm
// or Adam/lstm/m:0; "" if it tells none.
func slotIn(name string, of []slot) string {
	name, _, _ = strings.Cut(name, ":")
	parts := strings.Split(name, "/")
	for _, s := range of {
		if known(parts[len(parts)-1], append(s.aliases, s.name)...) || len(parts) > 2 && known(parts[1], append(s.aliases, s.name)...) {
			return s.name
		}
	}
	best := ""
	for _, s := range of {
		if strings.HasSuffix(name, "_"+s.name) && len(s.name) > len(best) {
			best = s.name
		}
	}
	return best
}
