package graph

import (
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"unroll/internal/kernel"
)

// plan says where the values of a program's nodes lie: nodes that are never needed at
// the same time share a place in one arena. A node's value is needed from when it is
// computed until its last reader has run; that of a node asked for, until the next Run.
// A view needs what it is a view of.
type plan struct {
	places []place
	held   []heldPlace
	size   int              // elements of the arena
	values []gorgonia.Value // in the arena, once it is made
	holds  []gorgonia.Value
}

type place struct {
	op   *op
	from int // in elements; −1 if it is not in the arena
}

type heldPlace struct {
	hold *hold
	from int // −1 if it is not in the arena
}

// hold is what an operation keeps for its gradient, some elements of a form of its own.
// Where its first input dies with it they lie in that one's place: the kernels compute
// step by step, from what is in the place of a step. The gradient's output, computed in
// the same way, may follow them there.
type hold struct {
	volume int
	value  gorgonia.Value // nil until it is needed
	own    gorgonia.Value // where there is no place in an arena
}

// held returns the elements of what is held.
func held[T kernel.Float](b *Builder, h *hold) []T {
	if h.value == nil {
		if h.own == nil {
			h.own = newValue(b.dt, tensor.Shape{h.volume})
		}
		h.value = h.own
	}
	return Floats[T](h.value)
}

// occupy puts the operations' outputs where the plan says. Programs of one Builder
// share operations, so it is done whenever another one of them has run.
func (p *plan) occupy(b *Builder) {
	if p.values == nil && p.holds == nil {
		pick(b, makeArena[float32], makeArena[float64])(p)
	}
	for i, at := range p.places {
		at.op.out = p.values[i]
	}
	for i, at := range p.held {
		at.hold.value = p.holds[i]
	}
}

func makeArena[T kernel.Float](p *plan) {
	arena := make([]T, p.size)
	for _, at := range p.places {
		if at.from < 0 {
			p.values = append(p.values, newValue(at.op.b.dt, at.op.shape))
			continue
		}
		to := at.from + volumeOf(at.op.shape)
		p.values = append(p.values, tensor.New(tensor.WithShape(at.op.shape...), tensor.WithBacking(arena[at.from:to:to])))
	}
	for _, at := range p.held {
		var v gorgonia.Value
		if at.from >= 0 {
			to := at.from + at.hold.volume
			v = tensor.New(tensor.WithShape(at.hold.volume), tensor.WithBacking(arena[at.from:to:to]))
		}
		p.holds = append(p.holds, v)
	}
}
