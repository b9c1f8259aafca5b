package keras

import (
	"strconv"

	"github.com/pkg/errors"

	"unroll/nn"
)

// mostInputs is how many inputs a model may have.
const mostInputs = 1000

// functional reads a graph, which as a layer of another model is called with values of
// the given numbers of dimensions. Layers keep the file's order, which is that of their
// weights; calls come after those that they read from.
func (r *reader) functional(config object, outer []int) (f *nn.Functional, out []int, err error) {
	g, err := parseGraph(config)
	if err != nil {
		return nil, nil, err
	}
	f = &nn.Functional{}
	if err := r.inputs(g, f, outer); err != nil {
		return nil, nil, err
	}
	order, err := g.order()
	if err != nil {
		return nil, nil, err
	}
	for _, c := range order {
		if err := r.vertex(g, c); err != nil {
			return nil, nil, errors.WithMessage(err, g.place(c.vertex))
		}
	}
	for _, v := range g.vertices {
		if v.layer != nil {
			v.shared = f.Share(r.named(v.name, v.layer))
		}
	}
	for _, c := range order {
		var in []nn.Symbol
		for _, t := range c.calls[c.i].args {
			in = append(in, g.symbol(t))
		}
		c.values[c.i] = c.shared.Call(in...)
	}
	names := map[string]int{}
	for _, t := range g.outputs {
		name := r.name(t.layer)
		if names[name]++; names[name] > 1 {
			name += "_" + strconv.Itoa(names[name]-1)
		}
		f.Output(name, g.symbol(t))
		out = append(out, g.rank(t))
	}
	return f, out, nil
}

// inputs declares the inputs.
func (r *reader) inputs(g *network, f *nn.Functional, outer []int) error {
	switch {
	case len(g.inputs) > mostInputs:
		return errors.Errorf("there are more than %d inputs", mostInputs)
	case outer != nil && len(outer) != len(g.inputs):
		return errors.Errorf("it is called with %d values, want %d", len(outer), len(g.inputs))
	}
	ids, read := g.readsIDs(0), g.read()
	for k, t := range g.inputs {
		v := g.byName[t.layer]
		if v == nil || v.class != inputClass {
			return errors.Errorf("the input %q is no InputLayer", t.layer)
		}
		if outer == nil && !read[t.layer] {
			r.notes.add("the input %q is left out: nothing reads it", t.layer)
			v.values = map[int]nn.Symbol{}
			continue
		}
		var in nn.Input
		if text := g.onlyText(v); text != nil && outer == nil {
			in, err := r.textInput(text.object)
			if err != nil {
				return errors.WithMessage(err, g.place(text))
			}
			text.outside, text.ranks = true, []int{1}
			text.values = map[int]nn.Symbol{0: f.Input(r.name(v.name), in)}
			v.values = map[int]nn.Symbol{}
			continue
		}
		if outer == nil {
			var err error
			if in, err = r.input(obj(v.object["config"]), ids[v.name]); err != nil {
				return errors.WithMessagef(err, "input %q", v.name)
			}
			v.ranks = []int{dims(in)}
		} else {
			v.ranks = outer[k : k+1]
		}
		v.values = map[int]nn.Symbol{0: f.Input(r.name(v.name), in)}
	}
	for _, v := range g.vertices {
		if v.class == inputClass && v.values == nil {
			return errors.Errorf("input %q is none of the model's", v.name)
		}
	}
	return nil
}

// vertex reads the layer of a call, unless an earlier call did.
func (r *reader) vertex(g *network, c call) error {
	in := c.calls[c.i]
	if in.other != "" {
		return errors.Errorf("it is called with %s, which cannot be represented", in.other)
	}
	for _, t := range in.masks {
		if !g.passedOn(t, map[*vertex]bool{}) {
			return errors.Errorf("it is called with a mask of its own, made by %q, which cannot be represented", t.layer)
		}
		r.notes.add("masks that the graph computes are those that layers pass on, of mask_zero and Masking")
	}
	r.mask(g, c)
	if r.major == keras3 && len(in.args) > 1 && len(in.masks) == 0 && known(c.class, "SimpleRNN", "LSTM", "GRU", "RNN", "Bidirectional") && g.maskOf(in.args[0]) != "" {
		r.notes.add("%s: begun from given states Keras 3 runs over masked steps too, here they are passed over", g.place(c.vertex))
	}
	if c.layer != nil {
		return nil
	}
	var ranks []int
	for _, t := range in.args {
		ranks = append(ranks, g.rank(t))
	}
	var err error
	if c.layer, c.ranks, err = r.layer(c.object, g.place(c.vertex), ranks); err != nil {
		return err
	}
	var is bool
	if c.layer, is = causal(c.layer, in.causal); in.causal && !is {
		return errors.New("it is called with use_causal_mask, which cannot be represented")
	}
	c.values = map[int]nn.Symbol{}
	return nil
}
