package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"

	"github.com/pkg/errors"

	"unroll/datasets"
	"unroll/internal/safefile"
	"unroll/nn"
)

// The files of a model's folder beside those of nn.
const (
	vocabularyFile = "vocabulary.json"
	settingsFile   = "settings.json"
	historyFile    = "history.csv"
)

// settings say how a saved model was trained, so that it can be evaluated on
// the same reviews.
type settings struct {
	Version int    `json:"version"`
	Model   string `json:"model"`
	Data    string `json:"data"`
	Seed    uint64 `json:"seed"`
	Batch   int    `json:"batch"`
}

const settingsVersion = 1

// saved is a model's folder in memory.
type saved struct {
	model   *nn.Model
	encoder *datasets.Encoder
	settings
}

// save replaces the folder dir by one that write fills. The old folder stays
// whole until the new one is.
func replaceDir(dir string, write func(tmp string) error) (err error) {
	parent := filepath.Dir(dir)
	tmp, err := os.MkdirTemp(parent, "."+filepath.Base(dir)+".new.")
	if err != nil {
		return errors.Wrapf(err, "save %s", dir)
	}
	defer func() {
		os.RemoveAll(tmp)
		err = errors.WithMessagef(err, "save %s", dir)
	}()
	if err := os.Chmod(tmp, 0o755); err != nil {
		return err
	}
	if err := write(tmp); err != nil {
		return err
	}
	old := tmp + ".old"
	switch err := os.Rename(dir, old); {
	case err == nil:
		defer os.RemoveAll(old)
	case !os.IsNotExist(err):
		return err
	}
	if err := os.Rename(tmp, dir); err != nil {
		_ = os.Rename(old, dir) // back to what was there
		return err
	}
	return nil
}

// load reads a model's folder.
func load(dir string) (*saved, error) {
	info, err := os.Stat(dir)
	if err != nil {
		return nil, errors.Wrap(err, "model folder")
	}
	if !info.IsDir() {
		return nil, errors.Errorf("model folder %s: not a folder", dir)
	}
	s := &saved{}
	if s.model, err = nn.Load(dir); err != nil {
		return nil, err
	}
	if s.encoder, err = datasets.LoadEncoder(filepath.Join(dir, vocabularyFile)); err != nil {
		return nil, err
	}
	if n := s.model.Input.Steps(); n != s.encoder.Config().MaxLen {
		return nil, errors.Errorf("%s: sequences of %d words, the model takes %d", filepath.Join(dir, vocabularyFile), s.encoder.Config().MaxLen, n)
	}
	path := filepath.Join(dir, settingsFile)
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, errors.Wrap(err, "load settings")
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&s.settings); err != nil {
		return nil, errors.Wrapf(err, "%s: damaged", path)
	}
	if s.Version < 1 || s.Version > settingsVersion {
		return nil, errors.Errorf("%s: version %d, this program reads up to %d", path, s.Version, settingsVersion)
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
