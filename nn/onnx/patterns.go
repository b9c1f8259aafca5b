package onnx

import (
	"math"

	"unroll/nn"
)

// Exporters write some layers as several operators. The first of them is where a pattern is
// looked for; the others are then gone.

// pattern is a walk along a chain of operators.
type pattern struct {
	c    *call
	at   string // the value that the walk has come to
	gone []*node
}

// step goes on by the operator that is alone in taking the value, together with another
// value or constant, which it returns; "" if it takes one value.
func (p *pattern) step(op string) (other string, ok bool) {
	n := p.c.sole(p.at, op)
	if n == nil || len(n.outputs) != 1 {
		return "", false
	}
	switch {
	case len(n.inputs) == 1:
	case len(n.inputs) == 2 && n.inputs[0] == p.at:
		other = n.inputs[1]
	case len(n.inputs) == 2 && (op == "Add" || op == "Mul"):
		other = n.inputs[0]
	default:
		return "", false
	}
	p.gone, p.at = append(p.gone, n), n.outputs[0]
	return other, true
}

// number reports whether a value is a constant near a number.
func (c *call) number(name string, want float64) bool {
	v, ok := floatOf(c.constant(name))
	return ok && math.Abs(v-want) <= 1e-4*math.Abs(want)
}

// constant returns a value that is there before the node, or one of a Constant behind it.
func (c *call) constant(name string) any {
	if v, ok := c.values[name]; ok {
		return v
	}
	if n := c.makers[name]; n != nil && n.op == "Constant" {
		if a, ok := n.attrs["value"].(*array); ok {
			return a
		}
		if f, ok := n.attrs["value_float"].(float64); ok {
			return &array{shape: []int{}, floats: []float64{f}}
		}
	}
	return nil
}

// done makes the nodes gone and the last one's output the node's.
func (p *pattern) done() {
	for _, n := range p.gone {
		p.c.gone[n] = true
	}
	p.c.node.outputs = []string{p.at}
}

// gelu reads x/√2 as the beginning of x·(1 + erf(x/√2))·½, whose factors may be in any
// order. It returns false if it is no such thing.
func (c *call) gelu() (error, bool) {
	if !c.number(c.node.input(1), math.Sqrt2) {
		return nil, false
	}
	x := c.node.input(0)
	p := &pattern{c: c, at: c.node.outputs[0]}
	if _, ok := p.step("Erf"); !ok {
		return nil, false
	}
	if one, ok := p.step("Add"); !ok || !c.number(one, 1) {
		return nil, false
	}
	whole, half := false, false
	for range 2 {
		by, ok := p.step("Mul")
		switch {
		case !ok:
			return nil, false
		case by == x:
			whole = true
		case c.number(by, 0.5):
			half = true
		case c.halved(by, x, p):
			whole, half = true, true
		}
		if whole && half {
			p.done()
			return c.function(nn.Gelu), true
		}
	}
	return nil, false
}

// softsign reads |x| as the beginning of x/(1 + |x|).
func (c *call) softsign() bool {
	p := &pattern{c: c, at: c.node.outputs[0]}
	if one, ok := p.step("Add"); !ok || !c.number(one, 1) {
		return false
	}
	div := c.sole(p.at, "Div")
	if div == nil || len(div.inputs) != 2 || len(div.outputs) != 1 || div.inputs[0] != c.node.input(0) || div.inputs[1] != p.at {
		return false
	}
	p.gone, p.at = append(p.gone, div), div.outputs[0]
	p.done()
	return true
}

// logarithm reads what is the logarithm of the node's output, and nothing else.
func (c *call) logarithm() bool {
	p := &pattern{c: c, at: c.node.outputs[0]}
	if _, ok := p.step("Log"); !ok {
		return false
	}
	p.done()
	return true
}

// negatedSoftplus reads −x as the beginning of −softplus(−x).
func (c *call) negatedSoftplus() bool {
	p := &pattern{c: c, at: c.node.outputs[0]}
	if _, ok := p.step("Softplus"); !ok {
		return false
	}
	if _, ok := p.step("Neg"); !ok {
		return false
	}
	p.done()
	return true
}

