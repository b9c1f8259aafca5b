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
