package nn

import (
	"unroll/graph"
)

// rowsOf emits the rows of a table that x's ids name, blended as x says.
func (c *Context) rowsOf(table *graph.Node, x Value) *graph.Node {
	rows := c.Gather(table, x.IDs)
	if x.blend == nil {
		return rows
	}
	return c.mixed(x, rows, c.Blend(x.blend, rows, c.Row(table, 0)))
}

// counts emits how often each of depth ids occurs in x, or, if once is set,
// whether it does.
func (c *Context) counts(x Value, depth int, padding, once bool) *graph.Node {
	if x.blend != nil {
		c.blended[x.blend] = true
		return c.WeightedCounts(x.blend, x.IDs, c.Batch, depth, padding, once)
	}
	y := c.Counts(x.IDs, c.Batch, depth, padding)
	if once {
		// A count is a whole number, and min(y, 1) = 1 − max(1 − y, 0).
		y = c.Affine(-1, c.Relu(c.Affine(-1, y, 1)), 1)
	}
	return y
}

// mixed notes what x's blend made of a node, and returns it.
func (c *Context) mixed(x Value, before, after *graph.Node) *graph.Node {
	c.blended[x.blend] = true
	c.original[after] = before
	return after
}

// unblended returns what n was made of, if it is a blend, else n.
func (c *Context) unblended(n *graph.Node) *graph.Node {
	if before := c.original[n]; before != nil {
		return before
	}
	return n
}
