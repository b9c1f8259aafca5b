package keras

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/pkg/errors"

	"unroll/nn"
)

// part is a layer, a cell or a model in the tree that Keras 3 writes: its own weights
// are vars/0, vars/1 and so on, its parts stand below it by the names of attributes,
// and the layers of a model in a container, under names that count by class.
type part struct {
	attr  string // its place in the part around it: "cell", "layer"
	class string // by which it is called in a container
	label string // the layer's name, for people
	layer any

	own   []*nn.Weight
	parts []*part
	in    string  // the name of the container: "layers", "cells"
	list  []*part // what is in it
}

// tree returns the parts of a model, its layers in one of two orders.
func tree(m *nn.Model, order func(nn.Network) []operation) (*part, error) {
	t := treeOf{m: m, order: order}
	for _, l := range m.Layers() {
		t.weights = append(t.weights, l.Weights()...)
	}
	return t.network(m.Network())
}

type treeOf struct {
	m       *nn.Model
	order   func(nn.Network) []operation
	weights []*nn.Weight // all, in nn's order
}

// below returns the weights below a path.
func (t treeOf) below(path string) (own []*nn.Weight) {
	for _, w := range t.weights {
		if strings.HasPrefix(w.Name(), path+"/") {
			own = append(own, w)
		}
	}
	return own
}

// network returns the parts of a model or of a block.
func (t treeOf) network(n nn.Network) (*part, error) {
	p := &part{in: "layers", class: snake(classOf(n))}
	for _, o := range t.order(n) {
		if o.input {
			if !n.Chain {
				p.list = append(p.list, &part{class: snake(inputClass), label: n.Inputs[o.at].Name})
			}
			continue
		}
		l := n.Layers[o.at]
		inner, err := t.layer(l.Layer, l.Name, shapesInto(n, o.at))
		if err != nil {
			return nil, errors.WithMessage(err, l.Name)
		}
		inner.label = path.Base(l.Name)
		p.list = append(p.list, inner)
	}
	return p, nil
}

// layer returns the parts of a layer that stands at a path of the model and is called
// with values of the given shapes.
func (t treeOf) layer(l nn.Layer, at string, in []nn.Shape) (*part, error) {
	if n, is, err := t.m.Block(l, at, in...); is {
		if err != nil {
			return nil, err
		}
		return t.network(n)
	}
	inner := bare(l)
	e := byValue(inner)
	if e == nil {
		return nil, errors.Errorf("%T has no counterpart in Keras", inner)
	}
	p := &part{class: snake(e.class), layer: inner}
	add := func(attr string, l nn.Layer, at string, in []nn.Shape) error {
		q, err := t.layer(l, at, in)
		if err != nil {
			return errors.WithMessage(err, attr)
		}
		q.attr, q.label = attr, strings.TrimSuffix(attr, "layer")+q.class // forward_lstm
		p.parts = append(p.parts, q)
		return nil
	}
	switch x := inner.(type) {
	case nn.Bidirectional:
		second := x.Backward
		if second == nil {
			second = x.Layer
		}
		if err := add("forward_layer", x.Layer, at+"/forward", in); err != nil {
			return nil, err
		}
		return p, add("backward_layer", second, at+"/backward", in)
	case nn.TimeDistributed:
		return p, add("layer", x.Layer, at, []nn.Shape{in[0][1:]})
	case nn.RNN:
		return p.withCell(t.cell(x.Cell, at)), nil
	case nn.MultiHeadAttention:
		for _, name := range []string{"query", "key", "value", "attention_output"} {
			attr := strings.TrimPrefix(name, "attention_") + "_dense"
			p.parts = append(p.parts, &part{attr: attr, label: name, layer: inner, own: t.below(at + "/" + name)})
		}
		return p, nil
	}
	if e.cell {
		return p.withCell(&part{class: p.class + "_cell", layer: inner, own: t.below(at)}), nil
	}
	p.own = t.below(at)
	return p, nil
}

func (p *part) withCell(cell *part) *part {
	cell.attr, cell.label = "cell", cell.class
	p.parts = append(p.parts, cell)
	return p
}

func (t treeOf) cell(cell nn.Cell, at string) *part {
	p := &part{layer: cell}
	if e := byValue(cell); e != nil {
		p.class = snake(e.class)
	}
	stacked, ok := cell.(nn.StackedRNNCells)
	if !ok {
		p.own = t.below(at)
		return p
	}
	p.in = "cells"
	for i, c := range stacked.Cells {
		q := t.cell(c, at+"/cell_"+strconv.Itoa(i))
		q.label = q.class
		p.list = append(p.list, q)
	}
	return p
}

// flat returns the weights of the part in the order of Keras's layer.weights.
func (p *part) flat() []*nn.Weight {
	all := slices.Clone(p.own)
	for _, q := range p.parts {
		all = append(all, q.flat()...)
	}
	for _, q := range p.list {
		all = append(all, q.flat()...)
	}
	return all
}

// each calls f for the part and all within it.
func (p *part) each(f func(*part)) {
	f(p)
	for _, q := range slices.Concat(p.parts, p.list) {
		q.each(f)
	}
}

// shapeOf returns a weight's shape in Keras, which here and there has no dimension
// where nn has some of 1.
func (p *part) shapeOf(w *nn.Weight) []int {
	if e := byValue(p.layer); e != nil && e.scalar != nil && e.scalar(p.layer, path.Base(w.Name())) {
		return []int{}
	}
	return w.Shape()
}

// bare returns the layer that Named and Frozen wrap, or l itself.
func bare(l nn.Layer) nn.Layer {
	for {
		switch x := l.(type) {
		case nn.Named:
			l = x.Layer
		case nn.Frozen:
			l = x.Layer
		default:
			return l
		}
	}
}

// frozen reports whether a layer is kept from the optimizer.
func frozen(l nn.Layer) bool {
	switch x := l.(type) {
	case nn.Named:
		return frozen(x.Layer)
	case nn.Frozen:
		return true
	}
	return false
}

func classOf(n nn.Network) string {
	if n.Chain {
		return sequentialClass
	}
	return functionalClass
}

// shapesInto returns the shapes of what a layer is called with first.
func shapesInto(n nn.Network, layer int) (in []nn.Shape) {
	for _, c := range n.Calls {
		if c.Layer == layer {
			for _, r := range c.In {
				in = append(in, shapeAt(n, r))
			}
			return in
		}
	}
	return nil
}

// shapeAt returns the shape of a value.
func shapeAt(n nn.Network, r nn.Ref) nn.Shape {
	if r.Call < 0 {
		return n.Shapes[^r.Call]
	}
	return n.Calls[r.Call].Shapes[r.Output]
}
