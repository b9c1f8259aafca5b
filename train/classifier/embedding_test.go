package classifier

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"unroll/datasets/text"
	"unroll/nn"
)

// TestEmbedding: words by the angles between their vectors, whatever the layer is
// called and whether it is trained.
func TestEmbedding(t *testing.T) {
	layer := nn.Embedding{InputDim: 20, OutputDim: 2}
	for name, first := range map[string]nn.Layer{"trained": layer, "frozen": nn.Frozen{Layer: layer}, "named": nn.Named{Name: "words", Layer: layer},
		"in a block": nn.Sequential{Layers: []nn.Layer{nn.Frozen{Layer: layer}}}} {
		t.Run(name, func(t *testing.T) {
			m := learn(t, "two classes", text.Pre, first, nn.SimpleRNN{Units: 4})
			defer m.Close()
			values := make([]float64, 2*20) // all others lie at the origin
			for word, degrees := range map[string]float64{"film": 0, "fine": 30, "dull": 180, "story": 60} {
				id, ok := m.Encoder().IDOf(word)
				if !ok {
					t.Fatalf("%s is unknown", word)
				}
				y, x := math.Sincos(degrees * math.Pi / 180)
				values[2*id], values[2*id+1] = (1+degrees)*x, (1+degrees)*y
			}
			if err := m.Net().Layers()[0].SetWeights([][]float64{values}); err != nil {
				t.Fatal(err)
			}
			e := m.Embedding()
			film, err := e.Find("Film")
			if err != nil || film.Word != "film" {
				t.Fatalf("Film is %v, error %v", film, err)
			}
			near := e.Nearest(film, 100)
			said := ""
			for _, w := range near {
				if w.Similarity(w) > 0 {
					said += fmt.Sprintf("%s %.2f, ", w.Word, film.Similarity(w))
				}
			}
			if said != "fine 0.87, story 0.50, dull -1.00, " {
				t.Errorf("near film are %s", said)
			}
			if two := e.Nearest(film, 2); len(two) != 2 || two[0].Word != "fine" || len(e.Nearest(film, -1)) != 0 {
				t.Errorf("the two nearest are %v", two)
			}
			if last := near[len(near)-1]; last.Word != "dull" {
				t.Errorf("the last is %s", last.Word)
			}
			for _, wrong := range []string{"qwertz", "dull film", ""} {
				if _, err := e.Find(wrong); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%q", wrong)) {
					t.Errorf("%q: error %v", wrong, err)
				}
			}
		})
	}
}

// TestNoEmbedding: of a model on one-hot words there is none.
func TestNoEmbedding(t *testing.T) {
	m := learn(t, "two classes", text.Pre, nn.OneHot{Depth: 20}, nn.SimpleRNN{Units: 4})
	defer m.Close()
	if e := m.Embedding(); e != nil {
		t.Errorf("it is %v", e)
	}
}
