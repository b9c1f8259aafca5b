package text

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The golden file is printed by testdata/keras.py.
type kerasGolden struct {
	Texts      []string `json:"texts"`
	Tokenizers []struct {
		Lower    bool           `json:"lower"`
		NumWords int            `json:"num_words"`
		Tokens   [][]string     `json:"tokens"`
		Counts   map[string]int `json:"counts"`
		Kept     [][]string     `json:"kept"`
	} `json:"tokenizers"`
	Sequences [][]int32 `json:"sequences"`
	Padded    []struct {
		MaxLen     int       `json:"maxlen"`
		Padding    Side      `json:"padding"`
		Truncating Side      `json:"truncating"`
		Value      int32     `json:"value"`
		Rows       [][]int32 `json:"rows"`
	} `json:"padded"`
}

func readKeras(t *testing.T) (g kerasGolden) {
	t.Helper()
	data, err := os.ReadFile("testdata/keras.json")
	if err == nil {
		err = json.Unmarshal(data, &g)
	}
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestKerasTokenizer(t *testing.T) {
	g := readKeras(t)
	for _, k := range g.Tokenizers {
		text := Config{Case: "keep"}
		if k.Lower {
			text.Case = "lower"
		}
		v, err := Count(Of(g.Texts...), text)
		if err != nil {
			t.Fatal(err)
		}
		counts := map[string]int{}
		for rank := 1; rank <= v.Len(); rank++ {
			counts[v.Word(rank)] = v.Count(rank)
		}
		if diff := cmp.Diff(k.Counts, counts); diff != "" {
			t.Errorf("lower %v: counts (-keras +ours):\n%s", k.Lower, diff)
		}
		c := EncoderConfig{Text: text, MaxLen: 100}
		if k.NumWords > 0 {
			c.NumWords = k.NumWords + rankOffset // Keras's Tokenizer has no special ids but 0
		}
		e, err := NewEncoder(v, c)
		if err != nil {
			t.Fatal(err)
		}
		for i, s := range g.Texts {
			tokens, kept := []string{}, []string{}
			tokens = append(tokens, e.Tokens(s)...)
			for _, id := range e.Encode(s) {
				if id != 0 {
					kept = append(kept, e.WordOf(id))
				}
			}
			if diff := cmp.Diff(k.Tokens[i], tokens); diff != "" {
				t.Errorf("lower %v: tokens of %q (-keras +ours):\n%s", k.Lower, s, diff)
			}
			if diff := cmp.Diff(k.Kept[i], kept); diff != "" {
				t.Errorf("lower %v, num_words %d: words kept of %q (-keras +ours):\n%s", k.Lower, k.NumWords, s, diff)
			}
		}
	}
}

func TestKerasPadSequences(t *testing.T) {
	g := readKeras(t)
	for _, p := range g.Padded {
		rows := PadSequences(g.Sequences, p.MaxLen, p.Padding, p.Truncating, p.Value)
		if diff := cmp.Diff(p.Rows, rows); diff != "" {
			t.Errorf("maxlen %d, padding %v, truncating %v, value %d (-keras +ours):\n%s", p.MaxLen, p.Padding, p.Truncating, p.Value, diff)
		}
	}
}
