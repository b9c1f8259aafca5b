package onnx

import (
	"slices"

	"github.com/pkg/errors"

	"unroll/nn"
)

// sliding are the attributes of a window that slides over the steps.
type sliding struct {
	size, strides, dilation int
	left, right             int
	auto                    string
}

// sliding takes the attributes of a window; size is that of the kernel, if it is known.
func (c *call) sliding(size int) (w sliding, err error) {
	one := func(name string, def int) int {
		list := attr(c.node, name, []int64{int64(def)})
		if len(list) != 1 {
			err = errors.Errorf("%s = %v: over more than one axis it cannot be represented", name, list)
			return def
		}
		return int(list[0])
	}
	w.size, w.strides, w.dilation = one("kernel_shape", size), one("strides", 1), one("dilations", 1)
	pads := attr(c.node, "pads", []int64{0, 0})
	if len(pads) != 2 {
		return w, errors.Errorf("pads = %v: over more than one axis it cannot be represented", pads)
	}
	w.left, w.right = int(pads[0]), int(pads[1])
	switch w.auto = attr(c.node, "auto_pad", "NOTSET"); w.auto {
	case "NOTSET", "":
		w.auto = ""
	case "VALID":
		w.left, w.right, w.auto = 0, 0, ""
	case "SAME_UPPER":
	default:
		return w, errors.Errorf("auto_pad = %q cannot be represented", w.auto)
	}
	const most = 1 << 24
	if err == nil && (w.size < 1 || w.strides < 1 || w.dilation < 1 || w.left < 0 || w.right < 0 || max(w.size, w.strides, w.dilation, w.left, w.right) > most) {
		err = errors.Errorf("a window of %d steps with strides of %d, a dilation of %d and pads of %d and %d", w.size, w.strides, w.dilation, w.left, w.right)
	}
	return w, err
}

// channels returns the input as a sequence whose axes are batch, features and steps.
func (c *call) channels() (*symbol, error) {
	s, err := c.symbol(0)
	if err != nil {
		return nil, err
	}
	if len(s.axes) != 3 {
		return nil, errors.Errorf("of %d axes it cannot be represented: want [batch, channels, steps]", len(s.axes))
	}
	if s, err = c.features(c.sequence(s, 2, 1), 1); err != nil {
		return nil, err
	}
	if !s.axes[0].is(batchAxis) || !s.axes[2].is(timeAxis) {
		return nil, errors.Errorf("the axes are %v, want [batch, channels, steps]", s.axes)
	}
	return s, nil
}

// slid returns what a window makes of a sequence, as a value of so many features.
func (c *call) slid(s *symbol, of nn.Symbol, w sliding, width int) *symbol {
	steps := s.shape[0]
	if steps >= 0 {
		reach := (w.size-1)*w.dilation + 1
		if w.auto != "" {
			steps = (steps + w.strides - 1) / w.strides
		} else {
			steps = (steps+w.left+w.right-reach)/w.strides + 1
		}
	}
	c.time++
	return &symbol{of: of, shape: nn.Shape{steps, width}, axes: []axis{s.axes[0], {{kind: featureAxis, size: width, stride: 1}}, {{kind: timeAxis, size: steps, id: c.time}}}}
}

// padding returns nn's name for the padding of a window; where it has none, the steps of
// zeros are added to the sequence.
func (c *call) padding(s *symbol, w sliding) (padded *symbol, name string, err error) {
	reach := (w.size-1)*w.dilation + 1
	switch {
	case w.auto != "", w.strides == 1 && w.left == (reach-1)/2 && w.right == reach-1-w.left && reach > 1:
		return s, "same", nil
	case w.left == reach-1 && w.right == 0 && w.strides == 1 && reach > 1:
		return s, "causal", nil
	}
	padded, err = c.resized(s, 2, w.left, w.right)
	return padded, "", err
}

func readConv(c *call) error {
	kernel, err := c.array(1)
	if err != nil {
		return err
	}
	bias, err := c.array(2)
	if err != nil {
		return err
	}
	if kernel == nil || len(kernel.shape) != 3 || kernel.floats == nil {
		return errors.New("what is no convolution over one axis by a constant kernel cannot be represented")
	}
	s, err := c.channels()
	if err != nil {
		return err
	}
	w, err := c.sliding(kernel.shape[2])
	if err != nil {
		return err
	}
	groups := int(attr(c.node, "group", int64(1)))
	filters := kernel.shape[0]
	if groups < 1 || w.size != kernel.shape[2] || s.width() != kernel.shape[1]*groups || bias != nil && (bias.floats == nil || bias.len() != filters) {
		return errors.Errorf("a kernel of shape %v in %d groups does not fit %d features", kernel.shape, groups, s.width())
	}
	shape, at := transposition(kernel.shape, []int{2, 1, 0})
	values := map[string][]float64{"kernel": kernel.at(shape, at).floats}
	if bias != nil {
		values["bias"] = bias.floats
	}
	padded, name, err := c.padding(s, w)
	if err != nil {
		return err
	}
	l := nn.Conv1D{Filters: filters, KernelSize: w.size, Padding: name, NoBias: bias == nil}
	if w.strides > 1 {
		l.Strides = w.strides
	}
	if w.dilation > 1 {
		l.DilationRate = w.dilation
	}
	if groups > 1 {
		l.Groups = groups
	}
	return c.give(c.slid(s, c.apply(l, c.node.input(1), "conv1d", values, padded), w, filters))
}

