package main

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/pkg/errors"

	"unroll/datasets/text"
	"unroll/internal/jsonfile"
	"unroll/internal/safefile"
	"unroll/internal/show"
	"unroll/nn"
	"unroll/train"
	"unroll/train/callbacks"
	"unroll/train/classifier"
)

// train runs the experiments one after the other and saves them together at
// the end: a run that fails before its first checkpoint leaves nothing, and one that
// is interrupted leaves checkpoints, from which it can be resumed.
func (a *app) train(ctx context.Context, f *trainFlags) error {
	undo, unlink := func() {}, func() {}
	if f.resume != "" {
		f.out = target(f.resume)
		release, err := f.lock()
		if err == nil {
			defer release()
		} else if !errors.Is(err, fs.ErrNotExist) { // which load tells better
			return errors.WithMessage(err, "--resume")
		}
		epochs := f.Epochs
		finished, err := f.load()
		if err != nil {
			return err
		}
		if f.more && epochs != f.Epochs {
			before, wasFinished := *f, finished
			if finished, err = a.goOn(f, epochs, finished); err != nil {
				return err
			}
			undo = func() { _ = before.write(wasFinished) }
		}
		if finished {
			fmt.Fprintf(a.say, "The run in %s is finished: its results are in %s.\n", f.out, filepath.Join(f.out, resultsFile))
			return nil
		}
	}
	if err := f.check(); err != nil {
		return err
	}
	exec, err := execution(f.RNN)
	if err != nil {
		return err
	}
	chosen, err := choose(f.Models)
	if err != nil {
		return err
	}
	if f.resume == "" {
		var release func()
		if undo, release, err = f.begin(chosen); err != nil {
			return err
		}
		defer release()
	}
	a.interrupted = fmt.Sprintf("interrupted, go on with: sentiment train --resume %s", f.out)
	if err = a.keepInput(&f.dataSettings, f.out); err == nil {
		err = f.write(false)
	}
	if err == nil && f.resume == "" {
		// From its first moment: a run that is killed is to be found.
		var warning error
		if unlink, warning = link(f.out); warning != nil {
			fmt.Fprintf(a.err, "warning: %s does not name the run in %s: %v\n", latest, f.out, warning)
		}
	}
	if err == nil {
		err = a.trainAll(ctx, f, chosen, exec)
	}
	if err != nil && ctx.Err() == nil && !f.checkpointed() {
		undo()
		unlink()
	}
	return err
}

func (a *app) trainAll(ctx context.Context, f *trainFlags, chosen []experiment, exec nn.Execution) error {
	started := time.Now()
	set, err := a.trainingSet(ctx, f, chosen)
	if err != nil {
		return err
	}
	if f.Folds > 0 {
		return a.crossValidate(ctx, f, chosen, exec, set)
	}
	if err := set.divide(f.dataSettings, f.Seed); err != nil {
		return err
	}
	if err := set.checkParts(a.warn); err != nil {
		return err
	}
	if err := set.scale(); err != nil {
		return err
	}
	set.describe(a.say, chosen)
	fmt.Fprintf(a.say, "%s to train on, %s to validate on, %s to test on.\n\n",
		set.count(len(set.trainOn)), show.Thousands(len(set.validateOn)), show.Thousands(len(set.testOn)))
	if err := a.event(dataEvent{"data", set.source, set.Task.Classes, len(set.trainOn), len(set.validateOn), len(set.testOn)}); err != nil {
		return err
	}
	// A larger batch would be the same, but its programs would not fit in memory.
	f.Batch = min(f.Batch, len(set.trainOn))
	res := &results{Data: set.name, Seed: f.Seed, task: set.Task}
	var runs []*trained
	for _, e := range chosen {
		t, err := a.fit(ctx, f, e, exec, set, "")
		if err != nil {
			return errors.WithMessage(err, e.name)
		}
		runs = append(runs, t)
		res.Experiments = append(res.Experiments, t.result)
	}
	res.compare()
	if err := set.showTexts(ctx, runs); err != nil {
		if ctx.Err() != nil {
			return err
		}
		// What was learned is not to be lost for it.
		fmt.Fprintf(a.err, "warning: the report shows no texts: %v\n", err)
		for _, t := range runs {
			t.reported.experiment.Wrong, t.reported.experiment.Unsure = nil, nil
		}
	}
	page, err := f.report(set, runs, started)
	if err != nil {
		return err
	}
	err = publish(f.out, func(dir string) error {
		for _, t := range runs {
			if err := t.save(filepath.Join(dir, t.result.Name)); err != nil {
				return err
			}
		}
		if err := writeReport(dir, page); err != nil {
			return err
		}
		return jsonfile.Write(filepath.Join(dir, resultsFile), res)
	})
	if err != nil {
		return err
	}
	if err := f.finish(); err != nil {
		return err
	}
	if a.events == nil {
		res.print(a.out)
	}
	if err := a.event(doneEvent{"done", f.out}); err != nil {
		return err
	}
	fmt.Fprintf(a.say, "Models, curves and %s are in %s; look at %s.\n", resultsFile, f.out, reportFile)
	return nil
}

