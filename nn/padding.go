package nn

import "slices"

// ZeroPadding1D adds steps of zeros at the ends of a sequence. Input
// [time, features], output [time + left + right, features]. Keras: ZeroPadding1D.
type ZeroPadding1D struct {
	Padding []int `json:"padding,omitempty"` // left and right, or one number for both; 1 if empty
}

// Cropping1D takes steps away from the ends of a sequence. Input
// [time, features], output [time − left − right, features]. Keras: Cropping1D.
type Cropping1D struct {
	Cropping []int `json:"cropping,omitempty"` // left and right, or one number for both; 1 if empty
}

// UpSampling1D repeats each step of a sequence size times, one after the other.
// Input [time, features], output [size·time, features]. Keras: UpSampling1D.
type UpSampling1D struct {
	Size int `json:"size,omitempty"` // 2
}

// Permute gives a sample its axes in another order: the dims (2, 1) of a sequence
// make the features steps and the steps features. Input [time, features], output
// [features, time]; the length must be known. Keras: Permute.
type Permute struct {
	Dims []int `json:"dims"` // of the sample, from 1
}

var (
	_ Layer = ZeroPadding1D{}
	_ Layer = Cropping1D{}
	_ Layer = UpSampling1D{}
	_ Layer = Permute{}
)

func init() {
	for _, l := range []Layer{ZeroPadding1D{}, Cropping1D{}, UpSampling1D{}, Permute{}} {
		Register(l)
	}
}

// ends returns how many steps are meant at the left and at the right end.
func ends(field string, of []int) (left, right int, err error) {
	switch len(of) {
	case 0:
		return 1, 1, nil
	case 1:
		left, right = of[0], of[0]
	case 2:
		left, right = of[0], of[1]
	}
	const most = 1 << 30
	if len(of) > 2 || left < 0 || right < 0 || left > most || right > most {
		return 0, 0, errorf("%s is %v, want one or two numbers of steps", field, of)
	}
	return left, right, nil
}

// longer returns the shape of a sequence that gets so many steps more.
func longer(x Shape, steps int) (Shape, error) {
	if x[0] == Any {
		return x, nil
	}
	if x[0]+steps < 1 {
		return nil, errorf("of %d steps none is left", x[0])
	}
	return Shape{x[0] + steps, x[1]}, nil
}

// Init implements Layer.
func (l ZeroPadding1D) Init(_ *Scope, in ...Shape) ([]Shape, error) {
	x, err := sequence(in)
	if err != nil {
		return nil, err
	}
	left, right, err := ends("padding", l.Padding)
	if err != nil {
		return nil, err
	}
	out, err := longer(x, left+right)
	return []Shape{out}, err
}

// Apply implements Layer.
func (l ZeroPadding1D) Apply(c *Context, in ...Value) []Value {
	left, right, err := ends("padding", l.Padding)
	if err != nil {
		c.Fail(err)
	}
	return []Value{c.sequence(c.Pad(c.Dense(in[0]), 0, left*c.Batch, right*c.Batch))}
}

// Init implements Layer.
func (l Cropping1D) Init(_ *Scope, in ...Shape) ([]Shape, error) {
	x, err := sequence(in)
	if err != nil {
		return nil, err
	}
	left, right, err := ends("cropping", l.Cropping)
	if err != nil {
		return nil, err
	}
	out, err := longer(x, -left-right)
	return []Shape{out}, err
}

// Apply implements Layer.
func (l Cropping1D) Apply(c *Context, in ...Value) []Value {
	x := in[0]
	left, right, err := ends("cropping", l.Cropping)
	if err == nil {
		_, err = longer(Shape{x.Steps, 1}, -left-right)
	}
	if err != nil {
		c.Fail(err)
	}
	return []Value{c.sequence(c.Slice(c.Dense(x), 0, left*c.Batch, (x.Steps-right)*c.Batch))}
}

// size returns how often each step is put out.
func (l UpSampling1D) size() int {
	if l.Size == 0 {
		return 2
	}
	return l.Size
}

// Init implements Layer.
func (l UpSampling1D) Init(_ *Scope, in ...Shape) ([]Shape, error) {
	x, err := sequence(in)
	if err != nil {
		return nil, err
	}
	out := Shape{Any, x[1]}
	if x[0] != Any {
		out[0] = x[0] * l.size()
	}
	if l.size() < 1 || l.size() > 1<<30 {
		return nil, errorf("size is %d, want at least 1", l.size())
	}
	return []Shape{out}, nil
}

// Apply implements Layer.
func (l UpSampling1D) Apply(c *Context, in ...Value) []Value {
	x := c.Dense(in[0])
	if c.Err() != nil {
		return []Value{{}}
	}
	s := x.Shape()
	steps := c.Repeat(c.Reshape(x, in[0].Steps, c.Batch*s[1]), 0, l.size())
	return []Value{c.sequence(c.Reshape(steps, s[0]*l.size(), s[1]))}
}

// Init implements Layer.
func (l Permute) Init(_ *Scope, in ...Shape) ([]Shape, error) {
	x, err := vectors(in)
	if err != nil {
		return nil, err
	}
	if len(l.Dims) != len(x) || !slices.Contains(l.Dims, 1) || !slices.Contains(l.Dims, len(x)) {
		return nil, errorf("dims are %v for a sample of %d dimensions", l.Dims, len(x))
	}
	out := make(Shape, len(x))
	for i, d := range l.Dims {
		out[i] = x[d-1]
	}
	_, err = out.last()
	return []Shape{out}, err
}

// Apply implements Layer.
func (l Permute) Apply(c *Context, in ...Value) []Value {
	x := in[0]
	n := c.Dense(x)
	if c.Err() != nil || l.Dims[0] == 1 {
		return []Value{{Node: n, Steps: x.Steps}}
	}
	width := n.Shape()[1]
	n = c.Transpose(c.Reshape(n, x.Steps, c.Batch, width), 2, 1, 0)
	return []Value{{Node: c.Reshape(n, width*c.Batch, x.Steps), Steps: width}}
}