var pools = map[string]func(c *call) error{
	"MaxPool": func(c *call) error {
		return c.pool(func(w sliding, p string) nn.Layer {
			return nn.MaxPooling1D{PoolSize: w.size, Strides: w.strides, Padding: p}
		})
	},
	"AveragePool": func(c *call) error {
		return c.pool(func(w sliding, p string) nn.Layer {
			return nn.AveragePooling1D{PoolSize: w.size, Strides: w.strides, Padding: p}
		})
	},
	"GlobalMaxPool": func(c *call) error {
		s, err := c.channels()
		if err != nil {
			return err
		}
		return c.overall(s, 2, true, nn.GlobalMaxPooling1D{})
	},
	"GlobalAveragePool": func(c *call) error {
		s, err := c.channels()
		if err != nil {
			return err
		}
		return c.overall(s, 2, true, nn.GlobalAveragePooling1D{})
	},
	"ReduceMax": func(c *call) error { return c.reduce(nn.GlobalMaxPooling1D{}) },
	"ReduceMean": func(c *call) error {
		if err, ok := c.layerNormalization(); ok {
			return err
		}
		return c.reduce(nn.GlobalAveragePooling1D{})
	},
}

func (c *call) pool(layer func(w sliding, padding string) nn.Layer) error {
	if err := c.only(1); err != nil {
		return err
	}
	s, err := c.channels()
	if err != nil {
		return err
	}
	w, err := c.sliding(0)
	if err != nil {
		return err
	}
	ceil, included := attr(c.node, "ceil_mode", int64(0)), attr(c.node, "count_include_pad", int64(0))
	attr(c.node, "storage_order", int64(0))
	name := ""
	if w.left+w.right > 0 || w.auto != "" {
		if _, name = c.paddingName(w); name != "same" {
			return errors.Errorf("pads of %d and %d cannot be represented", w.left, w.right)
		}
	}
	if ceil != 0 || included != 0 && name != "" || w.dilation != 1 {
		return errors.New("with ceil_mode, count_include_pad or dilations it cannot be represented")
	}
	return c.give(c.slid(s, c.apply(layer(w, name), "", snakeOfPool(c.node.op), nil, s), w, s.width()))
}

// paddingName is padding where no steps can be added.
func (c *call) paddingName(w sliding) (bool, string) {
	if w.auto != "" || w.strides == 1 && w.left == (w.size-1)/2 && w.right == w.size-1-w.left {
		return true, "same"
	}
	return false, ""
}

func snakeOfPool(op string) string {
	return map[string]string{"MaxPool": "max_pooling1d", "AveragePool": "average_pooling1d"}[op]
}

// overall gives what a layer makes of all steps.
func (c *call) overall(s *symbol, at int, keep bool, l nn.Layer) error {
	y := &symbol{shape: s.shape[1:], axes: slices.Delete(slices.Clone(s.axes), at, at+1)}
	if keep {
		y.axes = slices.Insert(y.axes, at, axis{})
	}
	y.of = c.apply(l, "", "pooling", nil, s)
	return c.give(y)
}

// reduce reads a reduction, which must be one over the steps.
func (c *call) reduce(l nn.Layer) error {
	s, err := c.symbol(0)
	if err != nil {
		return err
	}
	axes, err := c.ints(1, "axes")
	if err != nil {
		return err
	}
	keep := attr(c.node, "keepdims", int64(1)) != 0
	attr(c.node, "noop_with_empty_axes", int64(0))
	if len(axes) != 1 {
		return errors.Errorf("over the axes %v it cannot be represented", axes)
	}
	at := s.along(axes[0])
	if at < 0 || at >= len(s.axes) || !s.axes[at].is(timeAxis) || s.ids {
		return errors.Errorf("over axis %d of %v, which is not that of the steps, it cannot be represented", axes[0], s.axes)
	}
	return c.overall(s, at, keep, l)
}
