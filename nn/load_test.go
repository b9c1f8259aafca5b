package nn

import (
	"bytes"
	"encoding/json"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorgonia.org/tensor"

	"unroll/internal/tensorfile"
)

// sealed returns a weights file that claims to belong to doc.
func sealed(t testing.TB, doc []byte, weights map[string]*tensor.Dense) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := tensorfile.Write(&b, weights, map[string]string{"architecture": digest(doc)}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// panicking is a layer with a fault.
type panicking struct{ Activation }

func (panicking) Init(*Scope, ...Shape) ([]Shape, error) { panic("it\nhurts") }

func TestBadArchitectureFiles(t *testing.T) {
	Register(panicking{})
	defer delete(types, "panicking")
	_, saved, _ := savedFiles(t, tensor.Float32)
	doc := string(saved)
	swap := func(old, new string) string {
		if !strings.Contains(doc, old) {
			t.Fatalf("the file has no %s", old)
		}
		return strings.Replace(doc, old, new, 1)
	}
	const head = `{"version":1,"dtype":"float32","input":{"kind":"tokens","shape":[3]},"layers":[`
	cases := []struct{ name, doc, want string }{
		{"empty", "", "damaged"},
		{"not JSON", "layers: []", "damaged"},
		{"newer version", swap(`"version": 1`, `"version": 3`), "version 3, this program reads up to 2"},
		{"no version", swap(`"version": 1,`, ``), "version 0"},
		{"newer version with new fields", swap(`"version": 1`, `"version": 9, "gpu": true`), "version 9"},
		{"unknown field", swap(`"version": 1`, `"version": 1, "gpu": true`), `unknown field "gpu"`},
		{"unknown field of a layer", swap(`"units": 2`, `"units": 2, "gpu": true`), `layer 1: SimpleRNN: unknown field "gpu"`},
		{"unknown layer", swap(`"SimpleRNN"`, `"Transformer"`), `layer 1: unknown type "Transformer"`},
		{"a cell as a layer", swap(`"SimpleRNN"`, `"SimpleRNNCell"`), "layer 1: SimpleRNNCell is not a nn.Layer"},
		{"a string for a number", swap(`"units": 2`, `"units": "2"`), "layer 1: SimpleRNN: json: cannot unmarshal string"},
		{"no settings", head + `{"type":"Dense"}]}`, "layer 0: Dense: no value"},
		{"settings of null", head + `{"type":"Dense","config":null}]}`, "dense: units is 0, want at least 1"},
		{"RNN without a cell", head + `{"type":"RNN","config":{}}]}`, "layer 0: RNN: cell: no value"},
		{"RNN of null", head + `{"type":"RNN","config":null}]}`, "layer 0: RNN: cell: no value"},
		{"RNN of a layer", head + `{"type":"RNN","config":{"cell":{"type":"Dense","config":{"units":1}}}}]}`, "layer 0: RNN: Dense is not a nn.Cell"},
		{"no layers", head + `]}`, "sequential: no layers"},
		{"dtype", swap(`"float32"`, `"int8"`), `dtype "int8", want float32 or float64`},
		{"kind of input", swap(`"tokens"`, `"sounds"`), `kind "sounds"`},
		{"data after the end", doc + "{}", "damaged"},
		{"a width that would fill memory", swap(`"units": 2`, `"units": 1000000000000`), "simple_rnn: simple_rnn/kernel: shape [2 1000000000000] has more values"},
		{"a width beyond the weights' file", swap(`"units": 2`, `"units": 2000`), "simple_rnn: simple_rnn/kernel: shape [2 2000] has more values"},
		{"a name twice", swap(`"version": 1,`, `"version": 1, "dtype": "float64",`), `"dtype" is there twice`},
		{"a name twice in a layer", swap(`"units": 2`, `"units": 2, "units": 3`), `"units" is there twice`},
		{"a name in another case", swap(`"layers"`, `"Layers"`), `unknown field "Layers", want "layers"`},
		{"a name in another case in a layer", swap(`"units": 2`, `"Units": 2`), `layer 1: SimpleRNN: unknown field "Units", want "units"`},
		{"layers that use up a machine", head + strings.Repeat(`{"type":"Activation","config":{}},`, 100_000) + `{"type":"Activation","config":{}}]}`, "200004 objects, more than the 50000"},
		{"layers within each other", head + strings.Repeat(`{"type":"Sequential","config":{"layers":[`, 100) + strings.Repeat(`]}}`, 100) + `]}`, "values are within each other"},
		{"a layer that panics", head + `{"type":"panicking","config":{}}]}`, "damaged: it hurts"},
		{"a width that overflows", swap(`"units": 2`, `"units": 4611686018427387904`), "more values"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			// The weights agree, so that only the architecture can be blamed.
			_, err := load("dir", []byte(c.doc), sealed(t, []byte(c.doc), nil), false)
			refused(t, c.name, err, filepath.Join("dir", ArchitectureFile))
			if err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("the error is %q, want %q in it", err, c.want)
			}
		})
	}
}

