package nn

import (
	"iter"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"gorgonia.org/tensor"

	"unroll/graph"
)

// PassThrough puts layers of the examples through the same table of tests as
// those of this package.
func PassThrough(name string, in Input, layers ...Layer) {
	ownCases = append(ownCases, layerCase{name: name, input: in, layers: layers})
}

var ownCases []layerCase

// EachModel calls f with a model of each row of the table of layers, in float64, and
// with Keras's models, as they are; outputs is what a model puts out in inference.
func EachModel(t *testing.T, f func(t *testing.T, m *Model, outputs func(*Model) []float64)) {
	for _, c := range layerCases() {
		if slices.ContainsFunc(ownCases, func(own layerCase) bool { return own.name == c.name }) {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			f(t, c.model(t), func(m *Model) []float64 { return c.outputs(t, m, Infer, 1) })
		})
	}
	for _, k := range kerasModels {
		t.Run(k.name, func(t *testing.T) {
			m, err := k.model.Build()
			if err != nil {
				t.Fatal(err)
			}
			f(t, m, func(m *Model) []float64 { return inferred(t, m) })
		})
	}
}

// inferred runs a float32 model on a batch of two, of 40 steps where any do.
func inferred(t *testing.T, m *Model) (all []float64) {
	t.Helper()
	steps := stepsOf(m)
	for i, in := range m.Inputs() {
		if in.Steps() == Any {
			steps[i] = 40
		}
	}
	p, err := m.Forward(Infer, Auto, 2, steps...)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for _, in := range p.Inputs {
		for i, x := 0, graph.Floats[float32](in.X); i < len(x); i++ {
			x[i] = r.Float32() - 0.5
		}
		if in.X.Dtype() == tensor.Int32 {
			paddedRow(r, in.X)
		}
	}
	var roots []*graph.Node
	for _, y := range p.Outputs {
		roots = append(roots, y.Node)
	}
	prog, err := p.Compile(roots...)
	if err != nil {
		t.Fatal(err)
	}
	defer prog.Close()
	if err := prog.Run(); err != nil {
		t.Fatal(err)
	}
	for _, n := range roots {
		all = append(all, floatsOf(t, prog, n)...)
	}
	return all
}

// Registered yields the zero values of the types that Load knows and this package has,
// by their names.
func Registered() iter.Seq2[string, any] {
	return func(yield func(string, any) bool) {
		for name, t := range types {
			zero := reflect.New(t).Elem()
			if t.Kind() == reflect.Pointer {
				zero, t = reflect.New(t.Elem()), t.Elem()
			}
			if t.PkgPath() == reflect.TypeFor[Model]().PkgPath() && !yield(name, zero.Interface()) {
				return
			}
		}
	}
}
