package keras

import (
	"github.com/pkg/errors"

	"unroll/nn"
)

// leaves are the layers that hold no other and keep no state.
var leaves = []entry{
	layer("Dense", func(c *config, l *nn.Dense) {
		c.need("units", &l.Units)
		c.fn("activation", &l.Activation, nn.Linear)
		c.kernelAndBias(&l.NoBias, kernel(&l.KernelInitializer, &l.KernelRegularizer, &l.KernelConstraint), bias(&l.BiasInitializer, &l.BiasRegularizer, &l.BiasConstraint))
		if c.in2() {
			c.training("activity_regularizer")
		}
	}, built),
	layer("Embedding", func(c *config, l *nn.Embedding) {
		c.need("input_dim", &l.InputDim)
		c.need("output_dim", &l.OutputDim)
		c.weight(weight{"embeddings", &l.EmbeddingsInitializer, nn.Uniform(0.05), &l.EmbeddingsRegularizer, &l.EmbeddingsConstraint})
		c.training("activity_regularizer")
		c.bool("mask_zero", &l.MaskZero)
		if c.in2() {
			c.free("input_length", nil)
		}
	}, built),
	layer("Dropout", func(c *config, l *nn.Dropout) {
		c.float("rate", &l.Rate, 0)
		c.free("seed", nil)
		c.noiseShape(&l.NoiseShape)
	}),
	layer("SpatialDropout1D", func(c *config, l *nn.SpatialDropout1D) {
		c.float("rate", &l.Rate, 0)
		c.free("seed", nil)
		if c.in2() {
			c.training("noise_shape")
		}
	}),
	layer("GaussianNoise", func(c *config, l *nn.GaussianNoise) {
		c.float("stddev", &l.Stddev, 0)
		if c.in3() {
			c.free("seed", nil)
		}
	}),
	layer("GaussianDropout", func(c *config, l *nn.GaussianDropout) {
		c.float("rate", &l.Rate, 0)
		c.free("seed", nil)
	}),
	layer("AlphaDropout", func(c *config, l *nn.AlphaDropout) {
		c.float("rate", &l.Rate, 0)
		c.free("seed", nil)
		c.noiseShape(&l.NoiseShape)
	}),
	layer("ActivityRegularization", func(c *config, l *nn.ActivityRegularization) {
		c.float("l1", &l.L1, 0)
		c.float("l2", &l.L2, 0)
	}),
	layer("UnitNormalization", func(c *config, l *nn.UnitNormalization) { c.axis("axis") }),
	layer("RMSNormalization", func(c *config, l *nn.RMSNormalization) {
		if !c.in3() {
			c.fail("Keras 2 has no RMSNormalization: write a .keras file, of Keras 3")
		}
		c.axis("axis")
		c.float("epsilon", &l.Epsilon, 1e-6)
	}, built),
	layer("LayerNormalization", func(c *config, l *nn.LayerNormalization) {
		c.axes("axis", &l.Axis)
		c.float("epsilon", &l.Epsilon, 1e-3)
		c.not("center", &l.NoCenter)
		c.not("scale", &l.NoScale)
		if c.reads() {
			c.fixed("rms_scaling", false)
		}
		c.weight(weight{"gamma", &l.GammaInitializer, nn.Ones(), &l.GammaRegularizer, &l.GammaConstraint})
		c.weight(weight{"beta", &l.BetaInitializer, nn.Zeros(), &l.BetaRegularizer, &l.BetaConstraint})
	}, built),
	layer("BatchNormalization", func(c *config, l *nn.BatchNormalization) {
		c.anyAxis("axis", &l.Axis)
		c.float("momentum", &l.Momentum, 0.99)
		c.float("epsilon", &l.Epsilon, 1e-3)
		c.not("center", &l.NoCenter)
		c.not("scale", &l.NoScale)
		if c.in3() {
			c.free("synchronized", false)
		}
		if c.reads() {
			c.free("fused", nil)
			c.fixed("renorm", false)
			c.free("renorm_momentum", nil)
		}
		c.weight(weight{"gamma", &l.GammaInitializer, nn.Ones(), &l.GammaRegularizer, &l.GammaConstraint})
		c.weight(weight{"beta", &l.BetaInitializer, nn.Zeros(), &l.BetaRegularizer, &l.BetaConstraint})
		c.initializer("moving_mean_initializer", &l.MovingMeanInitializer, nn.Zeros())
		c.initializer("moving_variance_initializer", &l.MovingVarianceInitializer, nn.Ones())
	}, built),
}

// weight is what Keras's configuration says of one.
type weight struct {
	name        string
	initializer *nn.Initializer
	def         nn.Initializer
	regularizer *nn.Regularizer
	constraint  *nn.Constraint
}

func kernel(i *nn.Initializer, r *nn.Regularizer, k *nn.Constraint) weight {
	return weight{"kernel", i, nn.GlorotUniform(), r, k}
}

func bias(i *nn.Initializer, r *nn.Regularizer, k *nn.Constraint) weight {
	return weight{"bias", i, nn.Zeros(), r, k}
}

func (c *config) weight(w weight) {
	c.initializer(w.name+"_initializer", w.initializer, w.def)
	c.regularizer(w.name+"_regularizer", w.regularizer)
	c.constraint(w.name+"_constraint", w.constraint)
}

func (c *config) kernelAndBias(noBias *bool, weights ...weight) {
	c.not("use_bias", noBias)
	for _, w := range weights {
		c.weight(w)
	}
}

// noiseShape is the shape of what is dropped together, which Keras counts with the
// batch, that is null; where it is not, what samples lose hangs on one another.
func (c *config) noiseShape(p *[]int) {
	if dims, err := wholes(c.in["noise_shape"]); err == nil && len(dims) > 0 {
		c.training("noise_shape")
		return
	}
	field(c, "noise_shape", p, nil, func(v any) ([]int, error) {
		dims := list(v)
		if len(dims) < 2 || dims[0] != nil {
			return nil, errors.Errorf("%s, want one that begins with null", brief(v))
		}
		shape := []int{}
		for _, d := range dims[1:] {
			n, err := whole(d)
			if d == nil {
				n, err = -1, nil
			}
			if err != nil {
				return nil, err
			}
			shape = append(shape, n)
		}
		return shape, nil
	}, func(shape []int) any {
		if len(shape) == 0 {
			return nil
		}
		dims := []any{nil}
		for _, n := range shape {
			if n == -1 {
				dims = append(dims, nil)
			} else {
				dims = append(dims, n)
			}
		}
		return dims
	})
	c.stepsSecond(len(*p) > 0, "noise_shape")
}
