package nn

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"testing"

	"gorgonia.org/tensor"

	"unroll/graph"
)

// layerCase is a layer in a small model.
type layerCase struct {
	name   string
	input  Input
	layers []Layer
	fill   func(*rand.Rand, *tensor.Dense)

	describe func() *Functional // in place of input and layers
	random   bool               // draws anew in every training run
	phases   bool               // computes another thing in inference, but draws nothing
	batch    int                // the model's, if it has a fixed one
}

// model builds the case's model in float64.
func (c layerCase) model(t *testing.T) *Model {
	t.Helper()
	var m *Model
	var err error
	if c.describe != nil {
		f := c.describe()
		f.Dtype, f.Seed = tensor.Float64, 3
		m, err = f.Build()
	} else {
		m, err = Sequential{Input: c.input, Layers: c.layers, Seed: 3, Dtype: tensor.Float64, Batch: c.batch}.Build()
	}
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// batches are the sizes to test with.
func (c layerCase) batches() []int {
	if c.batch > 0 {
		return []int{c.batch}
	}
	return []int{1, 3}
}

// filler fills an input by its kind where the case does not say how.
func (c layerCase) filler() func(*rand.Rand, *tensor.Dense) {
	if c.fill != nil {
		return c.fill
	}
	return func(r *rand.Rand, x *tensor.Dense) {
		if x.Dtype() == tensor.Int32 {
			paddedRow(r, x)
		} else {
			randomFloats(r, x)
		}
	}
}

// TestLayers holds every coordinate of every layer's gradient against finite
// differences, in every execution, for batches of 1 and of 3 rows; Forward
// itself holds the emitted shape against the declared one.
func TestLayers(t *testing.T) {
	for _, c := range layerCases() {
		for _, exec := range executions {
			for _, batch := range c.batches() {
				t.Run(fmt.Sprintf("%s/%s/%d", c.name, exec, batch), func(t *testing.T) {
					m := c.model(t)
					lossProgramOf(t, m, exec, batch, stepsOf(m), c.filler()).check(t, nil)
				})
			}
		}
	}
}

// outputs runs a pass of the case's model on its inputs and returns the values
// of all outputs, and of the states that are assigned.
func (c layerCase) outputs(t *testing.T, m *Model, phase Phase, step uint64) (all []float64) {
	t.Helper()
	batch := slices.Max(c.batches())
	p, err := m.Forward(phase, Auto, batch, stepsOf(m)...)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for _, in := range p.Inputs {
		c.filler()(r, in.X)
	}
	*p.Random() = graph.Random{Seed: 9, Step: step}
	var roots []*graph.Node
	for _, y := range p.Outputs {
		roots = append(roots, y.Node)
	}
	for _, w := range m.States() {
		if n := p.Assigned()[w]; n != nil {
			roots = append(roots, n)
		}
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

// TestLayersRepeat: a model built and run again gives the same bits; a layer
// that draws gives others in the next step, and only it does.
func TestLayersRepeat(t *testing.T) {
	for _, c := range layerCases() {
		t.Run(c.name, func(t *testing.T) {
			first := c.outputs(t, c.model(t), Train, 1)
			if again := c.outputs(t, c.model(t), Train, 1); !slices.Equal(first, again) {
				t.Errorf("the second run gives %v, the first gave %v", again, first)
			}
			if next := c.outputs(t, c.model(t), Train, 2); slices.Equal(first, next) == c.random {
				t.Errorf("the next step gives %v after %v", next, first)
			}
		})
	}
}

// TestLayersInference: it differs from training where the layer says so, draws
// nothing and assigns no running statistics.
func TestLayersInference(t *testing.T) {
	for _, c := range layerCases() {
		t.Run(c.name, func(t *testing.T) {
			m := c.model(t)
			infer := c.outputs(t, m, Infer, 1)
			if next := c.outputs(t, m, Infer, 2); !slices.Equal(infer, next) {
				t.Errorf("inference gives %v and then %v", infer, next)
			}
			if same := slices.Equal(infer, c.outputs(t, m, Train, 1)); same == (c.random || c.phases) {
				t.Errorf("training and inference are the same: %t", same)
			}
		})
	}
}

// TestLayersSaveAndLoad: a loaded model has the same settings, summary and
// outputs, bit by bit.
func TestLayersSaveAndLoad(t *testing.T) {
	for _, c := range layerCases() {
		t.Run(c.name, func(t *testing.T) {
			m := c.model(t)
			for i, w := range m.weights.list { // values that no initializer would draw
				for j := range w.value.Float64s() {
					w.value.Float64s()[j] += float64(i+1) / 8
				}
			}
			dir := t.TempDir()
			if err := m.Save(dir); err != nil {
				t.Fatal(err)
			}
			loaded, err := Load(dir)
			if err != nil {
				t.Fatal(err)
			}
			if a, b := m.Summary(), loaded.Summary(); a != b {
				t.Errorf("the summary became\n%s, it was\n%s", b, a)
			}
			if a, b := c.outputs(t, m, Infer, 1), c.outputs(t, loaded, Infer, 1); !slices.Equal(a, b) {
				t.Errorf("the outputs became %v, they were %v", b, a)
			}
			a, errA := m.architecture()
			b, errB := loaded.architecture()
			if errA != nil || errB != nil || fmt.Sprintf("%s", a.Layers) != fmt.Sprintf("%s", b.Layers) {
				t.Errorf("the layers became %s, they were %s", b.Layers, a.Layers)
			}
		})
	}
}

// TestEveryLayerIsInTheTable: a layer or cell that is registered is tested.
func TestEveryLayerIsInTheTable(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range layerCases() {
		a, err := c.model(t).architecture()
		if err != nil {
			t.Fatal(err)
		}
		doc, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`"type":"(\w+)"`).FindAllSubmatch(doc, -1) {
			seen[string(m[1])] = true
		}
	}
	for name, typ := range types {
		if !seen[name] && typ.PkgPath() == "unroll/nn" { // and not of a test
			t.Errorf("%s is in no row of the table", name)
		}
	}
}

// TestPlainCell checks the definition of a cell in plain nodes.
func TestPlainCell(t *testing.T) {
	for _, exec := range executions {
		s := Sequential{Input: Features(5, 4), Seed: 3, Layers: []Layer{
			RNN{Cell: plainCell{SimpleRNNCell{Units: 3}}, ReturnSequences: true}, Dense{Units: 1},
		}}
		newLossProgram(t, s, exec, 3, 5, randomFloats).check(t, nil)
	}
}
