package nn

import (
	"slices"

	"gorgonia.org/tensor"

	"unroll/graph"
)

// Rescaling computes scale·x + offset. Input and output of any shape. Keras:
// Rescaling.
type Rescaling struct {
	Scale  float64 `json:"scale"`
	Offset float64 `json:"offset,omitempty"`
}

// Normalization shifts and scales its input by means and variances that are known
// before the training:
//
//	y = (x − mean)/max(√variance, 10⁻⁷)        x∘max(√variance, 10⁻⁷) + mean if Invert is set
//
// Input and output [features] or [time, features]. Without Mean and Variance they
// are states, mean and variance, which ModelLayer.SetWeights sets, and count, which
// Keras keeps beside them and nothing reads: Keras's adapt is the user's. They are
// [features], or of the sizes of the axes.
//
// Keras: Normalization.
type Normalization struct {
	Mean     []float64 `json:"mean,omitempty"`     // row-major; one value stands for all
	Variance []float64 `json:"variance,omitempty"` // as many as Mean
	Invert   bool      `json:"invert,omitempty"`
	// Axis holds the axes with a mean for each index, counted as in Keras: −1, the
	// features, if empty; 1 are the steps of a sequence.
	Axis []int `json:"axis,omitempty"`
	// Scalar takes one mean and one variance for all values: Keras's axis=None.
	Scalar bool `json:"scalar,omitempty"`
}

var (
	_ Layer = Rescaling{}
	_ Layer = Normalization{}
)

func init() { Register(Rescaling{}); Register(Normalization{}) }

// Init implements Layer.
func (l Rescaling) Init(_ *Scope, in ...Shape) ([]Shape, error) {
	_, err := vectors(in)
	return in, err
}

// Apply implements Layer.
func (l Rescaling) Apply(c *Context, in ...Value) []Value {
	return []Value{{Node: c.Affine(l.Scale, c.Dense(in[0]), l.Offset), Steps: in[0].Steps, Mask: in[0].Mask}}
}

// shapes returns the shape of mean and variance for a sample, as weights are and as
// they meet the sample.
func (l Normalization) shapes(x Shape) (weights, meets Shape, err error) {
	axes := l.Axis
	switch {
	case l.Scalar && len(axes) > 0:
		return nil, nil, errorf("axes %v of a scalar", axes)
	case l.Scalar:
		return Shape{1}, Shape{1}, nil // Keras's have no dimension
	case len(axes) == 0:
		axes = []int{-1}
	}
	meets = Shape(slices.Repeat([]int{1}, len(x)))
	for _, a := range axes {
		at, err := axis(a, len(x))
		if err != nil {
			return nil, nil, err
		}
		if meets[at-1] = x[at-1]; x[at-1] == Any {
			return nil, nil, errorf("input is %v, want a known size of axis %d", x, a)
		}
	}
	for i := range x {
		if slices.Contains(axes, i+1) || slices.Contains(axes, i-len(x)) {
			weights = append(weights, x[i])
		}
	}
	return weights, meets, nil
}

// Init implements Layer.
func (l Normalization) Init(s *Scope, in ...Shape) ([]Shape, error) {
	x, err := vectors(in)
	if err != nil {
		return nil, err
	}
	shape, _, err := l.shapes(x)
	if err != nil {
		return nil, err
	}
	n := tensor.Shape(shape).TotalSize()
	switch {
	case len(l.Mean) != len(l.Variance):
		return nil, errorf("%d means and %d variances", len(l.Mean), len(l.Variance))
	case len(l.Mean) > 1 && len(l.Mean) != n:
		return nil, errorf("%d means, want 1 or %d, %v", len(l.Mean), n, []int(shape))
	case len(l.Mean) == 0:
		s.State("mean", Zeros(), shape...)
		s.State("variance", Ones(), shape...)
		s.State("count", Zeros(), 1)
	}
	return in, nil
}

// Apply implements Layer.
func (l Normalization) Apply(c *Context, in ...Value) []Value {
	x := in[0]
	n := c.Dense(x)
	if c.Err() != nil {
		return []Value{{}}
	}
	_, shape, err := l.shapes(x.shape())
	if err != nil {
		c.Fail(err)
		return []Value{{}}
	}
	mean, variance := l.moment(c, "mean", l.Mean, shape), l.moment(c, "variance", l.Variance, shape)
	deviation := c.Clip(c.Sqrt(variance), 1e-7, inf)
	if l.Invert {
		n = c.bySample(c.bySample(n, deviation, x.Steps, c.Mul), mean, x.Steps, c.Add)
	} else {
		n = c.bySample(c.bySample(n, mean, x.Steps, c.Sub), deviation, x.Steps, c.Div)
	}
	return []Value{{Node: n, Steps: x.Steps, Mask: x.Mask}}
}

// moment emits means or variances, those of the layer if any are given.
func (l Normalization) moment(c *Context, name string, given []float64, shape Shape) *graph.Node {
	if len(given) == 0 {
		return c.Reshape(c.Weight(name), shape...)
	}
	if len(given) == 1 {
		shape = Shape{1}
	}
	return c.fixed(name, given, shape)
}

// fixed emits values that a layer has in its settings, under a name of their own.
func (c *Context) fixed(name string, values []float64, shape Shape) *graph.Node {
	path := join(c.path, name)
	return c.once(path, func() *graph.Node {
		t := tensor.New(tensor.Of(c.Dtype()), tensor.WithShape(shape...))
		if x := graph.Floats[float64](t); x != nil {
			copy(x, values)
		}
		for i, x := 0, graph.Floats[float32](t); i < len(x); i++ {
			x[i] = float32(values[i])
		}
		return c.Input(path, t)
	}, func(outer *Context) *graph.Node { return outer.fixed(name, values, shape) })
}
