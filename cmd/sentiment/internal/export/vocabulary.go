package export

import (
	"bytes"
	"io"

	"github.com/pkg/errors"

	"unroll/datasets/text"
	"unroll/datasets/text/kerastext"
)

// vocabulary is an encoder as Keras reads it.
type vocabulary struct {
	name, class string // its file and its class in Keras
	data        []byte
	notes       []string
	imports     string // of Python
	python      string // makes x of texts
}

// vocabularyOf writes a Tokenizer, or a TextVectorization if that can do what the
// encoder does and a Tokenizer can not.
func vocabularyOf(e *text.Encoder) (v vocabulary, err error) {
	var why [2]error
	for i, of := range []struct {
		v     vocabulary
		write func(io.Writer, *text.Encoder) ([]string, error)
	}{
		{vocabulary{name: "tokenizer.json", class: "Tokenizer", imports: "pathlib, sys", python: withTokenizer(e.Config())}, kerastext.WriteTokenizer},
		{vocabulary{name: "vectorization.json", class: "TextVectorization", imports: "json, pathlib, sys", python: withVectorization}, kerastext.WriteVectorization},
	} {
		var out bytes.Buffer
		v = of.v
		if v.notes, why[i] = of.write(&out, e); why[i] == nil {
			v.data = out.Bytes()
			for i, n := range v.notes {
				v.notes[i] = v.name + ": " + n
			}
			return v, nil
		}
	}
	hint := ""
	if c := e.Config().Text; c.Tokenizer != "" || c.Normalize != "" {
		hint = "; Keras has that of a training with --tokenizer keras --normalize none"
	}
	return v, errors.Errorf("its vocabulary: %v, and %v%s", why[0], why[1], hint)
}
