package nn

import (
	"strings"
	"testing"

	"gorgonia.org/tensor"
)

// TestWordDropout: a word that is dropped is masked for the layers that pass masks on, as
// padding always is, and none is in inference.
func TestWordDropout(t *testing.T) {
	words := []int32{0, 1, 2, 1, 2, 0, 2, 1, 2, 1}
	for name, layer := range map[string]Layer{
		"embedding":           Embedding{InputDim: 3, OutputDim: 2},
		"embedding_mask_zero": Embedding{InputDim: 3, OutputDim: 2, MaskZero: true},
		"one_hot":             OneHot{Depth: 3},
	} {
		for rate, phases := range map[float64]map[Phase]bool{0: {Train: false, Infer: false}, 0.5: {Train: true, Infer: false}} {
			for phase, drops := range phases {
				m, err := Sequential{Input: Tokens(len(words)), Layers: []Layer{WordDropout{Rate: rate}, layer}, Dtype: tensor.Float64, Seed: 2}.Build()
				if err != nil {
					t.Fatal(err)
				}
				p, err := m.Forward(phase, Auto, 1, len(words))
				if err != nil {
					t.Fatal(err)
				}
				copy(p.Inputs[0].X.Int32s(), words)
				prog, err := p.Compile(p.Outputs[0].Mask)
				if err != nil {
					t.Fatal(err)
				}
				if err := prog.Run(); err != nil {
					t.Fatal(err)
				}
				dropped := 0
				for i, v := range floatsOf(t, prog, p.Outputs[0].Mask) {
					switch {
					case v != 0 && v != 1, words[i] == 0 && v != 0:
						t.Errorf("%s: step %d of id %d has the mask %v", name, i, words[i], v)
					case words[i] != 0 && v == 0:
						dropped++
					}
				}
				if got := dropped > 0; got != drops || dropped == 8 {
					t.Errorf("%s, rate %v, phase %v: %d of 8 words are dropped", name, rate, phase, dropped)
				}
				if err := prog.Close(); err != nil {
					t.Error(err)
				}
			}
		}
	}
}

// TestCategoryEncodingRefusesMasks: it would count the words that are dropped.
func TestCategoryEncodingRefusesMasks(t *testing.T) {
	m, err := Sequential{Input: Tokens(3), Layers: []Layer{WordDropout{Rate: 0.5}, CategoryEncoding{NumTokens: 4}}}.Build()
	if err == nil {
		_, err = m.Forward(Infer, Auto, 1, 3)
	}
	want := "input has a mask, and words are counted whether they are masked or not"
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want %q", err, want)
	}
}
