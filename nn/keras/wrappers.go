package keras

import (
	"reflect"

	"unroll/nn"
)

// wrappers are the layers and cells that hold others.
var wrappers = []entry{
	layer("TimeDistributed", func(c *config, l *nn.TimeDistributed) {
		step := nn.Shape(nil)
		if len(c.shapes) > 0 {
			step = c.shapes[0][1:]
		}
		c.layer("layer", &l.Layer, c.rank-1, "", step)
	}, built),
	layer("Bidirectional", bidirectional, built),
	layer("RNN", func(c *config, l *nn.RNN) {
		c.over(&l.ReturnSequences, &l.ReturnState, &l.GoBackwards, &l.Stateful, &l.ZeroOutputForMask)
		cells := list(c.in["cell"])
		if cells == nil {
			l.Cell, _ = c.inner("cell", c.in["cell"], l.Cell).(nn.Cell)
			return
		}
		c.seen["cell"] = true
		l.Cell = nn.StackedRNNCells{Cells: c.cells(cells)}
	}, built),
	layer("StackedRNNCells", func(c *config, l *nn.StackedRNNCells) {
		if c.reads() {
			c.seen["cells"] = true
			l.Cells = c.cells(list(c.in["cells"]))
			return
		}
		written := []any{}
		for _, cell := range l.Cells {
			c.inner("cells", nil, cell)
			written = append(written, c.out["cells"])
		}
		c.out["cells"] = written
	}),
}

// mergeModes are Bidirectional's ways to merge; null is two outputs.
var mergeModes = map[string]nn.Merge{"concat": nn.MergeConcat, "sum": nn.MergeSum, "mul": nn.MergeMul, "ave": nn.MergeAve}

// bidirectional maps Bidirectional. Keras's two layers are whole ones, of which the
// second runs the other way round; both have zeros at masked steps.
func bidirectional(c *config, l *nn.Bidirectional) {
	if c.reads() {
		readBidirectional(c, l)
		return
	}
	c.out["merge_mode"] = nil
	for name, m := range mergeModes {
		if m == l.Merge {
			c.out["merge_mode"] = name
		}
	}
	second := l.Backward
	if second == nil {
		second = l.Layer
	}
	var back bool
	l.Layer = withOptions(l.Layer, func(backwards, zeros *bool) { back, *zeros = *backwards, true })
	second = withOptions(second, func(backwards, zeros *bool) { *backwards, *zeros = !back, true })
	c.layer("layer", &l.Layer, 0, "forward", c.shapes...)
	c.layer("backward_layer", &second, 0, "backward", c.shapes...)
	for key, name := range map[string]string{"layer": "forward_", "backward_layer": "backward_"} {
		if settings := obj(obj(c.out[key])["config"]); settings != nil {
			settings["name"] = name + str(settings, "name")
		}
	}
}

func readBidirectional(c *config, l *nn.Bidirectional) {
	c.seen["merge_mode"], c.seen["backward_layer"] = true, true
	l.Merge = nn.MergeNone
	if v := c.in["merge_mode"]; v != nil {
		name, _ := v.(string)
		mode, ok := mergeModes[name]
		if l.Merge = mode; !ok {
			c.fail("merge_mode %s cannot be represented", brief(v))
		}
	}
	var back bool
	c.layer("layer", &l.Layer, c.rank, "", nil)
	l.Layer = withOptions(l.Layer, func(backwards, zeros *bool) { back, *zeros = *backwards, false })
	if c.in["backward_layer"] == nil {
		return
	}
	c.layer("backward_layer", &l.Backward, c.rank, "", nil)
	l.Backward = withOptions(l.Backward, func(backwards, zeros *bool) {
		if *backwards == back {
			c.fail("backward_layer runs the same way as layer")
		}
		*backwards, *zeros = back, false
	})
	if reflect.DeepEqual(l.Layer, l.Backward) {
		l.Backward = nil
	}
}

// withOptions returns a recurrent layer with f done to two of its options.
func withOptions(l nn.Layer, f func(backwards, zeros *bool)) nn.Layer {
	switch l := l.(type) {
	case nn.Frozen:
		return nn.Frozen{Layer: withOptions(l.Layer, f)}
	case nn.SimpleRNN:
		f(&l.GoBackwards, &l.ZeroOutputForMask)
		return l
	case nn.LSTM:
		f(&l.GoBackwards, &l.ZeroOutputForMask)
		return l
	case nn.GRU:
		f(&l.GoBackwards, &l.ZeroOutputForMask)
		return l
	case nn.RNN:
		f(&l.GoBackwards, &l.ZeroOutputForMask)
		return l
	}
	return l
}

// layer is a layer within this one: its key, the dimensions of what it is called
// with where it is read; where it is written the name below this layer's path in the
// model, and the shapes.
func (c *config) layer(key string, p *nn.Layer, rank int, sub string, in ...nn.Shape) {
	if !c.reads() {
		path := c.path
		if sub != "" {
			path += "/" + sub
		}
		o, err := c.w.layer(*p, "", path, in)
		if err != nil {
			c.fail("%s: %v", key, err)
		}
		c.out[key] = o
		return
	}
	c.seen[key] = true
	l, err := c.r.within(c.in[key], c.place+", "+key, max(rank, 0))
	if err != nil {
		c.fail("%s: %v", key, err)
	}
	*p = l
}

// inner is a cell within this layer, or within a stack of cells.
func (c *config) inner(key string, in any, cell any) any {
	if !c.reads() {
		o, err := c.w.value(cell, "", c.path, nil)
		if err != nil {
			c.fail("%s: %v", key, err)
		}
		c.out[key] = o
		return cell
	}
	c.seen[key] = true
	v, err := c.r.value(in, c.place+", "+key, c.rank)
	if _, ok := v.(nn.Cell); err == nil && !ok {
		err = errNoCell
	}
	if err != nil {
		c.fail("%s: %v", key, err)
	}
	return v
}

func (c *config) cells(in []any) (cells []nn.Cell) {
	for _, v := range in {
		if cell, ok := c.inner("cells", v, nil).(nn.Cell); ok {
			cells = append(cells, cell)
		}
	}
	return cells
}
