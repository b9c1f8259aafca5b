package nn

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"gorgonia.org/tensor"

	"unroll/graph"
	"unroll/internal/show"
)

// zeroOf returns the zero value of a type.
func zeroOf(t reflect.Type) any { return reflect.Zero(t).Interface() }

// TestEveryWrapperIsTested: a layer that holds another one must be held to hand
// on all that there is to a layer, as the tests of this file and
// TestBidirectionalIsItsLayers do.
func TestEveryWrapperIsTested(t *testing.T) {
	tested := map[string]bool{"Frozen": true, "Named": true, "Sequential": true, "Functional": true, "TimeDistributed": true, "Bidirectional": true}
	holds := []reflect.Type{reflect.TypeFor[Layer](), reflect.TypeFor[[]Layer](), reflect.TypeFor[network]()}
	for name, typ := range types {
		if typ.Kind() == reflect.Pointer {
			typ = typ.Elem()
		}
		for _, f := range reflect.VisibleFields(typ) {
			if slices.Contains(holds, f.Type) && typ.PkgPath() == "unroll/nn" && !tested[name] {
				t.Errorf("%s holds a layer", name)
			}
		}
	}
}

// handedOn is what a pass has of a layer: the outputs' values, masks and logits,
// the states assigned and the losses added.
func handedOn(t *testing.T, c layerCase, m *Model, phase Phase) (all [][]float64) {
	t.Helper()
	p, err := m.Forward(phase, Auto, slices.Max(c.batches()), stepsOf(m)...)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for _, in := range p.Inputs {
		c.filler()(r, in.X)
	}
	*p.Random() = graph.Random{Seed: 9, Step: 1}
	var nodes []*graph.Node // nil where there is none
	for _, y := range p.Outputs {
		nodes = append(nodes, y.Node, y.Mask, y.Logits(Sigmoid), y.Logits(Softmax))
	}
	for _, w := range m.States() {
		nodes = append(nodes, p.Assigned()[w])
	}
	var roots []*graph.Node
	for _, n := range nodes {
		if n != nil {
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
	for _, n := range nodes {
		if n == nil {
			all = append(all, nil)
		} else {
			all = append(all, floatsOf(t, prog, n))
		}
	}
	return all
}

// wrapped is the case with each of its layers wrapped.
func (c layerCase) wrapped(t *testing.T, wrap func(Layer) Layer) *Model {
	t.Helper()
	var n network
	if c.describe != nil {
		n = c.describe().described()
	} else {
		f := &Functional{}
		x := f.Input("input", c.input)
		for _, l := range c.layers {
			x = f.Call(l, x)
		}
		f.Output("output", x)
		n = f.described()
	}
	for i, l := range n.layers {
		n.layers[i] = wrap(l)
	}
	m, err := n.build(settings{seed: 3, dtype: tensor.Float64, batch: c.batch})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestFrozenHandsOnEverything: every layer of the table computes the same when
// it is frozen, once and twice, but for what freezing is about.
func TestFrozenHandsOnEverything(t *testing.T) {
	for _, c := range layerCases() {
		t.Run(c.name, func(t *testing.T) {
			plain := c.wrapped(t, func(l Layer) Layer { return l })
			frozen := c.wrapped(t, func(l Layer) Layer { return Frozen{Frozen{l}} })
			for _, phase := range []Phase{Train, Infer} {
				if phase == Train && c.phases {
					continue // a BatchNormalization that is frozen computes as in inference
				}
				if a, b := handedOn(t, c, plain, phase), handedOn(t, c, frozen, phase); !reflect.DeepEqual(a, b) {
					t.Errorf("phase %v: frozen it is %v, want %v", phase, b, a)
				}
			}
			if len(frozen.Weights()) != 0 {
				t.Errorf("%d weights are trained", len(frozen.Weights()))
			}
		})
	}
}

// TestTimeDistributedHandsOnEverything: a layer that works on each step of a
// sequence computes the same in TimeDistributed: the values, the mask, the
// logits and the states.
func TestTimeDistributedHandsOnEverything(t *testing.T) {
	train, infer := []Phase{Train, Infer}, []Phase{Infer}
	for _, l := range []struct {
		Layer
		phases []Phase // in which nothing is drawn
		frozen []Phase // and in which freezing changes nothing
	}{
		{Dense{Units: 2}, train, train},
		{Dense{Units: 2, Activation: Sigmoid}, train, train},
		{Dense{Units: 2, Activation: Softmax}, train, train},
		{Activation{Func: Sigmoid}, train, train},
		{LayerNormalization{}, train, train},
		{BatchNormalization{Epsilon: 0.1, Momentum: 0.5}, train, infer},
		{Dropout{Rate: 0.5}, infer, infer},
		{GaussianNoise{Stddev: 1}, infer, infer},
		{GaussianDropout{Rate: 0.5}, infer, infer},
		{AlphaDropout{Rate: 0.5}, infer, infer},
		{UnitNormalization{}, train, train},
		{RMSNormalization{}, train, train},
	} {
		t.Run(show.Type(l.Layer), func(t *testing.T) {
			c := layerCase{fill: paddedRow}
			build := func(l Layer) *Model {
				m, err := Sequential{Input: Tokens(4), Seed: 3, Dtype: tensor.Float64, Layers: []Layer{
					Embedding{InputDim: 12, OutputDim: 3, MaskZero: true, EmbeddingsInitializer: Uniform(1)}, l,
				}}.Build()
				if err != nil {
					t.Fatal(err)
				}
				return m
			}
			plain := build(l.Layer)
			for i, wrap := range []Layer{TimeDistributed{Layer: l.Layer}, Frozen{TimeDistributed{Layer: l.Layer}}, TimeDistributed{Layer: Frozen{l.Layer}}} {
				m, phases := build(wrap), l.phases
				if i > 0 {
					phases = l.frozen
				}
				for i, w := range m.weights.list { // of other names, and so of other first values
					copy(w.value.Float64s(), plain.weights.list[i].value.Float64s())
				}
				for _, phase := range phases {
					if a, b := handedOn(t, c, plain, phase), handedOn(t, c, m, phase); !reflect.DeepEqual(a, b) {
						t.Errorf("phase %v: in %#v it is %v, want %v", phase, wrap, b, a)
					}
				}
			}
		})
	}
}

// seesFrozen is a cell whose step scales by ten where its layer is frozen.
type seesFrozen struct{ SimpleRNNCell }

func (l seesFrozen) Step(c *Context, z *graph.Node, consts, state []*graph.Node) (*graph.Node, []*graph.Node) {
	if c.frozen {
		z = c.Affine(10, z, 0)
	}
	return plainCell{l.SimpleRNNCell}.Step(c, z, consts, state)
}

// TestStepsAreFrozenToo: a cell's step is told the same in every execution.
func TestStepsAreFrozenToo(t *testing.T) {
	var want []float64
	for _, exec := range []Execution{Unrolled, Looped} {
		p := newLossProgram(t, Sequential{Input: Features(3, 2), Seed: 2, Layers: []Layer{
			Frozen{RNN{Cell: plainCell{seesFrozen{SimpleRNNCell{Units: 2}}}}}, Dense{Units: 1}}}, exec, 2, 3, randomFloats)
		got := p.gradient(t)
		if want == nil {
			want = got
		}
		for i := range want {
			if math.Abs(got[i]-want[i]) > 1e-12 {
				t.Errorf("%s: gradient %d is %g, want %g", exec, i, got[i], want[i])
			}
		}
	}
}