// trainingSet reads the texts of a run.
func (a *app) trainingSet(ctx context.Context, f *trainFlags, chosen []experiment) (*trainingSet, error) {
	d, err := a.dataset(ctx, f.dataSettings)
	if err != nil {
		return nil, err
	}
	set, err := d.read(ctx, f.dataSettings, f.textSettings, chosen, f.cache())
	if err != nil {
		return nil, err
	}
	return set, set.checkLabels(a.warn)
}

// describe says what was found.
func (set *trainingSet) describe(w io.Writer, chosen []experiment) {
	if set.movies {
		fmt.Fprintf(w, "Data: %s, %s\n", set.name, set.source)
		return
	}
	what := fmt.Sprintf("%d classes: %s", len(set.Task.Classes), listOf(set.Task.Classes))
	if set.Task.Number() {
		what = "numbers as labels"
	}
	fmt.Fprintf(w, "Data: %s, %s\n", set.source, what)
	for _, e := range chosen {
		fmt.Fprintf(w, "%s: %s\n", e.name, set.encoded[e.name].coverage())
	}
}

// trained is an experiment that has been run.
type trained struct {
	saved
	history  *train.History
	last     string // path of the last checkpoint
	result   result
	reported reported
}

// fit trains and evaluates one model. place names the folder of its checkpoints
// and events, if it is not the experiment's own.
func (a *app) fit(ctx context.Context, f *trainFlags, e experiment, exec nn.Execution, set *trainingSet, place string) (*trained, error) {
	fold := place
	place = filepath.Join(place, e.name)
	t := &trained{saved: saved{settings: settings{
		Version: settingsVersion, dataSettings: f.dataSettings, Seed: f.Seed, Batch: f.Batch,
	}}}
	t.settings.Data = set.paths
	net, err := a.model(ctx, f, e, set)
	if err != nil {
		return nil, err
	}
	if t.Model, err = classifier.New(e.name, net, set.encoded[e.name].encoder, set.Task); err != nil {
		return nil, err
	}
	fitOn, validation, test := set.data(e, set.trainOn), set.data(e, set.validateOn), set.data(e, set.testOn)
	fmt.Fprintf(a.say, "Experiment %s\n%s\n", e.name, net.Summary())
	trainer, err := compile(set.Task, net, f.optimizer(e, fitOn.Len()), exec)
	if err != nil {
		return nil, err
	}
	defer trainer.Close()
	p := &progress{out: a.say, width: columns(a.say), score: set.Task.Score(), texts: fitOn.Len()}
	tell := func(ev *train.Event) error {
		if ev.Kind != train.EpochEnd {
			return nil
		}
		return a.event(epochEvent{"epoch", e.name, fold, ev.Epoch, ev.Epochs, ev.Seconds, scores(ev.Logs)})
	}
	c := train.FitConfig{
		Epochs: f.Epochs, BatchSize: f.Batch, Validation: &validation, Seed: f.Seed, Callbacks: []train.Callback{callbacks.TerminateOnNaN{}, train.CallbackFunc(p.hook), train.CallbackFunc(tell)},
		Checkpoint: f.checkpointing(place),
	}
	switch {
	case f.EarlyStop > 0:
		c.Callbacks = append(c.Callbacks, &callbacks.EarlyStopping{Patience: f.EarlyStop, RestoreBest: true})
	case f.Best:
		c.Callbacks = append(c.Callbacks, &callbacks.BestWeights{})
	}
	if f.TensorBoard {
		c.Callbacks = append(c.Callbacks, &callbacks.TensorBoard{Dir: filepath.Join(f.out, eventsDir, place), HistogramEvery: 1, WriteGraph: true})
	}
	if f.resume != "" {
		if c.Resume, err = a.checkpoint(f, place); err != nil {
			return nil, err
		}
		p.resume(c.Resume)
	}
	t.history, err = trainer.Fit(ctx, fitOn, c)
	p.close()
	if err != nil {
		return nil, err
	}
	if e := t.history.WeightsEpoch; e < len(t.history.Epochs) {
		fmt.Fprintf(a.say, "Back to the weights after epoch %d, which has the best val_loss.\n", e)
	}
	if fold == "" {
		last, err := f.latest(place)
		if err != nil {
			return nil, err
		}
		t.last = last.Path
	}
	t.result = newResult(e.name, net.Params(), fitOn, validation, t.history)
	if t.result.Evaluate, err = evaluate(ctx, trainer, validation, f.Batch); err != nil {
		return nil, err
	}
	fmt.Fprintf(a.say, "Validation: %s.", t.result.Evaluate.line())
	if test.Len() > 0 {
		if t.result.Test, err = evaluate(ctx, trainer, test, f.Batch); err != nil {
			return nil, err
		}
		t.result.TestSamples = test.Len()
		fmt.Fprintf(a.say, " Test: %s.", t.result.Test.line())
	}
	if fold == "" {
		if err := t.examine(ctx, trainer, e, set); err != nil {
			return nil, err
		}
		if w := t.reported.warning; w != "" {
			fmt.Fprintf(a.say, "\nwarning: %s", w)
		}
	}
	fmt.Fprint(a.say, "\n\n")
	return t, a.event(resultEvent{"result", fold, t.result})
}

