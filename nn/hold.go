package nn

import (
	"sync"
	"sync/atomic"

	"gorgonia.org/tensor"

	"unroll/graph"
	"unroll/internal/parallel"
)

// held keeps apart the calls that use the weights of a model, and of those that share
// them.
type held struct {
	parallel.Lock
	training  atomic.Pointer[string] // the call that trains, nil if none does
	compiling sync.Mutex             // held while a pass is emitted or compiled: Gorgonia writes to the weights' headers
}

// Read calls f while nothing changes the weights: an update of a Training, Weight.Set and
// the like wait until it has returned. A change by f itself is an error.
func (m *Model) Read(f func() error) error { return m.weights.held.Read(parallel.Goroutine(), f) }

// CopyTensors is Tensors with copies, all of the same moment.
func (m *Model) CopyTensors() map[string]*tensor.Dense {
	all := map[string]*tensor.Dense{}
	_ = m.Read(func() error {
		for _, w := range m.weights.list {
			all[w.path] = w.clone()
		}
		return nil
	})
	return all
}

// clone returns a copy of the weight's tensor. tensor.Dense's own would read the header, to
// which a compilation may write.
func (w *Weight) clone() *tensor.Dense {
	t := tensor.New(tensor.Of(w.value.Dtype()), tensor.WithShape(w.value.Shape()...))
	copy(graph.Floats[float32](t), graph.Floats[float32](w.value))
	copy(graph.Floats[float64](t), graph.Floats[float64](w.value))
	return t
}

// Training is a call that trains a model, the only one of its kind at a time.
type Training struct {
	held      *held
	goroutine uint64
}

// Train begins a call that trains the model, such as "Fit", in the goroutine that calls. It
// is an error if another one trains the model, or one that shares its weights.
func (m *Model) Train(call string) (*Training, error) {
	h := m.weights.held
	for !h.training.CompareAndSwap(nil, &call) {
		if other := h.training.Load(); other != nil {
			return nil, errorf("another %s of this model is running", *other)
		}
	}
	return &Training{h, parallel.Goroutine()}, nil
}

// End ends the call.
func (t *Training) End() { t.held.training.Store(nil) }

// Update calls f while no other goroutine uses the weights. What f calls in its own
// goroutine, such as an optimizer, reads and changes them as it likes. Between updates
// others may, too: a Predict of another goroutine waits for its turn.
func (t *Training) Update(f func() error) error { return t.held.Write(t.goroutine, f) }

// Use calls f, which runs programs of the pass and assigns what Assigned returns: while
// nothing changes the weights, and, where the pass assigns states, while no other
// goroutine uses them.
func (p *Pass) Use(f func() error) error {
	if len(p.assigned) > 0 {
		return p.weights.held.Write(parallel.Goroutine(), f)
	}
	return p.weights.held.Read(0, f)
}
