package nn

import (
	"slices"
	"testing"

	"gorgonia.org/tensor"
)

// siamese is a pair of texts that share an embedding and an encoder.
func siamese() *Functional {
	f := &Functional{Seed: 3, Dtype: tensor.Float64}
	left, right := f.Input("left", Tokens(4)), f.Input("right", Tokens(Any))
	embed, encode := f.Share(Embedding{InputDim: 12, OutputDim: 3, MaskZero: true}), f.Share(LSTM{Units: 2})
	a, b := encode.Call(embed.Call(left)), encode.Call(embed.Call(right))
	f.Output("same", f.Call(Dense{Units: 1, Activation: Sigmoid}, f.Call(Subtract{}, a, b)))
	return f
}

// textAndFeatures is a text with features beside it.
func textAndFeatures() *Functional {
	f := &Functional{Seed: 4, Dtype: tensor.Float64}
	text, tags := f.Input("text", Tokens(4)), f.Input("tags", Features(3))
	x := f.Call(GRU{Units: 2}, f.Call(Embedding{InputDim: 12, OutputDim: 3}, text))
	x = f.Call(Concatenate{}, x, tags)
	f.Output("priority", f.Call(Dense{Units: 2}, x))
	return f
}

// tagger has a head for each step and one for the whole sequence.
func tagger() *Functional {
	f := &Functional{Seed: 5, Dtype: tensor.Float64}
	x := f.Call(Embedding{InputDim: 12, OutputDim: 3, MaskZero: true}, f.Input("text", Tokens(4)))
	h := f.Call(LSTM{Units: 2, ReturnSequences: true, ReturnState: true}, x)
	f.Output("tags", f.Call(Dense{Units: 3, Activation: Softmax}, h))
	f.Output("topic", f.Call(Dense{Units: 1}, h.Output(1)))
	return f
}

// translator passes the encoder's states to the decoder.
func translator() *Functional {
	f := &Functional{Seed: 6, Dtype: tensor.Float64}
	from, to := f.Input("from", Tokens(4)), f.Input("to", Tokens(3))
	embed := f.Share(Embedding{InputDim: 12, OutputDim: 3, MaskZero: true})
	h := f.Call(LSTM{Units: 2, ReturnState: true}, embed.Call(from))
	y := f.Call(LSTM{Units: 2, ReturnSequences: true}, embed.Call(to), h.Output(1), h.Output(2))
	f.Output("words", f.Call(Dense{Units: 12}, y))
	return f
}

// plain is f without the settings that a block has none of.
func (f *Functional) plain() *Functional { return &Functional{network: f.network} }

// stepsOf returns a number of steps for each input.
func stepsOf(m *Model) []int {
	var steps []int
	for _, in := range m.Inputs() {
		n := in.Steps()
		if n == Any {
			n = 5
		}
		steps = append(steps, n)
	}
	return steps
}

// TestSharedLayers: the layer's weights are declared once, and the two calls
// read the same ones: what is put in twice comes out as nothing.
func TestSharedLayers(t *testing.T) {
	m, err := siamese().Build()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, w := range m.Weights() {
		names = append(names, w.Name())
	}
	want := []string{"embedding/embeddings", "lstm/kernel", "lstm/recurrent_kernel", "lstm/bias", "dense/kernel", "dense/bias"}
	if !slices.Equal(names, want) {
		t.Errorf("weights %v, want %v", names, want)
	}
	p, err := m.Forward(Infer, Auto, 2, 4, 4)
	if err != nil {
		t.Fatal(err)
	}
	for i := range p.Inputs[0].X.Int32s() {
		p.Inputs[0].X.Int32s()[i], p.Inputs[1].X.Int32s()[i] = int32(1+i), int32(1+i)
	}
	for _, y := range forward(t, p) {
		if y != 0.5 {
			t.Errorf("the difference of a text from itself gives %g, want ½", y)
		}
	}
}

// TestFunctionalErrors: what Build says of descriptions that make no sense.
func TestFunctionalErrors(t *testing.T) {
	cases := map[string]struct {
		describe func(f *Functional)
		want     string
	}{
		"nothing": {func(*Functional) {}, "functional: no layers"},
		"input unread": {func(f *Functional) {
			f.Input("a", Features(1))
			f.Output("y", f.Call(Dense{Units: 1}, f.Input("b", Features(1))))
		}, `functional: nothing reads the input "a"`},
		"output unread": {func(f *Functional) {
			x := f.Input("x", Features(1))
			f.Call(Dense{Units: 1}, x)
			f.Output("y", f.Call(Dense{Units: 1}, x))
		}, "functional: nothing reads what dense returns"},
		"layer uncalled": {func(f *Functional) {
			f.Share(LSTM{Units: 1})
			f.Output("y", f.Call(Dense{Units: 1}, f.Input("x", Features(1))))
		}, "functional: nothing calls lstm"},
		"no outputs": {func(f *Functional) {
			f.Share(LSTM{Units: 1})
		}, "functional: no outputs"},
		"name taken": {func(f *Functional) {
			x := f.Call(Add{}, f.Input("x", Features(1)), f.Input("x", Features(1)))
			f.Output("y", x)
		}, `functional: input name "x" is empty or taken`},
		"output name taken": {func(f *Functional) {
			x := f.Call(Dense{Units: 1}, f.Input("x", Features(1)))
			f.Output("y", x)
			f.Output("y", x)
		}, `functional: output name "y" is empty or taken`},
		"no such output": {func(f *Functional) {
			f.Output("y", f.Call(Dense{Units: 1}, f.Input("x", Features(1))).Output(1))
		}, `functional: output "y": dense has 1 outputs, want one of index 1`},
		"another model's": {func(f *Functional) {
			f.Output("y", f.Call(Dense{Units: 1}, (&Functional{}).Input("x", Features(1))))
		}, "functional: layer 0: input 0 is of another model"},
		"shared with other shapes": {func(f *Functional) {
			d := f.Share(Dense{Units: 1})
			f.Output("y", d.Call(f.Input("a", Features(1))))
			f.Output("z", d.Call(f.Input("b", Features(2))))
		}, "dense: dense/kernel: of shape [2 1] for this input, [1 1] for the first"},
		"shapes that do not fit": {func(f *Functional) {
			f.Output("y", f.Call(Add{}, f.Input("a", Features(3)), f.Input("b", Features(2))))
		}, "add: input 1 is (None, 2), input 0 is (None, 3)"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			f := &Functional{}
			c.describe(f)
			if _, err := f.Build(); err == nil || err.Error() != c.want {
				t.Errorf("the error is %v, want %s", err, c.want)
			}
		})
	}
}
