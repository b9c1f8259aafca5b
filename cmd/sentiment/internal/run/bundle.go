package run

import (
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"unroll/cmd/sentiment/internal/bundle"
	"unroll/cmd/sentiment/internal/usage"
	"unroll/datasets/text"
	"unroll/internal/jsonfile"
	"unroll/internal/safefile"
	"unroll/internal/show"
	"unroll/nn"
	"unroll/train/classifier"
)

// bundled are the files of a model's folder that a program takes with it, not those of the
// training alone.
var bundled = []string{
	nn.ArchitectureFile, nn.WeightsFile, classifier.TaskFile, classifier.VocabularyFile, classifier.GramsFile,
	classifier.ColumnsFile, settingsFile, HistoryFile, profileFile,
}

// Bundled is a program with a model inside.
type Bundled struct {
	Model      string // its name
	Of         string // the folder that it was in
	Size       int64  // of all
	ModelSize  int64
	Executable bundle.Kind
}

// Bundle writes a program with a model inside to the file out, which must not be there. The
// model is that of the folder dir, or of a run's the best one, or the one that is named.
// program is a build of this program.
func Bundle(dir, model, program, out string) (b Bundled, err error) {
	if exists(out) {
		return b, errors.Errorf("--out %s already exists: choose another --out", out)
	}
	if b.Of, err = modelOf(dir, model); err != nil {
		return b, err
	}
	s, err := Load(b.Of)
	if err != nil {
		return b, err
	}
	b.Model = s.Name()
	if err := s.Close(); err != nil {
		return b, err
	}
	files, err := toBundle(b.Of, b.Model)
	if err != nil {
		return b, err
	}
	for _, f := range files {
		b.ModelSize += int64(len(f.Data))
	}
	p, err := bundle.OpenProgram(program)
	if err != nil {
		return b, err
	}
	defer p.Close()
	b.Executable = p.Kind
	if p.Kind == bundle.PE && !strings.EqualFold(filepath.Ext(out), ".exe") {
		return b, usage.Errorf("--out %s: Windows runs files that end in .exe, want such a name", out)
	}
	remove, err := MakeFolder(filepath.Dir(out))
	if err == nil {
		b.Size, err = p.Write(out, files)
	}
	if err != nil {
		remove()
		return b, errors.WithMessage(err, "--out "+out)
	}
	return b, nil
}

// modelOf returns the folder of a run's model of a name, of the best one if that is "".
func modelOf(dir, model string) (string, error) {
	dirs, err := BestFirst(dir)
	if err != nil || model == "" {
		return append(dirs, "")[0], err
	}
	var names []string
	for _, d := range dirs {
		name := filepath.Base(d)
		if len(dirs) == 1 { // of a folder, which may be called what it likes
			s, err := Load(d)
			if err != nil {
				return "", err
			}
			name = s.Name()
			if err := s.Close(); err != nil {
				return "", err
			}
		}
		if name == model {
			return d, nil
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return "", usage.Errorf("--model %s: %s holds %s", model, dir, show.List(names))
}

// toBundle reads what a program takes with it of a model's folder, and how well the model
// did.
func toBundle(dir, model string) (files []bundle.File, err error) {
	for _, name := range bundled {
		data, err := safefile.ReadFS(bundle.Files, filepath.Join(dir, name), safefile.Room())
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return nil, errors.WithStack(err)
		}
		if name == classifier.GramsFile {
			if data, err = findable(data); err != nil {
				return nil, err
			}
		}
		files = append(files, bundle.File{Name: name, Data: data})
	}
	validation, test := measured(runOf(dir), model)
	if validation == nil && test == nil {
		return files, nil
	}
	data, err := jsonfile.Marshal(Results{Version: resultsVersion, Experiments: []Result{{Name: model, Evaluate: validation, Test: test}}})
	return append(files, bundle.File{Name: ResultsFile, Data: data}), errors.WithStack(err)
}

// findable makes of a file of n-grams one in which they are found without reading all of
// it, for a faster start. Those of a model that was shrunk stay as small as they are.
func findable(data []byte) ([]byte, error) {
	var g text.Grams
	if err := g.UnmarshalBinary(data); err != nil {
		return nil, err
	}
	sorted, err := g.MarshalSorted()
	if err != nil || len(sorted) > 2*len(data) {
		return data, err
	}
	return sorted, nil
}
