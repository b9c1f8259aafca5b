package nn_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"unroll/nn"
	"unroll/nn/diagram"
)

func ExampleModel_Diagram() {
	m, err := nn.Sequential{
		Input: nn.Tokens(100),
		Layers: []nn.Layer{
			nn.OneHot{Depth: 100},
			nn.SimpleRNN{Units: 32},
			nn.Dense{Units: 1, Activation: nn.Sigmoid},
		},
	}.Build()
	if err != nil {
		fmt.Println(err)
		return
	}
	g := m.Diagram() // g.WriteSVG draws it
	fmt.Println(g.Note)
	for _, n := range g.Nodes {
		fmt.Println(n.Kind, n.Name, n.Notes, n.Rows)
	}
	// Output:
	// 4,289 trainable parameters
	// input input [tokens (None, 100)] []
	// layer one_hot [OneHot] [[output (None, 100, 100)] [parameters 0]]
	// layer simple_rnn [SimpleRNN] [[output (None, 32)] [parameters 4,256]]
	// layer dense [Dense] [[output (None, 1)] [parameters 33]]
	// output output [(None, 1)] []
}

// TestDiagram draws a model with branches, a shared layer, several outputs of a
// layer, and parameters that are not trained.
func TestDiagram(t *testing.T) {
	f := &nn.Functional{}
	a, b := f.Input("a", nn.Features(4, 3)), f.Input("b", nn.Features(4, 3))
	dense := f.Share(nn.Dense{Units: 2})
	h := f.Call(nn.LSTM{Units: 2, ReturnState: true}, dense.Call(a))
	x := f.Call(nn.Concatenate{}, h, h.Output(2), f.Call(nn.GRU{Units: 2}, dense.Call(b)))
	f.Output("out", f.Call(nn.BatchNormalization{}, x))
	f.Output("same", a)
	m, err := f.Build()
	if err != nil {
		t.Fatal(err)
	}
	g := m.Diagram()
	var boxes []string
	for _, n := range g.Nodes {
		boxes = append(boxes, strings.Join(append([]string{n.Kind.String(), n.Name}, n.Notes...), " ")+fmt.Sprint(n.Rows))
	}
	want := []string{
		"input a features (None, 4, 3)[]",
		"input b features (None, 4, 3)[]",
		"layer dense Dense[[output (None, 4, 2)] [parameters 8]]",
		"layer lstm LSTM[[output 0 (None, 2)] [output 1 (None, 2)] [output 2 (None, 2)] [parameters 40]]",
		"layer dense Dense, called again[[output (None, 4, 2)]]",
		"layer gru GRU[[output (None, 2)] [parameters 36]]",
		"layer concatenate Concatenate[[output (None, 6)] [parameters 0]]",
		"layer batch_normalization BatchNormalization[[output (None, 6)] [parameters 12] [not trained 12]]",
		"output out (None, 6)[]",
		"output same (None, 4, 3)[]",
	}
	if diff := cmp.Diff(want, boxes); diff != "" {
		t.Error(diff)
	}
	edges := []diagram.Edge{
		{From: 0, To: 2}, {From: 2, To: 3}, {From: 1, To: 4}, {From: 4, To: 5},
		{From: 3, To: 6, Label: "0"}, {From: 3, To: 6, Label: "2"}, {From: 5, To: 6},
		{From: 6, To: 7}, {From: 7, To: 8}, {From: 0, To: 9},
	}
	if diff := cmp.Diff(edges, g.Edges); diff != "" {
		t.Error(diff)
	}
	if want := "96 trainable parameters, 12 that are not trained"; g.Note != want {
		t.Errorf("note %q, want %q", g.Note, want)
	}
	if want := "lstm/kernel [2 8]\nlstm/recurrent_kernel [2 8]\nlstm/bias [8]"; g.Nodes[3].Tip != want {
		t.Errorf("tip %q, want %q", g.Nodes[3].Tip, want)
	}
}
