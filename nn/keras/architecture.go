package keras

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"

	"github.com/pkg/errors"
)

// mostFresh is how many parameters a model may have whose file has no weights.
var mostFresh = 1 << 28

// isJSON reports whether a file that begins so may be JSON of Keras's or TensorFlow.js's:
// an object, or, as json.dump(model.to_json()) writes it, a string that holds one.
func isJSON(head []byte) bool {
	head = bytes.TrimLeft(head, " \t\r\n")
	return len(head) > 0 && (head[0] == '{' || head[0] == '"')
}

// json reads a model.json of TensorFlow.js, or an architecture.
func (s *store) json(r io.ReaderAt, size int64) error {
	if size > mostJSON {
		return errors.New("this is JSON, and longer than 64 MB")
	}
	doc := make([]byte, size)
	if _, err := r.ReadAt(doc, 0); err != nil && err != io.EOF {
		return errors.Wrap(err, "read")
	}
	var inner string
	if json.Unmarshal(doc, &inner) == nil {
		doc = []byte(inner)
	}
	var o object
	switch err := parse(doc, &o); {
	case err == nil && str(o, "class_name") == "Tokenizer":
		return errors.New("this is a Tokenizer, which goes with a model, and no model")
	case err == nil && str(o, "class_name") != "" && (obj(o["config"]) != nil || list(o["config"]) != nil):
		s.format, s.config, s.version = Architecture, doc, str(o, "keras_version")
		if tfjsVersion(s.version) {
			withoutCells(o)
			s.config, err = json.Marshal(o)
		}
		return err
	case inner != "":
		return whatIsIt(r, size)
	}
	return s.tfjs(r, doc)
}

// tfjsVersion reports whether a version is that of TensorFlow.js: "tfjs-layers 4.22.0".
func tfjsVersion(version string) bool { return strings.HasPrefix(version, "tfjs") }

// architectureMajor tells the version of an architecture that does not say it: Keras 3
// writes modules, and no batch_input_shape, which 2.13 to 2.15 do.
func architectureMajor(doc []byte) int {
	var o object
	if parse(doc, &o) == nil && o["module"] != nil && !strings.Contains(string(doc), `"batch_input_shape"`) {
		return keras3
	}
	return keras2
}

// described makes a model without weights, which gets first values.
func (s *store) described(f *File, d description) error {
	if _, err := d.BuildZeros(mostFresh); err != nil {
		return err
	}
	config, err := s.trainingOf()
	if err != nil {
		return err
	}
	f.Training = readTraining(config, &s.notes)
	f.Model, err = d.Build()
	return err
}
