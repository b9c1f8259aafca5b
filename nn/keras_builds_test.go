package nn

import (
	"slices"
	"testing"

	"gorgonia.org/tensor"
)

// TestOpenLengthAndFixedBatch: a graph with an input of unknown length, a fixed
// batch, a nested graph of two inputs and outputs that is called twice, and a layer
// whose states go on, is built, and gives what its parts give.
func TestOpenLengthAndFixedBatch(t *testing.T) {
	inner := &Functional{}
	a, b := inner.Input("a", Features(Any, 2)), inner.Input("b", Features(2))
	sum := inner.Call(Add{}, a, b)
	inner.Output("sum", sum)
	inner.Output("mean", inner.Call(GlobalAveragePooling1D{}, sum))

	f := &Functional{Dtype: tensor.Float64, Batch: 2, Seed: 1}
	x, y := f.Input("x", Features(Any, 2)), f.Input("y", Features(2))
	block := f.Share(inner)
	first := block.Call(x, y)
	second := block.Call(first, first.Output(1))
	f.Output("sequence", second)
	f.Output("mean", second.Output(1))
	f.Output("state", f.Call(LSTM{Units: 3, Stateful: true, RecurrentActivation: HardSigmoidKeras2}, second))
	m, err := f.Build()
	if err != nil {
		t.Fatal(err)
	}
	for _, steps := range []int{3, 5} {
		p, err := m.Forward(Infer, Auto, 2, steps, 0)
		if err != nil {
			t.Fatal(err)
		}
		xs, ys := wave(0, 2*steps*2), wave(4, 2*2)
		copy(p.Inputs[0].X.Float64s(), swapped(xs, 2, steps))
		copy(p.Inputs[1].X.Float64s(), ys)
		var want []float64
		for s := range 2 { // x + y + the mean over time of x + y
			for i := range steps {
				for j := range 2 {
					v := xs[(s*steps+i)*2+j] + 2*ys[s*2+j]
					for k := range steps {
						v += xs[(s*steps+k)*2+j] / float64(steps)
					}
					want = append(want, v)
				}
			}
		}
		closeTo(t, "sequence", swapped(forward(t, p), steps, 2), want, 1e-12)
		if got := p.Outputs[1].shape(); !got.Eq(Shape{2}) || !p.Outputs[2].shape().Eq(Shape{3}) {
			t.Errorf("the shapes are %v and %v", got, p.Outputs[2].shape())
		}
	}
	if _, err := m.Forward(Infer, Auto, 3, 3, 0); err == nil {
		t.Error("a batch of three rows is taken by a model of two")
	}
	loaded := saved(t, m)
	if a, b := m.Summary(), loaded.Summary(); a != b || !slices.Equal(loaded.inputs[0].Shape, Shape{Any, 2}) || loaded.batch != 2 {
		t.Errorf("the summary became\n%s, it was\n%s", b, a)
	}
}

// saved returns the model as a file has it.
func saved(t *testing.T, m *Model) *Model {
	t.Helper()
	dir := t.TempDir()
	if err := m.Save(dir); err != nil {
		t.Fatal(err)
	}
	loaded, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	return loaded
}
