package onnx

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"unroll/internal/arrange"
)

// TestRecurrentNodeTests runs ONNX's own tests of RNN, LSTM and GRU, of which there are
// twelve in version 1.12, in all executions.
func TestRecurrentNodeTests(t *testing.T) {
	if _, err := os.Stat(testData); err != nil {
		t.Skipf("*** %s IS NOT THERE: ONNX's own tests of recurrent nodes are not run ***", testData)
	}
	passed := 0
	for _, kind := range []string{"simple_rnn", "rnn", "lstm", "gru"} {
		dirs, err := filepath.Glob(filepath.Join(testData, "test_"+kind+"_*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, dir := range dirs {
			if t.Run(filepath.Base(dir), func(t *testing.T) { runNodeTest(t, dir) }) {
				passed++
			}
		}
	}
	if passed < 12 {
		t.Errorf("%d tests pass, want 12", passed)
	}
}

func runNodeTest(t *testing.T, dir string) {
	data, err := os.ReadFile(filepath.Join(dir, "model.onnx"))
	if err != nil {
		t.Fatal(err)
	}
	_, net, err := parse(data, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(net.nodes) != 1 {
		t.Fatalf("%d nodes", len(net.nodes))
	}
	n := net.nodes[0]
	given := map[string]*array{}
	for i, in := range net.inputs {
		given[in.name] = readTensor(t, filepath.Join(dir, "test_data_set_0", fmt.Sprintf("input_%d.pb", i)))
	}
	r, err := recurrentOf(n, given)
	if err != nil {
		t.Fatal(err)
	}
	floats := func(i int) []float64 {
		if a := given[n.input(i)]; a != nil {
			return a.floats
		}
		return nil
	}
	x := given[n.input(inputX)]
	c := recurrentCase{
		refNode: refNode{Recurrent: r.Recurrent, features: r.features, w: recurrentWeights{floats(inputW), floats(inputR), floats(inputB), floats(inputP)}},
		steps:   x.shape[0], batch: x.shape[1],
	}
	if r.batched {
		c.steps, c.batch = c.batch, c.steps
	}
	d, h := r.directions(), r.HiddenSize
	first := func(i int) []float64 { // the states of ONNX's [directions, batch, hidden]
		if a := given[n.input(i)]; a == nil {
			return nil
		} else if !r.batched {
			return arrange.Permuted(a.floats, []int{d, c.batch, h}, 1, 0, 2)
		}
		return floats(i)
	}
	if c.x, c.h0, c.c0 = x.floats, first(inputH), first(inputC); r.batched {
		c.x = arrange.Permuted(x.floats, x.shape, 1, 0, 2)
	}
	if lens := given[n.input(inputLens)]; lens != nil {
		for _, v := range lens.ints {
			c.lens = append(c.lens, int(v))
		}
	}
	m := c.model(t)
	outs := 0
	for i, name := range n.outputs {
		if name == "" {
			continue
		}
		at := slices.IndexFunc(net.outputs, func(p port) bool { return p.name == name })
		want := readTensor(t, filepath.Join(dir, "test_data_set_0", fmt.Sprintf("output_%d.pb", at)))
		outs++
		for _, e := range executions {
			got := c.run(t, m, e)[i] // [time, batch, directions·hidden], or without time
			switch {
			case i == 0 && r.batched:
				got = arrange.Permuted(got, []int{c.steps, c.batch, d, h}, 1, 0, 2, 3)
			case i == 0:
				got = arrange.Permuted(got, []int{c.steps, c.batch, d, h}, 0, 2, 1, 3)
			case !r.batched:
				got = arrange.Permuted(got, []int{c.batch, d, h}, 1, 0, 2)
			}
			if len(got) != len(want.floats) {
				t.Fatalf("%s: %s has %d values, want %d", e.name, name, len(got), len(want.floats))
			}
			for k, v := range want.floats {
				if !(math.Abs(got[k]-v) <= 1e-6*(1+math.Abs(v))) {
					t.Fatalf("%s: %s[%d] is %g, want %g", e.name, name, k, got[k], v)
				}
			}
		}
	}
	if outs == 0 || outs != len(net.outputs) {
		t.Errorf("%d outputs were looked at, %s has %d", outs, strings.TrimSpace(n.String()), len(net.outputs))
	}
}

// readTensor reads a TensorProto of its own.
func readTensor(t *testing.T, path string) *array {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	p := &tensorProto{}
	if err := unmarshal(data, p); err != nil {
		t.Fatal(err)
	}
	a, err := p.array(nil)
	if err != nil {
		t.Fatal(err)
	}
	return a
}
