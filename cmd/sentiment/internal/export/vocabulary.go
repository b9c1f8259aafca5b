package export

import (
	"bytes"
	"io"
	"strings"

	"unroll/datasets/text"
	"unroll/datasets/text/kerastext"
)

// vocabulary is what turns texts into ids in Python.
type vocabulary struct {
	name, about string // of its file
	data        []byte
	notes       []string
	python      string // makes x of texts
}

// vocabularyOf writes a Tokenizer, or a TextVectorization if that can do what the
// encoder does and a Tokenizer can not, or else words and the lines that find them.
func vocabularyOf(e *text.Encoder) (v vocabulary, err error) {
	for _, of := range []struct {
		v     vocabulary
		write func(io.Writer, *text.Encoder) ([]string, error)
	}{
		{vocabulary{name: "tokenizer.json", about: "its vocabulary, for Keras's Tokenizer", python: withTokenizer(e.Config())}, kerastext.WriteTokenizer},
		{vocabulary{name: "vectorization.json", about: "its vocabulary, for Keras's TextVectorization", python: withVectorization}, kerastext.WriteVectorization},
	} {
		var out bytes.Buffer
		v = of.v
		if v.notes, err = of.write(&out, e); err == nil {
			v.data = out.Bytes()
			for i, n := range v.notes {
				v.notes[i] = v.name + ": " + n
			}
			return v, nil
		}
	}
	p, err := plainOf(e)
	if err != nil {
		return vocabulary{}, err
	}
	v = vocabulary{name: plainName, about: "its words and their ids, for " + Program, data: p.words, python: p.python()}
	if strings.Contains(v.python, "regex.") {
		v.notes = append(v.notes, Program+" needs Python's package regex, which cuts texts at the words of Unicode")
	}
	return v, nil
}
