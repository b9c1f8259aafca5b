package train

import (
	"iter"

	"github.com/pkg/errors"

	"unroll/graph"
)

// Gradients returns the gradients of the last update by the weights' names, as the
// optimizer was given them, but for what it did to them; nil before the first
// update of this call of Fit.
func (e *Event) Gradients() (map[string][]float64, error) {
	if e.run == nil || len(e.run.last) == 0 {
		return nil, nil
	}
	all := map[string][]float64{}
	for i, w := range e.run.last[0].weights {
		var sum []float64
		for _, p := range e.run.last {
			g, err := p.prog.Value(p.grads[i])
			if err != nil {
				return nil, errors.WithMessage(err, w.Name())
			}
			sum = addTo(addTo(sum, graph.Floats[float32](g)), graph.Floats[float64](g))
		}
		all[w.Name()] = sum
	}
	return all, nil
}

// addTo adds x to sum, which is zeros if it is empty.
func addTo[T float32 | float64](sum []float64, x []T) []float64 {
	if len(sum) == 0 {
		sum = make([]float64, len(x))
	}
	for i, v := range x {
		sum[i] += float64(v)
	}
	return sum
}

// NonFinite describes the first node of the last update's expression graph whose
// value was NaN or infinite, if the loss was; else it runs the graph once more, with
// the weights as they are now. False means that all is finite.
func (e *Event) NonFinite() (string, bool) {
	if e.run == nil {
		return "", false
	}
	for _, p := range e.run.last {
		if p.bad != "" {
			return p.bad, true
		}
	}
	where, found := "", false
	for _, p := range e.run.last {
		_ = p.pass.Use(func() error {
			where, found = p.prog.NonFinite()
			return nil
		})
		if found {
			break
		}
	}
	return where, found
}

// Operation is a node of an expression graph: an operation, an input or a weight,
// which read nothing.
type Operation struct {
	Node   *graph.Node
	Inputs []*graph.Node
	Part   Part // what needs it first
}

// Part is a part of a training program.
type Part string

// The parts.
const (
	ForwardPart   Part = "forward"   // what computes the outputs
	LossPart      Part = "loss"      // and their loss
	StatesPart    Part = "states"    // and the states of stateful layers
	GradientsPart Part = "gradients" // and the gradients
)

// Operations yields the expression graph of the last update, each node after those
// that it reads; nothing before the first update of this call of Fit. Where several
// programs share a batch it is that of one.
func (e *Event) Operations() iter.Seq[Operation] {
	return func(yield func(Operation) bool) {
		if e.run == nil || len(e.run.last) == 0 {
			return
		}
		more := true
		e.run.last[0].visit(func(o Operation) {
			more = more && yield(o)
		})
	}
}

// visit calls f for each node of the program, after those that it reads.
func (p *program) visit(f func(Operation)) {
	seen := map[*graph.Node]bool{}
	var add func(need Part, n *graph.Node)
	add = func(need Part, n *graph.Node) {
		if seen[n] {
			return
		}
		seen[n] = true
		in := inputsOf(n)
		for _, from := range in {
			add(need, from)
		}
		f(Operation{Node: n, Inputs: in, Part: need})
	}
	for _, o := range p.outs {
		add(ForwardPart, o.node)
	}
	add(LossPart, p.loss)
	next := p.pass.Assigned()
	for _, w := range p.model.States() {
		if n := next[w]; n != nil {
			add(StatesPart, n)
		}
	}
	for _, g := range p.grads {
		add(GradientsPart, g)
	}
}

// inputsOf returns the nodes that n reads, in order.
func inputsOf(n *graph.Node) (in []*graph.Node) {
	if it := n.Graph().From(n.ID()); it != nil {
		for it.Next() {
			in = append(in, it.Node().(*graph.Node))
		}
	}
	return in
}
