package nn

import (
	"unroll/graph"
)

// Layer is a plain struct of settings whose zero fields mean Keras's defaults.
// It holds no weights, so one value may describe any number of layers.
type Layer interface {
	// Init declares the layer's weights in s for the shapes of its inputs and
	// returns the shapes of its outputs. No graph exists yet.
	Init(s *Scope, in ...Shape) (out []Shape, err error)
	// Apply emits the forward computation. Failures stay in c.
	Apply(c *Context, in ...Value) []Value
}

// Cell is one step of a recurrent layer, forward mathematics only. RNN runs
// it over a sequence. A cell keeps no nodes between calls: Step may be called
// on another graph than Begin.
type Cell interface {
	// Init declares the weights for inputs [time, features] and returns the
	// shape of one step's output.
	Init(s *Scope, in Shape) (out Shape, err error)
	// Sizes returns the width of the output and of each state, [batch, width].
	Sizes() (output int, state []int)
	// Begin runs once per sequence: it returns what Step reads of each step,
	// time-major [steps·batch, width], usually the projection of the inputs,
	// and constants for all steps. It must not depend on the order of the steps:
	// where a layer goes backwards, they are reversed before Begin or after it.
	Begin(c *Context, x Value) (z *graph.Node, consts []*graph.Node)
	// Step computes one step from z's rows [batch, width] and the states.
	Step(c *Context, z *graph.Node, consts, state []*graph.Node) (out *graph.Node, next []*graph.Node)
}
