package nn

import "unroll/graph"

// Masking masks the steps of a sequence whose features all are MaskValue, and
// sets them to 0: later layers pass over them. Input and output
// [time, features]. Keras: Masking.
type Masking struct {
	MaskValue float64 `json:"mask_value,omitempty"` // 0
}

var _ Layer = Masking{}

func init() { Register(Masking{}) }

// Init implements Layer.
func (l Masking) Init(_ *Scope, in ...Shape) ([]Shape, error) {
	x, err := sequence(in)
	return []Shape{x}, err
}

// Apply implements Layer.
func (l Masking) Apply(c *Context, in ...Value) []Value {
	x := c.Dense(in[0])
	mask := c.AnyNotEqual(c.unblended(x), l.MaskValue)
	return []Value{{Node: c.Mul(x, mask), Steps: in[0].Steps, Mask: mask}}
}

// fillMasked emits x with other values, a constant such as Ones, at the steps that
// are masked.
func (c *Context) fillMasked(x Value, other func(shape ...int) *graph.Node) *graph.Node {
	n := c.Dense(x)
	if x.Mask == nil || c.Err() != nil {
		return n
	}
	return c.Where(x.Mask, n, other(n.Shape()...))
}

// either emits a mask that is 1 where that of one of the values is; nil, which
// is 1 everywhere, if one has none.
func (c *Context) either(of ...Value) *graph.Node {
	mask := of[0].Mask
	for _, x := range of[1:] {
		if mask == nil || x.Mask == nil {
			return nil
		}
		mask = c.Maximum(mask, x.Mask)
	}
	return mask
}