// halved reports whether a value is x·½, which nobody else takes.
func (c *call) halved(name, x string, p *pattern) bool {
	n := c.makers[name]
	if _, done := c.values[name]; done || n == nil || n.op != "Mul" || len(n.inputs) != 2 || len(n.outputs) != 1 || c.sole(name, "Mul") == nil {
		return false // it is a layer already, or something else
	}
	if n.inputs[0] == x && c.number(n.inputs[1], 0.5) || n.inputs[1] == x && c.number(n.inputs[0], 0.5) {
		p.gone = append(p.gone, n)
		return true
	}
	return false
}

// layerNormalization reads the mean of x over the features as the beginning of
//
//	d = x − mean(x),  d/√(mean(d²) + epsilon)·gamma + beta
//
// of which gamma and beta may be missing. It returns false if it is no such thing.
func (c *call) layerNormalization() (error, bool) {
	v, _ := c.value(0)
	x, ok := v.(*symbol)
	if !ok || x.ids {
		return nil, false
	}
	name := c.node.input(0)
	p := &pattern{c: c, at: c.node.outputs[0]}
	sub := c.sole(p.at, "Sub")
	if sub == nil || len(sub.inputs) != 2 || sub.inputs[0] != name || len(sub.outputs) != 1 {
		return nil, false
	}
	d := sub.outputs[0]
	p.gone = append(p.gone, sub)
	var square, div *node
	for _, n := range c.users[d] {
		switch {
		case n.op == "Pow" && len(n.inputs) == 2 && n.inputs[0] == d && c.number(n.inputs[1], 2), n.op == "Mul" && n.inputs[0] == d && len(n.inputs) == 2 && n.inputs[1] == d:
			square = n
		case n.op == "Div" && len(n.inputs) == 2 && n.inputs[0] == d:
			div = n
		default:
			return nil, false
		}
	}
	if square == nil || div == nil || len(square.outputs) != 1 || len(div.outputs) != 1 {
		return nil, false
	}
	p.gone, p.at = append(p.gone, square), square.outputs[0]
	mean := c.sole(p.at, "ReduceMean")
	if mean == nil || !c.overLast(mean, x) || !c.overLast(c.node, x) {
		return nil, false
	}
	p.gone, p.at = append(p.gone, mean), mean.outputs[0]
	epsilonName, ok := p.step("Add")
	epsilon, number := floatOf(c.constant(epsilonName))
	if !ok || !number {
		return nil, false
	}
	if _, ok := p.step("Sqrt"); !ok || c.sole(p.at, "Div") != div || div.inputs[1] != p.at {
		return nil, false
	}
	p.gone, p.at = append(p.gone, div), div.outputs[0]
	vector := func(op string) (*array, string) {
		before := *p
		other, ok := p.step(op)
		a, constant := c.constant(other).(*array)
		if ok && constant && a.floats != nil && len(a.shape) == 1 && a.len() == x.width() {
			return a, other
		}
		*p = before
		return nil, ""
	}
	gamma, weight := vector("Mul")
	beta, _ := vector("Add")
	attr[[]int64](c.node, "axes", nil)
	attr(c.node, "keepdims", int64(1))
	attr(c.node, "noop_with_empty_axes", int64(0))
	p.done()
	x.used()
	return c.normalized(x, len(x.axes)-1, nice(epsilon), gamma, beta, weight), true
}

// overLast reports whether a ReduceMean is over the last axis of x, which it keeps.
func (c *call) overLast(n *node, x *symbol) bool {
	axes, _ := n.attrs["axes"].([]int64)
	if a, ok := c.constant(n.input(1)).(*array); ok && n.input(1) != "" {
		axes = a.ints
	}
	if keep, ok := n.attrs["keepdims"].(int64); ok && keep == 0 || len(axes) != 1 || len(n.outputs) != 1 {
		return false
	}
	return axes[0] == -1 || int(axes[0]) == len(x.axes)-1
}
