package onnx

import (
	"math"
	"reflect"
	"strings"
	"testing"

	"gorgonia.org/tensor"

	"unroll/nn"
)

// TestRecurrentLayer holds nn's layer of each node that is one to the node itself.
func TestRecurrentLayer(t *testing.T) {
	found := map[string]bool{}
	for name, r := range recurrentTable() {
		for _, sequences := range []bool{false, true} {
			l, ok := r.Layer(sequences, false)
			if !ok || r.InitialH || r.InitialC {
				continue
			}
			found[name] = true
			c := newCase(r, 2, 3, 4, 9)
			in := nn.Features(nn.Any, 2)
			in.Name = "X"
			m, err := nn.Sequential{Input: in, Layers: []nn.Layer{l}, Dtype: tensor.Float64}.Build()
			if err != nil {
				t.Fatal(err)
			}
			values := r.fromNode(2, c.w)
			for _, w := range m.Weights() {
				_, below, _ := strings.Cut(w.Name(), "/")
				if err := w.Set(values[below]); err != nil {
					t.Fatal(err)
				}
			}
			y, yh, _ := c.refNode.run(c.x, c.batch, c.steps, nil, nil, nil)
			want := yh
			if sequences {
				want = y
			}
			got := c.run(t, m, executions[0])[0]
			for i := range want {
				if !(math.Abs(got[i]-want[i]) <= 1e-11*(1+math.Abs(want[i]))) {
					t.Fatalf("%s: %d is %g, by the specification %g", name, i, got[i], want[i])
				}
			}
		}
	}
	for _, name := range []string{"RNN/defaults", "LSTM/defaults", "GRU/defaults", "GRU/linear_before_reset=1", "LSTM/direction=bidirectional",
		"RNN/direction=reverse", "LSTM/activations[0]=HardSigmoid", "RNN/activations[0]=Relu", "GRU/no B"} {
		if !found[name] {
			t.Errorf("%s is none of nn's layers", name)
		}
	}
	for _, name := range []string{"LSTM/P", "LSTM/clip=0.5", "LSTM/input_forget=1", "RNN/direction=forward, sequence_lens", "LSTM/activations[2]=Softsign"} {
		if found[name] {
			t.Errorf("%s is one of nn's layers", name)
		}
	}
	l, ok := Recurrent{Op: "LSTM", HiddenSize: 3, InitialH: true, InitialC: true}.Layer(true, true)
	if want := (nn.LSTM{Units: 3, ReturnSequences: true, ReturnState: true}); !ok || !reflect.DeepEqual(l, want) {
		t.Errorf("layer is %+v, want %+v", l, want)
	}
}
