package run

import (
	"io/fs"
	"os"
	"path/filepath"

	"github.com/pkg/errors"

	"unroll/cmd/sentiment/internal/bundle"
	"unroll/cmd/sentiment/internal/corpus"
	"unroll/internal/jsonfile"
	"unroll/nn"
	"unroll/train/classifier"
	"unroll/train/ngrams"
)

// The files of a model's folder beside those of nn and the two plots.
const (
	settingsFile = "settings.json"
	HistoryFile  = "history.csv"
	// lastFile is the checkpoint of the training's end, for more epochs.
	lastFile = "last.ckpt"
)

// Training says how a saved model was trained, so that it can be evaluated on
// the same texts.
type Training struct {
	Version int `json:"version"`
	corpus.Settings
	Seed  uint64 `json:"seed"`
	Batch int    `json:"batch"` // its size decides the last bits of a loss
	// Imported is the file of another program that the model came from. It has no
	// texts to be evaluated on and no history then. "" of one trained here.
	Imported string `json:"imported,omitempty"`
	// Shrunk says that the weights have 8 bits, and n-grams may be missing.
	Shrunk bool `json:"shrunk,omitempty"`
	// Trial is how a model of n-grams was trained, by which it goes on with new texts; nil
	// of other models, and of those of earlier versions.
	Trial *ngrams.Trial `json:"trial,omitempty"`
}

// trainingVersion is 3 since what a model says of a text is in a file of its own.
const trainingVersion = 3

// Saved is what a model's folder holds for using the model.
type Saved struct {
	*classifier.Model
	Training
}

// save makes the folder dir.
func (s *Saved) save(dir string) error {
	if err := s.Model.Save(dir); err != nil {
		return err
	}
	return jsonfile.Write(filepath.Join(dir, settingsFile), s.Training)
}

// importedBatch is the batch in which an imported model is evaluated.
const importedBatch = 32

// Import makes the folder dir of a model that came from another program's file, whole or
// not at all.
func Import(dir string, m *classifier.Model, file string) error {
	s := &Saved{m, Training{Version: trainingVersion, Settings: corpus.Settings{Data: corpus.Paths{}}, Batch: importedBatch, Imported: file}}
	return publish(dir, s.save)
}

// Load reads a model's folder.
func Load(dir string) (s *Saved, err error) {
	if err := checkModelDir(dir); err != nil {
		return nil, err
	}
	return load(bundle.Files, dir)
}

func load(files fs.FS, dir string) (s *Saved, err error) {
	s = &Saved{}
	if s.Model, err = classifier.LoadFS(files, dir); err != nil {
		return nil, err
	}
	if s.Training, err = readTraining(files, filepath.Join(dir, settingsFile)); err != nil {
		_ = s.Close()
		return nil, err
	}
	return s, nil
}

// isModelDir reports whether a folder is one that saved.save made.
func isModelDir(dir string) bool {
	for _, name := range []string{nn.ArchitectureFile, settingsFile} {
		if _, err := bundle.Files.Stat(filepath.Join(dir, name)); err != nil {
			return false
		}
	}
	return true
}

func readTraining(files fs.FS, path string) (t Training, err error) {
	err = jsonfile.Read(files, path, trainingVersion, &t)
	if errors.Is(err, os.ErrNotExist) {
		return t, errors.Errorf("the model was not saved by sentiment train: there is no %s", path)
	}
	if err != nil {
		return t, errors.WithMessage(err, "load settings")
	}
	if t.Version < trainingVersion {
		return t, errors.Errorf("%s: of an earlier version of the program, train the model anew", path)
	}
	if t.Batch < 1 || (len(t.Data) == 0) != (t.Imported != "") {
		return t, errors.Errorf("%s: damaged: batch %d, data %q", path, t.Batch, t.Data)
	}
	return t, nil
}
