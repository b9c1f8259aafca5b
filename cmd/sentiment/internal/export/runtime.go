package export

import (
	"bytes"
	"cmp"
	"embed"
	"fmt"
	"path/filepath"
	"strings"
	"text/template"

	"github.com/pkg/errors"

	"unroll/datasets/text"
	"unroll/train/classifier"
)

// The names of the programs for ONNX Runtime, beside Program.
const (
	nodeProgram = "predict.mjs"
	goProgram   = "predict.go"
)

//go:embed runtime
var runtimeFiles embed.FS

var runtimes = template.Must(template.Must(template.New("").Funcs(template.FuncMap{"quoted": quoted}).ParseFS(runtimeFiles, "runtime/*.tmpl")).Parse(encodeText))

// snippet is what the templates of the programs for ONNX Runtime are filled with.
type snippet struct {
	javascript
	Model, Vocabulary string          // names of files
	Imports, Python   string          // what makes rows of ids of texts in Python
	Task              classifier.Task // as far as it is not in the graph
	Thresholds        []float64       // of labels
	First, Least      int             // ids: of the first word in the file, and of the first that counts
	Grams             *gramSteps      // nil of words
}

// forRuntime are the files for ONNX Runtime. What a calibrated model, or one of numbers,
// makes of its outputs is in the graph as far as it can be.
func forRuntime(m *classifier.Model, f Format, path string) (files []file, notes []string, err error) {
	dir, name := filepath.Split(path)
	net, task, err := folded(m)
	if err != nil {
		return nil, nil, err
	}
	var s snippet
	var save func(path string) error
	if g := m.Grams(); g != nil {
		s, err = gramSnippet(g, task)
		s.Vocabulary, save = classifier.GramsFile, g.Save
	} else {
		s, err = wordSnippet(m.Encoder(), task)
		s.Vocabulary, save = classifier.VocabularyFile, m.Encoder().Save
	}
	if err != nil {
		return nil, nil, err
	}
	s.Model, s.Task, s.Thresholds, s.Imports = name, task, thresholds(task), imports(s.Python)
	if strings.Contains(s.Python, "regex.") {
		notes = append(notes, Program+" needs Python's package regex, which cuts texts at the words of Unicode")
	}
	if s.Unescape {
		notes = append(notes, nodeProgram+" decodes the commonest character references of HTML and those by number, and no others")
	}
	files = []file{
		{File{path, f.About}, func(path string) error { return f.write(path, net) }},
		{File{filepath.Join(dir, s.Vocabulary), "how texts become ids, for the programs and for sentiment import"}, save},
	}
	for _, p := range []struct{ name, about string }{
		{Program, "how to use them in Python"}, {nodeProgram, "how to use them in JavaScript, in Node"}, {goProgram, "how to use them in Go"},
	} {
		var out bytes.Buffer
		if err := runtimes.ExecuteTemplate(&out, p.name+".tmpl", s); err != nil {
			return nil, nil, errors.Wrap(err, p.name)
		}
		files = append(files, content(filepath.Join(dir, p.name), p.about, out.Bytes()))
	}
	return files, calibrated(notes, task, "the programs"), nil
}

// wordSnippet is of a model of words in their order.
func wordSnippet(e *text.Encoder, t classifier.Task) (s snippet, err error) {
	p, err := plainOf(e)
	if err != nil {
		return s, err
	}
	s.javascript = p.js(t, "")
	s.First = cmp.Or(p.c.FirstID, 4)
	s.Least = max(s.First, p.c.SkipTop)
	kept := "if word"
	if s.Least > s.First {
		kept = fmt.Sprintf("if word and id >= %d", s.Least)
	}
	s.Python = fmt.Sprintf("words = json.loads((here / %s).read_text(encoding=\"utf-8\"))[\"words\"]\n", quoted(classifier.VocabularyFile)) +
		fmt.Sprintf("vocabulary = {word: id for id, word in enumerate(words, %d) %s}\n", s.First, kept) +
		p.encodePython() + p.padPython()
	return s, nil
}
