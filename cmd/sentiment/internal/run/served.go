package run

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"sync"

	"github.com/pkg/errors"

	"unroll/cmd/sentiment/internal/bundle"
	"unroll/internal/answer"
	"unroll/internal/server"
	"unroll/internal/show"
)

// Loader returns what loads the models of a folder, or of the run that a link names, for
// batches of up to so many texts, which get labels by a rule. A model that it has loaded
// once must stay as long as its run does: without it the others could take its place
// unnoticed, and another than asked for be the default.
func Loader(dir string, batch int, rule answer.Rule) server.Loader {
	var mu sync.Mutex // a call that hangs may be left behind under the next
	var loaded generation
	finished := dir
	return func(ctx context.Context) ([]server.Model, error) {
		at := Target(dir)
		// A link names a run from its first moment, and that one has no models yet.
		isFinished := !unfinished(at)
		mu.Lock()
		if isFinished {
			finished = at
		}
		at, before := finished, loaded
		mu.Unlock()
		now := generation{dir: at, state: stateOf(at)}
		models, err := LoadAll(ctx, at, batch, rule)
		if err != nil {
			return nil, err
		}
		for _, m := range models {
			now.models = append(now.models, m.Info().Name)
		}
		if gone := before.missing(now); gone != "" {
			for _, m := range models {
				_ = m.Close()
			}
			return nil, errors.Errorf("%s: the model %s, which was served, is gone: put it back, or start the server again to serve the others", at, gone)
		}
		mu.Lock()
		loaded = now
		mu.Unlock()
		return models, nil
	}
}

// generation is what a Loader has loaded at one time.
type generation struct {
	dir, state string // the folder, and what tells its run from one of the same name
	models     []string
}

// missing returns the first model that is not in now. Another run has models of its own,
// but a folder that does not say of which run it is may be what is left of the same one.
func (g generation) missing(now generation) string {
	if g.dir != now.dir || now.state != "" && g.state != now.state {
		return ""
	}
	i := slices.IndexFunc(g.models, func(name string) bool { return !slices.Contains(now.models, name) })
	if i < 0 {
		return ""
	}
	return g.models[i]
}

// stateOf tells a run from one that came later into the same folder: what it says of
// itself, "" of a folder that is none.
func stateOf(dir string) string {
	doc, err := bundle.Files.ReadFile(filepath.Join(dir, StateFile))
	if err != nil {
		return ""
	}
	return string(doc)
}

// LoadAll loads the models of a folder for a server, the best one first: it is the
// default.
func LoadAll(ctx context.Context, dir string, batch int, rule answer.Rule) (models []server.Model, err error) {
	dirs, err := BestFirst(dir)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			for _, m := range models {
				_ = m.Close()
			}
			models = nil
		}
	}()
	for _, d := range dirs {
		m, err := loadOne(ctx, d, batch, rule)
		if err != nil {
			return models, err
		}
		models = append(models, m)
	}
	return models, nil
}

// Watched are the paths that change when models are trained anew, not those of a
// training on its way: the models, and the file that says last that their run is
// finished.
func Watched(dir string) []string {
	if isModelDir(dir) {
		return []string{dir}
	}
	paths := []string{filepath.Join(dir, ResultsFile), filepath.Join(dir, StateFile)}
	for _, e := range Models {
		paths = append(paths, filepath.Join(dir, e.Name))
	}
	return paths
}

// served is a saved model as the server takes it.
type served struct {
	*Saved
	rule    answer.Rule
	info    server.ModelInfo
	history []map[string]float64
}

var _ server.Model = (*served)(nil)

// loadOne opens a model with all that the server tells of it, and compiles the
// programs for batches of up to so many texts, so that no request waits for that.
func loadOne(ctx context.Context, dir string, batch int, rule answer.Rule) (*served, error) {
	s, err := Load(dir)
	if err != nil {
		return nil, err
	}
	if err := CheckRule(rule, s.Name(), s.Task()); err != nil {
		_ = s.Close()
		return nil, err
	}
	if c := s.Columns(); c != nil {
		_ = s.Close()
		return nil, errors.Errorf("%s: the model takes %s beside a text, which requests do not have: use predict", dir, show.List(c.Names()))
	}
	m := &served{Saved: s, rule: rule, info: server.ModelInfo{
		Name: s.Name(), Task: server.Classes, Classes: s.Task().Classes, Parameters: s.Net().Params(),
	}}
	if e := s.Encoder(); e != nil {
		m.info.MaxWords = e.Config().MaxLen
	}
	switch t := s.Task(); {
	case t.Number():
		m.info.Task = server.Number
	case t.Multi:
		m.info.Task = server.Labels
		for i := range t.Classes {
			m.info.Thresholds = append(m.info.Thresholds, t.Threshold(i))
		}
	}
	for _, c := range s.Net().Calls() {
		m.info.Layers = append(m.info.Layers, fmt.Sprintf("%s (%s)", c.Name, c.Type))
	}
	validation, test := measured(runOf(dir), s.Name())
	m.info.Validation, m.info.Test = server.Metrics(validation), server.Metrics(test)
	if s.Imported == "" {
		m.history, err = readHistory(filepath.Join(dir, HistoryFile))
	}
	for size := 1; err == nil && size < 2*batch; size *= 2 {
		_, err = m.Predict(ctx, make([]string, min(size, batch)))
	}
	if err != nil {
		_ = m.Close()
		return nil, err
	}
	return m, nil
}

// Info implements server.Model.
func (m *served) Info() server.ModelInfo { return m.info }

// History implements server.Model.
func (m *served) History() []map[string]float64 { return m.history }

// Predict implements server.Model.
func (m *served) Predict(ctx context.Context, texts []string) ([]answer.Answer, error) {
	return m.ruled(m.Classify(ctx, texts...))
}

// Explain implements server.Model.
func (m *served) Explain(ctx context.Context, texts []string) ([]answer.Answer, error) {
	return m.ruled(m.Model.Explain(ctx, texts...))
}

// ruled gives answers their labels.
func (m *served) ruled(all []answer.Answer, err error) ([]answer.Answer, error) {
	for i := range all {
		m.rule.Apply(&all[i])
	}
	return all, err
}
