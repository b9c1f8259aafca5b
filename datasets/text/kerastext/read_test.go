package kerastext

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"unroll/datasets/text"
)

// archive is a ZIP file of a name and content in turn.
func archive(t testing.TB, files ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for i := 0; i < len(files); i += 2 {
		w, err := z.Create(files[i])
		if err == nil {
			_, err = w.Write([]byte(files[i+1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

const model = `{"module": "keras", "class_name": "Sequential", "config": {"name": "s", "layers": [
 {"class_name": "InputLayer", "config": {"batch_shape": [null], "dtype": "string"}},
 {"class_name": "TextVectorization", "config": {"name": "vectorize", "standardize": "lower", "split": "whitespace", "ngrams": null,
  "output_mode": "int", "output_sequence_length": 5, "vocabulary": null}},
 {"class_name": "Embedding", "config": {"input_dim": 4}}]}}`

// TestReadForms: what the forms of files come to.
func TestReadForms(t *testing.T) {
	tokenizer := text.EncoderConfig{FirstID: 1, Text: defaultText()}
	first, unknown := tokenizer, tokenizer
	first.Unknown, unknown.Unknown = 1, 2
	start := unknown
	start.Start = 1
	chars, upper := tokenizer, tokenizer
	chars.Text = text.Config{Case: "python", Tokenizer: "codepoints"}
	upper.Text.Case = "keep"
	layer := text.EncoderConfig{
		Text: text.Config{Tokenizer: "whitespace", StripPunctuation: true}, FirstID: 1, Unknown: 1, Padding: text.Post, Truncating: text.Post,
	}
	inModel := layer
	inModel.Text.StripPunctuation, inModel.MaxLen = false, 5
	words := []string{"the", "cat"}
	vocabulary := []string{"[UNK]", "the", "cat"}
	for name, c := range map[string]struct {
		data    string
		config  text.EncoderConfig
		words   []string
		guessed string
	}{
		"word index":             {` {"the": 1, "cat": 2}` + "\n", tokenizer, words, "unknown words are dropped"},
		"index from 2":           {`{"the": 2, "cat": 3}`, first, []string{"", "the", "cat"}, "no word has the id 1: it is that of unknown words"},
		"of words that are keys": {`{"split": 1, "standardize": 2, "config": 3, "class_name": 4, "vocabulary": 5}`, tokenizer, []string{"split", "standardize", "config", "class_name", "vocabulary"}, ""},
		"with a byte order mark": {"\ufeff" + `{"the": 1, "cat": 2}`, tokenizer, words, ""},
		"of floats":              {`{"the": 1.0, "cat": 2.0}`, tokenizer, words, ""},
		"the other way":          {`{"1": "the", "2": "cat"}`, tokenizer, words, ""},
		"special words":          {`{"<PAD>": 0, "<START>": 1, "<UNK>": 2, "the": 4, "cat": 5}`, start, []string{"<START>", "<UNK>", "", "the", "cat"}, "<UNK> is the id 2"},
		"characters":             {`{"a": 1, "ß": 2, " ": 3}`, chars, []string{"a", "ß", " "}, "cut into characters"},
		"capitals":               {`{"the": 1, "Cat": 2}`, upper, []string{"the", "Cat"}, "upper and lower case"},
		"punctuation":            {`{"the": 1, "cat.": 2}`, tokenizer, []string{"the", "cat."}, "1 of its 2 words hold"},
		"pickled":                {"(dp0\nVthe\np1\nI1\nsVcat\nI2\ns.", tokenizer, words, ""},
		"pickled dict, binary":   {"\x80\x03}q\x00(X\x03\x00\x00\x00theq\x01K\x01X\x03\x00\x00\x00catq\x02K\x02u.", tokenizer, words, ""},
		"pickled the other way":  {"\x80\x03}(K\x01X\x03\x00\x00\x00theK\x02X\x03\x00\x00\x00catu.", tokenizer, words, ""},
		"a tokenizer in a dict":  {"\x80\x03}(Vmaxlen\nK\x09Vt\nckeras.preprocessing.text\nTokenizer\n)\x81}(Vword_index\n}(Vthe\nK\x01Vcat\nK\x02uubu.", tokenizer, words, "stands in a dict"},
		"in a tuple":             {"\x80\x03ckeras.preprocessing.text\nTokenizer\n)\x81}(Vword_index\n}(Vthe\nK\x01Vcat\nK\x02uubK\x09\x86.K\x01.", tokenizer, words, "3 bytes follow the pickle"},
		"vocabulary":             {`["", "[UNK]", "the", "cat"]`, layer, vocabulary, "usual options"},
		"vocabulary of a bag":    {`["[UNK]", "the", "cat"]`, layer, vocabulary, ""},
		"vocabulary, pickled":    {"\x80\x03](X\x00\x00\x00\x00X\x05\x00\x00\x00[UNK]X\x03\x00\x00\x00theX\x03\x00\x00\x00cate.", layer, vocabulary, ""},
		"vocabulary.txt":         {"\n[UNK]\nthe\ncat", layer, vocabulary, "usual options"},
		"with a last newline":    {"\r\n[UNK]\r\nthe\r\ncat\r\n", layer, vocabulary, ""},
		"of a bag":               {"[UNK]\nthe\ncat", layer, vocabulary, ""},
		"a config alone":         {`{"standardize": "lower_and_strip_punctuation", "split": "whitespace", "vocabulary": ["the", "cat"]}`, layer, vocabulary, ""},
		"a config and words":     {`{"config": {"standardize": "lower_and_strip_punctuation", "split": "whitespace"}, "vocabulary": ["", "[UNK]", "the", "cat"]}`, layer, vocabulary, ""},
		"the unknown word twice": {`["", "[UNK]", "the", "[UNK]"]`, layer, []string{"", "the", "[UNK]"}, ""},
		"a model":                {string(archive(t, "config.json", model, "assets/layers/text_vectorization/vocabulary.txt", "\n[UNK]\nthe\ncat")), inModel, vocabulary, ""},
		"a model, lookup too":    {string(archive(t, "config.json", model, "assets/layers/text_vectorization/vocabulary.txt", "\n[UNK]\nthe\ncat", "assets/layers/text_vectorization/_lookup_layer/vocabulary.txt", "\n[UNK]\nthe\ncat")), inModel, vocabulary, ""},
		"a model with its words": {string(archive(t, "config.json", strings.Replace(model, `"vocabulary": null`, `"vocabulary": ["the", "cat"]`, 1))), inModel, vocabulary, ""},
		"a model's config":       {strings.Replace(model, `"vocabulary": null`, `"vocabulary": ["the", "cat"]`, 1), inModel, vocabulary, ""},
	} {
		got, err := readBytes([]byte(c.data))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got.Config != c.config || got.Source == "" {
			t.Errorf("%s: %s, config %+v, want %+v", name, got.Source, got.Config, c.config)
		}
		if diff := cmp.Diff(c.words, got.Words); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if !strings.Contains(strings.Join(got.Guessed, "\n"), c.guessed) {
			t.Errorf("%s: guessed %q, want %q", name, got.Guessed, c.guessed)
		}
		if err := encodes(got); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// encodes makes an encoder and uses it.
func encodes(t *Tokenizer) error {
	c := t.Config
	c.MaxLen = 5
	e, err := t.Encoder(c)
	if err == nil {
		e.EncodeSpans("The cat. İ")
	}
	return err
}

// TestOutputModes: the width of a bag, and the names that modes had.
func TestOutputModes(t *testing.T) {
	for config, want := range map[string]struct {
		mode  string
		width int
	}{
		`"output_mode": "int"`:                                                        {"int", 0},
		`"output_mode": "multi_hot"`:                                                  {"multi_hot", 3},
		`"output_mode": "binary", "max_tokens": 9`:                                    {"multi_hot", 3},
		`"output_mode": "tf-idf", "max_tokens": 9, "pad_to_max_tokens": true`:         {"tf_idf", 9},
		`"output_mode": "count", "vocabulary": ["[UNK]", "a", "b", "c"], "ngrams": 2`: {"count", 4},
	} {
		doc := `{"standardize": null, "split": "whitespace", "vocabulary": ["a", "b"], ` + config + `}`
		got, err := readBytes([]byte(doc))
		if err != nil {
			t.Errorf("%s: %v", config, err)
			continue
		}
		if got.OutputMode != want.mode || got.Width != want.width {
			t.Errorf("%s: %s of width %d, want %+v", config, got.OutputMode, got.Width, want)
		}
	}
}

func TestReadFS(t *testing.T) {
	fsys := fstest.MapFS{"a/t.bin": {Data: []byte(`{"the": 1}`)}, "m/saved_model.pb": {Data: []byte("x")}}
	if got, err := ReadFS(fsys, "a/t.bin"); err != nil || !slices.Equal(got.Words, []string{"the"}) {
		t.Errorf("%+v, error %v", got, err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "saved_model.pb"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"m": "m: it is a SavedModel folder", "a": "a: it is a folder", "b": "b: file does not exist",
	} {
		if _, err := ReadFS(fsys, name); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", name, err, want)
		}
	}
	if _, err := Read(dir); err == nil || !strings.HasPrefix(err.Error(), dir+": it is a SavedModel folder") {
		t.Errorf("error %v", err)
	}
	if _, err := Read(filepath.Join(dir, "none")); err == nil || err.Error() != filepath.Join(dir, "none")+": no such file or directory" {
		t.Errorf("error %v", err)
	}
}

// TestIMDB: Keras's index has ids of its own, which no dictionary of words tells.
func TestIMDB(t *testing.T) {
	got, err := IMDB(strings.NewReader(`{"the": 1, "film": 2}`))
	if err != nil {
		t.Fatal(err)
	}
	c := got.Config
	c.MaxLen, c.NumWords = 5, 5
	e, err := got.Encoder(c)
	if err != nil {
		t.Fatal(err)
	}
	if ids := e.Encode("The film."); !slices.Equal(ids, []int32{0, 0, 1, 4, 2}) {
		t.Errorf("%v", ids)
	}
	if _, err := IMDB(strings.NewReader("{}")); err == nil {
		t.Error("an empty index is read")
	}
	index := map[string]int{}
	for i := range 88584 {
		index[string(rune('一'+i%20000))+string(rune('a'+i/20000))] = i + 1
	}
	doc := func() []byte {
		data, err := json.Marshal(index)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	if got, err := readBytes(doc()); err != nil || got.Config.FirstID != 1 {
		t.Errorf("%+v, error %v", got.Config, err)
	}
	for w, rank := range index {
		if rank <= 8 {
			delete(index, w)
		}
	}
	for i, w := range []string{"the", "and", "a", "of", "to", "is", "br", "in"} {
		index[w] = i + 1
	}
	if got, err := readBytes(doc()); err != nil || got.Config.FirstID != 4 || got.Config.Start != 1 || got.Config.Unknown != 2 {
		t.Errorf("%+v, error %v", got.Config, err)
	}
}