func TestBadWeightsFiles(t *testing.T) {
	m, doc, _ := savedFiles(t, tensor.Float32)
	change := func(f func(map[string]*tensor.Dense)) []byte {
		weights := map[string]*tensor.Dense{}
		for _, w := range m.Weights() {
			weights[w.Name()] = w.value
		}
		f(weights)
		return sealed(t, doc, weights)
	}
	zeros := func(dt tensor.Dtype, shape ...int) *tensor.Dense {
		return tensor.New(tensor.Of(dt), tensor.WithShape(shape...))
	}
	other, err := oneHotModel(5, 3, 2).Build()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := other.Save(dir); err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		name string
		data []byte
		want string
	}{
		{"nothing changed", change(func(map[string]*tensor.Dense) {}), ""},
		{"empty", nil, "damaged: header too small"},
		{"another model's", readFile(t, dir, WeightsFile), "these weights belong to another model.json"},
		{"one is missing", change(func(w map[string]*tensor.Dense) { delete(w, "dense/bias") }), "5 weights, the model has 6"},
		{"one too many", change(func(w map[string]*tensor.Dense) { w["extra"] = zeros(tensor.Float32, 1) }), "7 weights, the model has 6"},
		{"one has another name", change(func(w map[string]*tensor.Dense) {
			delete(w, "dense/bias")
			w["dense/bais"] = zeros(tensor.Float32, 1)
		}), `no weight "dense/bias"`},
		{"another element type", change(func(w map[string]*tensor.Dense) { w["dense/bias"] = zeros(tensor.Float64, 1) }),
			"dense/bias: F64[1], want F32[1]"},
		{"another shape of the same size", change(func(w map[string]*tensor.Dense) { w["dense/kernel"] = zeros(tensor.Float32, 1, 2) }),
			"dense/kernel: F32[1 2], want F32[2 1]"},
		{"not a number", change(func(w map[string]*tensor.Dense) {
			w["dense/kernel"] = tensor.New(tensor.WithShape(2, 1), tensor.WithBacking([]float32{1, float32(math.NaN())}))
		}), "dense/kernel: value 1 is NaN"},
		{"infinite", change(func(w map[string]*tensor.Dense) {
			w["dense/bias"] = tensor.New(tensor.WithShape(1), tensor.WithBacking([]float32{float32(math.Inf(-1))}))
		}), "dense/bias: value 0 is -Inf"},
		{"another rank", change(func(w map[string]*tensor.Dense) { w["dense/kernel"] = zeros(tensor.Float32, 2) }),
			"dense/kernel: F32[2], want F32[2 1]"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := load("dir", doc, c.data, false)
			if c.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			refused(t, c.name, err, filepath.Join("dir", WeightsFile))
			if err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("the error is %q, want %q in it", err, c.want)
			}
		})
	}
}

// FuzzLoad holds that no pair of files makes Load panic or allocate beyond
// their size, and that a model that loads is saved and loaded as itself. A
// digest of zeros in the weights stands for the right one, which a fuzzer
// would not find, and their checksum is not compared.
func FuzzLoad(f *testing.F) {
	zeros := []byte(strings.Repeat("0", 64))
	for _, dt := range []tensor.Dtype{tensor.Float32, tensor.Float64} {
		_, doc, data := savedFiles(f, dt)
		f.Add(doc, bytes.ReplaceAll(data, []byte(digest(doc)), zeros))
		f.Add(doc, data[:len(data)/2])
		f.Add(doc[:len(doc)/2], data)
	}
	cell, err := json.Marshal(RNN{Cell: SimpleRNNCell{Units: 1}, ReturnSequences: true})
	if err != nil {
		f.Fatal(err)
	}
	doc := []byte(`{"version":1,"dtype":"float32","input":{"kind":"features","shape":[-1,1]},"layers":[{"type":"RNN","config":` + string(cell) + `}]}`)
	f.Add(doc, bytes.ReplaceAll(sealed(f, doc, nil), []byte(digest(doc)), zeros))
	block, err := json.Marshal(siamese().plain())
	if err != nil {
		f.Fatal(err)
	}
	for _, layer := range []string{
		`{"type":"Functional","config":` + string(block) + `}`, `{"type":"Functional","config":null}`, `{"type":"Sequential","config":null}`,
		`{"type":"Named","config":{"name":"a","layer":{"type":"Sequential","config":{"layers":[{"type":"Dense","config":{"units":2}}]}}}}`,
		`{"type":"Frozen","config":{"layer":{"type":"Functional","config":null}}}`,
	} {
		doc := []byte(`{"version":1,"dtype":"float32","input":{"kind":"features","shape":[3]},"layers":[` + layer + `]}`)
		f.Add(doc, bytes.ReplaceAll(sealed(f, doc, nil), []byte(digest(doc)), zeros))
	}

	f.Fuzz(func(t *testing.T, doc, data []byte) {
		m, err := load("dir", doc, bytes.ReplaceAll(data, zeros, []byte(digest(doc))), true)
		if err != nil {
			refused(t, "load", err, "dir")
			return
		}
		dir := t.TempDir()
		if err := m.Save(dir); err != nil {
			t.Fatal(err)
		}
		again, err := Load(dir)
		if m.finite() != nil {
			refused(t, "load", err, "value")
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if again.Summary() != m.Summary() || !cmp.Equal(weightBits(m), weightBits(again)) {
			t.Error("the model changed on the way through a file")
		}
	})
}
