package onnx

import (
	"slices"

	"github.com/pkg/errors"

	"unroll/nn"
)

var layerOperators = map[string]func(c *call) error{
	"Gemm": readGemm, "MatMul": readMatMul, "Conv": readConv,
	"BatchNormalization": readBatchNormalization, "LayerNormalization": readLayerNormalization,
	"Pad": readPad, "If": readIf,
	"RNN": readRecurrent, "LSTM": readRecurrent, "GRU": readRecurrent,
	"OneHot": func(c *call) error {
		ids, err := c.symbol(0)
		if err != nil {
			return err
		}
		depth, err := c.ints(1, "")
		if err != nil {
			return err
		}
		values, err := c.array(2)
		if err != nil {
			return err
		}
		at := int(attr(c.node, "axis", int64(-1)))
		if !ids.ids || len(depth) != 1 || depth[0] < 1 || values == nil || !slices.Equal(values.floats, []float64{0, 1}) || at != -1 && at != len(ids.axes) {
			return errors.New("what is no vector of zeros with a one at the word id cannot be represented")
		}
		y := &symbol{shape: nn.Shape{ids.shape[0], depth[0]}}
		y.axes = append(slices.Clone(ids.axes), axis{{kind: featureAxis, size: depth[0], stride: 1}})
		y.of = c.apply(nn.OneHot{Depth: depth[0]}, "", "one_hot", nil, ids)
		return c.give(y)
	},
	"Dropout": func(c *call) error {
		if err := c.only(1); err != nil {
			return err
		}
		rate := nice(attr(c.node, "ratio", 0.5))
		attr(c.node, "seed", int64(0))
		for i, into := range []*float64{&rate, nil} {
			v, err := c.value(1 + i)
			if err != nil {
				return err
			}
			if k, ok := floatOf(v); ok && into != nil {
				*into = nice(k)
			} else if v != nil && (!ok || k != 0) {
				return errors.New("the graph is one for training: export it in inference")
			}
		}
		s, err := c.symbol(0)
		if err != nil {
			return err
		}
		return c.give(s.with(c.apply(nn.Dropout{Rate: rate}, "", "dropout", nil, s)))
	},
}

// dense reads x·kernel + bias along an axis of x, which becomes that of the units.
func (c *call) dense(s *symbol, at int, kernel, bias *array, weight string) error {
	s, err := c.features(s, at)
	if err != nil {
		return err
	}
	if s.width() != kernel.shape[0] || s.ids {
		return errors.Errorf("%d features, want %d", s.width(), kernel.shape[0])
	}
	units := kernel.shape[1]
	values := map[string][]float64{"kernel": kernel.floats}
	if bias != nil {
		if bias.floats == nil || bias.len() != units && bias.len() != 1 {
			return errors.Errorf("a bias of shape %v for %d units cannot be represented", bias.shape, units)
		}
		values["bias"] = bias.floats
		if bias.len() < units {
			values["bias"] = slices.Repeat(bias.floats, units)
		}
	}
	y := &symbol{axes: slices.Clone(s.axes), shape: append(slices.Clone(s.shape[:len(s.shape)-1]), units)}
	y.axes[at] = axis{{kind: featureAxis, size: units, stride: 1}}
	y.of = c.apply(nn.Dense{Units: units, NoBias: bias == nil}, weight, "dense", values, s)
	return c.give(y)
}

func readGemm(c *call) error {
	alpha, beta := attr(c.node, "alpha", 1.0), attr(c.node, "beta", 1.0)
	if attr(c.node, "transA", int64(0)) != 0 {
		return errors.New("with transA it cannot be represented")
	}
	turn := attr(c.node, "transB", int64(0)) != 0
	s, err := c.symbol(0)
	if err != nil {
		return err
	}
	kernel, err := c.array(1)
	if err != nil {
		return err
	}
	bias, err := c.array(2)
	if err != nil {
		return err
	}
	if kernel == nil || len(kernel.shape) != 2 || kernel.floats == nil || len(s.axes) != 2 {
		return errors.New("what is no product of a value of the model and a constant matrix cannot be represented")
	}
	if turn {
		shape, at := transposition(kernel.shape, []int{1, 0})
		kernel = kernel.at(shape, at)
	}
	kernel = kernel.scaled(alpha)
	if bias != nil && bias.floats != nil {
		bias = bias.scaled(beta)
	}
	return c.dense(s, 1, kernel, bias, c.node.input(1))
}

