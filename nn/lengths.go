package nn

import "unroll/graph"

// UnitNormalization divides the features of each sample or step by their length:
//
//	y = x/√max(Σx², 10⁻¹²)
//
// Input and output [features] or [time, features]. Keras: UnitNormalization with axis −1.
type UnitNormalization struct{}

// RMSNormalization divides the features of each sample or step by the root of the mean
// of their squares, and gives them a gain:
//
//	y = scale∘x/√(mean x² + epsilon)
//
// Input and output [features] or [time, features]. Weight: scale [features].
//
// Zhang and Sennrich, Root mean square layer normalization, 2019. Keras:
// RMSNormalization with axis −1.
type RMSNormalization struct {
	Epsilon float64 `json:"epsilon,omitempty"` // 10⁻⁶
}

var (
	_ Layer = UnitNormalization{}
	_ Layer = RMSNormalization{}
)

func init() { Register(UnitNormalization{}); Register(RMSNormalization{}) }

// Init implements Layer.
func (UnitNormalization) Init(_ *Scope, in ...Shape) ([]Shape, error) {
	_, err := vectors(in)
	return in, err
}

// Apply implements Layer.
func (UnitNormalization) Apply(c *Context, in ...Value) []Value {
	x := c.Dense(in[0])
	y := c.Mul(x, c.Rsqrt(c.Clip(c.squares(x), 1e-12, inf)))
	return []Value{{Node: y, Steps: in[0].Steps, Mask: in[0].Mask}}
}

// squares emits the sum of each row's squares, as a column.
func (c *Context) squares(x *graph.Node) *graph.Node {
	if c.Err() != nil {
		return nil
	}
	return c.Reshape(c.Sum(c.Mul(x, x), 1), x.Shape()[0], 1)
}

func (l RMSNormalization) epsilon() float64 {
	if l.Epsilon == 0 {
		return 1e-6
	}
	return l.Epsilon
}

// Init implements Layer.
func (l RMSNormalization) Init(s *Scope, in ...Shape) ([]Shape, error) {
	x, err := vectors(in)
	if err != nil {
		return nil, err
	}
	if !(l.epsilon() > 0) {
		return nil, errorf("epsilon is %v, want a positive number", l.epsilon())
	}
	s.weight("scale", Ones(), Regularizer{}, Constraint{}, x[len(x)-1])
	return in, nil
}

// Apply implements Layer.
func (l RMSNormalization) Apply(c *Context, in ...Value) []Value {
	x := c.Dense(in[0])
	if c.Err() != nil {
		return []Value{{}}
	}
	mean := c.Affine(1/float64(x.Shape()[1]), c.squares(x), 0)
	y := c.Mul(c.Mul(x, c.InvSqrt(mean, l.epsilon())), c.Weight("scale"))
	return []Value{{Node: y, Steps: in[0].Steps, Mask: in[0].Mask}}
}
