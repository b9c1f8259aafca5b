package nn

import (
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"sync"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"unroll/graph"
)

var errorf = errors.Errorf

// Weight is a tensor of a model, shared by all of its programs: one that is
// trained, one that is frozen, or a state that programs assign. It is a
// gorgonia.ValueGrad, so a gorgonia.Solver can update it.
type Weight struct {
	path        string
	init        Initializer
	regularizer Regularizer
	constraint  Constraint
	ones        [2]int // elements from, to that start at 1 whatever is drawn
	kind        kind
	value       *tensor.Dense
	grad        gorgonia.Value
}

// kind tells what changes a weight.
type kind int

const (
	trained kind = iota // by the optimizer
	frozen              // by nothing, see Frozen
	state               // by Context.Assign
	memory              // by Context.Assign, and Model.ResetStates sets it to its first value
)

var _ gorgonia.ValueGrad = (*Weight)(nil)

// Name returns the weight's path, such as "simple_rnn/recurrent_kernel".
func (w *Weight) Name() string { return w.path }

// Value returns the weight's tensor, which training changes in place.
func (w *Weight) Value() gorgonia.Value { return w.value }

// Shape returns the weight's shape.
func (w *Weight) Shape() []int { return w.value.Shape() }

// Grad returns the gradient that the last training step left. It is an error
// if there is none: each gradient is consumed by the step that computed it.
func (w *Weight) Grad() (gorgonia.Value, error) {
	if w.grad == nil {
		return nil, errorf("%s: no gradient, run a training step first", w.path)
	}
	return w.grad, nil
}

// SetGrad hands over a gradient of the weight's shape; nil clears it.
func (w *Weight) SetGrad(g gorgonia.Value) { w.grad = g }

// Float64s returns the weight's elements, row-major, as a copy.
func (w *Weight) Float64s() []float64 {
	if x := graph.Floats[float64](w.value); x != nil {
		return append([]float64(nil), x...)
	}
	x := graph.Floats[float32](w.value)
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = float64(v)
	}
	return y
}

// Set replaces the weight's elements, row-major.
func (w *Weight) Set(x []float64) error {
	if n := w.value.Shape().TotalSize(); len(x) != n {
		return errorf("%s: %d values for a weight of %d", w.path, len(x), n)
	}
	copy(graph.Floats[float64](w.value), x)
	for i, p := 0, graph.Floats[float32](w.value); i < len(p); i++ {
		p[i] = float32(x[i])
	}
	return nil
}

// SetRow replaces row i of a weight [rows, width]: the vector of the word with
// id i where the weight is an embedding's. Other rows keep their values.
func (w *Weight) SetRow(i int, row []float32) error {
	shape := w.value.Shape()
	switch {
	case len(shape) != 2:
		return errorf("%s: shape %v has no rows", w.path, []int(shape))
	case i < 0 || i >= shape[0]:
		return errorf("%s: row %d, want 0 to %d", w.path, i, shape[0]-1)
	case len(row) != shape[1]:
		return errorf("%s: row %d of %d values, want %d", w.path, i, len(row), shape[1])
	}
	at := i * shape[1]
	if x := graph.Floats[float32](w.value); x != nil {
		copy(x[at:], row)
		return nil
	}
	x := graph.Floats[float64](w.value)
	for j, v := range row {
		x[at+j] = float64(v)
	}
	return nil
}

// Trainable reports whether the optimizer changes the weight.
func (w *Weight) Trainable() bool { return w.kind == trained }

// isState reports whether programs may assign the weight.
func (w *Weight) isState() bool { return w.kind == state || w.kind == memory }

// Assign replaces a state's elements by v's, of its shape and type.
func (w *Weight) Assign(v gorgonia.Value) error {
	if !w.isState() || !v.Shape().Eq(w.value.Shape()) || v.Dtype() != w.value.Dtype() {
		return errorf("%s: a value of %v %v cannot be assigned", w.path, v.Dtype(), v.Shape())
	}
	copy(graph.Floats[float32](w.value), graph.Floats[float32](v))
	copy(graph.Floats[float64](w.value), graph.Floats[float64](v))
	return nil
}

// weights holds a model's weights in the order of declaration.
type weights struct {
	mu     sync.Mutex // held while a program is compiled
	dt     tensor.Dtype
	batch  int
	room   int // parameters that may yet be declared
	list   []*Weight
	byPath map[string]*Weight
	err    error
}

