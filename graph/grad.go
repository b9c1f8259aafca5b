package graph

import (
	"sort"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Grad emits the gradient of the scalar cost with respect to each node of wrt:
// zeros for one that the cost does not depend on.
//
// It is a reverse walk over the operations' symbolic gradients, as
// gorgonia.Grad is, and gives the same numbers. It differs where that one
// falls short: n gradients that meet in a node are one sum and not a chain of
// n−1 allocating additions; a node may be differentiated for several costs;
// an unused node is not an error.
func (b *Builder) Grad(cost *Node, wrt ...*Node) []*Node {
	if !b.ok(cost) {
		return make([]*Node, len(wrt))
	}
	if cost.Dims() != 0 {
		b.Fail(errors.Errorf("grad: the cost is %s, want a scalar", shapeString(cost)))
		return make([]*Node, len(wrt))
	}
	return b.VJP([]*Node{cost}, []*Node{b.constant("one", 1, tensor.ScalarShape())}, wrt...)
}

// VJP emits the vector–Jacobian products Σᵢ ⟨douts[i], ∂outs[i]/∂w⟩ for each w
// of wrt. A node may stand in outs more than once: its cotangents add up. A
// nil cotangent is one of zeros.
func (b *Builder) VJP(outs, douts []*Node, wrt ...*Node) []*Node {
	grads := make([]*Node, len(wrt))
	if !b.ok(outs...) || !b.ok(wrt...) {
		return grads
	}
	if !b.fits("vjp: %d cotangents for %d outputs", "vjp: cotangent %d is %s for an output %s", douts, outs) {
		return grads
	}
	return b.vjp(outs, douts, wrt, nil)
}

// fits checks vectors, nil for zeros, that go with nodes. The formats are of the errors.
func (b *Builder) fits(number, shape string, vectors, nodes []*Node) bool {
	if len(vectors) != len(nodes) {
		b.Fail(errors.Errorf(number, len(vectors), len(nodes)))
	}
	for i, v := range vectors {
		if b.err == nil && v != nil && b.ok(v, nodes[i]) && !sameShape(v.Shape(), nodes[i].Shape()) {
			b.Fail(errors.Errorf(shape, i, shapeString(v), shapeString(nodes[i])))
		}
	}
	return b.err == nil
}

// partials emits the gradients of the value that form makes of in, each input taken
// for a variable of its own, whatever it depends on.
func (b *Builder) partials(form func(in []*Node) *Node, in []*Node, dout *Node, diff []bool) []*Node {
	vars, ends := make([]*Node, len(in)), map[*Node]bool{}
	var wrt []*Node
	for i, n := range in {
		vars[i] = n
		if i < len(diff) && diff[i] {
			if ends[n] { // it stands twice among the inputs
				vars[i] = b.window(n, &part{0, n.Shape().TotalSize()}, n.Shape())
			}
			wrt = append(wrt, vars[i])
		}
		ends[vars[i]] = true
	}
	ds := make([]*Node, len(in))
	y := form(vars)
	if !b.ok(y) {
		return ds
	}
	grads := b.vjp([]*Node{y}, []*Node{dout}, wrt, ends)
	for i := range in {
		if i < len(diff) && diff[i] {
			ds[i], grads = grads[0], grads[1:]
		}
	}
	return ds
}

// vjp is VJP for checked arguments; what the nodes of ends depend on is not looked
// at.
func (b *Builder) vjp(outs, douts, wrt []*Node, ends map[*Node]bool) []*Node {
	grads := make([]*Node, len(wrt))
	order := b.topological(outs, ends)
	// active nodes depend on a node of wrt.
	active, wanted := map[*Node]bool{}, map[*Node]bool{}
	for _, w := range wrt {
		active[w], wanted[w] = true, true
	}
	for _, n := range order {
		if ends[n] {
			continue
		}
		diff := diffWRT(n)
		for i, in := range inputsOf(n) {
			// An operation without a gradient is followed too, to be refused
			// and not taken for a constant.
			if active[in] && (diff == nil || i < len(diff) && diff[i]) {
				active[n] = true
			}
		}
	}
	outer := b.wanted
	b.wanted = active
	defer func() { b.wanted = outer }()
	terms := map[*Node][]term{}
	for i, n := range outs {
		if douts[i] != nil {
			terms[n] = append(terms[n], term{node: douts[i]})
		}
	}
	sums := map[*Node]*Node{}
	outside := b.place
	defer func() { b.place = outside }()
	for i := len(order) - 1; i >= 0; i-- {
		n := order[i]
		if !active[n] || len(terms[n]) == 0 {
			continue
		}
		ts := terms[n]
		if b.place = placeOf(n); n.Op() == nil {
			b.place = placeOf(ts[0].node) // of an input's last reader
		}
		if o, ok := n.Op().(*op); ok && o.gradPart != nil && !ends[n] && len(ts) == 1 && ts[0].at != nil && ts[0].at.of(o.grain) && !wanted[n] {
			b.handOn(n, o.gradPart(inputsOf(n), n, ts[0].node, ts[0].at), active, terms)
		} else {
			sums[n] = b.total(n, ts)
			if !ends[n] {
				b.backward(n, sums[n], active, terms)
			}
		}
		if b.err != nil {
			return grads
		}
	}
	for i, w := range wrt {
		if grads[i] = sums[w]; grads[i] == nil {
			grads[i] = b.Zeros(w.Shape()...)
		}
	}
	return grads
}

// wants reports whether a gradient of n is asked for by the walk that goes on, for an
// operation that computes all its gradients at once. Outside of one it is.
func (b *Builder) wants(n *Node) bool { return b.wanted == nil || b.wanted[n] }

// backward hands the gradient dn of n on to n's active inputs.
func (b *Builder) backward(n, dn *Node, active map[*Node]bool, terms map[*Node][]term) {
	in, diff := inputsOf(n), diffWRT(n)
	if diff == nil && n.Op() != nil {
		b.Fail(errors.Errorf("vjp: %v has no gradient", n.Op()))
		return
	}
	wanted := false
	for i := range in {
		wanted = wanted || i < len(diff) && diff[i] && active[in[i]]
	}
	if !wanted {
		return
	}
	if o, ok := n.Op().(*op); ok {
		b.handOn(n, o.gradient(in, n, dn), active, terms)
		return
	}
	ds, err := n.Op().(gorgonia.SDOp).SymDiff(in, n, dn)
	if err != nil {
		b.Fail(errors.Wrapf(err, "gradient of %v", n.Op()))
		return
	}
	b.handOn(n, ds, active, terms)
}

// handOn gives n's inputs their gradients ds.
func (b *Builder) handOn(n *Node, ds []*Node, active map[*Node]bool, terms map[*Node][]term) {
	diff := diffWRT(n)
	o, _ := n.Op().(*op)
	for i, in := range inputsOf(n) {
		if !diff[i] || !active[in] || ds[i] == nil {
			continue
		}
		t := term{node: ds[i]}
		if o != nil && o.parts != nil {
			t.at = o.parts[i]
		}
		terms[in] = append(terms[in], t)
	}
}

// total sums the gradients that met in n.
func (b *Builder) total(n *Node, ts []term) *Node {
	// The walk meets the steps of a sequence last to first; in their order,
	// they are copied side by side.
	sort.SliceStable(ts, func(i, j int) bool {
		a, c := ts[i].at, ts[j].at
		return c != nil && (a == nil || a.from < c.from)
	})
	return b.sum(n.Shape(), b.joinProducts(ts))
}

// topological returns the nodes that outs depend on, inputs first; what the nodes of
// ends depend on is left out.
func (b *Builder) topological(outs []*Node, ends map[*Node]bool) []*Node {
	inputs := func(n *Node) []*Node {
		if ends[n] {
			return nil
		}
		return inputsOf(n)
	}
	var order []*Node
	state := map[*Node]bool{} // false: entered, true: listed
	type frame struct {
		n  *Node
		in []*Node
	}
	for _, root := range outs {
		if _, seen := state[root]; seen {
			continue
		}
		state[root] = false
		stack := []frame{{root, inputs(root)}}
		for len(stack) > 0 {
			top := &stack[len(stack)-1]
			if len(top.in) == 0 {
				order = append(order, top.n)
				state[top.n] = true
				stack = stack[:len(stack)-1]
				continue
			}
			next := top.in[0]
			top.in = top.in[1:]
			if _, seen := state[next]; !seen {
				state[next] = false
				stack = append(stack, frame{next, inputs(next)})
			}
		}
	}
	return order
}

// Work returns the number of floating-point operations in the matrix products
// that the nodes need. It is the same for all executions of a recurrence.
func (b *Builder) Work(nodes ...*Node) float64 {
	var sum float64
	if b.ok(nodes...) {
		for _, n := range b.topological(nodes, nil) {
			if o, ok := n.Op().(*op); ok {
				sum += o.work
			}
		}
	}
	return sum
}

// inputsOf returns the nodes that n's operation takes, in order.
func inputsOf(n *Node) []*Node {
	it := n.Graph().From(n.ID())
	if it == nil {
		return nil
	}
	in := make([]*Node, 0, it.Len())
	for it.Next() {
		in = append(in, it.Node().(*Node))
	}
	return in
}

func diffWRT(n *Node) []bool {
	if op, ok := n.Op().(gorgonia.SDOp); ok {
		return op.DiffWRT(len(inputsOf(n)))
	}
	return nil
}
