package nn

import (
	"unroll/graph"
)

// Value is what travels between layers.
type Value struct {
	// Node is time-major [steps·batch, features] if Steps > 0, so that a step
	// is one block of rows, else [batch, features]. It is nil where IDs is set.
	Node  *graph.Node
	Steps int

	// Mask is a column [steps·batch, 1] of 0 for the steps that recurrent
	// layers pass over and 1 for the others; nil is 1 for all.
	Mask *graph.Node

	// IDs holds word ids, time-major [steps·batch] int32. Alone it is the ids
	// themselves. With Depth it is their one-hot vectors, with Table the
	// table's rows [words, features]: neither is made dense until a layer asks
	// for it by Context.Dense, and Context.Linear need not ask.
	IDs   *graph.Node
	Depth int
	Table *graph.Node

	// Bags holds bags of ids, as graph.Builder.EmbeddingBag takes them, of a Bag or a
	// WeightedBag; Steps is the most ids of one of them. Weights are those of the ids,
	// [batch·steps, 1], nil for ones.
	Bags    *graph.Node
	Weights *graph.Node

	logits *logits     // what Node was computed of, for losses
	blend  *graph.Node // of IDs, in a blended pass
}

// logits is what an activation was taken of: of(node) = f(logits).
type logits struct {
	f        Func
	node, of *graph.Node
}

// Logits returns what f was taken of to give v, or nil if v is not f's value.
// Losses are computed from logits, where nothing overflows.
func (v Value) Logits(f Func) *graph.Node {
	if l := v.logits; l != nil && l.f == f && l.of == v.Node {
		return l.node
	}
	return nil
}

// shape returns the shape of one sample of x.
func (x Value) shape() Shape {
	s := Shape{}
	if x.Steps > 0 {
		s = append(s, x.Steps)
	}
	switch {
	case x.Node != nil:
		s = append(s, x.Node.Shape()[1])
	case x.Depth > 0:
		s = append(s, x.Depth)
	case x.Table != nil:
		s = append(s, x.Table.Shape()[1])
	}
	return s
}

// kind is the kind of input that x would be.
func (x Value) kind() string {
	switch {
	case x.Weights != nil:
		return weightedBag
	case x.Bags != nil:
		return bag
	case x.IDs != nil && x.Depth == 0 && x.Table == nil:
		return tokens
	}
	return features
}