// of returns the weights of the given kinds.
func (ws *weights) of(kinds ...kind) []*Weight {
	var list []*Weight
	for _, w := range ws.list {
		if slices.Contains(kinds, w.kind) {
			list = append(list, w)
		}
	}
	return list
}

// Scope is the path under which a layer declares its weights.
type Scope struct {
	path    string
	weights *weights
	again   bool // a shared layer is called again: its weights are there
	frozen  bool // no weight declared here is trained
}

// Batch returns the model's fixed batch size, which layers that carry a state
// from batch to batch need; 0 if it has none.
func (s *Scope) Batch() int { return s.weights.batch }

// Weight declares a weight of the given shape, trained unless the layer is
// Frozen. A path declared twice, and a shape that is not positive, are errors of
// the model.
func (s *Scope) Weight(name string, init Initializer, shape ...int) {
	k := trained
	if s.frozen {
		k = frozen
	}
	s.declare(k, name, init, shape)
}

// State declares a tensor that is not trained but assigned by the layer's
// programs, such as a running mean; see Context.Assign. It is saved with the
// model.
func (s *Scope) State(name string, init Initializer, shape ...int) {
	s.declare(state, name, init, shape)
}

// Memory is a State that goes on from one batch to the next and that
// Model.ResetStates takes back to its first value.
func (s *Scope) Memory(name string, init Initializer, shape ...int) {
	s.declare(memory, name, init, shape)
}

// Regularize adds a penalty on a weight that was declared to the model's loss.
func (s *Scope) Regularize(name string, r Regularizer) {
	if w := s.weights.byPath[join(s.path, name)]; w != nil && !s.again {
		w.regularizer = r
		s.fail(name, r.check())
	}
}

// Constrain holds a weight that was declared to a constraint after each update.
func (s *Scope) Constrain(name string, c Constraint) {
	if w := s.weights.byPath[join(s.path, name)]; w != nil && !s.again {
		w.constraint = c
		s.fail(name, c.check(w.value.Shape()))
	}
}

func (s *Scope) fail(name string, err error) {
	if all := s.weights; all.err == nil && err != nil {
		all.err = errors.WithMessage(err, join(s.path, name))
	}
}

// weight declares a trained weight with all that may be set for it.
func (s *Scope) weight(name string, init Initializer, r Regularizer, c Constraint, shape ...int) {
	s.Weight(name, init, shape...)
	s.Regularize(name, r)
	s.Constrain(name, c)
}

func (s *Scope) declare(k kind, name string, init Initializer, shape []int) {
	path := join(s.path, name)
	all := s.weights
	if all.err != nil {
		return
	}
	if w := all.byPath[path]; w != nil {
		switch {
		case !s.again:
			all.err = errorf("%s: declared twice", path)
		case !w.value.Shape().Eq(shape):
			all.err = errorf("%s: of shape %v for this input, %v for the first", path, shape, []int(w.value.Shape()))
		}
		return
	}
	size := 1
	for _, n := range shape {
		if n < 1 {
			all.err = errorf("%s: shape %v is not positive", path, shape)
			return
		}
		if size > all.room/n {
			all.err = errorf("%s: shape %v has more values than the %d that are left", path, shape, all.room)
			return
		}
		size *= n
	}
	all.room -= size
	if err := init.check(shape); err != nil {
		all.err = errors.WithMessage(err, path)
		return
	}
	w := &Weight{path: path, init: init, kind: k, value: tensor.New(tensor.Of(all.dt), tensor.WithShape(shape...))}
	all.list = append(all.list, w)
	all.byPath[path] = w
}

// startAtOne makes a run of a weight's elements start at 1.
func (s *Scope) startAtOne(name string, from, to int) {
	if w := s.weights.byPath[join(s.path, name)]; w != nil {
		w.ones = [2]int{from, to}
	}
}

// Enter returns the scope below s under name.
func (s *Scope) Enter(name string) *Scope {
	inner := *s
	inner.path = join(s.path, name)
	return &inner
}

// initialize draws weights anew. The stream of each is seeded by the seed and
// its path, so adding a layer leaves the others' values alone.
func initialize(seed uint64, list []*Weight) {
	for _, w := range list {
		h := fnv.New64a()
		h.Write([]byte("weight/" + w.path))
		x := make([]float64, w.value.Shape().TotalSize())
		w.init.fill(rand.New(rand.NewPCG(seed, h.Sum64())), w.value.Shape(), x)
		for j := w.ones[0]; j < w.ones[1]; j++ {
			x[j] = 1
		}
		_ = w.Set(x) // x has the weight's size
	}
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "/" + name
}
