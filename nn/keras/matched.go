package keras

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"

	"unroll/graph"
	"unroll/internal/hdf5"
	"unroll/nn"
)

// pair is a weight of the model and the dataset that holds its values.
type pair struct {
	weight *nn.Weight
	shape  []int // in Keras
	data   *hdf5.Dataset
	at     string // where the dataset stands

	stored  []int                     // in the file, if it is another than shape there
	arrange func([]float32) []float32 // what makes the weight's values of the file's
}

// matcher finds the values of a model's weights in a file of Keras 3, which names them
// by place: layers/lstm/cell/vars/0.
type matcher struct {
	pairs []pair
	used  map[*hdf5.Dataset]bool
	notes *notes
}

// dependencies is what Keras 2.12 to 2.15 call the layers of a model in such a file.
const dependencies = "_layer_checkpoint_dependencies"

// match finds the values of a part in a group, nil if the file has none for it.
func (m *matcher) match(p *part, g *hdf5.Group, at string) error {
	var vars []*hdf5.Dataset
	if g != nil {
		if v := g.Group("vars"); v != nil {
			vars = inOrder(v.Datasets)
		}
	}
	if len(p.own) == 0 && len(vars) > 0 && stateful(p.layer) {
		m.notes.add("%s: the states of a stateful layer begin at zero", at)
		for _, d := range vars {
			m.used[d] = true
		}
	} else if len(vars) != len(p.own) {
		return errors.Errorf("%s has %d weights in the file, %d in the model", at, len(vars), len(p.own))
	} else {
		for i, w := range p.own {
			m.pairs = append(m.pairs, pair{weight: w, shape: p.shapeOf(w), data: vars[i], at: at + "/vars/" + vars[i].Name})
			m.used[vars[i]] = true
		}
	}
	for _, q := range p.parts {
		attr := q.attr
		if below(g, attr) == nil && below(g, "_"+attr) != nil { // before Keras 3
			attr = "_" + attr
		}
		if err := m.match(q, below(g, attr), at+"/"+attr); err != nil {
			return err
		}
	}
	if p.in == "" {
		return nil
	}
	in := p.in
	if below(g, in) == nil && below(g, dependencies) != nil {
		in = dependencies
	}
	return m.container(p.list, below(g, in), strings.TrimPrefix(at+"/"+in, "/"))
}

// container finds the values of the layers of a model. Names count by class, but not
// always from one to the next: files of Keras 2.12 to 2.15 count layers twice. What
// holds is their order.
func (m *matcher) container(list []*part, g *hdf5.Group, at string) error {
	groups := map[string][]*hdf5.Group{}
	if g != nil {
		for _, sub := range g.Groups {
			if !empty(sub) {
				class := count.ReplaceAllString(sub.Name, "")
				groups[class] = append(groups[class], sub)
			}
		}
	}
	for _, all := range groups {
		slices.SortStableFunc(all, func(a, b *hdf5.Group) int { return ordinalOf(a.Name) - ordinalOf(b.Name) })
	}
	for _, p := range list {
		if len(p.flat()) == 0 {
			continue
		}
		of := groups[p.class]
		if len(of) == 0 {
			return errors.Errorf("the file has no weights for the layer %q: no more groups %s/%s", p.label, at, p.class)
		}
		groups[p.class] = of[1:]
		if err := m.match(p, of[0], at+"/"+of[0].Name); err != nil {
			return errors.WithMessagef(err, "layer %q", p.label)
		}
	}
	return nil
}

var count = regexp.MustCompile(`_\d+$`)

func ordinalOf(name string) int {
	n, _ := strconv.Atoi(strings.TrimPrefix(count.FindString(name), "_"))
	return n
}

// inOrder sorts datasets by their names, which are numbers.
func inOrder(list []*hdf5.Dataset) []*hdf5.Dataset {
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b *hdf5.Dataset) int {
		x, _ := strconv.Atoi(a.Name)
		y, _ := strconv.Atoi(b.Name)
		return x - y
	})
	return list
}

func below(g *hdf5.Group, name string) *hdf5.Group {
	if g == nil {
		return nil
	}
	return g.Group(name)
}

func empty(g *hdf5.Group) bool {
	return len(g.Datasets) == 0 && !slices.ContainsFunc(g.Groups, func(g *hdf5.Group) bool { return !empty(g) })
}

// stateful reports whether a layer goes on from batch to batch.
func stateful(l any) bool {
	switch l := l.(type) {
	case nn.SimpleRNN:
		return l.Stateful
	case nn.LSTM:
		return l.Stateful
	case nn.GRU:
		return l.Stateful
	case nn.RNN:
		return l.Stateful
	}
	return false
}

// unused returns an error that names datasets that no weight took.
func (m *matcher) unused(g *hdf5.Group) error {
	var left []string
	var walk func(g *hdf5.Group, at string)
	walk = func(g *hdf5.Group, at string) {
		for _, d := range g.Datasets {
			if !m.used[d] {
				left = append(left, at+d.Name)
			}
		}
		for _, sub := range g.Groups {
			switch {
			case at == "" && known(sub.Name, "optimizer", "optimizer_weights"):
			case sub.Name == "seed_generator":
				m.notes.add("the states of generators of random numbers are left out")
			default:
				walk(sub, at+sub.Name+"/")
			}
		}
	}
	walk(g, "")
	if len(left) == 0 {
		return nil
	}
	if len(left) > 5 {
		left = append(left[:5], fmt.Sprint("and ", len(left)-5, " more"))
	}
	return errors.Errorf("the file has weights that the model has not: %s", strings.Join(left, ", "))
}

// set reads the values into the model, after all shapes were found to fit.
func (m *matcher) set() error {
	for _, p := range m.pairs {
		want := p.shape
		if p.stored != nil {
			want = p.stored
		}
		if !slices.Equal(p.data.Shape, want) && (p.data.Len() != 1 || !ones(p.shape)) {
			return errors.Errorf("%s: %v in the file, %v in the model, as %s", p.at, p.data.Shape, p.shape, p.weight.Name())
		}
	}
	for _, p := range m.pairs {
		if err := p.fill(p.weight.Value().(*tensor.Dense)); err != nil {
			return errors.WithMessage(err, p.at)
		}
	}
	return nil
}

// fill reads the values into the weight's tensor.
func (p pair) fill(t *tensor.Dense) error {
	dst := graph.Floats[float32](t)
	if dst != nil && p.arrange == nil {
		return p.data.ReadFloat32s(dst)
	}
	if p.arrange == nil {
		x, err := p.data.Float64s()
		copy(graph.Floats[float64](t), x)
		return err
	}
	x, err := p.data.Float32s()
	if err != nil {
		return err
	}
	x = p.arrange(x)
	copy(dst, x)
	for i, y := 0, graph.Floats[float64](t); i < len(y); i++ {
		y[i] = float64(x[i])
	}
	return nil
}

func ones(shape []int) bool { return !slices.ContainsFunc(shape, func(n int) bool { return n != 1 }) }
