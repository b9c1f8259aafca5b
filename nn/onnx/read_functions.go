package onnx

import (
	"math"

	"github.com/pkg/errors"

	"unroll/nn"
)

// functions are those of one value.
var functions = map[string]func(c *call) error{
	"Relu": is(nn.Relu), "Tanh": is(nn.Tanh), "Softplus": is(nn.Softplus), "Softsign": is(nn.Softsign),
	"Exp": is(nn.Exponential), "Mish": is(nn.Mish), "HardSwish": is(nn.HardSilu),
	"Softmax": over(nn.Softmax), "LogSoftmax": over(nn.LogSoftmax),
	"Sigmoid": func(c *call) error {
		if c.logarithm() {
			return c.function(nn.LogSigmoid)
		}
		return c.function(nn.Sigmoid)
	},
	"Abs": func(c *call) error {
		if c.softsign() {
			return c.function(nn.Softsign)
		}
		return errors.New("it can be represented in x/(1 + |x|) alone")
	},
	"Elu": func(c *call) error {
		if a := nice(attr(c.node, "alpha", 1.0)); a != 1 {
			return c.function(nn.EluOf(a))
		}
		return c.function(nn.Elu)
	},
	"Celu": func(c *call) error {
		if a := attr(c.node, "alpha", 1.0); a != 1 {
			return errors.Errorf("with alpha = %v it cannot be represented", a)
		}
		return c.function(nn.Celu)
	},
	"LeakyRelu": func(c *call) error {
		a := nice(attr(c.node, "alpha", 0.01))
		if a == 0.2 {
			return c.function(nn.LeakyRelu)
		}
		return c.function(nn.LeakyReluOf(a))
	},
	"ThresholdedRelu": func(c *call) error {
		return c.function(nn.ReluOf(0, nice(attr(c.node, "alpha", 1.0)), math.Inf(1)))
	},
	"Selu": func(c *call) error {
		alpha, gamma := attr(c.node, "alpha", 1.6732632423543772), attr(c.node, "gamma", 1.0507009873554805)
		if math.Abs(alpha-1.6732632423543772) > 1e-5 || math.Abs(gamma-1.0507009873554805) > 1e-5 {
			return errors.Errorf("with alpha = %v and gamma = %v it cannot be represented", alpha, gamma)
		}
		return c.function(nn.Selu)
	},
	"HardSigmoid": func(c *call) error {
		alpha, beta := attr(c.node, "alpha", 0.2), attr(c.node, "beta", 0.5)
		switch {
		case beta == 0.5 && math.Abs(alpha-0.2) < 1e-6:
			return c.function(nn.HardSigmoidKeras2)
		case beta == 0.5 && math.Abs(alpha-1./6) < 1e-6:
			return c.function(nn.HardSigmoid)
		}
		return errors.Errorf("with alpha = %v and beta = %v it cannot be represented", alpha, beta)
	},
	"Gelu": func(c *call) error {
		switch a := attr(c.node, "approximate", "none"); a {
		case "none":
			return c.function(nn.Gelu)
		case "tanh":
			return c.function(nn.GeluApproximate)
		default:
			return errors.Errorf("with approximate = %q it cannot be represented", a)
		}
	},
	"Shrink": func(c *call) error {
		lambda, bias := attr(c.node, "lambd", 0.5), attr(c.node, "bias", 0.0)
		switch {
		case lambda == 0.5 && bias == 0:
			return c.function(nn.HardShrink)
		case lambda == 0.5 && bias == 0.5:
			return c.function(nn.SoftShrink)
		}
		return errors.Errorf("with lambd = %v and bias = %v it cannot be represented", lambda, bias)
	},
	"Neg": func(c *call) error {
		if c.negatedSoftplus() {
			return c.function(nn.LogSigmoid)
		}
		s, err := c.symbol(0)
		if err != nil {
			return err
		}
		return c.give(s.with(c.apply(nn.Rescaling{Scale: -1}, "", "rescaling", nil, s)))
	},
	"Clip":  readClip,
	"PRelu": readPRelu,
}

func is(f nn.Func) func(c *call) error { return func(c *call) error { return c.function(f) } }

// function gives a function of each value.
func (c *call) function(f nn.Func) error {
	s, err := c.symbol(0)
	if err != nil {
		return err
	}
	if s.ids {
		return errors.New("of word ids it cannot be represented")
	}
	return c.give(s.with(c.apply(nn.Activation{Func: f}, "", "activation", nil, s)))
}

// over reads a function along an axis. Before opset 13 it was one over that axis and all
// behind it.
func over(f nn.Func) func(c *call) error {
	return func(c *call) error {
		s, err := c.symbol(0)
		if err != nil {
			return err
		}
		def := int64(-1)
		if c.n.opset < 13 {
			def = 1
		}
		at := s.along(int(attr(c.node, "axis", def)))
		if at < 0 || at >= len(s.axes) || c.n.opset < 13 && at != len(s.axes)-1 {
			return errors.Errorf("along axis %d of %v it cannot be represented", at, s.axes)
		}
		if f == nn.Softmax && s.axes[at].is(timeAxis) && !s.ids {
			return c.give(s.with(c.apply(nn.SoftmaxLayer{Axis: 1}, "", "softmax", nil, s)))
		}
		if s, err = c.features(s, at); err != nil {
			return err
		}
		f := f
		if f == nn.Softmax && c.logarithm() {
			f = nn.LogSoftmax
		}
		return c.give(s.with(c.apply(nn.Activation{Func: f}, "", "activation", nil, s)))
	}
}

func readClip(c *call) error {
	low, high := math.Inf(-1), math.Inf(1)
	for i, into := range []*float64{&low, &high} {
		name := []string{"min", "max"}[i]
		if _, ok := c.node.attrs[name]; ok {
			*into = nice(attr(c.node, name, 0.0))
			continue
		}
		v, err := c.value(1 + i)
		if err != nil {
			return err
		}
		if k, ok := floatOf(v); ok {
			*into = nice(k)
		} else if v != nil {
			return errors.Errorf("its %s is not constant, which cannot be represented", name)
		}
	}
	switch {
	case low == 0 && high == 6:
		return c.function(nn.Relu6)
	case low == 0 && math.IsInf(high, 1):
		return c.function(nn.Relu)
	case low == 0 && high > 0:
		return c.function(nn.ReluOf(0, 0, high))
	case low == -1 && high == 1:
		return c.function(nn.HardTanh)
	}
	return errors.Errorf("from %v to %v it cannot be represented", low, high)
}

func readPRelu(c *call) error {
	s, err := c.symbol(0)
	if err != nil {
		return err
	}
	slope, err := c.array(1)
	if err != nil {
		return err
	}
	if slope == nil || slope.floats == nil {
		return errors.New("a slope that is not constant cannot be represented")
	}
	if slope.len() == 1 {
		var shared []int
		for i := range s.shape {
			shared = append(shared, i+1)
		}
		l := nn.PReLU{SharedAxes: shared}
		return c.give(s.with(c.apply(l, c.node.input(1), "p_re_lu", map[string][]float64{"alpha": slope.floats}, s)))
	}
	at, err := c.vector(s, slope)
	if err != nil {
		return err
	}
	if s, err = c.features(s, at); err != nil {
		return err
	}
	l := nn.PReLU{}
	if len(s.shape) == 2 {
		l.SharedAxes = []int{1}
	}
	return c.give(s.with(c.apply(l, c.node.input(1), "p_re_lu", map[string][]float64{"alpha": slope.floats}, s)))
}
