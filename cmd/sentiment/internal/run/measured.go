package run

import (
	"context"
	"path/filepath"
	"time"

	"github.com/pkg/errors"

	"unroll/cmd/sentiment/internal/bundle"
	"unroll/cmd/sentiment/internal/corpus"
	"unroll/internal/report"
	"unroll/nn"
)

// Texts are what models are measured on that have no report of them.
type Texts struct {
	Of    func(*Saved) (corpus.Settings, error) // how they are read for a model
	Seed  uint64                                // of their division
	Whole bool                                  // they are all to test on, and not divided
}

// TextsOf are those of a run, divided as it divides them.
func TextsOf(dir string) (Texts, error) {
	dirs, err := ModelDirs(dir)
	if err != nil {
		return Texts{}, err
	}
	t, err := readTraining(bundle.Files, filepath.Join(dirs[0], settingsFile))
	return Texts{Of: func(*Saved) (corpus.Settings, error) { return t.Settings, nil }, Seed: t.Seed}, err
}

// ImportedFrom is the file that the model of a folder came from, "" if it is a run's.
func ImportedFrom(dir string) string {
	dirs, err := ModelDirs(dir)
	if err != nil {
		return ""
	}
	t, err := readTraining(bundle.Files, filepath.Join(dirs[0], settingsFile))
	if err != nil {
		return ""
	}
	return t.Imported
}

// Report measures the models of a folder. What a run tells of their training is kept.
func (x Texts) Report(ctx context.Context, dir string, c Console) (r report.Report, err error) {
	dirs, err := ModelDirs(dir)
	if err != nil {
		return r, err
	}
	page := report.Run{Seed: x.Seed, When: time.Now().UTC().Truncate(time.Second), Versions: versions(c.Version)}
	if file := ImportedFrom(dir); file != "" {
		page.Settings = []report.Setting{{Name: "imported", Value: file}}
	}
	before := map[string]report.Experiment{}
	if old, err := ReadReport(dir); err == nil {
		page = old.Runs[0]
		for _, e := range page.Experiments {
			before[e.Name] = e
		}
		page.Experiments = nil
	}
	for _, dir := range dirs {
		e, l, err := x.measure(ctx, dir, c)
		if err != nil {
			return r, errors.WithMessage(err, dir)
		}
		if old, ok := before[e.Name]; ok {
			e.Description, e.Baseline, e.Curves, e.Epoch = old.Description, old.Baseline, old.Curves, old.Epoch
		}
		page.Data, page.Source, page.Classes = l.Name, l.Line, l.task.Classes
		page.Experiments = append(page.Experiments, e)
		r.Score = measure(l.task)
	}
	r.Runs = []report.Run{page}
	return r, nil
}

// measure is what a report tells of a model without its training.
func (x Texts) measure(ctx context.Context, dir string, c Console) (e report.Experiment, l lesson, err error) {
	s, err := Load(dir)
	if err != nil {
		return e, l, err
	}
	defer s.Close()
	data, err := x.Of(s)
	if err != nil {
		return e, l, err
	}
	source, err := corpus.Open(ctx, data, c.Console)
	if err != nil {
		return e, l, err
	}
	l.task, l.columns = s.Task(), s.Columns()
	if l.Set, err = source.ReadFor(ctx, data, s.Model, x.Whole); err != nil {
		return e, l, err
	}
	if x.Whole {
		l.Test, l.Unknown, err = l.Part(corpus.All, data, x.Seed)
	} else {
		l.Division, err = l.Divide(data, x.Seed)
	}
	if err != nil {
		return e, l, err
	}
	l.WarnUnknown(c.warn)
	if err := l.tellGaps(c.warn); err != nil {
		return e, l, err
	}
	trainer, err := Compile(l.task, s.Net(), nil, nn.Auto, 0)
	if err != nil {
		return e, l, err
	}
	defer trainer.Close()
	t := &trained{Saved: *s, result: Result{Name: s.Name(), Parameters: s.Net().Params(), ValidationSamples: len(l.Validation), TestSamples: len(l.Test) + len(l.Unknown), UnknownTestSamples: len(l.Unknown)}}
	for _, part := range []struct {
		rows []int
		to   *Scores
	}{{l.Validation, &t.result.Evaluate}, {l.Test, &t.result.Test}} {
		if len(part.rows) == 0 {
			continue
		}
		d, err := l.Data(s.Name(), part.rows)
		if err != nil {
			return e, l, err
		}
		if *part.to, err = Evaluate(ctx, trainer, d, s.Batch); err != nil {
			return e, l, err
		}
	}
	t.result.Test.WithUnknown(len(l.Test), len(l.Unknown))
	if err := t.examine(ctx, trainer, Model{Name: s.Name()}, l); err != nil {
		return e, l, err
	}
	err = showTexts(ctx, l.Set, []*trained{t}, nil)
	return t.reported.experiment, l, err
}
