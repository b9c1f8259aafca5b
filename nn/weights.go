package nn

import (
	"hash/fnv"
	"math/rand/v2"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"unroll/graph"
)

var errorf = errors.Errorf

// Weight is a trainable tensor of a model, shared by all of its programs. It is
// a gorgonia.ValueGrad, so a gorgonia.Solver can update it.
type Weight struct {
	path  string
	init  Initializer
	ones  [2]int // elements from, to that start at 1 whatever is drawn
	value *tensor.Dense
	grad  gorgonia.Value
}

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

// weights holds a model's weights in the order of declaration.
type weights struct {
	dt     tensor.Dtype
	room   int // parameters that may yet be declared
	list   []*Weight
	byPath map[string]*Weight
	err    error
}

// Scope is the path under which a layer declares its weights.
type Scope struct {
	path    string
	weights *weights
	names   map[string]int
}

// Weight declares a weight of the given shape. A path declared twice, and a
// shape that is not positive, are errors of the model.
func (s *Scope) Weight(name string, init Initializer, shape ...int) {
	path := join(s.path, name)
	all := s.weights
	if all.err != nil {
		return
	}
	if all.byPath[path] != nil {
		all.err = errorf("%s: declared twice", path)
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
	w := &Weight{path: path, init: init, value: tensor.New(tensor.Of(all.dt), tensor.WithShape(shape...))}
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
	return &Scope{path: join(s.path, name), weights: s.weights, names: map[string]int{}}
}

// unique numbers repeated names as Keras does: dense, dense_1, dense_2.
func (s *Scope) unique(name string) string {
	n := s.names[name]
	s.names[name] = n + 1
	if n == 0 {
		return name
	}
	return name + "_" + itoa(n)
}

// initialize draws every weight anew. The stream of each is seeded by the seed
// and its path, so adding a layer leaves the others' values alone.
func (ws *weights) initialize(seed uint64) {
	for _, w := range ws.list {
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
