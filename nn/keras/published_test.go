package keras_test

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"unroll/nn"
	"unroll/nn/keras"
	"unroll/train"
)

// published is where files lie that people published with Keras 2.0 to 3.13. They are
// no part of the project.
const published = "../../../shared/data/keras"

func publishedFile(t testing.TB, name string) string {
	t.Helper()
	path := filepath.Join(published, name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("*** THE PUBLISHED FILE %s IS NOT HERE: it is not tried ***", path)
	}
	return path
}

// samples is how many inputs testdata/reference.py predicts.
const samples = 64

// generator is that of testdata/reference.py.
type generator uint32

func (g *generator) below(n int) int {
	*g = (1103515245**g + 12345) % (1 << 31)
	return int(*g>>8) % n
}

// inputsFor makes the inputs of testdata/reference.py.
func inputsFor(m *nn.Model, name string, steps, words int) train.Data {
	in := m.Inputs()[0]
	if n := in.Steps(); n > 0 {
		steps = n
	}
	g := generator(1)
	var d train.Data
	for i := range samples {
		keep := steps
		if strings.Contains(name, "mask") {
			keep -= 3 * (i % 8)
		}
		if in.IDs() {
			ids := make([]int32, steps)
			for t := range ids {
				if id := int32(g.below(words)); t < keep {
					ids[t] = id
				}
			}
			d.Tokens = append(d.Tokens, ids)
			continue
		}
		x := make([]float32, steps*in.Width())
		for k := range x {
			if v := float32(float64(g.below(2001))/1000 - 1); k < keep*in.Width() {
				x[k] = v
			}
		}
		d.Features = append(d.Features, x)
	}
	return d
}

// predict returns what the model makes of the inputs, with no loss and no optimizer.
func predict(t testing.TB, m *nn.Model, d train.Data) []float32 {
	t.Helper()
	trainer, err := train.Compile(m, train.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer trainer.Close()
	y, err := trainer.Predict(context.Background(), d, 16)
	if err != nil {
		t.Fatal(err)
	}
	return y
}

func reference(t testing.TB) map[string][][]float64 {
	t.Helper()
	doc, err := os.ReadFile("testdata/published.json")
	if err != nil {
		t.Fatal(err)
	}
	var want map[string][][]float64
	if err := json.Unmarshal(doc, &want); err != nil {
		t.Fatal(err)
	}
	return want
}

// words are the table sizes of the published models that take word ids.
var words = map[string]int{"simple_rnn-3.13.keras": 10_000, "lstm_imdb-2.0.9.h5": 10_000, "gru_mask-3.13.keras": 5_000}

// TestPublished: the predictions of published models are those that NumPy computes, to
// 1e-5; testdata/reference.py says how.
func TestPublished(t *testing.T) {
	for name, want := range reference(t) {
		t.Run(name, func(t *testing.T) {
			path := publishedFile(t, name)
			m := load(t, path)
			got := predict(t, m, inputsFor(m, name, 80, words[name]))
			width, most := len(want[0]), 0.0
			if len(got) != samples*width {
				t.Fatalf("%d values, want %d", len(got), samples*width)
			}
			for i, v := range got {
				most = max(most, math.Abs(float64(v)-want[i/width][i%width]))
			}
			if t.Logf("largest difference %.2g", most); !(most <= 1e-5) {
				t.Errorf("a prediction differs by %g", most)
			}
		})
	}
}

// load reads a model, that of a file of weights into the model that they are of.
func load(t testing.TB, path string) *nn.Model {
	t.Helper()
	if filepath.Base(path) != "gru.weights.h5" {
		m, err := keras.Load(path)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	gru := func(sequences bool) nn.Layer { return nn.GRU{Units: 70, ReturnSequences: sequences} }
	m, err := nn.Sequential{Input: nn.Features(24, 1), Layers: []nn.Layer{
		gru(true), gru(true), gru(false), nn.RepeatVector{N: 3}, gru(true), gru(true), nn.TimeDistributed{Layer: nn.Dense{Units: 1}},
	}}.Build()
	if err == nil {
		err = keras.LoadWeights(path, m)
	}
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestCustomLayer: a layer of somebody's own is refused, by its name and place.
func TestCustomLayer(t *testing.T) {
	_, err := keras.Load(publishedFile(t, "custom_attention-3.keras"))
	want := `layer "attention_layer_3" (4th of 6, after "bidirectional_3"): class AttentionLayer is of the file's author and cannot be represented`
	if err == nil || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("%v, want %s", err, want)
	}
}
