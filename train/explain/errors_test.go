package explain

import (
	"context"
	"math"
	"strings"
	"testing"

	"gorgonia.org/tensor"

	"unroll/nn"
	"unroll/train"
	"unroll/train/internal/traintest"
)

// parity is a layer that reads the ids by itself.
type parity struct{}

func (parity) Init(_ *nn.Scope, in ...nn.Shape) ([]nn.Shape, error) {
	return []nn.Shape{{in[0][0], 1}}, nil
}

func (parity) Apply(c *nn.Context, in ...nn.Value) []nn.Value {
	return []nn.Value{{Node: c.NotID(in[0].IDs, 1), Steps: in[0].Steps}}
}

func TestExplainErrors(t *testing.T) {
	head := []nn.Layer{nn.SimpleRNN{Units: 2}, nn.Dense{Units: 1, Activation: nn.Sigmoid}}
	model := built(t, nn.Tokens(3), append([]nn.Layer{embedding}, head...)...)
	sequence := built(t, nn.Tokens(3), embedding, nn.Dense{Units: 1})
	own := built(t, nn.Tokens(3), append([]nn.Layer{parity{}}, head...)...)
	fixed, err := nn.Sequential{Input: nn.Tokens(3), Layers: []nn.Layer{embedding, nn.Flatten{}}, Batch: 4}.Build()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		model *nn.Model
		c     Config
		want  string
	}{
		{"no model", nil, Config{}, "explain: no model"},
		{"method", model, Config{Method: "saliency"}, `explain: unknown method "saliency"`},
		{"points", model, Config{Points: -1}, "explain: -1 points"},
		{"several outputs", traintest.TwoHeads(t, tensor.Float32), Config{}, "explain: the model has 2 inputs and 2 outputs, want one output"},
		{"a sequence", sequence, Config{}, "explain: the output is (None, 3, 1), a sequence"},
		{"fixed batch", fixed, Config{}, "explain: the model's batches are of 4: build it without a Batch"},
	} {
		if _, err := New(c.model, c.c); err == nil || err.Error() != c.want {
			t.Errorf("%s: the error is %v, want %s", c.name, err, c.want)
		}
	}

	ended, cancel := context.WithCancel(context.Background())
	cancel()
	text := train.Data{Tokens: [][]int32{{1, 2, 3}, {1, 9, 3}}}
	infinite := built(t, nn.Features(1), nn.Dense{Units: 1})
	if err := infinite.Weights()[0].Set([]float64{math.Inf(1)}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		ctx   context.Context
		model *nn.Model
		c     Config
		d     train.Data
		class int
		want  string
	}{
		{"class", nil, model, Config{}, text, 2, "explain: class 2 of 2"},
		{"no class", nil, model, Config{}, text, -2, "explain: class -2 of 2"},
		{"no data", nil, model, Config{}, train.Data{}, 0, "explain: data: no samples"},
		{"features", nil, model, Config{}, train.Data{Features: [][]float32{{1, 2, 3}}}, 0, "explain: data: the model takes word ids: set Tokens alone"},
		{"length", nil, model, Config{}, train.Data{Tokens: [][]int32{{1}}}, 0, "explain: data: sample 0 has 1 values, want 3 steps of 1"},
		{"word", nil, model, Config{}, text, 0, "explain: sample 1: gather: id 9 at row "},
		{"execution", nil, model, Config{Execution: "quick"}, text, 0, `explain: unknown execution "quick"`},
		{"own layer", nil, own, Config{}, text, 0, "explain: layer parity reads the input by itself: there is no gradient of its steps"},
		{"infinite", nil, infinite, Config{}, train.Data{Features: [][]float32{{1}}}, 0, "explain: sample 0: the logit is +Inf, at the baseline NaN, and the steps' sum "},
		{"cancelled", ended, model, Config{}, text, 0, "explain: context canceled"},
	} {
		e, err := New(c.model, c.c)
		if err != nil {
			t.Fatal(err)
		}
		if c.ctx == nil {
			c.ctx = context.Background()
		}
		if _, err := e.Explain(c.ctx, c.d, c.class); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: the error is %v, want %s", c.name, err, c.want)
		}
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}
}
