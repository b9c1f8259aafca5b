package torch

import (
	"strings"

	"github.com/pkg/errors"

	"unroll/nn"
)

// place is a layer of a model that has weights, without the wrappers around it.
type place struct {
	nn.ModelLayer
	inner nn.Layer
}

// layersOf returns the layers that have weights, those within blocks too.
func layersOf(m *nn.Model) ([]place, error) {
	var list []place
	var walk func(net nn.Network) error
	walk = func(net nn.Network) error {
		shape := func(r nn.Ref) nn.Shape {
			if r.Call < 0 {
				return net.Shapes[^r.Call]
			}
			return net.Calls[r.Call].Shapes[r.Output]
		}
		seen := map[int]bool{}
		for _, c := range net.Calls {
			if seen[c.Layer] {
				continue
			}
			seen[c.Layer] = true
			l := net.Layers[c.Layer]
			in := make([]nn.Shape, len(c.In))
			for i, r := range c.In {
				in[i] = shape(r)
			}
			inside, is, err := m.Block(l.Layer, l.Name, in...)
			if err != nil {
				return errors.WithMessage(err, l.Name)
			}
			if is {
				if err := walk(inside); err != nil {
					return err
				}
			} else if len(l.Weights()) > 0 {
				list = append(list, place{l, bare(l.Layer)})
			}
		}
		return nil
	}
	return list, walk(m.Network())
}

// bare returns a layer without the wrappers that leave its weights where they are.
func bare(l nn.Layer) nn.Layer {
	for {
		switch x := l.(type) {
		case nn.Named:
			l = x.Layer
		case nn.Frozen:
			l = x.Layer
		case nn.TimeDistributed:
			l = x.Layer
		default:
			return l
		}
	}
}

// below returns the path of a weight below its layer.
func (p place) below(w *nn.Weight) string { return strings.TrimPrefix(w.Name(), p.Name+"/") }

// String names the layer in errors.
func (p place) String() string { return "layer \"" + p.Name + "\" (" + p.Type + ")" }
