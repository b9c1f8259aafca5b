package kerastext

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"unroll/datasets/text"
)

// golden was written by testdata/tokenizers.py.
type golden struct {
	Texts      []string
	Tokenizers []struct {
		Options             map[string]any
		Module              string
		JSON, Pickle, Index string
		MaxLen              int
		Padding, Truncating text.Side
		Value               int32
		Sequences, Padded   [][]int32
	}
	Layers []struct {
		Config     map[string]any
		Vocabulary []string
		Sequences  [][]int32
	}
}

func readGolden(t testing.TB) (g golden) {
	t.Helper()
	data, err := os.ReadFile("testdata/golden.json")
	if err == nil {
		err = json.Unmarshal(data, &g)
	}
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func readBytes(data []byte) (*Tokenizer, error) {
	return ReadFrom(bytes.NewReader(data), int64(len(data)))
}

// again saves and loads an encoder.
func again(t *testing.T, e *text.Encoder) *text.Encoder {
	t.Helper()
	path := filepath.Join(t.TempDir(), "encoder.json")
	if err := e.Save(path); err != nil {
		t.Fatal(err)
	}
	e, err := text.LoadEncoder(path)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// longest is more than any of the golden texts has.
const longest = 200

// unpadded are the ids of texts before padding.
func unpadded(e *text.Encoder, texts []string) [][]int32 {
	var all [][]int32
	for _, s := range texts {
		ids, _ := e.EncodeSpans(s)
		all = append(all, append([]int32{}, ids...))
	}
	return all
}

// TestTokenizer: the ids are Keras's, of the JSON and the pickle, after a save and a
// load, and after writing a Tokenizer and reading it.
func TestTokenizer(t *testing.T) {
	g := readGolden(t)
	for _, k := range g.Tokenizers {
		name := fmt.Sprint(k.Options)
		pickled, err := hex.DecodeString(k.Pickle)
		if err != nil {
			t.Fatal(err)
		}
		twice, err := json.Marshal(k.JSON)
		if err != nil {
			t.Fatal(err)
		}
		for format, data := range map[string][]byte{"JSON": []byte(k.JSON), "JSON twice": twice, "pickle": pickled} {
			read, err := readBytes(data)
			if err != nil {
				t.Errorf("%s: %s: %v", name, format, err)
				continue
			}
			if want := "(" + k.Module + ")"; format == "pickle" && !strings.Contains(read.Source, want) || len(read.Guessed) > 0 {
				t.Errorf("%s: %q, %q", name, read.Source, read.Guessed)
			}
			c := read.Config
			c.MaxLen = longest
			e, err := read.Encoder(c)
			if err != nil {
				t.Errorf("%s: %s: %v", name, format, err)
				continue
			}
			if diff := cmp.Diff(k.Sequences, unpadded(e, g.Texts)); diff != "" {
				t.Errorf("%s: %s (-keras +ours):\n%s", name, format, diff)
			}
			var out bytes.Buffer
			if notes, err := WriteTokenizer(&out, e); err != nil || len(notes) > 0 {
				t.Errorf("%s: notes %q, error %v", name, notes, err)
			}
			back, err := readBytes(out.Bytes())
			if err != nil {
				t.Fatal(err)
			}
			b := back.Config
			b.MaxLen = longest
			if e, err = back.Encoder(b); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(k.Sequences, unpadded(e, g.Texts)); diff != "" {
				t.Errorf("%s: written and read (-keras +ours):\n%s", name, diff)
			}
			c.MaxLen, c.Padding, c.Truncating, c.Value = k.MaxLen, k.Padding, k.Truncating, k.Value
			if e, err = read.Encoder(c); err != nil {
				t.Fatal(err)
			}
			e = again(t, e)
			for i, s := range g.Texts {
				if got := e.Encode(s); !slices.Equal(got, k.Padded[i]) {
					t.Errorf("%s: %s: %q padded is %v, Keras %v", name, format, s, got, k.Padded[i])
				}
			}
		}
	}
}

// TestTextVectorization: the ids are Keras's, from a configuration with a vocabulary,
// after a save and a load, and after writing the layer and reading it.
func TestTextVectorization(t *testing.T) {
	g := readGolden(t)
	for _, l := range g.Layers {
		for _, special := range []int{0, 2} { // Keras takes a vocabulary with them or without
			l.Config["vocabulary"] = l.Vocabulary[special:]
			data, err := json.Marshal(map[string]any{"class_name": "TextVectorization", "config": l.Config})
			if err != nil {
				t.Fatal(err)
			}
			read, err := readBytes(data)
			if err != nil {
				t.Errorf("%v: %v", l.Config, err)
				continue
			}
			c := read.Config
			want := make([][]int32, len(l.Sequences))
			for i, s := range l.Sequences { // an empty text is one of padding
				want[i] = slices.DeleteFunc(slices.Clone(s), func(id int32) bool { return id == 0 })
				if c.MaxLen > 0 {
					want[i] = want[i][:min(c.MaxLen, len(want[i]))]
				}
			}
			if c.MaxLen == 0 {
				c.MaxLen = longest
			}
			e, err := read.Encoder(c)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, unpadded(again(t, e), g.Texts)); diff != "" {
				t.Errorf("%v (-keras +ours):\n%s", l.Config, diff)
			}
			if got, want := e.Encode("the"), text.PadSequences([][]int32{unpadded(e, []string{"the"})[0]}, c.MaxLen, text.Post, text.Post, 0)[0]; !slices.Equal(got, want) {
				t.Errorf("%v: padded %v, want %v", l.Config, got, want)
			}
			var out bytes.Buffer
			if notes, err := WriteVectorization(&out, e); err != nil || len(notes) > 0 {
				t.Errorf("%v: notes %q, error %v", l.Config, notes, err)
			}
			back, err := readBytes(out.Bytes())
			if err != nil {
				t.Fatal(err)
			}
			if back.Config.MaxLen != c.MaxLen {
				t.Errorf("%v: length %d written, want %d", l.Config, back.Config.MaxLen, c.MaxLen)
			}
			if e, err = back.Encoder(back.Config); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, unpadded(e, g.Texts)); diff != "" {
				t.Errorf("%v: written and read (-keras +ours):\n%s", l.Config, diff)
			}
		}
	}
}
