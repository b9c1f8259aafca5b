package kerastext

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"unroll/datasets/text"
)

// keras is Keras's Tokenizer once more, slowly.
type keras struct {
	NumWords  int    `json:"num_words"`
	Filters   string `json:"filters"`
	Lower     bool   `json:"lower"`
	Split     string `json:"split"`
	CharLevel bool   `json:"char_level"`
	OOV       any    `json:"oov_token"`
	Index     string `json:"word_index"`

	ids map[string]int
}

func (k *keras) sequence(s string) []int32 {
	if k.Lower {
		s = strings.ToLower(s)
	}
	var words []string
	if k.CharLevel {
		words = strings.Split(s, "")
	} else {
		var b strings.Builder
		for _, r := range s {
			if strings.ContainsRune(k.Filters, r) {
				b.WriteString(k.Split)
			} else {
				b.WriteRune(r)
			}
		}
		words = strings.Split(b.String(), k.Split)
	}
	oov, hasOOV := k.OOV.(string)
	ids := []int32{}
	for _, w := range words {
		switch id, ok := k.ids[w]; {
		case w == "":
		case ok && (k.NumWords == 0 || id < k.NumWords):
			ids = append(ids, int32(id))
		case hasOOV:
			ids = append(ids, int32(k.ids[oov]))
		}
	}
	return ids
}

// TestProperties: any Tokenizer over a small alphabet does what Keras's does, here and
// after it was written and read.
func TestProperties(t *testing.T) {
	word := rapid.StringMatching(`[abAé.]{1,2}`)
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfNDistinct(word, 1, 12, rapid.ID).Draw(t, "words")
		k := &keras{
			NumWords: rapid.IntRange(0, 15).Draw(t, "num_words"), Filters: rapid.StringMatching(`[. bé]{0,2}`).Draw(t, "filters"),
			Lower: rapid.Bool().Draw(t, "lower"), Split: rapid.SampledFrom([]string{" ", "a", "ab", "aba", ". "}).Draw(t, "split"),
			CharLevel: rapid.Bool().Draw(t, "char_level"), ids: map[string]int{},
		}
		if rapid.Bool().Draw(t, "oov") {
			k.OOV = "<OOV>"
			words = append([]string{"<OOV>"}, words...)
		}
		for i, w := range words {
			k.ids[w] = i + 1
		}
		index, _ := json.Marshal(k.ids)
		k.Index = string(index)
		doc, err := json.Marshal(map[string]any{"class_name": "Tokenizer", "config": k})
		if err != nil {
			t.Fatal(err)
		}
		read, err := readBytes(doc)
		if err != nil {
			t.Fatal(err)
		}
		c := read.Config
		c.MaxLen = 50
		e, err := read.Encoder(c)
		if err != nil {
			if k.NumWords == 1 {
				return // which keeps no word
			}
			t.Fatal(err)
		}
		var out bytes.Buffer
		if notes, err := WriteTokenizer(&out, e); err != nil || len(notes) > 0 {
			t.Fatalf("notes %q, error %v", notes, err)
		}
		all := []*text.Encoder{e}
		if back, err := readBytes(out.Bytes()); err == nil { // else no word is left
			b := back.Config
			b.MaxLen = 50
			if e, err = back.Encoder(b); err != nil {
				t.Fatal(err)
			}
			all = append(all, e)
		}
		s := rapid.StringMatching(`[abABé. ]{0,20}`).Draw(t, "text")
		want := k.sequence(s)
		for i, e := range all {
			if got, _ := e.EncodeSpans(s); !slices.Equal(got, want) {
				t.Fatalf("encoder %d of %s: %q is %v, want %v", i, doc, s, got, want)
			}
		}
	})
}
