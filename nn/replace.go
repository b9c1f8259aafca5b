package nn

import (
	"slices"

	"github.com/pkg/errors"
)

// Replace returns a model in which the layer of a name is another one, such as a head of
// more classes. The weights of the other layers are copies of the model's, those of the new
// layer are drawn. A name that the model does not have, or a layer that does not fit in its
// place, is an error.
func (m *Model) Replace(name string, l Layer) (*Model, error) {
	at := slices.IndexFunc(m.rows, func(r row) bool { return r.name == name })
	if at < 0 {
		return nil, errorf("the model has no layer %q", name)
	}
	n := m.network
	n.layers = slices.Clone(n.layers)
	n.layers[at] = l
	next, err := n.build(m.settings)
	if err != nil {
		return nil, errors.WithMessagef(err, "replace %s", name)
	}
	err = m.Read(func() error {
		for i, r := range m.rows {
			if i == at {
				continue
			}
			for k, w := range r.weights {
				if err := next.rows[i].weights[k].Set(w.Float64s()); err != nil {
					return errors.WithMessagef(err, "replace %s", name)
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return next, nil
}
