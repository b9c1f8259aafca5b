package main

import (
	"os"
	"path/filepath"

	"github.com/pkg/errors"

	"unroll/internal/jsonfile"
	"unroll/nn"
	"unroll/train/classifier"
)

// The files of a model's folder beside those of nn and the two plots.
const (
	settingsFile = "settings.json"
	historyFile  = "history.csv"
	// lastFile is the checkpoint of the training's end, for more epochs.
	lastFile = "last.ckpt"
)

// settings say how a saved model was trained, so that it can be evaluated on
// the same texts.
type settings struct {
	Version int `json:"version"`
	dataSettings
	Seed  uint64 `json:"seed"`
	Batch int    `json:"batch"` // its size decides the last bits of a loss
}

// settingsVersion is 3 since what a model says of a text is in a file of its own.
const settingsVersion = 3

// saved is what a model's folder holds for using the model.
type saved struct {
	*classifier.Model
	settings
}

// save makes the folder dir.
func (s *saved) save(dir string) error {
	if err := s.Model.Save(dir); err != nil {
		return err
	}
	return jsonfile.Write(filepath.Join(dir, settingsFile), s.settings)
}

// load reads a model's folder.
func load(dir string) (s *saved, err error) {
	if err := checkModelDir(dir); err != nil {
		return nil, err
	}
	s = &saved{}
	if s.Model, err = classifier.Load(dir); err != nil {
		return nil, err
	}
	if s.settings, err = readSettings(filepath.Join(dir, settingsFile)); err != nil {
		_ = s.Close()
		return nil, err
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
	doc, err := os.ReadFile(path)
	if err != nil {
		return s, errors.Wrap(err, "load settings")
	}
	if err := jsonfile.Decode(doc, settingsVersion, &s); err != nil {
		return s, errors.WithMessage(err, path)
	}
	if s.Version < settingsVersion {
		return s, errors.Errorf("%s: of an earlier version of the program, train the model anew", path)
	}
	if s.Batch < 1 || len(s.Data) == 0 {
		return s, errors.Errorf("%s: damaged: batch %d, data %q", path, s.Batch, s.Data)
	}
	return s, nil
}
