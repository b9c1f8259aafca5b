package kerastext

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"unroll/datasets/text"
)

// TestReadRefuses: one line says what a file is or what is wrong with it.
func TestReadRefuses(t *testing.T) {
	layer := func(config string) string {
		return `{"class_name": "TextVectorization", "config": {"standardize": null, "split": null, "vocabulary": ["a"]` + config + `}}`
	}
	tokenizer := func(config string) string {
		return `{"class_name": "Tokenizer", "config": {"word_index": "{\"a\": 1}"` + config + `}}`
	}
	assets := "assets/layers/text_vectorization/vocabulary.txt"
	for name, c := range map[string]struct{ data, want string }{
		"empty":          {"", "it is empty"},
		"LFS":            {"version https://git-lfs.github.com/spec/v1\noid sha256:aa\nsize 5\n", "Git LFS pointer"},
		"HDF5":           {"\x89HDF\r\n\x1a\n....", "it is an HDF5 file"},
		"npy":            {"\x93NUMPY\x01\x00", "NumPy array"},
		"gzip":           {"\x1f\x8b\x08", "gzip"},
		"joblib":         {"\x78\x9c\x01", "joblib"},
		"UTF-16":         {"\xff\xfe{\x00", "UTF-16"},
		"page":           {"\n<!DOCTYPE html><html>", "HTML page"},
		"binary":         {"abc\x00def", "neither a pickle, JSON nor text"},
		"Latin-1":        {"\n[UNK]\nna\xefve", "text in UTF-8"},
		"prose":          {"Some text.", "begins with an empty line and [UNK]"},
		"cut JSON":       {`{"a": 1`, "JSON that is cut short"},
		"damaged JSON":   {`{"a": x}`, "damaged JSON"},
		"two values":     {`{"a": 1}{"b": 2}`, "something follows"},
		"string":         {`"abc"`, "a JSON string, but none that holds JSON"},
		"list":           {`[1, 2]`, "a list of 2 values (JSON)"},
		"Hugging Face":   {`{"version": "1.0", "model": {}, "pre_tokenizer": {}}`, "Hugging Face"},
		"other class":    {`{"class_name": "Dense", "config": {}}`, "it is a Dense of Keras"},
		"no config":      {`{"class_name": "Tokenizer"}`, "without a configuration"},
		"other values":   {`{"a": 1, "b": [2]}`, `another kind under "a"`},
		"empty dict":     {`{}`, "empty dictionary"},
		"two of an id":   {`{"a": 1, "b": 1}`, `"a" and "b" have the same id 1`},
		"two of a word":  {`{"1": "a", "2": "a"}`, `"a" has two ids`},
		"id 0":           {`{"a": 0, "b": 1}`, `"a" has the id 0, which is that of padding`},
		"negative":       {`{"a": -1}`, "the id -1"},
		"huge":           {`{"a": 99999999999}`, "its largest id is 99999999999, of 1 words"},
		"fraction":       {`{"a": 1.5}`, "another kind"},
		"never fitted":   {strings.Replace(tokenizer(""), `{\"a\": 1}`, `{}`, 1), "fit_on_texts was never called"},
		"no index":       {`{"class_name": "Tokenizer", "config": {}}`, "fit_on_texts was never called"},
		"index":          {`{"class_name": "Tokenizer", "config": {"word_index": [1]}}`, "its word_index is no dictionary"},
		"index's JSON":   {`{"class_name": "Tokenizer", "config": {"word_index": "{"}}`, "word_index: it is JSON that is cut short"},
		"oov":            {tokenizer(`, "oov_token": "b"`), `its oov_token "b" is not in its word_index`},
		"oov number":     {tokenizer(`, "oov_token": 1`), "its oov_token is 1"},
		"num_words":      {tokenizer(`, "num_words": -1`), "its num_words is -1"},
		"filters":        {tokenizer(`, "filters": 1`), "its filters are 1"},
		"filters list":   {tokenizer(`, "filters": ["ab"]`), "its filters hold ab"},
		"split":          {tokenizer(`, "split": ""`), "its split is empty"},
		"split null":     {tokenizer(`, "split": null`), "its split is <nil>"},
		"lower":          {tokenizer(`, "lower": "yes"`), "its lower is yes"},
		"analyzer":       {tokenizer(`, "analyzer": {}`), "its analyzer is a function"},
		"standardize":    {layer(`, "standardize": {"class_name": "function", "config": "clean"}`), "its standardize is the function clean"},
		"standardize, 2": {layer(`, "standardize": {"class_name": "Custom>f", "config": {"name": "clean"}}`), "the function clean"},
		"cut by":         {layer(`, "split": {}`), "its split is a function"},
		"ngrams":         {layer(`, "ngrams": [2, 3]`), "its ngrams are [2 3]"},
		"ngrams 99":      {layer(`, "ngrams": 99`), "its ngrams are 99"},
		"mode":           {layer(`, "output_mode": "x"`), "its output_mode is x"},
		"length":         {layer(`, "output_sequence_length": 0`), "its output_sequence_length is 0"},
		"encoding":       {layer(`, "encoding": "latin-1"`), "its encoding is latin-1"},
		"words in file":  {layer(`, "vocabulary": "/tmp/v.txt"`), "/tmp/v.txt: read that"},
		"words":          {layer(`, "vocabulary": 1`), "no list of words"},
		"no words":       {layer(`, "vocabulary": []`), "it has no vocabulary"},
		"empty word":     {layer(`, "vocabulary": ["a", ""]`), "word 2 of its vocabulary is empty"},
		"word twice":     {layer(`, "vocabulary": ["a", "a"]`), `"a" twice`},
		"number":         {layer(`, "vocabulary": [1]`), "holds 1, want words"},
		"max_tokens":     {layer(`, "output_mode": "count", "pad_to_max_tokens": true`), "max_tokens <nil>"},
		"special alone":  {`["", "[UNK]"]`, "a list of 2 values"},
		"cut ZIP":        {string(archive(t, "config.json", model)[:60]), "damaged or cut ZIP"},
		"npz":            {string(archive(t, "a.npy", "")), "NumPy"},
		"PyTorch":        {string(archive(t, "m/data.pkl", "")), "PyTorch"},
		"other ZIP":      {string(archive(t, "a.txt", "")), "it holds no config.json"},
		"other model":    {string(archive(t, "config.json", `{"class_name": "Sequential", "config": {"layers": []}}`)), "without a TextVectorization layer"},
		"two layers":     {string(archive(t, "config.json", "["+model+","+strings.Replace(model, "vectorize", "second", 1)+"]")), "several TextVectorization layers: second, vectorize"},
		"not adapted":    {string(archive(t, "config.json", model)), "never adapted"},
		"two words":      {string(archive(t, "config.json", model, "assets/a/vocabulary.txt", "a", "assets/b/vocabulary.txt", "b")), "several vocabularies"},
		"bad words":      {string(archive(t, "config.json", model, assets, "\n[UNK]\na\n\nb")), "word 2 of its vocabulary is empty"},
		"pickled list":   {"\x80\x03](K\x01K\x02e.", "a list of 2 values (a pickle)"},
		"pickled int":    {"\x80\x03K\x01.", "the pickle of a int"},
		"cut pickle":     {"\x80\x03}q\x00", "a pickle that is cut short"},
		"bad pickle":     {"\x80\x03\xff.", "a damaged pickle"},
		"os.system":      {"\x80\x03cos\nsystem\nX\x04\x00\x00\x00true\x85R.", "it is a pickle with os.system in it"},
		"os.system, 0":   {"(dp0\nVa\ncos\nsystem\n(Vtrue\ntRs.", "it is a pickle with os.system in it"},
		"numpy":          {"\x80\x04\x8c\x15numpy.core.multiarray\x8c\x0c_reconstruct\x93.", "numpy.core.multiarray._reconstruct in it"},
		"sklearn":        {"\x80\x04\x8c\x1fsklearn.feature_extraction.text\x8c\x0fCountVectorizer\x93)\x81}b.", "sklearn.feature_extraction.text.CountVectorizer in it"},
		"imitation":      {"\x80\x04\x8c\x1devil.keras.preprocessing.text\x8c\x09Tokenizer\x93)\x81}b.", "evil.keras.preprocessing.text.Tokenizer in it"},
		"its function":   {"\x80\x03ckeras.preprocessing.text\none_hot\n.", "keras.preprocessing.text.one_hot in it"},
		"no state":       {"\x80\x03ckeras.preprocessing.text\nTokenizer\n)\x81.", "keras.preprocessing.text.Tokenizer without its attributes"},
		"a class":        {"\x80\x03ckeras.preprocessing.text\nTokenizer\n.", "the pickle of a class"},
		"within":         {"\x80\x03}q\x00(Vself\nh\x00u.", "values within values"},
		"two in a tuple": {"\x80\x03ckeras.preprocessing.text\nTokenizer\nq\x00)\x81h\x00)\x81\x86.", "Tokenizer within other values"},
		"deep":           {"\x80\x03}(Vt\nckeras.preprocessing.text\nTokenizer\n)\x81}b\x85u.", "Tokenizer within other values"},
		"key":            {"\x80\x03}NNs.", "a key of the type None"},
	} {
		got, err := readBytes([]byte(c.data))
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %+v, error %v, want %q", name, got, err, c.want)
		}
	}
}

