package train

import (
	"maps"
	"slices"

	"github.com/pkg/errors"

	"unroll/nn"
)

// outputs adds the labels, held against the outputs of a program that was
// compiled with losses.
func (t *table) outputs(d Data, p *program) error {
	ports := p.model.Outputs()
	named := d.Outputs
	if d.Outputs == nil && len(ports) == 1 {
		named = map[string]Labels{ports[0].Name: d.labels()}
	} else if d.Targets != nil || d.Weights != nil {
		return errors.New("data: set Outputs, or, for a model of one output, Targets and Weights")
	}
	t.labels = make([]*labels, len(ports))
	for i, port := range ports {
		l, ok := named[port.Name]
		o := p.outs[i]
		if o.loss == nil {
			continue
		}
		prefix := "data"
		if d.Outputs != nil || len(ports) > 1 {
			prefix = "data: output " + port.Name
		}
		if !ok {
			return errors.Errorf("%s: no targets", prefix)
		}
		var r *ragged
		var err error
		if len(port.Shape) == 2 {
			r, err = t.ragged(p.model, i)
		}
		if err == nil {
			t.labels[i], err = l.label(o.target, t.n, r)
		}
		if err == nil {
			t.labels[i].prefix = prefix
			err = t.labels[i].check(o.target, p.aims[i].Loss)
		}
		if err != nil {
			return errors.WithMessage(err, prefix)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(named)) {
		if !slices.ContainsFunc(ports, func(p nn.Port) bool { return p.Name == name }) {
			return errors.Errorf("data: the model has no output %q", name)
		}
	}
	return nil
}
