package train

import (
	"slices"

	"github.com/pkg/errors"

	"unroll/graph"
)

// Watcher is a Callback that asks for the outputs of inner layers by Event.Node. The
// programs of Fit keep what a Watcher names, and compute its gradient; what is learned
// does not change by it.
type Watcher interface {
	Callback
	// Watched returns names as Event.Node takes them.
	Watched() []string
}

// watched is an output of a layer that can be read after a run.
type watched struct {
	name string
	node *graph.Node
	end  *graph.Node // of which the gradient is; nil if there is none
	grad *graph.Node
}

// wantWatched collects what callbacks ask for; the model's weights can be read anyway.
func (r *fitRun) wantWatched() {
	for _, c := range r.fit.Callbacks {
		w, ok := c.(Watcher)
		if !ok {
			continue
		}
		for _, name := range w.Watched() {
			if _, err := r.model.Weight(name); err != nil {
				r.watch = append(r.watch, name)
			}
		}
	}
	slices.Sort(r.watch)
	r.watch = slices.Compact(r.watch)
}

// watch finds the outputs of layers by their names and returns those whose gradients are
// to be emitted.
func (p *program) watch(names []string) (ends []*graph.Node, err error) {
	if len(names) == 0 {
		return nil, nil
	}
	needed := map[*graph.Node]bool{} // by the loss
	var need func(n *graph.Node)
	need = func(n *graph.Node) {
		if !needed[n] {
			needed[n] = true
			for _, in := range inputsOf(n) {
				need(in)
			}
		}
	}
	need(p.loss)
	for _, name := range names {
		w := watched{name: name}
		var logits *graph.Node
		if w.node, logits, err = p.pass.Layer(name); err != nil {
			if _, unknown := p.model.Layer(name); unknown != nil {
				err = unknown
			}
			return nil, err
		}
		switch {
		case needed[w.node]:
			w.end = w.node
		case needed[logits]:
			w.end = logits
		}
		if w.end != nil {
			ends = append(ends, w.end)
		}
		p.watched = append(p.watched, w)
	}
	return ends, nil
}

// setWatched takes the gradients of what watch returned, and returns the nodes whose
// values are to be kept.
func (p *program) setWatched(grads []*graph.Node) (keep []*graph.Node) {
	for i := range p.watched {
		w := &p.watched[i]
		if keep = append(keep, w.node); w.end != nil {
			w.grad, grads = grads[0], grads[1:]
		}
	}
	return keep
}

// Node returns the elements of an output of a layer in the last update, of all its
// samples, a step after the other, and of the loss's gradient with respect to it. name is
// that of a layer that a Watcher asked for, as Model.Layer takes it, or of an output
// as SubModel takes it; or it is a weight's, whose values are those after the update.
//
// Where the loss is computed from the logits of an activation, as that of a last layer
// is, the gradient is with respect to these. It is nil where the loss is not computed from
// the output itself: the layers after an Embedding or OneHot take what they need from the
// table. Both are nil before the first update of this call of Fit.
func (e *Event) Node(name string) (values, gradient []float64, err error) {
	if e.run == nil || len(e.run.last) == 0 {
		return nil, nil, nil
	}
	if w, err := e.Model.Weight(name); err == nil {
		gradients, err := e.Gradients()
		return w.Float64s(), gradients[name], err
	}
	for i, p := range e.run.last {
		at := slices.IndexFunc(p.watched, func(w watched) bool { return w.name == name })
		if at < 0 {
			return nil, nil, errors.Errorf("the model has no weight %q, and no callback watches a layer of this name", name)
		}
		w, n := p.watched[at], len(e.run.batch.part(i))
		if values, err = p.appendRows(values, w.node, n); err == nil && w.grad != nil {
			gradient, err = p.appendRows(gradient, w.grad, n)
		}
		if err != nil {
			return nil, nil, errors.WithMessage(err, name)
		}
	}
	return values, gradient, nil
}

// appendRows appends the elements of a time-major node of the first n samples.
func (p *program) appendRows(to []float64, n *graph.Node, samples int) ([]float64, error) {
	v, err := p.prog.Value(n)
	if err != nil {
		return nil, err
	}
	f, d := graph.Floats[float32](v), graph.Floats[float64](v)
	size := max(len(f), len(d))
	width := n.Shape()[1]
	for at := 0; at < size; at += p.batch * width { // of a step
		for i := at; i < at+samples*width; i++ {
			if f != nil {
				to = append(to, float64(f[i]))
			} else {
				to = append(to, d[i])
			}
		}
	}
	return to, nil
}
