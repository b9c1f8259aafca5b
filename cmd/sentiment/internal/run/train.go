package run

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"time"

	"github.com/pkg/errors"

	"unroll/cmd/sentiment/internal/corpus"
	"unroll/internal/jsonfile"
	"unroll/internal/show"
	"unroll/nn"
)

// Train runs the models one after the other and saves them together at the end: a run
// that fails before its first checkpoint leaves nothing, and one that is interrupted
// leaves checkpoints, from which it can be resumed.
func (r *Run) Train(ctx context.Context) error {
	undo, unlink := func() {}, func() {}
	if r.Resume != "" {
		r.Dir = Target(r.Resume)
		release, err := r.lock()
		if err == nil {
			defer release()
		} else if !errors.Is(err, fs.ErrNotExist) { // which load tells better
			return errors.Wrapf(err, "--resume %s", r.Resume)
		}
		epochs := r.Epochs
		finished, err := r.load()
		if err != nil {
			return err
		}
		if finished { // unless it was ended before it could do so itself
			if err := r.clean(); err != nil {
				return err
			}
		}
		if r.More && epochs != r.Epochs {
			before, wasFinished := *r, finished
			if finished, err = r.goOn(epochs, finished); err != nil {
				return err
			}
			undo = func() { _ = before.write(wasFinished) }
		}
		if finished {
			out := r.Say
			if out == io.Discard { // what there is in place of a closing table
				out = r.Err
			}
			fmt.Fprintf(out, "The run in %s is finished: its results are in %s.\n", r.Dir, filepath.Join(r.Dir, ResultsFile))
			return nil
		}
	}
	chosen, exec, err := r.Check()
	if err != nil {
		return err
	}
	if g := r.given(chosen); g != nil {
		defer g.Close()
	}
	if r.Resume == "" {
		var release func()
		if undo, release, err = r.begin(chosen); err != nil {
			return err
		}
		defer release()
	}
	if r.Settings, err = r.Keep(ctx, r.Console.Console, r.Dir); err != nil {
		undo() // there is nothing to go on with yet
		return err
	}
	r.Begun = true
	err = r.write(false)
	if err == nil && r.Resume == "" {
		// From its first moment: a run that is killed is to be found.
		var warning error
		if unlink, warning = link(r.Dir); warning != nil {
			fmt.Fprintf(r.Err, "warning: %s could not be linked to the run in %s: %v\n", Latest, r.Dir, warning)
		}
	}
	if err == nil {
		err = r.all(ctx, chosen, exec)
	}
	if err != nil && ctx.Err() == nil && !r.checkpointed() {
		undo()
		unlink()
	}
	return err
}

// read reads the texts of a run.
func (r *Run) read(ctx context.Context, chosen []Model) (*corpus.Set, error) {
	source, err := corpus.Open(ctx, r.Settings, r.Console.Console)
	if err != nil {
		return nil, err
	}
	if r.Begun { // a run, not a probe
		if err := r.checkData(ctx, source); err != nil {
			return nil, err
		}
	}
	var set *corpus.Set
	if g := r.given(chosen); g != nil {
		if set, err = source.ReadOn(ctx, r.Settings, g.Model, r.NewLabels); err == nil {
			err = g.grow(set.Task)
		}
	} else {
		set, err = source.Read(ctx, r.Settings, r.TextSettings, Names(chosen), sizes, r.cache())
	}
	if err != nil {
		return nil, err
	}
	return set, set.CheckLabels(r.warn)
}

// divide makes a lesson of a set.
func (r *Run) divide(set *corpus.Set, g *given) (l lesson, err error) {
	l.Set = set
	if l.Division, err = set.Divide(r.Settings, r.Seed); err != nil {
		return l, err
	}
	if err = r.prepare(&l, g); err == nil {
		_, err = r.classWeights(l) // before anything is said
	}
	return l, err
}

