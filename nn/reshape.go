package nn

// Flatten puts the steps of a sequence side by side: [time, features] to
// [time·features]. The length must be known. Keras: Flatten.
type Flatten struct{}

// Reshape gives a sample another shape with as many values, in their order:
// [n], or [time, features] with the features of a step together. One size may
// be −1, that which is left; of a sequence of open length it must be the first, the
// steps. Keras: Reshape.
type Reshape struct {
	TargetShape Shape `json:"target_shape"`
}

// RepeatVector makes a sequence of n equal steps: [features] to [n, features].
// Keras: RepeatVector.
type RepeatVector struct {
	N int `json:"n"`
}

var (
	_ Layer = Flatten{}
	_ Layer = Reshape{}
	_ Layer = RepeatVector{}
)

func init() { Register(Flatten{}); Register(Reshape{}); Register(RepeatVector{}) }

// known returns the number of values of a sample whose sizes are all known.
func known(in []Shape) (int, error) {
	x, err := oneInput(in)
	if err != nil {
		return 0, err
	}
	if len(x) != 1 && len(x) != 2 {
		return 0, errorf("input is %v, want (None, features) or (None, time, features)", x)
	}
	n := 1
	for _, k := range x {
		if k == Any {
			return 0, errorf("input is %v, want known sizes", x)
		}
		n *= k
	}
	return n, nil
}

// flat emits a sample's values side by side.
func (c *Context) flat(x Value) Value {
	n := c.Dense(x)
	if x.Steps > 0 {
		n = c.BatchMajor(n, x.Steps)
	}
	return Value{Node: n}
}

// Init implements Layer.
func (Flatten) Init(_ *Scope, in ...Shape) ([]Shape, error) {
	n, err := known(in)
	return []Shape{{n}}, err
}

// Apply implements Layer.
func (Flatten) Apply(c *Context, in ...Value) []Value { return []Value{c.flat(in[0])} }

// target returns the shape for n values.
func (l Reshape) target(n int) (Shape, error) {
	out := append(Shape{}, l.TargetShape...)
	left, rest := -1, 1
	for i, k := range out {
		switch {
		case k == -1 && left < 0:
			left = i
		case k < 1:
			return nil, errorf("target_shape is %v, want positive sizes and at most one −1", []int(l.TargetShape))
		default:
			rest *= k
		}
	}
	if left >= 0 && n%rest == 0 {
		out[left] = n / rest
		rest = n
	}
	if len(out) != 1 && len(out) != 2 || rest != n {
		return nil, errorf("%d values cannot have the target_shape %v", n, []int(l.TargetShape))
	}
	return out, nil
}

// Init implements Layer.
func (l Reshape) Init(_ *Scope, in ...Shape) ([]Shape, error) {
	if len(in) == 1 && len(in[0]) == 2 && in[0][0] == Any && len(l.TargetShape) == 2 && l.TargetShape[0] == -1 {
		out := Shape{Any, l.TargetShape[1]}
		if _, err := in[0].last(); err != nil {
			return nil, err
		}
		return []Shape{out}, positive("target_shape's number of features", out[1])
	}
	n, err := known(in)
	if err != nil {
		return nil, err
	}
	out, err := l.target(n)
	return []Shape{out}, err
}

// Apply implements Layer.
func (l Reshape) Apply(c *Context, in ...Value) []Value {
	x := c.flat(in[0])
	if c.Err() != nil {
		return []Value{{}}
	}
	out, err := l.target(x.Node.Shape()[1])
	if err != nil {
		c.Fail(err)
		return []Value{{}}
	}
	if len(out) == 2 {
		x.Steps = out[0]
		x.Node = c.TimeMajor(x.Node, x.Steps)
	}
	return []Value{x}
}

// Init implements Layer.
func (l RepeatVector) Init(_ *Scope, in ...Shape) ([]Shape, error) {
	x, err := oneInput(in)
	if err != nil {
		return nil, err
	}
	if len(x) != 1 {
		return nil, errorf("input is %v, want (None, features)", x)
	}
	features, err := x.last()
	if err != nil {
		return nil, err
	}
	return []Shape{{l.N, features}}, positive("n", l.N)
}

// Apply implements Layer.
func (l RepeatVector) Apply(c *Context, in ...Value) []Value {
	return []Value{{Node: c.RepeatSteps(c.Dense(in[0]), l.N), Steps: l.N}}
}
