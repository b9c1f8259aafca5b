package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"

	"github.com/pkg/errors"

	"unroll/datasets/text"
	"unroll/internal/safefile"
	"unroll/nn"
)

// The files of a model's folder beside those of nn and the two plots.
const (
	vocabularyFile = "vocabulary.json"
	settingsFile   = "settings.json"
	historyFile    = "history.csv"
	// lastFile is the checkpoint of the training's end, for more epochs.
	lastFile = "last.ckpt"
)

// settings say how a saved model was trained, so that it can be evaluated on
// the same reviews.
type settings struct {
	Version int    `json:"version"`
	Model   string `json:"model"`
	dataSettings
	Task  task   `json:"task"`
	Seed  uint64 `json:"seed"`
	Batch int    `json:"batch"` // its size decides the last bits of a loss
}

// settingsVersion is 2 since models may be of other texts than movie reviews.
const settingsVersion = 2

// saved is what a model's folder holds for using the model.
type saved struct {
	model   *nn.Model
	encoder *text.Encoder
	settings
}

// save makes the folder dir.
func (s *saved) save(dir string) error {
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	if err := s.model.Save(dir); err != nil {
		return err
	}
	if err := s.encoder.Save(filepath.Join(dir, vocabularyFile)); err != nil {
		return err
	}
	return writeJSON(filepath.Join(dir, settingsFile), s.settings)
}

// load reads a model's folder.
func load(dir string) (*saved, error) {
	if err := checkModelDir(dir); err != nil {
		return nil, err
	}
	s := &saved{}
	var err error
	if s.model, err = nn.Load(dir); err != nil {
		return nil, err
	}
	path := filepath.Join(dir, vocabularyFile)
	if s.encoder, err = text.LoadEncoder(path); err != nil {
		return nil, err
	}
	if n, want := s.encoder.Config().MaxLen, s.model.Inputs()[0].Steps(); n != want {
		return nil, errors.Errorf("%s: sequences of %d words, the model takes %d", path, n, want)
	}
	if s.settings, err = readSettings(filepath.Join(dir, settingsFile)); err != nil {
		return nil, err
	}
	if n, want := s.model.Outputs()[0].Shape[0], s.Task.outputs(); n != want {
		return nil, errors.Errorf("%s: a model of %d outputs for %d classes", dir, n, len(s.Task.Classes))
	}
	return s, nil
}

// isModelDir reports whether a folder is one that saved.save made.
func isModelDir(dir string) bool {
	for _, name := range []string{nn.ArchitectureFile, settingsFile} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			return false
		}
	}
	return true
}

func readSettings(path string) (s settings, err error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return s, errors.Wrap(err, "load settings")
	}
	var head struct {
		Version int `json:"version"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return s, errors.Wrapf(err, "%s: damaged", path)
	}
	if head.Version < 1 || head.Version > settingsVersion {
		return s, errors.Errorf("%s: version %d, this program reads up to %d", path, head.Version, settingsVersion)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		return s, errors.Wrapf(err, "%s: damaged", path)
	}
	if s.Version == 1 {
		s.Task.Classes = []string{"negative", "positive"}
	}
	if s.Batch < 1 || len(s.Data) == 0 {
		return s, errors.Errorf("%s: damaged: batch %d, data %q", path, s.Batch, s.Data)
	}
	return s, nil
}

func writeJSON(path string, v any) error {
	doc, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return errors.Wrapf(err, "write %s", path)
	}
	return safefile.Write(path, func(w io.Writer) error {
		_, err := w.Write(append(doc, '\n'))
		return err
	})
}