// all trains the chosen models.
func (r *Run) all(ctx context.Context, chosen []Model, exec nn.Execution) error {
	started := time.Now()
	first := chosen
	if r.Folds == 0 {
		first = r.beforeAuto(chosen)
	}
	set, err := r.read(ctx, first)
	if err != nil {
		return err
	}
	if r.Folds > 0 {
		return r.crossValidate(ctx, chosen, exec, set)
	}
	l, err := r.divide(set, r.given(chosen))
	if err != nil {
		return err
	}
	if err := set.CheckDivision(l.Division, r.warn); err != nil {
		return err
	}
	set.WarnUnknown(r.warn)
	r.given(chosen).warnForgotten(l, r.warn)
	if err := l.tellGaps(r.warn); err != nil {
		return err
	}
	r.given(chosen).tell(r)
	r.describe(set, first)
	fmt.Fprintf(r.Say, "%s to train on, %s to validate on, %s to test on.\n\n",
		set.Count(len(l.Train)), show.Thousands(len(l.Validation)), show.Thousands(len(l.Test)+len(l.Unknown)))
	if err := r.event(dataEvent{"data", set.Line, set.Task.Classes, len(l.Train), len(l.Validation), len(l.Test) + len(l.Unknown)}); err != nil {
		return err
	}
	// A larger batch would be the same, but its programs would not fit in memory.
	r.Batch = min(r.Batch, len(l.Train))
	res := &Results{Version: resultsVersion, Data: set.Name, Seed: r.Seed, task: l.task}
	var runs []*trained
	for _, e := range chosen {
		if err := r.readLate(ctx, set, e); err != nil {
			return err
		}
		t, err := r.fit(ctx, e, exec, l, "")
		if err != nil {
			return errors.WithMessage(err, e.Name)
		}
		defer t.Close()
		runs = append(runs, t)
		res.Experiments = append(res.Experiments, t.result)
	}
	res.compare()
	res.unbalanced = unbalanced(l.task.Classes, runs[0].reported.experiment.Confusion)
	profile := newProfiler(l)
	if err := showTexts(ctx, set, runs, profile); err != nil {
		if ctx.Err() != nil {
			return err
		}
		// What was learned is not to be lost for it.
		fmt.Fprintf(r.Err, "warning: the report shows no texts: %v; nor is there a profile of them\n", err)
		for _, t := range runs {
			t.reported.experiment.Wrong, t.reported.experiment.Unsure, t.reported.experiment.Outcomes = nil, nil, nil
		}
	} else {
		profile.tell(l, runs)
	}
	page, err := r.report(l, runs, started)
	if err != nil {
		return err
	}
	err = publish(r.Dir, func(dir string) error {
		for _, t := range runs {
			if err := t.save(filepath.Join(dir, t.result.Name)); err != nil {
				return err
			}
		}
		if err := writeReport(dir, page); err != nil {
			return err
		}
		return jsonfile.Write(filepath.Join(dir, ResultsFile), res)
	})
	if err != nil {
		return err
	}
	if err := r.finish(); err != nil {
		return err
	}
	if r.Event == nil {
		res.print(r.Out)
	}
	if err := r.event(doneEvent{"done", r.Dir}); err != nil {
		return err
	}
	fmt.Fprintf(r.Say, "Models, curves and %s are in %s; open %s.\n", ResultsFile, r.Dir, ReportFile)
	return nil
}

// beforeAuto are the models whose texts are read at once. On the movie reviews those of
// auto are read when its turn comes, so that the tutorial need not wait for n-grams.
func (r *Run) beforeAuto(chosen []Model) []Model {
	if !slices.Contains(corpus.Named, r.Data[0]) {
		return chosen
	}
	if last := len(chosen) - 1; last > 0 && chosen[last].Name == Auto && !slices.ContainsFunc(chosen[:last], func(e Model) bool { return e.Grams }) {
		return chosen[:last]
	}
	return chosen
}

// textsPerSecond is how many movie reviews are read and learned from, about, on two cores
// of 2020.
const textsPerSecond = 4000

// readLate reads the texts for a model for which they were not read yet.
func (r *Run) readLate(ctx context.Context, set *corpus.Set, e Model) error {
	if _, ok := set.Encoded[e.Name]; ok {
		return nil
	}
	fmt.Fprintf(r.Say, "One more model, the one to use: it takes about %d seconds. (--model %s leaves it out.)\n",
		len(set.Targets)/textsPerSecond+1, tutorial)
	own, err := set.Read(ctx, r.Settings, r.TextSettings, []string{e.Name}, sizes, "")
	if err != nil {
		return err
	}
	return set.Add(e.Name, own.Encoded[e.Name])
}

// describe says what was found.
func (r *Run) describe(set *corpus.Set, chosen []Model) {
	if set.Known {
		fmt.Fprintf(r.Say, "Data: %s, %s\n", set.Name, set.Line)
		return
	}
	what := fmt.Sprintf("%d classes: %s", len(set.Task.Classes), show.List(set.Task.Classes))
	if set.Task.Number() {
		what = "numbers as labels"
	}
	if set.Task.Multi {
		what = fmt.Sprintf("any number of %d labels: %s", len(set.Task.Classes), show.List(set.Task.Classes))
	}
	fmt.Fprintf(r.Say, "Data: %s, %s\n", set.Line, what)
	for _, e := range chosen {
		fmt.Fprintf(r.Say, "%s: %s\n", e.Name, set.Encoded[e.Name].Coverage())
	}
}