// TestWriteRefuses: what Keras cannot do is named.
func TestWriteRefuses(t *testing.T) {
	write := map[string]func(*text.Encoder) ([]string, error){
		"Tokenizer":         func(e *text.Encoder) ([]string, error) { return WriteTokenizer(new(bytes.Buffer), e) },
		"TextVectorization": func(e *text.Encoder) ([]string, error) { return WriteVectorization(new(bytes.Buffer), e) },
	}
	layer := text.EncoderConfig{FirstID: 1, Unknown: 1, Padding: text.Post, Truncating: text.Post, Text: text.Config{Tokenizer: "whitespace"}}
	for _, c := range []struct {
		as     string
		config text.EncoderConfig
		change func(*text.EncoderConfig)
		want   string
	}{
		{"Tokenizer", text.EncoderConfig{}, func(*text.EncoderConfig) {}, "note: lower makes all letters"},
		{"Tokenizer", text.EncoderConfig{}, func(c *text.EncoderConfig) { c.Start = 1 }, "note: put the id 1 before each sequence"},
		{"Tokenizer", text.EncoderConfig{}, func(c *text.EncoderConfig) { c.Text.Tokenizer = "words" }, "no tokenizer words"},
		{"Tokenizer", text.EncoderConfig{}, func(c *text.EncoderConfig) { c.Text.Tokenizer = "marks" }, "no tokenizer marks"},
		{"Tokenizer", text.EncoderConfig{}, func(c *text.EncoderConfig) { c.Text.Tokenizer = "whole" }, "no tokenizer whole"},
		{"Tokenizer", text.EncoderConfig{}, func(c *text.EncoderConfig) { c.Text.HTML, c.Text.Normalize = true, "NFC" }, "no decoding of HTML and no normal form NFC"},
		{"Tokenizer", text.EncoderConfig{}, func(c *text.EncoderConfig) { c.Text.NGrams = 2 }, "no n-grams"},
		{"Tokenizer", text.EncoderConfig{}, func(c *text.EncoderConfig) { c.Text.StripPunctuation = true }, "does not drop it"},
		{"Tokenizer", text.EncoderConfig{}, func(c *text.EncoderConfig) { c.OOVBuckets = 3 }, "no 3 buckets"},
		{"TextVectorization", layer, func(*text.EncoderConfig) {}, ""},
		{"TextVectorization", layer, func(c *text.EncoderConfig) { c.Text.Case = "python" }, "note: lower makes ASCII's letters"},
		{"TextVectorization", layer, func(c *text.EncoderConfig) { c.Text.Tokenizer = "" }, "not as keras"},
		{"TextVectorization", layer, func(c *text.EncoderConfig) { c.Text.Tokenizer = "marks" }, "not as marks"},
		{"TextVectorization", layer, func(c *text.EncoderConfig) { c.Text.HTML = true }, "no decoding of HTML"},
		{"TextVectorization", layer, func(c *text.EncoderConfig) { c.Text.NGrams = 2 }, "n-grams stand in another order"},
		{"TextVectorization", layer, func(c *text.EncoderConfig) { c.Unknown = 0 }, "the id 1 there, and none here"},
		{"TextVectorization", layer, func(c *text.EncoderConfig) { c.Unknown = 2 }, "the id 1 there, and 2 here"},
		{"TextVectorization", layer, func(c *text.EncoderConfig) { c.Padding = text.Pre }, "pads with 0 and cuts at the end"},
		{"TextVectorization", layer, func(c *text.EncoderConfig) { c.Start = 1 }, "puts no id before"},
	} {
		c.config.MaxLen = 5
		c.change(&c.config)
		v, err := text.NewVocabulary([]string{"a", "", "b"}, c.config.Text)
		if err != nil {
			t.Fatal(err)
		}
		e, err := text.NewEncoder(v, c.config)
		if err != nil {
			t.Fatal(err)
		}
		notes, err := write[c.as](e)
		got := ""
		if err != nil {
			got = err.Error()
		} else if len(notes) > 0 {
			got = "note: " + notes[len(notes)-1]
		}
		if !strings.Contains(got, c.want) || c.want == "" && got != "" {
			t.Errorf("%s of %+v: %q, want %q", c.as, c.config, got, c.want)
		}
	}
}

// TestReadRefusesPipe: a tokenizer is read at more than one place of its file.
func TestReadRefusesPipe(t *testing.T) {
	if _, err := Read(os.DevNull); err == nil || !strings.HasSuffix(err.Error(), "which can be read but once: save what it gives to a file first") {
		t.Error(err)
	}
}
