package keras

import (
	"cmp"
	"slices"

	"unroll/nn"
)

// operation is a layer of a network, or an input, where Keras has a layer too.
type operation struct {
	input bool
	at    int
}

// kerasOrder returns the layers of a network as Keras orders them, which their names in
// files hang on: the farthest from the outputs first, and of those of one distance the
// ones that a walk from the outputs meets first. It is Keras's map_graph.
func kerasOrder(n nn.Network) []operation {
	g := &depths{n: n, met: map[operation]int{}, done: map[int]bool{}, node: map[int]int{}, op: map[operation]int{}}
	for _, o := range n.Outputs {
		g.walk(o.From.Call)
	}
	for _, call := range slices.Backward(g.order) {
		op := g.operation(call)
		depth := max(g.node[call], g.op[op])
		g.op[op], g.node[call] = depth, depth
		if call >= 0 {
			for _, from := range n.Calls[call].In {
				g.node[from.Call] = max(g.node[from.Call], depth+1)
			}
		}
	}
	var list []operation
	for op := range g.op {
		list = append(list, op)
	}
	slices.SortFunc(list, func(a, b operation) int {
		return cmp.Or(g.op[b]-g.op[a], g.met[a]-g.met[b])
	})
	return list
}

// depths is a walk over a network. A node is a call, or an input, whose index is
// negative.
type depths struct {
	n     nn.Network
	met   map[operation]int // when the walk met it
	done  map[int]bool
	order []int // nodes, each after those that it reads from
	node  map[int]int
	op    map[operation]int
}

func (g *depths) operation(call int) operation {
	if call < 0 {
		return operation{true, ^call}
	}
	return operation{false, g.n.Calls[call].Layer}
}

func (g *depths) walk(call int) {
	if g.done[call] {
		return
	}
	g.done[call] = true
	if op := g.operation(call); !has(g.met, op) {
		g.met[op] = len(g.met)
	}
	if call >= 0 {
		for _, from := range g.n.Calls[call].In {
			g.walk(from.Call)
		}
	}
	g.order = append(g.order, call)
}

func has[K comparable, V any](m map[K]V, key K) bool { _, ok := m[key]; return ok }

// fileOrder returns the layers as the network has them, which is the order of the file
// that it was read from. Inputs have no weights.
func fileOrder(n nn.Network) []operation {
	list := make([]operation, len(n.Layers))
	for i := range list {
		list[i].at = i
	}
	return list
}
