package callbacks_test

import (
	"context"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"unroll/internal/tfevents"
	"unroll/internal/tfevents/tfeventstest"
	"unroll/nn"
	"unroll/train"
	"unroll/train/callbacks"
	"unroll/train/internal/traintest"
	"unroll/train/optimizers"
)

// TestTensorBoardStates: states are among the histograms, and the graph holds
// what computes their next values.
func TestTensorBoardStates(t *testing.T) {
	dir := t.TempDir()
	m, err := nn.Sequential{Input: nn.Features(3), Layers: []nn.Layer{nn.BatchNormalization{}, nn.Dense{Units: 1}}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	tr, err := train.Compile(m, train.Config{Optimizer: &optimizers.SGD{}, Loss: nn.MeanSquaredError{}})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	d := train.Data{Features: [][]float32{{1, 2, 3}, {4, 5, 7}, {7, 8, 8}}, Targets: []float32{1, 2, 3}}
	if _, err := tr.Fit(context.Background(), d, train.FitConfig{Callbacks: []train.Callback{&callbacks.TensorBoard{Dir: dir, HistogramEvery: 1, WriteGraph: true}}}); err != nil {
		t.Fatal(err)
	}
	_, histograms, graphs := readSeries(t, filepath.Join(dir, "train"))
	for _, w := range m.States() {
		p := histograms[w.Name()+"/histogram"]
		if len(p) != 1 {
			t.Fatalf("%d histograms of %s, want 1", len(p), w.Name())
		}
		if diff := cmp.Diff(spread(w.Float64s()), ofBuckets(p[0].Values)); diff != "" {
			t.Errorf("%s: %s", w.Name(), diff)
		}
	}
	if n := boxes(graphs[0])["program/states"]; n == 0 {
		t.Error("no node computes the states")
	}
}

// boxes counts the nodes by the part of their names before the last slash.
func boxes(nodes []tfeventstest.Node) map[string]int {
	count := map[string]int{}
	for _, n := range nodes {
		count[path.Dir(n.Name)]++
	}
	return count
}

// TestTensorBoardLayers draws a model whose inputs' names TensorFlow would not
// take, with a shared layer and a second output.
func TestTensorBoardLayers(t *testing.T) {
	f := &nn.Functional{}
	a, b := f.Input("a b", nn.Features(4, 3)), f.Input("a_b", nn.Features(4, 3))
	dense := f.Share(nn.Dense{Units: 2})
	h := f.Call(nn.SimpleRNN{Units: 2, ReturnState: true}, dense.Call(a))
	f.Output("out", f.Call(nn.Concatenate{}, h.Output(1), f.Call(nn.SimpleRNN{Units: 2}, dense.Call(b))))
	m, err := f.Build()
	if err != nil {
		t.Fatal(err)
	}
	want := []tfevents.Node{
		{Name: "a_b", Op: "Input", Shapes: [][]int{{-1, 4, 3}}},
		{Name: "a_b_1", Op: "Input", Shapes: [][]int{{-1, 4, 3}}},
		{Name: "dense", Op: "Dense", Inputs: []string{"a_b"}, Shapes: [][]int{{-1, 4, 2}}},
		{Name: "simple_rnn", Op: "SimpleRNN", Inputs: []string{"dense"}, Shapes: [][]int{{-1, 2}, {-1, 2}}},
		{Name: "dense/1", Op: "Dense", Inputs: []string{"a_b_1"}, Shapes: [][]int{{-1, 4, 2}}},
		{Name: "simple_rnn_1", Op: "SimpleRNN", Inputs: []string{"dense/1"}, Shapes: [][]int{{-1, 2}}},
		{Name: "concatenate", Op: "Concatenate", Inputs: []string{"simple_rnn:1", "simple_rnn_1"}, Shapes: [][]int{{-1, 4}}},
	}
	if diff := cmp.Diff(want, callbacks.DrawLayers(m)); diff != "" {
		t.Error(diff)
	}
}

func TestTensorBoardGraph(t *testing.T) {
	dir := t.TempDir()
	tr := traintest.Trainer(t, 1)
	if _, err := tr.Fit(context.Background(), traintest.WordOrder(80, 1), train.FitConfig{BatchSize: 20, Epochs: 2, Callbacks: []train.Callback{&callbacks.TensorBoard{Dir: dir, WriteGraph: true}}}); err != nil {
		t.Fatal(err)
	}
	_, _, graphs := readSeries(t, filepath.Join(dir, "train"))
	if len(graphs) != 1 {
		t.Fatalf("%d graphs, want 1", len(graphs))
	}
	layers := []tfeventstest.Node{
		{Name: "input", Op: "Input", Shapes: [][]int{{-1, 6}}},
		{Name: "embedding", Op: "Embedding", Inputs: []string{"input"}, Shapes: [][]int{{-1, 6, 4}}},
		{Name: "simple_rnn", Op: "SimpleRNN", Inputs: []string{"embedding"}, Shapes: [][]int{{-1, 5}}},
		{Name: "dense", Op: "Dense", Inputs: []string{"simple_rnn"}, Shapes: [][]int{{-1, 1}}},
	}
	if diff := cmp.Diff(layers, graphs[0][:4]); diff != "" {
		t.Error(diff)
	}
	seen := map[string]tfeventstest.Node{}
	read := map[string]bool{}
	for _, n := range graphs[0] {
		for _, in := range n.Inputs {
			if _, ok := seen[in]; !ok {
				t.Errorf("%s reads %s, which does not come before it", n.Name, in)
			}
			read[in] = true
		}
		if (n.Op == "Input" || n.Op == "Weight") != (len(n.Inputs) == 0) {
			t.Errorf("%s is of kind %s and reads %v", n.Name, n.Op, n.Inputs)
		}
		seen[n.Name] = n
	}
	for _, w := range tr.Model().Weights() {
		name := "program/" + w.Name()
		if n := seen[name]; n.Op != "Weight" || !cmp.Equal(n.Shapes, [][]int{w.Shape()}) || !read[name] {
			t.Errorf("%s %v is the node %+v; it is read: %v", w.Name(), w.Shape(), n, read[name])
		}
	}
	if n := seen["program/input"]; n.Op != "Input" || !cmp.Equal(n.Shapes, [][]int{{6 * 20}}) {
		t.Errorf("the input is the node %+v, want ids of 6 steps of 20 rows", n)
	}
	count := boxes(graphs[0])
	if count["program/forward"] == 0 || count["program/loss"] == 0 || count["program/gradients"] == 0 {
		t.Errorf("the nodes by box: %v, want some in program/forward, program/loss and program/gradients", count)
	}
	// Nodes stand after what they read, so one walk back finds what the output needs.
	needed := map[string]bool{"program/forward/sigmoid": true}
	for _, n := range slices.Backward(graphs[0]) {
		if needed[n.Name] {
			for _, in := range n.Inputs {
				needed[in] = true
			}
		}
		if forward := strings.HasPrefix(n.Name, "program/forward/"); strings.HasPrefix(n.Name, "program/") && len(n.Inputs) > 0 && forward != needed[n.Name] {
			t.Errorf("%s: the output needs it: %v", n.Name, needed[n.Name])
		}
	}
}