// model builds an experiment's model, with the pretrained vectors if there are
// any.
func (a *app) model(ctx context.Context, f *trainFlags, e experiment, set *trainingSet) (*nn.Model, error) {
	encoder, t := set.encoded[e.name].encoder, set.Task
	o := embeddingOptions{words: encoder.Depth(), dim: embeddingDim}
	steps := encoder.Config().MaxLen
	if f.Vectors == "" || !e.embeds() {
		return e.model(t, o, steps, f.Seed)
	}
	words := make([]string, encoder.Depth())
	for id := range words {
		words[id] = encoder.WordOf(int32(id))
	}
	vectors, err := text.ReadVectors(ctx, f.Vectors, words, text.VectorOptions{Lower: true})
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(a.say, "%s: %s: %s\n", e.name, f.Vectors, vectors)
	if vectors.Warning != "" {
		a.warn("%s: %s", f.Vectors, vectors.Warning)
	}
	if vectors.Found == 0 {
		return nil, errors.Errorf("%s: none of the vocabulary's words has a vector", f.Vectors)
	}
	o.dim, o.frozen = vectors.Dim, f.Frozen
	m, err := e.model(t, o, steps, f.Seed)
	if err != nil {
		return nil, err
	}
	w, err := m.Weight("embedding/embeddings")
	if err != nil {
		return nil, err
	}
	for id, row := range vectors.Rows {
		if row == nil {
			continue
		}
		if err := w.SetRow(id, row); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// save makes the model's folder.
func (t *trained) save(dir string) error {
	if err := t.saved.save(dir); err != nil {
		return err
	}
	checkpoint, err := os.ReadFile(t.last)
	if err != nil {
		return errors.Wrap(err, "the last checkpoint")
	}
	err = safefile.Write(filepath.Join(dir, lastFile), func(w io.Writer) error {
		_, err := w.Write(checkpoint)
		return err
	})
	if err != nil {
		return err
	}
	if err := safefile.Write(filepath.Join(dir, historyFile), func(w io.Writer) error { return t.history.WriteCSV(w) }); err != nil {
		return err
	}
	return plotHistory(dir, t.result.Name, t.Task().Score(), t.history)
}
