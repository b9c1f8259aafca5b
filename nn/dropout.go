package nn

import "unroll/graph"

// Dropout sets each value to 0 with probability rate and multiplies the others
// by 1/(1−rate), in training; else it is the identity. Input and output of any
// shape. What NoiseShape gives a size of 1 is dropped together: (1, features) of a
// sequence drops whole features as SpatialDropout1D does, (time, 1) whole steps.
//
// Srivastava et al., Dropout: a simple way to prevent neural networks from
// overfitting, 2014. Keras: Dropout.
type Dropout struct {
	Rate       float64 `json:"rate"`
	NoiseShape []int   `json:"noise_shape,omitempty"` // of a sample; the sample's own if empty, and where −1
}

// SpatialDropout1D is Dropout of whole features of a sequence: one that is
// dropped is 0 at every step. Input and output [time, features].
//
// Tompson et al., Efficient object localization using convolutional networks,
// 2015. Keras: SpatialDropout1D.
type SpatialDropout1D struct {
	Rate float64 `json:"rate"`
}

var (
	_ Layer = Dropout{}
	_ Layer = SpatialDropout1D{}
)

func init() { Register(Dropout{}); Register(SpatialDropout1D{}) }

// Init implements Layer.
func (l Dropout) Init(_ *Scope, in ...Shape) ([]Shape, error) {
	x, err := oneInput(in)
	if err != nil {
		return nil, err
	}
	if _, err := x.last(); err != nil {
		return nil, err
	}
	if _, _, err := l.together(x); err != nil {
		return nil, err
	}
	return in, rate("rate", l.Rate)
}

// together reports whether all steps, and all features, are dropped together.
func (l Dropout) together(x Shape) (steps, features bool, err error) {
	if len(l.NoiseShape) == 0 {
		return false, false, nil
	}
	if len(l.NoiseShape) != len(x) || len(x) > 2 {
		return false, false, errorf("noise_shape is %v for a sample %v", l.NoiseShape, x)
	}
	for i, n := range l.NoiseShape {
		if n != 1 && n != -1 && (n != x[i] && x[i] != Any || n < 1) {
			return false, false, errorf("noise_shape is %v for a sample %v, want its sizes, 1 or −1", l.NoiseShape, x)
		}
	}
	return len(x) == 2 && l.NoiseShape[0] == 1, l.NoiseShape[len(x)-1] == 1, nil
}

// Apply implements Layer.
func (l Dropout) Apply(c *Context, in ...Value) []Value {
	return c.noisy(in[0], l.Rate, func(x *graph.Node) *graph.Node { return c.Mul(x, l.mask(c, in[0], x)) })
}

// mask emits the mask of a value, whose node is x: of its size, or of one column.
func (l Dropout) mask(c *Context, v Value, x *graph.Node) *graph.Node {
	steps, features, err := l.together(v.shape())
	if err != nil {
		return c.Fail(err)
	}
	rows, cols := x.Shape()[0], x.Shape()[1]
	if features {
		cols = 1
	}
	if steps {
		return c.RepeatSteps(c.DropoutMask("dropout", l.Rate, c.Batch, cols), v.Steps)
	}
	return c.DropoutMask("dropout", l.Rate, rows, cols)
}

// Init implements Layer.
func (l SpatialDropout1D) Init(_ *Scope, in ...Shape) ([]Shape, error) {
	if _, err := sequence(in); err != nil {
		return nil, err
	}
	return in, rate("rate", l.Rate)
}

// Apply implements Layer.
func (l SpatialDropout1D) Apply(c *Context, in ...Value) []Value {
	return []Value{c.dropInputs(l.Rate, in[0])}
}
