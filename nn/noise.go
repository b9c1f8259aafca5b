package nn

import (
	"math"

	"unroll/graph"
)

// GaussianNoise adds normal noise of mean 0 and the given standard deviation,
// in training; else it is the identity. Input and output of any shape. Keras:
// GaussianNoise.
type GaussianNoise struct {
	Stddev float64 `json:"stddev"`
}

// GaussianDropout multiplies each value by normal noise of mean 1 and standard
// deviation √(rate/(1−rate)), which is that of Dropout, in training; else it is the
// identity. Input and output of any shape.
//
// Srivastava et al., Dropout: a simple way to prevent neural networks from
// overfitting, 2014, section 10. Keras: GaussianDropout.
type GaussianDropout struct {
	Rate float64 `json:"rate"`
}

// AlphaDropout sets each value with probability rate to α′ = −1.7581, what selu has at
// −∞, and then scales and shifts all, so that mean and variance stay what they were if
// they are 0 and 1, in training; else it is the identity:
//
//	y = a·(x∘m + α′·(1−m)) + b        a = ((1−rate)·(1 + rate·α′²))^−½, b = −a·α′·rate
//
// Input and output of any shape. What NoiseShape gives a size of 1 is dropped together,
// as in Dropout.
//
// Klambauer et al., Self-normalizing neural networks, 2017. Keras: AlphaDropout.
type AlphaDropout struct {
	Rate       float64 `json:"rate"`
	NoiseShape []int   `json:"noise_shape,omitempty"` // of a sample; the sample's own if empty, and where −1
}

var (
	_ Layer = GaussianNoise{}
	_ Layer = GaussianDropout{}
	_ Layer = AlphaDropout{}
)

func init() { Register(GaussianNoise{}); Register(GaussianDropout{}); Register(AlphaDropout{}) }

// Init implements Layer.
func (l GaussianNoise) Init(_ *Scope, in ...Shape) ([]Shape, error) {
	x, err := oneInput(in)
	if err != nil {
		return nil, err
	}
	if _, err := x.last(); err != nil {
		return nil, err
	}
	if !(l.Stddev >= 0) || math.IsInf(l.Stddev, 0) {
		return nil, errorf("stddev is %v, want at least 0", l.Stddev)
	}
	return in, nil
}

// Apply implements Layer.
func (l GaussianNoise) Apply(c *Context, in ...Value) []Value {
	return c.noisy(in[0], l.Stddev, func(x *graph.Node) *graph.Node {
		return c.Add(x, c.normal(x, l.Stddev))
	})
}

// Init implements Layer.
func (l GaussianDropout) Init(s *Scope, in ...Shape) ([]Shape, error) {
	return Dropout{Rate: l.Rate}.Init(s, in...)
}

// Apply implements Layer.
func (l GaussianDropout) Apply(c *Context, in ...Value) []Value {
	return c.noisy(in[0], l.Rate, func(x *graph.Node) *graph.Node {
		return c.Mul(x, c.Affine(1, c.normal(x, math.Sqrt(l.Rate/(1-l.Rate))), 1))
	})
}

// Init implements Layer.
func (l AlphaDropout) Init(s *Scope, in ...Shape) ([]Shape, error) {
	return Dropout(l).Init(s, in...)
}

// Apply implements Layer.
func (l AlphaDropout) Apply(c *Context, in ...Value) []Value {
	const low = -1.6732632423543772 * 1.0507009873554805
	a := 1 / math.Sqrt((1-l.Rate)*(1+l.Rate*low*low))
	return c.noisy(in[0], l.Rate, func(x *graph.Node) *graph.Node {
		kept := c.Affine(1-l.Rate, Dropout(l).mask(c, in[0], x), 0) // of ones and zeros
		return c.Affine(a, c.Add(c.Mul(x, kept), c.Affine(-low, kept, low)), -a*low*l.Rate)
	})
}

// normal emits normal noise of the shape of x.
func (c *Context) normal(x *graph.Node, stddev float64) *graph.Node {
	return c.random("noise", func(c *Context, key string) *graph.Node {
		return c.Normal(key, x, x.Shape()[0], x.Shape()[1], stddev)
	})
}

// noisy returns x, in training with f applied unless it has no strength.
func (c *Context) noisy(x Value, strength float64, f func(x *graph.Node) *graph.Node) []Value {
	if c.Phase == Infer || strength == 0 {
		return []Value{x}
	}
	node := c.Dense(x)
	if c.Err() != nil {
		return []Value{{}}
	}
	return []Value{{Node: f(node), Steps: x.Steps, Mask: x.Mask}}
}
