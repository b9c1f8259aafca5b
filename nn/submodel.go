package nn

import (
	"maps"
	"slices"
	"strings"

	"github.com/pkg/errors"
)

// SubModel returns a model of the same inputs that ends at inner layers, for what
// they make of a sample: features, attention, states. An output is named as a
// layer is, or, where the layer is called again or returns several values, as
// Summary's last column names it: "lstm[0][1]" is the second output of the first
// call. Inputs that they do not depend on are left out.
//
// The weights are not copied: training the one model changes the other. Programs
// of both may run at once as those of one model may. Keras:
// Model(model.input, layer.output).
func (m *Model) SubModel(outputs ...string) (*Model, error) {
	if len(outputs) == 0 {
		return nil, errorf("sub-model: no outputs")
	}
	p := part{of: m.wiring, inputs: map[int]int{}, layers: map[int]int{}, calls: map[int]int{}}
	refs := make([]ref, len(outputs))
	for i, name := range outputs {
		var err error
		if refs[i], err = m.named(name); err != nil {
			return nil, err
		}
		p.need(refs[i])
	}
	n, shapes := p.take()
	for i, name := range outputs {
		n.outputs = append(n.outputs, output{name, p.at(refs[i])})
	}
	if m.kind == kindSequential && len(outputs) == 1 {
		n.kind, n.outputs[0].name = kindSequential, m.outputs[0].name
	}
	shared := *m.weights // and so is its lock
	w, err := n.declare(&Scope{weights: &shared, again: true}, shapes)
	if err != nil {
		return nil, errors.WithMessage(err, "sub-model")
	}
	shared.list, shared.byPath = nil, map[string]*Weight{}
	for _, of := range m.weights.list {
		if slices.ContainsFunc(w.rows, func(r row) bool { return strings.HasPrefix(of.path, r.name+"/") }) {
			shared.list = append(shared.list, of)
			shared.byPath[of.path] = of
		}
	}
	return &Model{wiring: w, settings: m.settings, weights: &shared}, nil
}

// named returns the value of a name.
func (m *Model) named(name string) (ref, error) {
	for i, c := range m.calls {
		for k := range m.shapes[i] {
			if r := (ref{i, k}); m.nameOf(r) == name || k == 0 && m.rows[c.layer].first == i && m.rows[c.layer].name == name {
				return r, nil
			}
		}
	}
	return ref{}, errorf("sub-model: the model has no layer %q, but %s", name, strings.Join(m.names(""), ", "))
}

// part is what some values of a network depend on. Its maps go from indices of the
// whole to those of the part.
type part struct {
	of                    *wiring
	inputs, layers, calls map[int]int
}

// need marks what a value depends on.
func (p *part) need(r ref) {
	if r.call < 0 {
		p.inputs[^r.call] = 0
		return
	}
	if _, ok := p.calls[r.call]; ok {
		return
	}
	c := p.of.calls[r.call]
	p.calls[r.call], p.layers[c.layer] = 0, 0
	for _, from := range c.in {
		p.need(from)
	}
}

// take returns what is marked, in its order, and the shapes of the inputs. Layers
// keep their names.
func (p *part) take() (n network, shapes []Shape) {
	n.kind = kindFunctional
	names := numbered{}
	for i, in := range p.of.inputs {
		if _, ok := p.inputs[i]; ok {
			p.inputs[i] = len(n.inputs)
			n.inputs, shapes = append(n.inputs, in), append(shapes, p.of.in[i])
			names.of(in.Name)
		}
	}
	for i, r := range p.of.rows {
		if _, ok := p.layers[i]; !ok {
			continue
		}
		p.layers[i] = len(n.layers)
		l, with := r.layer, maps.Clone(names)
		if name, _ := with.layer(l); name == r.name {
			names = with
		} else {
			l = Named{r.name, l}
			_, _ = names.layer(l) // which was free in the whole
		}
		n.layers = append(n.layers, l)
	}
	for i, old := range p.of.calls {
		if _, ok := p.calls[i]; !ok {
			continue
		}
		p.calls[i] = len(n.calls)
		c := call{layer: p.layers[old.layer]}
		for _, from := range old.in {
			c.in = append(c.in, p.at(from))
		}
		n.calls = append(n.calls, c)
	}
	return n, shapes
}

// at returns where a value of the whole is in the part.
func (p *part) at(r ref) ref {
	if r.call < 0 {
		return ref{call: ^p.inputs[^r.call]}
	}
	return ref{p.calls[r.call], r.out}
}
