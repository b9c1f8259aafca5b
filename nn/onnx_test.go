package nn_test

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"testing"

	"unroll/nn"
	"unroll/nn/onnx"
	"unroll/nn/onnx/onnxtest"
)

// onnxRefused says of models of the tables why they are not written.
var onnxRefused = map[string]string{
	"stateful": keeps, "stateful_masked": keeps, "stateful_remat": keeps, "nested_stateful": keeps,
}

const keeps = "stateful: a graph of ONNX keeps nothing from batch to batch"

// TestONNXRoundTrip: what is saved loads as the same model, which saves the same bytes.
func TestONNXRoundTrip(t *testing.T) {
	nn.EachModel(t, func(t *testing.T, m *nn.Model, outputs func(*nn.Model) []float64) {
		first, ok := onnxBytes(t, m)
		if !ok {
			return
		}
		back, err := onnx.Read(bytes.NewReader(first))
		if err != nil {
			t.Fatal(err)
		}
		if again, _ := onnxBytes(t, back); !bytes.Equal(first, again) {
			t.Error("saved again the file is another one")
		}
		if a, b := m.Summary(), back.Summary(); a != b {
			t.Errorf("the summary is\n%s, want\n%s", b, a)
		}
		got, want := outputs(back), outputs(m)
		for i := range want {
			if d := math.Abs(got[i] - want[i]); !(d <= 1e-5*max(1, math.Abs(want[i]))) {
				t.Fatalf("output %d is %v, want %v", i, got[i], want[i])
			}
		}
	})
}

func onnxBytes(t *testing.T, m *nn.Model) ([]byte, bool) {
	t.Helper()
	var b bytes.Buffer
	err := onnx.Write(&b, m)
	name := t.Name()[strings.Index(t.Name(), "/")+1:]
	if want, refused := onnxRefused[name]; refused {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
		return nil, false
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), true
}

// TestONNXRuntime: ONNX Runtime computes of what is saved what the models compute here, for
// several sizes of the batch and lengths, and with padding in front, between and behind.
func TestONNXRuntime(t *testing.T) {
	onnxtest.Skip(t)
	var models []onnxtest.Model
	var names []string
	var want [][]map[string]onnxtest.Tensor
	nn.EachModel(t, func(t *testing.T, m *nn.Model, _ func(*nn.Model) []float64) {
		data, ok := onnxBytes(t, m)
		if !ok {
			return
		}
		next := onnxtest.Model{Data: data}
		var outputs []map[string]onnxtest.Tensor
		for k, batch := range []int{3, 1} {
			if m.Batch() > 0 {
				batch = m.Batch()
			}
			in, out := onnxtest.Sample(t, m, batch, 40-k*9, uint64(k))
			next.Inputs, outputs = append(next.Inputs, in), append(outputs, out)
		}
		names, models, want = append(names, t.Name()), append(models, next), append(want, outputs)
	})
	for i, got := range onnxtest.Run(t, models) {
		t.Run("compared/"+names[i], func(t *testing.T) { got.Near(t, want[i], 1e-5) })
	}
}

// TestONNXGraphs: the graphs of what is saved are read as they are, too, without the
// description of the model, as far as they can be; the others are refused.
func TestONNXGraphs(t *testing.T) {
	read, refused := 0, 0
	nn.EachModel(t, func(t *testing.T, m *nn.Model, _ func(*nn.Model) []float64) {
		data, ok := onnxBytes(t, m)
		if !ok {
			return
		}
		data = bytes.Replace(data, []byte("unroll.architecture"), []byte("another.description"), 1)
		back, err := onnx.Read(bytes.NewReader(data))
		if err != nil {
			t.Logf("refused: %v", err)
			refused++
			return
		}
		read++
		batch := max(m.Batch(), 2)
		_, want := onnxtest.Sample(t, m, batch, 40, 1)
		_, got := onnxtest.Sample(t, back, batch, 40, 1)
		for name, w := range want {
			g, ok := got[name]
			if !ok {
				g = got[name+"_output"]
			}
			if len(g.Values) != len(w.Values) {
				t.Fatalf("%s is %v, want %v", name, g.Shape, w.Shape)
			}
			for k, v := range w.Values {
				if d := math.Abs(v - g.Values[k]); !(d <= 1e-5*max(1, math.Abs(v))) {
					t.Fatalf("%s: value %d is %v, want %v", name, k, g.Values[k], v)
				}
			}
		}
	})
	t.Logf("%d were read, %d refused", read, refused)
	if read < 140 {
		t.Errorf("only %d graphs were read", read)
	}
}

// TestEveryLayerHasOperators: a layer or cell of this package that could not be written as
// ONNX has its reason here.
func TestEveryLayerHasOperators(t *testing.T) {
	none := map[string]string{
		"Named": "a name", "Frozen": "what is written of its layer", "Sequential": "what is written of its layers",
		"Functional": "what is written of its layers",
	}
	cells := []string{"SimpleRNNCell", "LSTMCell", "GRUCell", "StackedRNNCells"} // of an RNN
	for name, v := range nn.Registered() {
		l, layer := v.(nn.Layer)
		has := layer && onnx.Has(l) || slices.Contains(cells, name)
		if _, told := none[name]; told == has {
			t.Errorf("%s: written: %v, a reason: %v", name, has, told)
		}
	}
}
