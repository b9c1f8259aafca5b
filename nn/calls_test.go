package nn

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestCalls: a shared layer is called twice, and the second output of a call is
// read.
func TestCalls(t *testing.T) {
	f := &Functional{}
	a, b := f.Input("a", Tokens(4)), f.Input("b", Tokens(4))
	embed := f.Share(Embedding{InputDim: 5, OutputDim: 3})
	x, y := embed.Call(a), embed.Call(b)
	h := f.Call(SimpleRNN{Units: 2, ReturnState: true}, x)
	z := f.Call(SimpleRNN{Units: 2}, y)
	f.Output("out", f.Call(Concatenate{}, h, h.Output(1), z))
	m, err := f.Build()
	if err != nil {
		t.Fatal(err)
	}
	want := []Call{
		{"embedding", "Embedding", []Origin{{"a", 0}}, []Shape{{4, 3}}},
		{"embedding/1", "Embedding", []Origin{{"b", 0}}, []Shape{{4, 3}}},
		{"simple_rnn", "SimpleRNN", []Origin{{"embedding", 0}}, []Shape{{2}, {2}}},
		{"simple_rnn_1", "SimpleRNN", []Origin{{"embedding/1", 0}}, []Shape{{2}}},
		{"concatenate", "Concatenate", []Origin{{"simple_rnn", 0}, {"simple_rnn", 1}, {"simple_rnn_1", 0}}, []Shape{{6}}},
	}
	if diff := cmp.Diff(want, m.Calls()); diff != "" {
		t.Error(diff)
	}
}

// TestPassLayer finds outputs of layers in a pass: of a second call, a second one, rows of a
// table, within a block, and of an activation with its logits.
func TestPassLayer(t *testing.T) {
	f := &Functional{}
	a, b := f.Input("a", Tokens(4)), f.Input("b", Tokens(4))
	embed := f.Share(Embedding{InputDim: 5, OutputDim: 3})
	h := f.Call(LSTM{Units: 2, ReturnState: true}, embed.Call(a))
	z := f.Call(Named{"encoder", Sequential{Layers: []Layer{SimpleRNN{Units: 6}, Dense{Units: 7}}}}, embed.Call(b))
	f.Output("out", f.Call(Dense{Units: 1, Activation: Sigmoid}, f.Call(Concatenate{}, h, h.Output(2), z)))
	m, err := f.Build()
	if err != nil {
		t.Fatal(err)
	}
	p, err := m.Forward(Train, Auto, 8, 4, 4)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][2]int{
		"embedding": {32, 3}, "embedding[1][0]": {32, 3}, "lstm": {8, 2}, "lstm[0][2]": {8, 2}, "encoder": {8, 7},
		"encoder/simple_rnn": {8, 6}, "encoder/dense": {8, 7}, "concatenate": {8, 11}, "dense": {8, 1},
	} {
		n, logits, err := p.Layer(name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if s := n.Shape(); len(s) != 2 || s[0] != want[0] || s[1] != want[1] {
			t.Errorf("%s is %v, want %v", name, s, want)
		}
		if (logits != nil) != (name == "dense") {
			t.Errorf("%s has the logits %v", name, logits)
		}
	}
	if n, _, err := p.Layer("dense"); err != nil || n != p.Outputs[0].Node {
		t.Errorf("the last layer's output is not the model's, error %v", err)
	}
	for _, name := range []string{"gru", "lstm[1][0]", "lstm[0][3]", "a"} {
		if _, _, err := p.Layer(name); err == nil || err.Error() != `there is no output of a layer "`+name+`"` {
			t.Errorf("%s: the error is %v", name, err)
		}
	}
}
