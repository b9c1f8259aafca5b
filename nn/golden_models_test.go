package nn

import (
	"strconv"
	"testing"

	"gorgonia.org/tensor"

	"unroll/graph"
)

// goldenModel is a model whose goldens are computed with PyTorch. Its inputs are
// x, features [2, 5, 3] that are wave(0), or the ids of three texts: a of 4
// words, and c of 3.
type goldenModel struct {
	name  string
	build func(f *Functional, in func(name string) Symbol) Symbol
}

func after(layers ...Layer) func(f *Functional, in func(string) Symbol) Symbol {
	return func(f *Functional, in func(string) Symbol) Symbol {
		y := in("x")
		for _, l := range layers {
			y = f.Call(l, y)
		}
		return y
	}
}

// embedded is layers on words of which id 0 is padding.
func embedded(width int, layers ...Layer) func(f *Functional, in func(string) Symbol) Symbol {
	return func(f *Functional, in func(string) Symbol) Symbol {
		y := f.Call(Embedding{InputDim: 5, OutputDim: width, MaskZero: true}, in("a"))
		for _, l := range layers {
			y = f.Call(l, y)
		}
		return y
	}
}

// first is the first step of x.
type first struct{}

func (first) Init(_ *Scope, in ...Shape) ([]Shape, error) { return []Shape{in[0][1:]}, nil }
func (first) Apply(c *Context, in ...Value) []Value {
	return []Value{{Node: c.Step(c.Dense(in[0]), 0, in[0].Steps)}}
}

// clipped sets the steps whose first feature is at most −1/2 to 1/4, the value
// that the golden masks.
type clipped struct{}

func (clipped) Init(_ *Scope, in ...Shape) ([]Shape, error) { return in, nil }
func (clipped) Apply(c *Context, in ...Value) []Value {
	x := c.Dense(in[0])
	keep := c.AnyNotEqual(c.Relu(c.Affine(1, c.Columns(x, 0, 1), 0.5)), 0)
	quarter := c.Affine(0, x, 0.25)
	return []Value{{Node: c.Where(keep, x, quarter), Steps: in[0].Steps}}
}

func goldenModels() []goldenModel {
	dense := Dense{Units: 2}
	list := []goldenModel{
		{"conv1d_valid", after(Conv1D{Filters: 2, KernelSize: 3})},
		{"conv1d_strides", after(Conv1D{Filters: 2, KernelSize: 2, Strides: 2})},
		{"conv1d_dilated", after(Conv1D{Filters: 2, KernelSize: 2, DilationRate: 3})},
		{"conv1d_same", after(Conv1D{Filters: 2, KernelSize: 4, Padding: "same"})},
		{"conv1d_same_strides", after(Conv1D{Filters: 2, KernelSize: 2, Strides: 3, Padding: "same"})},
		{"conv1d_causal", after(Conv1D{Filters: 2, KernelSize: 3, DilationRate: 2, Padding: "causal"})},
		{"max_pooling_valid", after(dense, MaxPooling1D{})},
		{"max_pooling_same", after(dense, MaxPooling1D{PoolSize: 3, Strides: 2, Padding: "same"})},
		{"global_max_pooling", after(dense, GlobalMaxPooling1D{})},
		{"average_pooling_valid", after(dense, AveragePooling1D{})},
		{"average_pooling_same", after(dense, AveragePooling1D{PoolSize: 3, Strides: 2, Padding: "same"})},
		{"global_average_pooling", after(dense, GlobalAveragePooling1D{})},
		{"global_average_pooling_masked", embedded(2, GlobalAveragePooling1D{})},
		{"flatten", after(dense, Flatten{}, dense)},
		{"reshape", after(dense, Reshape{TargetShape: Shape{2, 5}}, dense)},
		{"repeat_vector", after(first{}, dense, RepeatVector{N: 3})},
		{"layer_normalization", after(dense, LayerNormalization{})},
		{"batch_normalization", after(dense, BatchNormalization{})},
		{"batch_normalization_masked", embedded(2, BatchNormalization{})},
		{"stacked_cells", after(RNN{Cell: StackedRNNCells{Cells: []Cell{LSTMCell{Units: 2}, GRUCell{Units: 2}}}, ReturnSequences: true})},
		{"time_distributed", after(TimeDistributed{Layer: Dense{Units: 2, Activation: Tanh}})},
		{"masking", after(clipped{}, Masking{MaskValue: 0.25}, LSTM{Units: 2, ReturnSequences: true})},
	}
	for name, l := range map[string]Attention{"attention": {}, "attention_scaled_causal": {UseScale: true, Causal: true}} {
		list = append(list, goldenModel{name, func(f *Functional, in func(string) Symbol) Symbol {
			embed := f.Share(Embedding{InputDim: 5, OutputDim: 2, MaskZero: true})
			return f.Call(l, embed.Call(in("a")), embed.Call(in("c")))
		}})
	}
	for name, l := range map[string]func(sequences, backwards, state bool) Layer{
		"simple_rnn": func(s, b, r bool) Layer {
			return SimpleRNN{Units: 2, ReturnSequences: s, GoBackwards: b, ReturnState: r}
		},
		"lstm": func(s, b, r bool) Layer { return LSTM{Units: 2, ReturnSequences: s, GoBackwards: b, ReturnState: r} },
		"gru":  func(s, b, r bool) Layer { return GRU{Units: 2, ReturnSequences: s, GoBackwards: b, ReturnState: r} },
	} {
		list = append(list,
			goldenModel{name + "_masked", embedded(3, l(true, false, false))},
			goldenModel{name + "_masked_last", embedded(3, l(false, false, false))},
			goldenModel{name + "_masked_backwards", embedded(3, l(false, true, false))},
			goldenModel{name + "_backwards", after(l(true, true, false))},
			goldenModel{name + "_states", func(f *Functional, in func(string) Symbol) Symbol {
				h := f.Call(l(false, false, true), in("x"))
				states := []Symbol{in("x"), h.Output(1)}
				if name == "lstm" {
					states = append(states, h.Output(2))
				}
				y := f.Call(l(false, false, true), states...)
				all := []Symbol{y}
				for i := range states[1:] {
					all = append(all, y.Output(i+1))
				}
				return f.Call(Concatenate{}, all...)
			}})
		for merge, m := range map[string]Merge{"concat": MergeConcat, "sum": MergeSum, "mul": MergeMul, "ave": MergeAve} {
			list = append(list, goldenModel{"bidirectional_" + merge + "_" + name, after(Bidirectional{Layer: l(false, false, false), Merge: m})})
			if name == "lstm" {
				list = append(list, goldenModel{"bidirectional_" + merge + "_sequences", after(Bidirectional{Layer: l(true, false, false), Merge: m})})
			}
		}
	}
	for name, l := range map[string]Layer{"add": Add{}, "subtract": Subtract{}, "multiply": Multiply{}, "average": Average{},
		"maximum": Maximum{}, "minimum": Minimum{}, "concatenate": Concatenate{}} {
		list = append(list, goldenModel{name, func(f *Functional, in func(string) Symbol) Symbol {
			h := f.Call(first{}, in("x"))
			return f.Call(l, f.Call(dense, h), f.Call(dense, h))
		}})
	}
	for _, fn := range []Func{Relu, LeakyRelu, Elu, Selu, Gelu, Silu, Softplus, Softsign, HardSigmoid, Exponential, Softmax, Tanh} {
		list = append(list, goldenModel{"dense_" + string(fn), after(first{}, Dense{Units: 4, Activation: fn})})
	}
	return list
}

