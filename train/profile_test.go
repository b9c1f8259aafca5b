package train_test

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"unroll/nn"
	"unroll/nn/diagram"
	"unroll/train"
	"unroll/train/internal/traintest"
	"unroll/train/optimizers"
)

// TestProfile: the training program of a model with dropout, a mask and states, in each
// execution, is measured and drawn, and nothing is trained.
func TestProfile(t *testing.T) {
	for _, execution := range []nn.Execution{nn.Unrolled, nn.Looped, nn.Auto} {
		m := traintest.Dropper(t, 3)
		tr, err := train.Compile(m, train.Config{Optimizer: &optimizers.SGD{}, Loss: nn.BinaryCrossentropy{}, Execution: execution})
		if err != nil {
			t.Fatal(err)
		}
		defer tr.Close()
		weights, states := traintest.Weights(m), m.States()[0].Float64s()
		p, err := tr.Profile(traintest.Counting(20), 16, 3)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(weights, traintest.Weights(m)) + cmp.Diff(states, m.States()[0].Float64s()); diff != "" {
			t.Errorf("%v: %s", execution, diff)
		}
		if p.Runs != 3 || len(p.Nodes) == 0 {
			t.Errorf("%v: %d runs of %d nodes", execution, p.Runs, len(p.Nodes))
		}
		plain, err := tr.Diagram(16, 5)
		if err != nil {
			t.Fatal(err)
		}
		// Fewer nodes are executed than the graph has.
		note := fmt.Sprintf("%d nodes for a batch of 16 and 5 steps; ", len(p.Diagram.Nodes))
		if p.Diagram.Heat == "" || len(p.Diagram.Nodes) >= len(plain.Nodes) || len(p.Diagram.Nodes) < len(plain.Nodes)/2 || !strings.HasPrefix(p.Diagram.Note, note) {
			t.Errorf("%v: %d nodes of %d; %q", execution, len(p.Diagram.Nodes), len(plain.Nodes), p.Diagram.Note)
		}
		loops := 0
		for _, n := range p.Diagram.Nodes {
			ran := n.Kind == diagram.Op || n.Kind == diagram.Gradient || n.Kind == diagram.Output
			if timed := strings.HasSuffix(n.Notes[len(n.Notes)-1], " µs"); timed != ran {
				t.Errorf("%v: %s, %v, says %q", execution, n.Name, n.Kind, n.Notes)
			}
			if strings.HasPrefix(n.Name, "loop") {
				loops++
				if !regexp.MustCompile(`(?m)^\d+\.\d% \w+$`).MatchString(n.Tip) { // which ones depends on the machine
					t.Errorf("%s says of its steps %q", n.Name, n.Tip)
				}
			}
		}
		if want := map[nn.Execution]int{nn.Looped: 2}[execution]; loops != want {
			t.Errorf("%v: %d loops, want %d", execution, loops, want)
		}
		wellFormed(t, p.Diagram)
		var trace bytes.Buffer
		if err := p.WriteTrace(&trace); err != nil || !strings.Contains(trace.String(), `"traceEvents"`) {
			t.Errorf("%v: trace: %v", execution, err)
		}
	}
}

func TestProfileErrors(t *testing.T) {
	tr := traintest.Trainer(t, 1)
	none, err := train.Compile(traintest.Model(t, 1), train.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer none.Close()
	d := traintest.WordOrder(8, 1)
	for _, test := range []struct {
		t           *train.Trainer
		d           train.Data
		batch, runs int
		want        string
	}{
		{tr, d, 8, 0, "profile: 0 runs, want at least 1"},
		{tr, d, -1, 1, "profile: batch of -1"},
		{tr, train.Data{}, 8, 1, "profile: data: no samples"},
		{none, d, 8, 1, "profile: no loss was configured"},
	} {
		if _, err := test.t.Profile(test.d, test.batch, test.runs); err == nil || err.Error() != test.want {
			t.Errorf("the error is %v, want %s", err, test.want)
		}
	}
}
