package nn

import (
	"cmp"

	"unroll/graph"
)

// BatchNormalization normalizes each feature by its mean and variance over the
// batch and its steps, those that are masked excepted, and gives it a gain and
// an offset:
//
//	y = gamma∘(x − μ)/√(σ² + epsilon) + beta
//
// The moments are the batch's in training, and else running means of them,
// m ← momentum·m + (1−momentum)·μ, which are saved with the model. A batch is
// computed as a whole, never in parts. Input and output [..., features].
// Weights: gamma, beta; states: moving_mean, moving_variance, [features] each, or
// [time] where the axis is that of the steps, which then are what is normalized; in
// training such a sequence can have no mask.
//
// Ioffe and Szegedy, Batch normalization, 2015. Keras: BatchNormalization.
type BatchNormalization struct {
	Axis                      int         `json:"axis,omitempty"`     // −1, the features; 1 or −2, the steps of a sequence
	Momentum                  float64     `json:"momentum,omitempty"` // 0.99
	Epsilon                   float64     `json:"epsilon,omitempty"`  // 0.001
	NoScale                   bool        `json:"no_scale,omitempty"`
	NoCenter                  bool        `json:"no_center,omitempty"`
	GammaInitializer          Initializer `json:"gamma_initializer,omitzero"`           // ones
	BetaInitializer           Initializer `json:"beta_initializer,omitzero"`            // zeros
	MovingMeanInitializer     Initializer `json:"moving_mean_initializer,omitzero"`     // zeros
	MovingVarianceInitializer Initializer `json:"moving_variance_initializer,omitzero"` // ones
	GammaRegularizer          Regularizer `json:"gamma_regularizer,omitzero"`
	BetaRegularizer           Regularizer `json:"beta_regularizer,omitzero"`
	GammaConstraint           Constraint  `json:"gamma_constraint,omitzero"`
	BetaConstraint            Constraint  `json:"beta_constraint,omitzero"`
}

var _ Layer = BatchNormalization{}

func init() { Register(BatchNormalization{}) }

// gain returns the settings of a gain and an offset, which both layers have, as
// those of a LayerNormalization.
func (l BatchNormalization) gain() LayerNormalization {
	return LayerNormalization{
		nil, l.Epsilon, l.NoScale, l.NoCenter, l.GammaInitializer, l.BetaInitializer,
		l.GammaRegularizer, l.BetaRegularizer, l.GammaConstraint, l.BetaConstraint,
	}
}

// bySteps reports whether the steps of a sequence are normalized.
func (l BatchNormalization) bySteps(x Shape) (bool, error) {
	at, err := axis(cmp.Or(l.Axis, -1), len(x))
	return at < len(x), err
}

// Init implements Layer.
func (l BatchNormalization) Init(s *Scope, in ...Shape) ([]Shape, error) {
	x, err := oneInput(in)
	if err != nil {
		return nil, err
	}
	steps, err := l.bySteps(x)
	if err != nil {
		return nil, err
	}
	if steps {
		if x[0] == Any {
			return nil, errorf("input is %v, want a known number of steps", x)
		}
		x = x[:1]
	}
	features, err := x.last()
	if err != nil {
		return nil, err
	}
	if err := l.gain().declare(s, features); err != nil {
		return nil, err
	}
	s.State("moving_mean", l.MovingMeanInitializer.or(Zeros()), features)
	s.State("moving_variance", l.MovingVarianceInitializer.or(Ones()), features)
	return in, rate("momentum", l.Momentum)
}

// Apply implements Layer.
func (l BatchNormalization) Apply(c *Context, in ...Value) []Value {
	x := in[0]
	n, mask := c.Dense(x), x.Mask
	if c.Err() != nil {
		return []Value{{}}
	}
	bySteps, err := l.bySteps(x.shape())
	if err != nil {
		c.Fail(err)
	}
	if !bySteps {
		return []Value{{Node: l.columns(c, n, mask), Steps: x.Steps, Mask: mask}}
	}
	if mask != nil && c.Phase == Train && !c.frozen {
		c.Fail(errorf("axis %d: the steps have a mask", l.Axis))
		return []Value{{}}
	}
	s := n.Shape()
	y := l.columns(c, c.Transpose(c.Reshape(n, x.Steps, c.Batch*s[1])), nil)
	return []Value{{Node: c.Reshape(c.Transpose(y), s...), Steps: x.Steps, Mask: mask}}
}

// columns emits the normalized columns of a matrix.
func (l BatchNormalization) columns(c *Context, x, mask *graph.Node) *graph.Node {
	g := l.gain()
	mean, variance := c.Weight("moving_mean"), c.Weight("moving_variance")
	if c.Phase != Train || c.frozen {
		return g.scaled(c, c.Mul(c.Sub(x, mean), c.InvSqrt(variance, g.epsilon())))
	}
	y := c.NormalizeColumns(x, mask, g.epsilon())
	m := l.Momentum
	if m == 0 {
		m = 0.99
	}
	batchMean, batchVariance := c.Moments(x, mask)
	c.Assign("moving_mean", c.Add(c.Affine(m, mean, 0), c.Affine(1-m, batchMean, 0)))
	c.Assign("moving_variance", c.Add(c.Affine(m, variance, 0), c.Affine(1-m, batchVariance, 0)))
	return g.scaled(c, y)
}