// TestModelGoldens holds outputs, gradients and assigned states to PyTorch's, in
// both element types and in every execution.
func TestModelGoldens(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range goldenModels() {
		seen[c.name] = true
		want := modelGoldens[c.name]
		for _, dt := range []tensor.Dtype{tensor.Float64, tensor.Float32} {
			for _, exec := range executions {
				t.Run(c.name+"/"+dt.String()+"/"+string(exec), func(t *testing.T) {
					got := c.run(t, dt, exec)
					if len(got) != len(want) {
						t.Fatalf("%d results, want %d", len(got), len(want))
					}
					tol := 1e-10
					if dt == tensor.Float32 {
						tol = 5e-6
					}
					for i := range want {
						closeTo(t, "result "+strconv.Itoa(i), got[i], want[i], tol)
					}
				})
			}
		}
	}
	for name := range modelGoldens {
		if !seen[name] {
			t.Errorf("no model %s", name)
		}
	}
}

// run returns the output, the weights' gradients and the assigned states.
func (c goldenModel) run(t *testing.T, dt tensor.Dtype, exec Execution) (results [][]float64) {
	t.Helper()
	f := &Functional{Dtype: dt}
	inputs := map[string]Symbol{}
	f.Output("y", c.build(f, func(name string) Symbol {
		s, ok := inputs[name]
		if !ok {
			s = f.Input(name, map[string]Input{"x": Features(5, 3), "a": Tokens(4), "c": Tokens(3)}[name])
			inputs[name] = s
		}
		return s
	}))
	m, err := f.Build()
	if err != nil {
		t.Fatal(err)
	}
	batch := 3
	if _, ok := inputs["x"]; ok {
		batch = 2
	}
	p, err := m.Forward(Train, exec, batch, stepsOf(m)...)
	if err != nil {
		t.Fatal(err)
	}
	for i, in := range m.Inputs() {
		x := p.Inputs[i]
		values := wave(0, x.X.Shape().TotalSize())
		if in.IDs() {
			for k := range values {
				b, s := k/x.Steps, k%x.Steps
				values[k] = float64((3*b + 2*s*s) % 5)
			}
		}
		put(x.X, values, batch, x.Steps, in.Width())
	}
	y := p.Outputs[0].Node
	steps, units := y.Shape()[0]/batch, y.Shape()[1]
	dout := tensor.New(tensor.Of(dt), tensor.WithShape(y.Shape()...))
	put(dout, wave(9, y.Shape().TotalSize()), batch, steps, units)
	roots := []*graph.Node{y}
	var nodes []*graph.Node
	for i, w := range m.Weights() {
		if err := w.Set(wave(float64(i+1), len(w.Float64s()))); err != nil {
			t.Fatal(err)
		}
		nodes = append(nodes, p.WeightNode(w))
	}
	roots = append(roots, p.Grad(p.Inner(y, p.Input("dout", dout)), nodes...)...)
	for _, w := range m.States() {
		roots = append(roots, p.Assigned()[w])
	}
	prog, err := p.Compile(roots...)
	if err != nil {
		t.Fatal(err)
	}
	defer prog.Close()
	if err := prog.Run(); err != nil {
		t.Fatal(err)
	}
	for i, n := range roots {
		v := floatsOf(t, prog, n)
		if i == 0 {
			inside := v
			v = make([]float64, len(inside))
			each(batch, steps, units, func(out, in int) { v[out] = inside[in] })
		}
		results = append(results, v)
	}
	return results
}
