package keras

import (
	"slices"

	"github.com/pkg/errors"

	"unroll/nn"
)

// network is a Functional model's configuration, taken apart.
type network struct {
	vertices []*vertex
	byName   map[string]*vertex
	inputs   []tensorRef
	outputs  []tensorRef
}

// vertex is a layer with its calls.
type vertex struct {
	object      object
	name, class string
	at          int // its place in the file
	calls       []inbound

	// What the reader makes of it; outside tells that an input stands for its value.
	outside bool
	layer   nn.Layer
	shared  nn.Shared
	ranks   []int             // of its outputs; states, which follow, have one dimension
	values  map[int]nn.Symbol // the first output, by call
	masks   map[int]string    // what tells the output's from others, by call
}

// call is one of a vertex's.
type call struct {
	*vertex
	i int
}

// tensorRef is a value: an output of a call of a layer.
type tensorRef struct {
	layer     string
	call, out int
}

// inbound is a call of a layer, a "node" of Keras's.
type inbound struct {
	args   []tensorRef
	masks  []tensorRef // given as the argument mask
	causal bool
	other  string // what it is called with that is no value of the graph
}

// parseGraph takes a Functional's configuration apart.
func parseGraph(config object) (*network, error) {
	g := &network{byName: map[string]*vertex{}}
	layers := list(config["layers"])
	if len(layers) == 0 {
		return nil, errors.New("the model has no layers")
	}
	if len(layers) > mostLayers {
		return nil, errors.Errorf("there are more than %d layers", mostLayers)
	}
	ofKeras2 := false
	for i, l := range layers {
		o := obj(l)
		v := &vertex{object: o, name: str(o, "name"), class: str(o, "class_name"), at: i}
		if v.name == "" {
			v.name = str(obj(o["config"]), "name")
		}
		if g.byName[v.name] != nil {
			return nil, errors.Errorf("two layers are called %q", v.name)
		}
		for _, node := range list(o["inbound_nodes"]) {
			v.calls = append(v.calls, parseCall(node))
			ofKeras2 = ofKeras2 || obj(node) == nil
		}
		g.vertices, g.byName[v.name] = append(g.vertices, v), v
	}
	g.inputs, _ = tensors(config["input_layers"])
	g.outputs, _ = tensors(config["output_layers"])
	if len(g.inputs) == 0 || len(g.outputs) == 0 {
		return nil, errors.New("the model has no inputs or no outputs")
	}
	g.countFromZero(ofKeras2)
	return g, nil
}

// place says where a layer stands.
func (g *network) place(v *vertex) string {
	after := ""
	if len(v.calls) > 0 && len(v.calls[0].args) > 0 {
		after = v.calls[0].args[0].layer
	}
	return place(v.name, v.at, len(g.vertices), after)
}

// from returns the call that a value comes from, false if it is an input. Files of
// some versions count a call that they do not list; where a layer has a single one it
// is that.
func (g *network) from(t tensorRef) (c call, inner bool, err error) {
	v := g.byName[t.layer]
	switch {
	case v == nil:
		return c, false, errors.Errorf("the model has no layer %q to read from", t.layer)
	case v.class == inputClass, v.outside:
		return call{v, 0}, false, nil
	case len(v.calls) == 1:
		return call{v, 0}, true, nil
	case t.call >= len(v.calls):
		return c, false, errors.Errorf("%s: call %d of it is read, of %d", g.place(v), t.call, len(v.calls))
	}
	return call{v, t.call}, true, nil
}

// read returns the names of the layers that others, or the outputs, read from.
func (g *network) read() map[string]bool {
	read := map[string]bool{}
	for _, t := range g.outputs {
		read[t.layer] = true
	}
	for _, v := range g.vertices {
		for _, c := range v.calls {
			for _, t := range slices.Concat(c.args, c.masks) {
				read[t.layer] = true
			}
		}
	}
	return read
}

// onlyText returns the TextVectorization that alone reads an input, nil if there is none.
func (g *network) onlyText(input *vertex) (text *vertex) {
	for _, v := range g.vertices {
		for _, c := range v.calls {
			for _, from := range c.args {
				switch {
				case from.layer != input.name:
				case v.class != textClass || text != nil:
					return nil
				default:
					text = v
				}
			}
		}
	}
	return text
}

// order returns the calls that the outputs depend on, masks left out, in the order of
// the file but each after those that it reads from.
func (g *network) order() (order []call, err error) {
	wanted := map[call]bool{}
	queue := append([]tensorRef{}, g.outputs...)
	for ; len(queue) > 0; queue = queue[1:] {
		c, inner, err := g.from(queue[0])
		if err != nil {
			return nil, err
		}
		if inner && !wanted[c] {
			wanted[c] = true
			queue = append(queue, c.calls[c.i].args...)
		}
	}
	const open, done = 1, 2
	state := map[call]int{}
	var visit func(c call) error
	visit = func(c call) error {
		switch state[c] {
		case open:
			return errors.Errorf("%s: it reads what is made of it", g.place(c.vertex))
		case done:
			return nil
		}
		state[c] = open
		for _, t := range c.calls[c.i].args {
			if from, inner, _ := g.from(t); inner { // it was wanted, so there is no error
				if err := visit(from); err != nil {
					return err
				}
			}
		}
		state[c] = done
		order = append(order, c)
		return nil
	}
	for _, v := range g.vertices {
		for i := range v.calls {
			if wanted[call{v, i}] {
				if err := visit(call{v, i}); err != nil {
					return nil, err
				}
			}
		}
	}
	return order, nil
}

// rank returns the number of dimensions of a value.
func (g *network) rank(t tensorRef) int {
	if c, _, err := g.from(t); err == nil && t.out < len(c.ranks) {
		return c.ranks[t.out]
	}
	return 1
}

// symbol returns a value that was made.
func (g *network) symbol(t tensorRef) nn.Symbol {
	c, inner, _ := g.from(t)
	if s := c.values[c.i]; inner {
		return s.Output(t.out)
	}
	return c.values[0]
}
