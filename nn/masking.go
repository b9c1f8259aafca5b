package nn

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
	mask := c.AnyNotEqual(c.beforeGate(x), l.MaskValue)
	return []Value{{Node: c.Mul(x, mask), Steps: in[0].Steps, Mask: mask}}
}
