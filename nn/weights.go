package nn

import (
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"unroll/graph"
)

var errorf = errors.Errorf

// Weight is a tensor of a model, shared by all of its programs: one that is
// trained, one that is frozen, or a state that programs assign. It is a
// gorgonia.ValueGrad, so a gorgonia.Solver can update it. Gradients are between those two:
// only the goroutine that trains asks for them or sets them.
type Weight struct {
	path        string
	init        Initializer
	regularizer Regularizer
	constraint  Constraint
	ones        [2]int        // elements from, to that start at 1 whatever is drawn
	first       *tensor.Dense // in place of what init draws, until it is built
	kind        kind
	value       *tensor.Dense
	grad        gorgonia.Value
	sparse      SparseGrad // in place of grad
	held        *held      // the model's
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
// if there is none: each gradient is consumed by the step that computed it. The caller
// may write into it.
func (w *Weight) Grad() (gorgonia.Value, error) {
	if w.sparse != nil {
		w.grad, w.sparse = w.sparse.Whole(), nil
	}
	if w.grad == nil {
		return nil, errorf("%s: no gradient, run a training step first", w.path)
	}
	return w.grad, nil
}

// SetGrad hands over a gradient of the weight's shape; nil clears it.
func (w *Weight) SetGrad(g gorgonia.Value) { w.grad, w.sparse = g, nil }

// SparseGrad is the gradient of a table of which a step reads some rows: it is zeros
// everywhere else. PyTorch: sparse gradients.
type SparseGrad interface {
	// Touched returns the number of rows, or more where some are named several times.
	Touched() int
	// Rows returns the gradient and its rows, each once. What is outside of them must
	// stay zeros.
	Rows() (g gorgonia.Value, rows []int32)
	// Whole returns the gradient, with what was written into its rows. The caller may
	// write anywhere.
	Whole() gorgonia.Value
}

// SetSparseGrad hands over a gradient by its rows.
func (w *Weight) SetSparseGrad(g SparseGrad) { w.grad, w.sparse = nil, g }

// SparseGrad returns the gradient by its rows; nil if these are not known, as of all
// weights but tables from which rows are taken, or after Grad.
func (w *Weight) SparseGrad() SparseGrad { return w.sparse }

// Float64s returns the weight's elements, row-major, as a copy.
func (w *Weight) Float64s() (x []float64) {
	_ = w.held.Read(0, func() error {
		x = float64s(w.value)
		return nil
	})
	return x
}

func float64s(t *tensor.Dense) []float64 {
	if x := graph.Floats[float64](t); x != nil {
		return append([]float64(nil), x...)
	}
	x := graph.Floats[float32](t)
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = float64(v)
	}
	return y
}

// Set replaces the weight's elements, row-major.
func (w *Weight) Set(x []float64) error {
	if err := w.fits(x); err != nil {
		return err
	}
	return w.change(func() error {
		copy(graph.Floats[float64](w.value), x)
		for i, p := 0, graph.Floats[float32](w.value); i < len(p); i++ {
			p[i] = float32(x[i])
		}
		return nil
	})
}

// change calls f, which changes the weight's elements, while no other goroutine uses them.
func (w *Weight) change(f func() error) error {
	return errors.WithMessage(w.held.Write(0, f), w.path)
}

func (w *Weight) fits(x []float64) error {
	if n := w.value.Shape().TotalSize(); len(x) != n {
		return errorf("%s: %d values for a weight of %d", w.path, len(x), n)
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
	return w.change(func() error {
		if x := graph.Floats[float32](w.value); x != nil {
			copy(x[at:], row)
		} else {
			x := graph.Floats[float64](w.value)
			for j, v := range row {
				x[at+j] = float64(v)
			}
		}
		return nil
	})
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
	return w.change(func() error {
		copy(graph.Floats[float32](w.value), graph.Floats[float32](v))
		copy(graph.Floats[float64](w.value), graph.Floats[float64](v))
		return nil
	})
}

// weights holds a model's weights in the order of declaration.
type weights struct {
	held   *held // models that share weights share it
	dt     tensor.Dtype
	batch  int
	room   int  // parameters that may yet be declared
	dry    bool // nothing is declared, for the shapes alone
	given  given
	list   []*Weight
	byPath map[string]*Weight
	err    error
}

// given returns the value of a weight that is there before the weight is declared; nil if
// none is.
type given func(path string, dt tensor.Dtype, shape []int) *tensor.Dense

func newWeights(dt tensor.Dtype, batch, room int) *weights {
	return &weights{held: &held{}, dt: dt, batch: batch, room: room, byPath: map[string]*Weight{}}
}

// below returns the weights below a path.
func (ws *weights) below(path string) []*Weight {
	var list []*Weight
	for _, w := range ws.list {
		if strings.HasPrefix(w.path, path+"/") {
			list = append(list, w)
		}
	}
	return list
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
		if w.first != nil {
			x, w.first = float64s(w.first), nil
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
