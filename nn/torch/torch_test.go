package torch

import (
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"unroll/graph"
	"unroll/nn"
)

// sameCase is a model, the state_dict of a module that computes the same, and the module.
type sameCase struct {
	name    string
	layers  []nn.Layer
	modules map[string]string
	make    func(d dict, r *rand.Rand)
	forward func(d dict, x [][]float64) [][]float64 // one step where the model returns none
}

// last is the output of the last step.
func last(x [][]float64) [][]float64 { return x[len(x)-1:] }

const (
	features = 3
	steps    = 6
)

func sameCases() []sameCase {
	sequences := map[string]func(units int) nn.Layer{
		"RNN":  func(units int) nn.Layer { return nn.SimpleRNN{Units: units, ReturnSequences: true} },
		"LSTM": func(units int) nn.Layer { return nn.LSTM{Units: units, ReturnSequences: true} },
		"GRU":  func(units int) nn.Layer { return nn.GRU{Units: units, ReturnSequences: true} },
	}
	var list []sameCase
	for kind, gates := range map[string]int{"RNN": 1, "LSTM": 4, "GRU": 3} {
		l := sequences[kind]
		name := map[string]string{"RNN": "simple_rnn", "LSTM": "lstm", "GRU": "gru"}[kind]
		list = append(list,
			sameCase{kind + " alone", []nn.Layer{l(4)}, map[string]string{"": name},
				func(d dict, r *rand.Rand) { d.recurrent(r, "", gates, features, 4, 1, false, true) },
				func(d dict, x [][]float64) [][]float64 { return d.rnn(kind, "", 1, false, x) }},
			sameCase{kind + " by its name", []nn.Layer{nn.Named{Name: "encoder", Layer: nn.Frozen{Layer: l(4)}}}, nil,
				func(d dict, r *rand.Rand) { d.recurrent(r, "encoder.", gates, features, 4, 1, false, true) },
				func(d dict, x [][]float64) [][]float64 { return d.rnn(kind, "encoder.", 1, false, x) }},
			sameCase{kind + " of two layers", []nn.Layer{l(4), l(4)}, map[string]string{"rnn": name + ", " + name + "_1"},
				func(d dict, r *rand.Rand) { d.recurrent(r, "rnn.", gates, features, 4, 2, false, true) },
				func(d dict, x [][]float64) [][]float64 { return d.rnn(kind, "rnn.", 2, false, x) }},
			sameCase{kind + ", bidirectional, of two layers", []nn.Layer{nn.Bidirectional{Layer: l(4)}, nn.Bidirectional{Layer: l(4)}},
				map[string]string{"rnn": "bidirectional,bidirectional_1"},
				func(d dict, r *rand.Rand) { d.recurrent(r, "rnn.", gates, features, 4, 2, true, true) },
				func(d dict, x [][]float64) [][]float64 { return d.rnn(kind, "rnn.", 2, true, x) }},
		)
	}
	noBias := func(l nn.Layer, gates int, kind string) sameCase {
		return sameCase{kind + " without biases", []nn.Layer{nn.Named{Name: "rnn", Layer: l}}, nil,
			func(d dict, r *rand.Rand) { d.recurrent(r, "rnn.", gates, features, 4, 1, false, false) },
			func(d dict, x [][]float64) [][]float64 { return last(d.rnn(kind, "rnn.", 1, false, x)) }}
	}
	list = append(list,
		noBias(nn.SimpleRNN{Units: 4, NoBias: true}, 1, "RNN"),
		noBias(nn.LSTM{Units: 4, NoBias: true}, 4, "LSTM"),
		noBias(nn.GRU{Units: 4, NoBias: true}, 3, "GRU"),
		noBias(nn.RNN{Cell: nn.GRUCell{Units: 4, NoBias: true}}, 3, "GRU"),
	)
	return append(list, otherCases()...)
}

// TestTypes reads floats of each width, and embeddings as they are.
func TestTypes(t *testing.T) {
	want := []float64{1, -2, 0.5, 0.25}
	for typ, raw := range map[string][]byte{
		"F64":  {0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0xe0, 0x3f, 0, 0, 0, 0, 0, 0, 0xd0, 0x3f},
		"F32":  {0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0, 0, 0, 0, 0x3f, 0, 0, 0x80, 0x3e},
		"F16":  {0, 0x3c, 0, 0xc0, 0, 0x38, 0, 0x34},
		"BF16": {0x80, 0x3f, 0, 0xc0, 0, 0x3f, 0x80, 0x3e},
	} {
		for _, s := range []nn.Sequential{
			{Input: nn.Tokens(nn.Any), Layers: []nn.Layer{nn.Embedding{InputDim: 2, OutputDim: 2}}},
			{Input: nn.Bag(), Layers: []nn.Layer{nn.Named{Name: "embedding", Layer: nn.EmbeddingBag{InputDim: 2, OutputDim: 2}}}},
		} {
			m, err := s.Build()
			if err != nil {
				t.Fatal(err)
			}
			if err := SetWeights(dict{"embedding.weight": {shape: []int{2, 2}, typ: typ, raw: raw}}.file(t), m, nil); err != nil {
				t.Errorf("%s: %v", typ, err)
			} else if got := weightsOf(m); !slices.Equal(got, want) {
				t.Errorf("%s: %v, want %v", typ, got, want)
			}
		}
	}
}

func TestSameAsPyTorch(t *testing.T) {
	for _, c := range sameCases() {
		t.Run(c.name, func(t *testing.T) {
			d := dict{}
			c.make(d, rand.New(rand.NewPCG(1, 2)))
			path := filepath.Join(t.TempDir(), "module.safetensors")
			if err := os.WriteFile(path, d.file(t), 0o600); err != nil {
				t.Fatal(err)
			}
			m, err := nn.Sequential{Input: nn.Features(steps, features), Layers: c.layers}.Build()
			if err != nil {
				t.Fatal(err)
			}
			if err := LoadWeights(path, m, c.modules); err != nil {
				t.Fatal(err)
			}
			const batch = 2
			p, err := m.Forward(nn.Infer, nn.Auto, batch, steps)
			if err != nil {
				t.Fatal(err)
			}
			prog, err := p.Compile(p.Outputs[0].Node)
			if err != nil {
				t.Fatal(err)
			}
			defer prog.Close()
			r := rand.New(rand.NewPCG(3, 4))
			samples := make([][][]float64, batch)
			for b := range samples {
				for s := range steps {
					row := make([]float64, features)
					for i := range row {
						row[i] = float64(float32(r.Float64()*2 - 1))
						p.Inputs[0].X.Float32s()[(s*batch+b)*features+i] = float32(row[i])
					}
					samples[b] = append(samples[b], row)
				}
			}
			if err := prog.Run(); err != nil {
				t.Fatal(err)
			}
			v, err := prog.Value(p.Outputs[0].Node)
			if err != nil {
				t.Fatal(err)
			}
			got := graph.Floats[float32](v) // time-major
			for b, x := range samples {
				want := c.forward(d, x)
				if n := len(want) * len(want[0]) * batch; len(got) != n {
					t.Fatalf("%d values, want %d", len(got), n)
				}
				for s, row := range want {
					for i, w := range row {
						if g := float64(got[(s*batch+b)*len(row)+i]); !(math.Abs(g-w) <= 1e-5*(1+math.Abs(w))) {
							t.Fatalf("sample %d, step %d, feature %d is %g, want %g", b, s, i, g, w)
						}
					}
				}
			}
		})
	}
}
