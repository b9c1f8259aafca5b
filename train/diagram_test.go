package train_test

import (
	"bytes"
	"encoding/xml"
	"io"
	"strings"
	"testing"

	"gorgonia.org/tensor"

	"unroll/nn"
	"unroll/nn/diagram"
	"unroll/train"
	"unroll/train/internal/traintest"
	"unroll/train/optimizers"
)

// TestDiagram draws a training program in each execution: its nodes are the
// program's, unrolled it has the step three times, else once.
func TestDiagram(t *testing.T) {
	for _, test := range []struct {
		execution nn.Execution
		op        string
		count     int
	}{{nn.Unrolled, "simple_rnn_step", 3}, {nn.Looped, "loop", 1}, {nn.Fused, "simple_rnn", 1}} {
		t.Run(string(test.execution), func(t *testing.T) {
			m, err := nn.Sequential{Input: nn.Tokens(3), Layers: []nn.Layer{
				nn.Embedding{InputDim: 10, OutputDim: 4}, nn.SimpleRNN{Units: 5}, nn.Dense{Units: 1, Activation: nn.Sigmoid},
			}}.Build()
			if err != nil {
				t.Fatal(err)
			}
			tr, err := train.Compile(m, train.Config{Optimizer: &optimizers.SGD{}, Loss: nn.BinaryCrossentropy{}, Execution: test.execution})
			if err != nil {
				t.Fatal(err)
			}
			defer tr.Close()
			g, err := tr.Diagram(2, 3)
			if err != nil {
				t.Fatal(err)
			}
			nodes, edges, err := tr.ProgramSize(2, 3)
			if err != nil {
				t.Fatal(err)
			}
			if len(g.Nodes) != nodes {
				t.Errorf("%d nodes, the program has %d", len(g.Nodes), nodes)
			}
			if len(g.Edges) != edges {
				t.Errorf("%d edges, the program has %d", len(g.Edges), edges)
			}
			count, kinds, gradients := 0, map[diagram.Kind]int{}, map[string]bool{}
			for _, n := range g.Nodes {
				kinds[n.Kind]++
				if n.Name == test.op {
					count++
					if n.Kind != diagram.Op || n.Lane != "simple_rnn" {
						t.Errorf("%s is of kind %v in lane %q", n.Name, n.Kind, n.Lane)
					}
				}
				if (n.Kind == diagram.Gradient) != strings.HasSuffix(n.Lane, "\ngradients") && n.Kind != diagram.Constant {
					t.Errorf("%s is of kind %v in lane %q", n.Name, n.Kind, n.Lane)
				}
				if of, ok := strings.CutPrefix(n.Tip, "gradient of "); ok {
					gradients[of] = true
				}
			}
			if count != test.count {
				t.Errorf("%s stands %d times, want %d", test.op, count, test.count)
			}
			if kinds[diagram.Weight] != len(m.Weights()) || kinds[diagram.Output] != 2 {
				t.Errorf("%d weights of %d and %d outputs of 2", kinds[diagram.Weight], len(m.Weights()), kinds[diagram.Output])
			}
			for _, w := range m.Weights() {
				if !gradients[w.Name()] {
					t.Errorf("no node is the gradient of %s", w.Name())
				}
			}
			wellFormed(t, g)
		})
	}
}

// TestDiagramOfHeads draws a program with two inputs, two losses and a weight
// between them.
func TestDiagramOfHeads(t *testing.T) {
	tr, err := train.Compile(traintest.TwoHeads(t, tensor.Float32), train.Config{Optimizer: &optimizers.SGD{}, Outputs: heads(0.5)})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	g, err := tr.Diagram(2, 3, 0)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"text", "tags"} {
		if n := g.Nodes[i]; n.Name != want || n.Kind != diagram.Input || n.Lane != "inputs" {
			t.Errorf("node %d is %+v, want the input %s", i, n, want)
		}
	}
	lanes := map[string]bool{}
	for _, n := range g.Nodes {
		lanes[n.Lane] = true
	}
	for _, lane := range []string{"lstm", "concatenate", "dense", "dense_1", "loss", "lstm\ngradients", "dense_1\ngradients", "loss\ngradients"} {
		if !lanes[lane] {
			t.Errorf("no lane %q", lane)
		}
	}
	wellFormed(t, g)
}

// wellFormed draws g and reads the picture.
func wellFormed(t *testing.T, g diagram.Graph) {
	t.Helper()
	var b bytes.Buffer
	if err := g.WriteSVG(&b); err != nil {
		t.Fatal(err)
	}
	d := xml.NewDecoder(&b)
	for {
		if _, err := d.Token(); err == io.EOF {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func TestDiagramErrors(t *testing.T) {
	tr := traintest.Trainer(t, 1)
	for _, test := range []struct {
		batch int
		steps []int
		want  string
	}{
		{0, []int{6}, "diagram: batch of 0 rows"},
		{2, nil, "diagram: 0 numbers of steps for 1 inputs"},
	} {
		if _, err := tr.Diagram(test.batch, test.steps...); err == nil || err.Error() != test.want {
			t.Errorf("error %v, want %s", err, test.want)
		}
	}
	none, err := train.Compile(traintest.Model(t, 1), train.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer none.Close()
	if _, err := none.Diagram(2, 6); err == nil || err.Error() != "diagram: no loss was configured" {
		t.Errorf("error %v for a trainer without a loss", err)
	}
}
