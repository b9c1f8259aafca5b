package run

import (
	"io"
	"path/filepath"
	"slices"

	"github.com/pkg/errors"

	"unroll/cmd/sentiment/internal/bundle"
	"unroll/internal/jsonfile"
	"unroll/internal/safefile"
	"unroll/internal/show"
	"unroll/nn"
	"unroll/train/classifier"
)

// Shrinking says how small a model becomes. Its weights get 8 bits each; of n-grams the
// most important ones are kept.
type Shrinking struct {
	Size Bytes // of the folder at most, where n-grams can be left out
	Keep int   // n-grams, whatever size they take; 0 is as many as Size has room for
}

// Shrunk is a model before and after.
type Shrunk struct {
	Before, After *Saved // to be closed
	Bytes         [2]int64
}

// Close frees both models.
func (s *Shrunk) Close() {
	for _, m := range []*Saved{s.Before, s.After} {
		if m != nil {
			_ = m.Close()
		}
	}
}

// Shrink makes the folder out of the model in a folder. limited says that the user asked
// for a size, which a model without n-grams cannot have.
func (c Shrinking) Shrink(dir, out string, limited bool) (*Shrunk, error) {
	if exists(out) {
		return nil, errors.Errorf("--out %s already exists: choose another --out", out)
	}
	s := &Shrunk{}
	if err := c.shrink(s, dir, out, limited); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func (c Shrinking) shrink(s *Shrunk, dir, out string, limited bool) (err error) {
	if s.Before, err = Load(dir); err != nil {
		return err
	}
	if s.Before.Shrunk {
		return errors.Errorf("%s was shrunk before: shrink the model that it was made of", dir)
	}
	if c := s.Before.Columns(); c != nil {
		return errors.Errorf("%s takes %s beside a text: such a model cannot be shrunk", dir, show.List(c.Names()))
	}
	if limited && s.Before.Grams() == nil {
		return errors.Errorf("%s is no model of n-grams, some of which could be left out: leave out --size and --keep", dir)
	}
	if s.Bytes[0], err = folderSize(dir); err != nil {
		return err
	}
	err = publish(out, func(to string) error {
		if err := copyRest(dir, to); err != nil {
			return err
		}
		return c.write(s.Before, to)
	})
	if err != nil {
		return err
	}
	if s.Bytes[1], err = folderSize(out); err != nil {
		return err
	}
	s.After, err = load(safefile.Disk, out) // which is new, and not signed
	return err
}

// write writes the smaller model into a folder.
func (c Shrinking) write(s *Saved, to string) error {
	small := &Saved{s.Model, s.Training}
	small.Shrunk = true
	if s.Grams() == nil {
		return small.saveInt8(to)
	}
	keep := c.Keep
	if keep == 0 {
		keep = min(s.Grams().Len(), int(c.Size)/gramBytes)
	}
	for {
		m, err := s.Prune(keep)
		if err != nil {
			return err
		}
		small.Model = m
		err = small.saveInt8(to)
		if e := m.Close(); err == nil {
			err = e
		}
		if err != nil || c.Keep > 0 {
			return err
		}
		size, err := folderSize(to)
		if err != nil || size <= int64(c.Size) {
			return err
		}
		// Not all of the folder grows with the n-grams, so that this may be too few, but not
		// too many for long.
		fewer := int(float64(keep) * float64(c.Size) / float64(size) * 0.99)
		if fewer < 1 {
			return errors.Errorf("--size %s: a folder of %d bytes is left with one n-gram, want more", &c.Size, size)
		}
		keep = min(fewer, keep-1)
	}
}

// gramBytes is less than what an n-gram of a model with one output takes: a hash and two
// weights.
const gramBytes = 4

// saveInt8 is save with 8 bits a weight.
func (s *Saved) saveInt8(dir string) error {
	if err := s.Model.SaveInt8(dir); err != nil {
		return err
	}
	return jsonfile.Write(filepath.Join(dir, settingsFile), s.Training)
}

// written are the files of a model's folder that saveInt8 writes.
var written = []string{nn.ArchitectureFile, nn.WeightsFile, classifier.TaskFile, classifier.GramsFile, classifier.VocabularyFile, settingsFile}

// copyRest copies what else is in a model's folder, but for pictures and checkpoints, which
// are of the training, and the profile, which counts unknown n-grams: a small model knows
// fewer.
func copyRest(from, to string) error {
	list, err := bundle.Files.ReadDir(from)
	if err != nil {
		return err
	}
	for _, e := range list {
		ending := filepath.Ext(e.Name())
		if !e.Type().IsRegular() || slices.Contains(written, e.Name()) || e.Name() == profileFile || slices.Contains([]string{".png", ".svg", ".ckpt"}, ending) {
			continue
		}
		data, err := safefile.ReadFS(bundle.Files, filepath.Join(from, e.Name()), safefile.Room())
		if err != nil {
			return err
		}
		if err := safefile.Write(filepath.Join(to, e.Name()), func(w io.Writer) error { _, err := w.Write(data); return err }); err != nil {
			return err
		}
	}
	return nil
}

// folderSize adds up the files of a model's folder.
func folderSize(dir string) (size int64, err error) {
	list, err := bundle.Files.ReadDir(dir)
	if err != nil {
		return 0, err
	}
	for _, e := range list {
		info, err := e.Info()
		if err != nil {
			return 0, err
		}
		if info.Mode().IsRegular() {
			size += info.Size()
		}
	}
	return size, nil
}
