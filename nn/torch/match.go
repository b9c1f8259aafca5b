package torch

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"unroll/nn"
)

// planned is a weight with what it is made of.
type planned struct {
	weight *nn.Weight
	place  place
	source
	prefix string // of the names of the tensors
}

// module is a module of the file for a layer.
type module struct {
	name  string
	level int // of a recurrent layer, within the module
}

// prefix is what stands before the names of a module's tensors.
func prefix(module string) string {
	if module == "" {
		return ""
	}
	return module + "."
}

// modulesOf returns the module of each layer, of the map and by name, and the modules
// that are left out.
func modulesOf(f *file, layers []place, given map[string]string) (of map[string]module, out []string, err error) {
	of = map[string]module{}
	known := func(name string) int {
		return slices.IndexFunc(layers, func(p place) bool { return p.Name == name })
	}
	for _, m := range slices.Sorted(maps.Keys(given)) {
		if !slices.ContainsFunc(f.names, func(name string) bool { return strings.HasPrefix(name, prefix(m)) }) {
			return nil, nil, errors.Errorf("there is no module %q: the tensors are %s", m, few(f.names))
		}
		if strings.TrimSpace(given[m]) == "" {
			out = append(out, m)
			continue
		}
		level := 0
		for name := range strings.SplitSeq(given[m], ",") {
			name = strings.TrimSpace(name)
			at := known(name)
			if at < 0 {
				var all []string
				for _, p := range layers {
					all = append(all, p.Name)
				}
				return nil, nil, errors.Errorf("module %q: the model has no layer %q with weights, but %s", m, name, few(all))
			}
			if other, twice := of[name]; twice {
				return nil, nil, errors.Errorf("layer %q is given the modules %q and %q", name, other.name, m)
			}
			of[name] = module{m, level}
			if isRecurrent(layers[at].inner) {
				level++
			}
		}
	}
	for _, p := range layers {
		m := strings.ReplaceAll(p.Name, "/", ".")
		_, is := of[p.Name]
		_, mapped := given[m]
		if !is && !mapped && slices.ContainsFunc(f.names, func(name string) bool { return strings.HasPrefix(name, prefix(m)) }) {
			of[p.Name] = module{name: m}
		}
	}
	return of, out, nil
}

// match finds for each weight the tensors that it is made of, and checks their shapes.
func match(f *file, layers []place, given map[string]string, keep []string) ([]planned, error) {
	of, out, err := modulesOf(f, layers, given)
	if err != nil {
		return nil, err
	}
	for _, name := range keep {
		if !slices.ContainsFunc(layers, func(p place) bool { return p.Name == name }) {
			return nil, errors.Errorf("layer %q is to keep its values, but the model has no such layer with weights", name)
		}
		if m, is := of[name]; is {
			return nil, errors.Errorf("layer %q is to keep its values, but is that of module %q: leave the module out by an empty name in the map", name, m.name)
		}
	}
	var plan []planned
	taken := map[string]bool{}
	for _, p := range layers {
		m, is := of[p.Name]
		if !is {
			if slices.Contains(keep, p.Name) {
				continue
			}
			return nil, errors.Errorf("%v gets no values: there is no module %q; name its module in the map, or the layer as one that keeps its values", p, strings.ReplaceAll(p.Name, "/", "."))
		}
		for _, w := range p.Weights() {
			s, err := p.source(p.below(w), w.Shape(), m.level)
			if err != nil {
				return nil, errors.WithMessagef(err, "%v: %s", p, p.below(w))
			}
			next := planned{w, p, s, prefix(m.name)}
			if err := next.check(f); err != nil {
				return nil, err
			}
			for _, name := range s.tensors {
				taken[next.prefix+name] = true
			}
			plan = append(plan, next)
		}
		for _, name := range ignored(p.inner) {
			taken[prefix(m.name)+name] = true
		}
	}
	return plan, leftOver(f, of, taken, out)
}

// check compares the shapes.
func (p planned) check(f *file) error {
	below := p.place.below(p.weight)
	for _, name := range p.tensors {
		got, ok := f.shape(p.prefix + name)
		if !ok {
			without := ""
			if strings.HasSuffix(below, "bias") {
				without = "; a module without biases is a layer with NoBias"
			}
			return errors.Errorf("there is no tensor %q, of which %v makes its %s%s", p.prefix+name, p.place, below, without)
		}
		if !slices.Equal(got, p.shape) {
			return errors.Errorf("tensor %q is %v, and %v wants %v for its %s %v", p.prefix+name, got, p.place, p.shape, below, p.weight.Shape())
		}
	}
	return nil
}

// values makes the weight's values.
func (p planned) values(f *file) ([]float64, error) {
	x := make([][]float64, len(p.tensors))
	for i, name := range p.tensors {
		var err error
		if x[i], err = f.floats(p.prefix + name); err != nil {
			return nil, errors.WithMessagef(err, "%v", p.place)
		}
	}
	return p.arrange(x), nil
}

// leftOver returns an error if there are tensors that nobody took.
func leftOver(f *file, of map[string]module, taken map[string]bool, out []string) error {
	var left []string
	for _, name := range f.names {
		dropped := slices.ContainsFunc(out, func(m string) bool { return strings.HasPrefix(name, prefix(m)) })
		if !taken[name] && !dropped {
			left = append(left, name)
		}
	}
	if len(left) == 0 {
		return nil
	}
	shape, _ := f.shape(left[0])
	for _, layer := range slices.Sorted(maps.Keys(of)) {
		if strings.HasPrefix(left[0], prefix(of[layer].name)) {
			return errors.Errorf("layer %q has no weight for tensor %q %v of its module%s; nobody takes %s", layer, left[0], shape, hint(left[0]), few(left))
		}
	}
	return errors.Errorf("no layer takes tensor %q %v: name the layer of its module in the map, or \"\" to leave the module out; nobody takes %s", left[0], shape, few(left))
}

// recurrentName is that of a tensor of a recurrent module.
var recurrentName = regexp.MustCompile(`(?:weight|bias)_[ih]h_l(\d+)(_reverse)?$`)

// hint says what a tensor left over tells of its module.
func hint(tensor string) string {
	m := recurrentName.FindStringSubmatch(tensor)
	switch {
	case m != nil && m[1] != "0":
		return ", of which each layer is one here, named with a comma between: \"lstm,lstm_1\""
	case m != nil && m[2] != "":
		return ", which is to be a Bidirectional"
	case m != nil && strings.HasPrefix(m[0], "bias"), strings.HasSuffix(tensor, ".bias"):
		return "; the layer has NoBias"
	}
	return ""
}

// few lists names, not too many of them.
func few(names []string) string {
	const most = 8
	if len(names) > most {
		return strings.Join(names[:most], ", ") + ", ..."
	}
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}
