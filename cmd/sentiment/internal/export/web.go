package export

import (
	"bytes"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"text/template"

	"github.com/pkg/errors"

	"unroll/train/classifier"
)

// tfjsVersion is that of TensorFlow.js with which models are tested.
const tfjsVersion = "4.22.0"

// webProgram is the name of the module in JavaScript.
const webProgram = "predict.mjs"

var (
	//go:embed web/predict.mjs.tmpl
	moduleText string
	//go:embed web/encode.mjs.tmpl
	encodeText string
	module     = template.Must(template.Must(template.New(webProgram).Parse(encodeText)).New("tfjs").Parse(moduleText))
	//go:embed web/index.html
	page []byte
)

// web are the files of a folder for a web page: beside the model its words, a module
// that encodes texts and asks the model, and a page that uses it.
func web(m *classifier.Model, f Format, dir string) (files []file, notes []string, err error) {
	if m.Encoder() == nil {
		return nil, nil, errNoBags
	}
	if err := checkEmpty(dir); err != nil {
		return nil, nil, err
	}
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
	}, calibrated(notes, m.Task(), webProgram), nil
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
	var out bytes.Buffer
	err := module.Execute(&out, p.js(t, input))
	return out.Bytes(), errors.Wrap(err, webProgram)
}
