package keras

import (
	"path"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"unroll/internal/hdf5"
	"unroll/nn"
)

// matchLegacy finds the values in a group of Keras's older layout, which lists the
// names of layers, and of each the names of its weights in the order of get_weights.
func (m *matcher) matchLegacy(model *part, g *hdf5.Group) error {
	names, err := g.Strings("layer_names")
	if err != nil {
		return err
	}
	stored, byName, list := map[string][]pair{}, true, []string{}
	for _, name := range names {
		sub := g.Group(name)
		if sub == nil {
			return errors.Errorf("the file lists a layer %q, but has no weights of it", name)
		}
		weights, err := sub.Strings("weight_names")
		if err != nil {
			return errors.WithMessagef(err, "layer %q", name)
		}
		for _, w := range weights {
			d := sub.Dataset(w)
			if d == nil {
				return errors.Errorf("layer %q: the file lists a weight %q, but does not have it", name, w)
			}
			stored[name] = append(stored[name], pair{data: d, at: name + "/" + w})
		}
		if len(weights) > 0 {
			list = append(list, name)
		}
	}
	layers := slices.DeleteFunc(slices.Clone(model.list), func(p *part) bool { return len(p.flat()) == 0 })
	if len(layers) != len(list) {
		return errors.Errorf("the file has weights of %d layers, %s; the model's layers with weights are %d, %s", len(list), brief(word(strings.Join(list, ", "))), len(layers), brief(word(strings.Join(labels(layers), ", "))))
	}
	for _, p := range layers {
		byName = byName && len(stored[p.label]) > 0
	}
	for i, p := range layers {
		from := list[i]
		if byName {
			from = p.label
		}
		if err := m.legacyLayer(p, stored[from]); err != nil {
			return errors.WithMessagef(err, "layer %q", p.label)
		}
	}
	return nil
}

func labels(parts []*part) (names []string) {
	for _, p := range parts {
		names = append(names, p.label)
	}
	return names
}

// legacyLayer matches the weights of a layer: those that are trained first, then the
// others.
func (m *matcher) legacyLayer(p *part, stored []pair) error {
	shapes := map[*nn.Weight][]int{}
	p.each(func(q *part) {
		for _, w := range q.own {
			shapes[w] = q.shapeOf(w)
		}
	})
	own := trainedFirst(p.flat())
	if len(stored) != len(own) {
		return errors.Errorf("%d weights in the file, %d in the model", len(stored), len(own))
	}
	names := map[string]bool{}
	for _, w := range own {
		names[path.Base(w.Name())] = true
	}
	for i, w := range own {
		s := stored[i]
		name, _, _ := strings.Cut(path.Base(s.at), ":")
		if want := path.Base(w.Name()); names[name] && name != want {
			return errors.Errorf("%s stands where %s is wanted", s.at, want)
		}
		m.pairs = append(m.pairs, pair{weight: w, shape: shapes[w], data: s.data, at: s.at})
		m.used[s.data] = true
	}
	of := map[*nn.Weight]int{}
	for i, p := range m.pairs {
		of[p.weight] = i
	}
	p.each(func(q *part) { // of a layer the three follow one another, whatever stands around it
		if n := len(q.own); n > 0 {
			if first := of[q.own[0]]; first+n <= len(m.pairs) && m.pairs[first+n-1].weight == q.own[n-1] {
				fromCuDNN(m.pairs[first:first+n], q.layer)
			}
		}
	})
	return nil
}

// trainedFirst puts weights in the order of Keras's older layout.
func trainedFirst(list []*nn.Weight) []*nn.Weight {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b *nn.Weight) int {
		switch {
		case a.Trainable() == b.Trainable():
			return 0
		case a.Trainable():
			return -1
		}
		return 1
	})
	return list
}
