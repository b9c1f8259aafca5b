package export

import (
	"bytes"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"github.com/pkg/errors"

	"unroll/datasets/text"
	"unroll/train/classifier"
)

// tfjsVersion is that of TensorFlow.js with which models are tested.
const tfjsVersion = "4.22.0"

// webProgram is the name of the module in JavaScript.
const webProgram = "predict.mjs"

var (
	//go:embed web/predict.mjs.tmpl
	moduleText string
	module     = template.Must(template.New(webProgram).Parse(moduleText))
	//go:embed web/index.html
	page []byte
)

// web are the files of a folder for a web page: beside the model its words, a module
// that encodes texts and asks the model, and a page that uses it.
func web(m *classifier.Model, f Format, dir string) (files []file, notes []string, err error) {
	net, input, err := forWeb(m.Net())
	if err != nil {
		return nil, nil, err
	}
	p, err := plainOf(m.Encoder())
	if err != nil {
		return nil, nil, err
	}
	program, err := p.module(m.Task(), input)
	if err != nil {
		return nil, nil, err
	}
	if bytes.Contains(program, []byte("unescape(")) {
		notes = append(notes, webProgram+" decodes the commonest character references of HTML and those by number, and no others")
	}
	settings := fmt.Sprintf("{\n  \"private\": true,\n  \"type\": \"module\",\n  \"dependencies\": {\"@tensorflow/tfjs\": %q}\n}\n", tfjsVersion)
	return []file{
		{File{filepath.Join(dir, "model.json"), f.About}, func(string) error { return f.write(dir, net) }},
		content(filepath.Join(dir, plainName), "its words and their ids", p.words),
		content(filepath.Join(dir, webProgram), "how to use them in JavaScript", program),
		content(filepath.Join(dir, "index.html"), "a page that uses it; it needs npm install", page),
		content(filepath.Join(dir, "package.json"), "what npm install fetches", []byte(settings)),
	}, notes, nil
}

// checkEmpty refuses a folder that has something in it.
func checkEmpty(dir string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case os.IsNotExist(err):
		return nil
	case err != nil:
		return errors.WithStack(err)
	case len(entries) > 0:
		return errors.Errorf("%s is not empty: choose another --out", dir)
	}
	return nil
}

// module is a module in JavaScript that predicts texts; input makes the input of the
// network of rows of ids.
func (p plain) module(t classifier.Task, input string) ([]byte, error) {
	d := struct {
		text.EncoderConfig
		Steps                               []string
		Words, Segments, Unescape, PadAfter bool
		IDs, Cut, Input, Labels, Answer     string
	}{EncoderConfig: p.c, Input: input, PadAfter: p.c.Padding == text.Post}
	for _, s := range p.steps {
		d.Steps = append(d.Steps, s.js)
		d.Words = d.Words || strings.Contains(s.js, "words(")
		d.Segments = d.Words || d.Segments || strings.Contains(s.js, "segments(")
		d.Unescape = d.Unescape || strings.Contains(s.js, "unescape(")
	}
	switch {
	case p.c.OOVBuckets > 0:
		d.IDs = "tokens.map((t) => vocabulary.get(t) ?? bucket(t))"
	case p.c.Unknown > 0:
		d.IDs = fmt.Sprintf("tokens.map((t) => vocabulary.get(t) ?? %d)", p.c.Unknown)
	default:
		d.IDs = "tokens.filter((t) => vocabulary.has(t)).map((t) => vocabulary.get(t))"
	}
	d.Cut = fmt.Sprint("-", p.c.MaxLen)
	if p.c.Truncating == text.Post {
		d.Cut = fmt.Sprint("0, ", p.c.MaxLen)
	}
	switch {
	case t.Number() && t.Deviation != 0:
		d.Answer = fmt.Sprintf("return {text, value: y[0] * %v + %v};", t.Deviation, t.Mean)
	case t.Number():
		d.Answer = "return {text, value: y[0]};"
	case t.Multi:
		d.Answer = fmt.Sprintf("const thresholds = %s;\n  const probabilities = Array.from(y);\n  return {text, labels: labels.filter((_, i) => y[i] > thresholds[i]), probabilities};", quoted(thresholds(t)))
	case t.Binary() && t.Factor != 0:
		d.Answer = fmt.Sprintf("const second = y[0] ** %v, first = (1 - y[0]) ** %v; // calibrated\n  return {text, label: labels[Number(y[0] > 0.5)], probability: Math.max(first, second) / (first + second)};", t.Factor, t.Factor)
	case t.Binary():
		d.Answer = "return {text, label: labels[Number(y[0] > 0.5)], probability: Math.max(y[0], 1 - y[0])};"
	case t.Factor != 0:
		d.Answer = fmt.Sprintf("const best = y.indexOf(Math.max(...y)), p = y.map((v) => v ** %v); // calibrated\n  return {text, label: labels[best], probability: p[best] / p.reduce((a, b) => a + b)};", t.Factor)
	default:
		d.Answer = "const best = y.indexOf(Math.max(...y));\n  return {text, label: labels[best], probability: y[best]};"
	}
	if !t.Number() {
		d.Labels = quoted(t.Classes)
	}
	var out bytes.Buffer
	err := module.Execute(&out, d)
	return out.Bytes(), errors.Wrap(err, webProgram)
}
