package export

import (
	"context"
	"math"
	"testing"

	"unroll/datasets/text"
	"unroll/nn"
	"unroll/train/classifier"
)

// TestFolded: what a task makes of a network's outputs is in the weights of the last layer
// where it can be, and else left to the programs.
func TestFolded(t *testing.T) {
	e, err := text.LearnEncoder(text.Of("a good film", "a bad film"), text.EncoderConfig{MaxLen: 4})
	if err != nil {
		t.Fatal(err)
	}
	two := classifier.Task{Classes: []string{"a", "b"}, Factor: 0.6}
	three := classifier.Task{Classes: []string{"a", "b", "c"}, Factor: 1.7}
	number := classifier.Task{Scaling: classifier.Scaling{Mean: 12, Deviation: 3}}
	for name, c := range map[string]struct {
		task  classifier.Task
		head  []nn.Layer
		apart bool
	}{
		"two classes":            {two, []nn.Layer{two.Head()}, false},
		"three classes":          {three, []nn.Layer{three.Head()}, false},
		"a number":               {number, []nn.Layer{number.Head()}, false},
		"a softmax of its own":   {three, []nn.Layer{nn.Frozen{Layer: nn.Dense{Units: 3}}, nn.SoftmaxLayer{}}, false},
		"a sigmoid of its own":   {two, []nn.Layer{nn.Dense{Units: 1, NoBias: true}, nn.Activation{Func: nn.Sigmoid}}, false},
		"a hard sigmoid":         {two, []nn.Layer{nn.Dense{Units: 1, Activation: nn.HardSigmoid}}, true},
		"two functions":          {two, []nn.Layer{nn.Dense{Units: 1, Activation: nn.Tanh}, nn.Activation{Func: nn.Sigmoid}}, true},
		"a number without bias":  {number, []nn.Layer{nn.Dense{Units: 1, NoBias: true}}, true},
		"no layer with a kernel": {three, []nn.Layer{nn.Dense{Units: 3}, nn.LayerNormalization{}, nn.SoftmaxLayer{}}, true},
	} {
		t.Run(name, func(t *testing.T) {
			net, err := nn.Sequential{Input: nn.Tokens(4), Seed: 3, Layers: append([]nn.Layer{
				nn.Embedding{InputDim: e.Depth(), OutputDim: 3, EmbeddingsInitializer: nn.Uniform(2)}, nn.GlobalAveragePooling1D{},
			}, c.head...)}.Build()
			if err != nil {
				t.Fatal(err)
			}
			m, err := classifier.New("m", net, e, c.task)
			if err != nil {
				t.Fatal(err)
			}
			defer m.Close()
			before := net.Weights()[0].Float64s()
			same, task, err := folded(m)
			if err != nil {
				t.Fatal(err)
			}
			if c.apart {
				if same != net || task.Factor != c.task.Factor || task.Scaling != c.task.Scaling {
					t.Errorf("the task is %+v, want it as it was", task)
				}
				return
			}
			if task.Factor != 0 || task.Scaling != (classifier.Scaling{}) || same == net {
				t.Errorf("the task is %+v, want nothing left of it", task)
			}
			back, err := classifier.New("back", same, e, task)
			if err != nil {
				t.Fatal(err)
			}
			defer back.Close()
			texts := []string{"good film", "a bad film", "", "a a good"}
			want, err := m.Classify(context.Background(), texts...)
			if err != nil {
				t.Fatal(err)
			}
			got, err := back.Classify(context.Background(), texts...)
			if err != nil {
				t.Fatal(err)
			}
			for i := range want {
				if math.Abs(got[i].Value-want[i].Value) > 1e-5 || math.Abs(got[i].Probability-want[i].Probability) > 1e-6 {
					t.Errorf("%q: %+v, want %+v", texts[i], got[i], want[i])
				}
			}
			for i, v := range net.Weights()[0].Float64s() {
				if v != before[i] {
					t.Fatal("the model's own weights are changed")
				}
			}
		})
	}
}
