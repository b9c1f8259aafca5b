package keras

import (
	"math"
	"strings"

	"github.com/pkg/errors"

	"unroll/nn"
)

// fn is an activation: a function by its name, or, where it has constants of its own,
// a layer that has it.
func (c *config) fn(key string, p *nn.Func, def nn.Func) {
	if !c.reads() {
		f := *p
		if f == "" {
			f = def
		}
		c.out[key] = c.writtenFunc(key, f)
		return
	}
	v, ok := c.get(key)
	if !ok {
		if _, there := c.in[key]; there && def != nn.Linear {
			*p = nn.Linear // null is none, whatever the default
		}
		return
	}
	f, err := c.readFunc(v)
	if err != nil {
		c.fail("%s: %v", key, err)
	} else if f != def {
		*p = f
	}
}

func (c *config) readFunc(v any) (nn.Func, error) {
	name, ok := v.(string)
	if o := obj(v); o != nil {
		if name, ok = o["config"].(string); !ok { // a function, as Keras 3 and 2.13 write one
			return c.layerFunc(v)
		}
		if isOwn(o) {
			return "", errors.Errorf("the function %s is of the file's author and cannot be represented", brief(name))
		}
	}
	switch {
	case !ok:
		return "", errors.Errorf("%s is no function", brief(v))
	case name == "swish":
		name = string(nn.Silu)
	case name == "hard_sigmoid" && c.major == keras2:
		name = string(nn.HardSigmoidKeras2)
	case name == "gelu_new": // TensorFlow.js's
		return nn.GeluApproximate, nil
	case name == "hard_swish":
		name = string(nn.HardSilu)
	case known(name, string(nn.HardSigmoidKeras2), string(nn.GeluApproximate)), strings.Contains(name, "("):
		return "", errors.Errorf("the function %s cannot be represented", brief(name)) // our names, not Keras's
	}
	if _, err := (nn.Activation{Func: nn.Func(name)}).Init(nil, nn.Shape{1}); err != nil {
		return "", errors.Errorf("the function %s cannot be represented", brief(name))
	}
	return nn.Func(name), nil
}

// layerFunc returns the function of a layer that stands where a function is wanted.
func (c *config) layerFunc(v any) (nn.Func, error) {
	l, err := c.r.value(v, c.place, c.rank)
	if err != nil {
		return "", err
	}
	switch l := l.(type) {
	case nn.Activation:
		return l.Func, nil
	case interface{ Func() nn.Func }:
		return l.Func(), nil
	}
	return "", errors.Errorf("the layer %s as a function cannot be represented", brief(v))
}

// writtenFunc writes a function.
func (c *config) writtenFunc(key string, f nn.Func) any {
	name, constants := f.Constants()
	switch {
	case len(constants) == 3:
		return c.functionLayer(key, nn.ReLU{NegativeSlope: constants[0], Threshold: constants[1], MaxValue: finite(constants[2])})
	case name == nn.LeakyRelu && len(constants) == 1:
		return c.functionLayer(key, nn.LeakyReLU{NegativeSlope: constants[0]})
	case name == nn.Elu && len(constants) == 1:
		return c.functionLayer(key, nn.ELU{Alpha: constants[0]})
	case f == nn.GeluApproximate:
		c.fail("%s: Keras has no name for gelu with approximate=True", key)
	case f == nn.HardSigmoidKeras2 && c.major == keras2:
		return "hard_sigmoid"
	case f == nn.HardSigmoidKeras2:
		c.fail("%s: Keras 3 has no hard_sigmoid of slope 1/5, as HDF5 of Keras 2 has", key)
	case c.major == keras2 && known(string(f), "hard_sigmoid", "hard_silu"):
		c.fail("%s: Keras 2 has no %s of slope 1/6, as a .keras file of Keras 3 has", key, f)
	}
	return string(f)
}

// functionLayer writes the layer that has a function.
func (c *config) functionLayer(key string, l nn.Layer) any {
	o, err := c.w.value(l, "", "", nil)
	if err != nil {
		c.fail("%s: %v", key, err)
	}
	return o
}

// finite is a largest value where 0 is none.
func finite(x float64) float64 {
	if math.IsInf(x, 1) {
		return 0
	}
	return x
}
