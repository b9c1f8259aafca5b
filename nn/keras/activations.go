package keras

import (
	"math"
	"reflect"

	"unroll/nn"
)

// activations are the functions as layers of their own.
var activations = []entry{
	layer("Activation", func(c *config, l *nn.Activation) { c.fn("activation", &l.Func, nn.Linear) }),
	layer("ReLU", func(c *config, l *nn.ReLU) {
		c.maxValue(&l.MaxValue)
		c.float("negative_slope", &l.NegativeSlope, 0)
		c.float("threshold", &l.Threshold, 0)
	}),
	{class: "ThresholdedReLU", settings: func(c *config, _ any) any {
		var l nn.ReLU
		c.float("theta", &l.Threshold, 0)
		return l
	}},
	layer("LeakyReLU", func(c *config, l *nn.LeakyReLU) {
		key := "negative_slope"
		if c.major == keras2 || c.reads() && c.in[key] == nil {
			key = "alpha"
		}
		c.float(key, &l.NegativeSlope, 0.3)
	}),
	layer("ELU", func(c *config, l *nn.ELU) { c.float("alpha", &l.Alpha, 1) }),
	layer("PReLU", func(c *config, l *nn.PReLU) {
		c.weight(weight{"alpha", &l.AlphaInitializer, nn.Zeros(), &l.AlphaRegularizer, &l.AlphaConstraint})
		field(c, "shared_axes", &l.SharedAxes, nil, wholes, orNull)
	}, built),
	layer("Softmax", func(c *config, l *nn.SoftmaxLayer) { c.int("axis", &l.Axis, -1) }),
}

// maxValue is a number that may be null, for none.
func (c *config) maxValue(p *float64) {
	if !c.reads() && *p == 0 {
		c.out["max_value"] = nil
		return
	}
	c.float("max_value", p, math.NaN())
}

func orNull(list []int) any {
	if reflect.ValueOf(list).IsZero() {
		return nil
	}
	return list
}
