package nn

// ActivityRegularization adds to the loss
//
//	(L1·Σ|x| + L2·Σx²)/batch
//
// over its input, which it returns as it is, of any shape. Keras:
// ActivityRegularization, whose first versions of Keras 3 did not divide by the number of
// samples.
type ActivityRegularization struct {
	L1 float64 `json:"l1,omitempty"`
	L2 float64 `json:"l2,omitempty"`
}

var _ Layer = ActivityRegularization{}

func init() { Register(ActivityRegularization{}) }

// Init implements Layer.
func (l ActivityRegularization) Init(_ *Scope, in ...Shape) ([]Shape, error) {
	x, err := oneInput(in)
	if err != nil {
		return nil, err
	}
	if _, err := x.last(); err != nil {
		return nil, err
	}
	return in, Regularizer(l).check()
}

// Apply implements Layer.
func (l ActivityRegularization) Apply(c *Context, in ...Value) []Value {
	x := c.Dense(in[0])
	if c.Err() == nil && l.L1+l.L2 > 0 {
		c.AddLoss(c.Affine(1/float64(c.Batch), c.Penalty(x, l.L1, l.L2), 0))
	}
	return []Value{{Node: x, Steps: in[0].Steps, Mask: in[0].Mask}}
}
