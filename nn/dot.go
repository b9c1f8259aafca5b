package nn

import "unroll/graph"

// Dot is the product of two inputs, summed over an axis of each:
//
//	x [features], y [features]              [1]             Σ x_k·y_k
//	x [s, features], y [t, features]        [s, t]          axes 2 and 2, or −1
//	x [time, m], y [time, n]                [m, n]          axes 1 and 1
//	x [s, features], y [features]           [s]
//
// that is, of x and y what is not summed over, in their order. Keras: Dot.
type Dot struct {
	Axes      []int `json:"axes"`                // one for both, or one each, counted from the batch, which is 0
	Normalize bool  `json:"normalize,omitempty"` // take the cosine: vectors along the axes are divided by their length
}

var _ Layer = Dot{}

func init() { Register(Dot{}) }

// over returns the axes of samples of so many dimensions.
func (l Dot) over(x, y int) (int, int, error) {
	if len(l.Axes) != 1 && len(l.Axes) != 2 {
		return 0, 0, errorf("axes are %v, want one or two", l.Axes)
	}
	ax, err := axis(l.Axes[0], x)
	if err != nil {
		return 0, 0, err
	}
	ay, err := axis(l.Axes[len(l.Axes)-1], y)
	return ax, ay, err
}

// Init implements Layer.
func (l Dot) Init(_ *Scope, in ...Shape) ([]Shape, error) {
	if len(in) != 2 {
		return nil, errorf("%d inputs, want 2", len(in))
	}
	for i := range in {
		if _, err := vectors(in[i : i+1]); err != nil {
			return nil, err
		}
	}
	x, y := in[0], in[1]
	ax, ay, err := l.over(len(x), len(y))
	if err != nil {
		return nil, err
	}
	if x[ax-1] != y[ay-1] {
		return nil, errorf("axis %d of %v and axis %d of %v differ", ax, x, ay, y)
	}
	out := Shape{}
	for i, n := range x {
		if i != ax-1 {
			out = append(out, n)
		}
	}
	for i, n := range y {
		if i != ay-1 {
			out = append(out, n)
		}
	}
	if len(out) == 0 {
		out = Shape{1}
	}
	_, err = out.last()
	return []Shape{out}, err
}

// Apply implements Layer.
func (l Dot) Apply(c *Context, in ...Value) []Value {
	x, y := in[0], in[1]
	ax, ay, err := l.over(len(x.shape()), len(y.shape()))
	if err != nil {
		c.Fail(err)
		return []Value{{}}
	}
	nx, left := l.factor(c, x, ax, "i")
	ny, right := l.factor(c, y, ay, "j")
	rest := func(v Value, letter string) string {
		if v.Steps > 0 {
			return letter
		}
		return ""
	}
	i, j := rest(x, "i"), rest(y, "j")
	out := "b" + i + j
	if i != "" && j != "" {
		out = "ibj" // a sequence
	}
	z := c.Einsum(left+","+right+"->"+out, nx, ny)
	if c.Err() != nil {
		return []Value{{}}
	}
	switch s := z.Shape(); {
	case s.Dims() == 3:
		return []Value{{Node: c.Reshape(z, s[0]*s[1], s[2]), Steps: s[0]}}
	case s.Dims() == 1:
		z = c.ExpandDims(z, 1)
	}
	return []Value{{Node: z}}
}

// factor emits an input with an axis for its steps and the letters of its axes for
// Einsum: k is summed over, b the batch, and rest what is left of a sequence.
func (l Dot) factor(c *Context, v Value, axis int, rest string) (n *graph.Node, letters string) {
	n = c.Dense(v)
	if c.Err() != nil {
		return nil, ""
	}
	letters, at := "bk", 1
	if v.Steps > 0 {
		n = c.Reshape(n, v.Steps, c.Batch, n.Shape()[1])
		letters, at = rest+"bk", 2
		if axis == 1 {
			letters, at = "kb"+rest, 0
		}
	}
	if l.Normalize {
		n = c.unit(n, at)
	}
	return n, letters
}

// unit emits x divided by its length along an axis; what has none stays 0.
func (c *Context) unit(x *graph.Node, axis int) *graph.Node {
	square := c.Clip(c.Sum(c.Mul(x, x), axis), 1e-24, inf)
	return c.Div(x, c.ExpandDims(c.Sqrt(square), axis))
}