// scaled returns an array of floats multiplied by a number.
func (a *array) scaled(by float64) *array {
	if by == 1 {
		return a
	}
	out := &array{typ: a.typ, shape: a.shape, floats: slices.Clone(a.floats)}
	for i := range out.floats {
		out.floats[i] *= by
	}
	return out
}

// readMatMul reads a product with a constant, and the sum with one that follows.
func readMatMul(c *call) error {
	s, err := c.symbol(0)
	if err != nil {
		return err
	}
	kernel, err := c.array(1)
	if err != nil {
		return err
	}
	if kernel == nil || len(kernel.shape) != 2 || kernel.floats == nil {
		return errors.New("what is no product of a value of the model and a constant matrix cannot be represented")
	}
	var bias *array
	add := c.sole(c.node.outputs[0], "Add")
	if add != nil {
		for _, in := range add.inputs {
			if a, ok := c.values[in].(*array); ok && a.floats != nil && a.len() == kernel.shape[1] && len(a.shape) == 1 {
				bias = a
			}
		}
	}
	if bias != nil {
		c.gone[add] = true
		c.node.outputs = add.outputs
	}
	return c.dense(s, len(s.axes)-1, kernel, bias, c.node.input(1))
}

// sole returns the node of a kind that is alone in taking a value, nil if there is none.
func (c *call) sole(name, op string) *node {
	users := c.users[name]
	if len(users) != 1 || users[0].op != op || slices.ContainsFunc(c.n.outputs, func(p port) bool { return p.name == name }) {
		return nil
	}
	return users[0]
}

func readBatchNormalization(c *call) error {
	if err := c.only(1); err != nil {
		return err
	}
	l := nn.BatchNormalization{Epsilon: nice(attr(c.node, "epsilon", 1e-5)), Momentum: nice(attr(c.node, "momentum", 0.9))}
	if attr(c.node, "training_mode", int64(0)) != 0 || attr(c.node, "spatial", int64(1)) != 1 {
		return errors.New("the graph is one for training: export it in inference")
	}
	s, err := c.symbol(0)
	if err != nil {
		return err
	}
	values := map[string][]float64{}
	if s, err = c.features(s, 1); err != nil {
		return err
	}
	for i, name := range []string{"gamma", "beta", "moving_mean", "moving_variance"} {
		a, err := c.array(1 + i)
		if err != nil {
			return err
		}
		if a == nil || a.floats == nil || a.len() != s.width() {
			return errors.Errorf("its %s does not fit %d features", name, s.width())
		}
		values[name] = a.floats
	}
	return c.give(s.with(c.apply(l, c.node.input(1), "batch_normalization", values, s)))
}

func readLayerNormalization(c *call) error {
	if err := c.only(1); err != nil {
		return err
	}
	attr(c.node, "stash_type", int64(1))
	s, err := c.symbol(0)
	if err != nil {
		return err
	}
	at := s.along(int(attr(c.node, "axis", int64(-1))))
	if at != len(s.axes)-1 {
		return errors.Errorf("over the axes from %d on of %v it cannot be represented", at, s.axes)
	}
	gamma, err := c.array(1)
	if err != nil {
		return err
	}
	beta, err := c.array(2)
	if err != nil {
		return err
	}
	return c.normalized(s, at, nice(attr(c.node, "epsilon", 1e-5)), gamma, beta, c.node.input(1))
}

// normalized gives the normalization of a value along an axis.
func (c *call) normalized(s *symbol, at int, epsilon float64, gamma, beta *array, weight string) error {
	s, err := c.features(s, at)
	if err != nil {
		return err
	}
	l := nn.LayerNormalization{Epsilon: epsilon, NoScale: gamma == nil, NoCenter: beta == nil}
	values := map[string][]float64{}
	for name, a := range map[string]*array{"gamma": gamma, "beta": beta} {
		if a == nil {
			continue
		}
		if a.floats == nil || a.len() != s.width() {
			return errors.Errorf("its %s does not fit %d features", name, s.width())
		}
		values[name] = a.floats
	}
	return c.give(s.with(c.apply(l, weight, "layer_normalization", values, s)))
}
