package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pkg/errors"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"unroll/datasets"
	"unroll/internal/safefile"
	"unroll/nn"
	"unroll/train"
)

// trainFlags are the flags of the train command.
type trainFlags struct {
	runSettings
	out, resume string
}

func (a *app) trainCommand() *cobra.Command {
	f := &trainFlags{}
	c := &cobra.Command{
		Use:   "train",
		Short: "Run the experiments and save models, curves and results",
		Args:  arguments(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			if f.resume != "" {
				if err := onlyResume(c.Flags()); err != nil {
					return err
				}
			}
			return a.train(c.Context(), f)
		},
	}
	f.modelFlags(c.Flags())
	c.Flags().IntVar(&f.Epochs, "epochs", 20, "passes over the training reviews")
	c.Flags().IntVar(&f.EarlyStop, "early-stop", 0, "`epochs` without a better val_loss after which to stop and go back to the best; 0: never")
	c.Flags().BoolVar(&f.TensorBoard, "tensorboard", false, "write event files for TensorBoard into the run's folder")
	c.Flags().IntVar(&f.CheckpointEvery, "checkpoint-every", 0, "`batches` from one checkpoint to the next; 0: ten seconds")
	c.Flags().StringVar(&f.resume, "resume", "", "`folder` of a run to go on with, in the settings that it has")
	c.Flags().StringVar(&f.out, "out", filepath.Join("runs", "latest"), "`folder` for models, curves and results.json")
	return c
}

// modelFlags are those that say what is trained on what, and how.
func (f *trainFlags) modelFlags(flags *pflag.FlagSet) {
	flags.StringVar(&f.Data, "data", "auto", "`reviews`: auto, imdb, sample, or a path (aclImdb folder or .tar.gz)")
	flags.StringVar(&f.Models, "model", "onehot,embedding", "`names` of the experiments to run, comma-separated")
	flags.IntVar(&f.Batch, "batch", 32, "reviews in a batch")
	flags.IntVar(&f.MaxLen, "maxlen", 100, "words of a review that the models see")
	flags.Uint64Var(&f.Seed, "seed", 42, "seed of the split, the weights and the shuffling")
	flags.StringVar(&f.RNN, "rnn", "auto", "`how` recurrent layers run: auto, unrolled, looped or fused")
	flags.StringVar(&f.Optimizer, "optimizer", "", "`name`: "+optimizerNames+" (default: the experiment's own)")
	flags.Float64Var(&f.Rate, "lr", 0, "learning `rate` (default: the optimizer's own)")
	flags.StringVar(&f.Schedule, "schedule", "", "`how` the learning rate falls: "+scheduleNames)
	flags.Float64Var(&f.Clip, "clip", 0, "largest `norm` of all gradients together; 0: any")
}

// check refuses values that no run can work with.
func (f *trainFlags) check() error {
	if err := positive("epochs", f.Epochs); err != nil {
		return err
	}
	if err := positive("batch", f.Batch); err != nil {
		return err
	}
	if f.CheckpointEvery < 0 {
		return usagef("--checkpoint-every is %d, want at least 0", f.CheckpointEvery)
	}
	if f.Data == "" {
		return usagef("--data is empty, want auto, imdb, sample or a path")
	}
	if f.out == "" {
		return usagef("--out is empty, want a folder")
	}
	if err := f.checkOptimizer(); err != nil {
		return err
	}
	return checkMaxlen(f.MaxLen)
}

func positive(flag string, value int) error {
	if value < 1 {
		return usagef("--%s is %d, want at least 1", flag, value)
	}
	return nil
}

// longest is several times the words of the longest review. A model's memory
// grows with its sequences.
const longest = 10_000

func checkMaxlen(n int) error {
	if n < 1 || n > longest {
		return usagef("--maxlen is %d, want 1 to %d", n, longest)
	}
	return nil
}

// train runs the experiments one after the other and saves them together at
// the end: a run that fails leaves what was there. One that is interrupted
// leaves checkpoints beside it, from which it can be resumed.
func (a *app) train(ctx context.Context, f *trainFlags) error {
	if f.resume != "" {
		finished, err := f.load()
		if err != nil {
			return err
		}
		if finished {
			fmt.Fprintf(a.out, "The run in %s is finished: its results are in %s.\n", f.out, filepath.Join(f.out, resultsFile))
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
	if err := checkOut(f.out, names(chosen)); err != nil {
		return err
	}
	a.interrupted = fmt.Sprintf("interrupted, go on with: sentiment train --resume %s", f.out)
	undo, err := f.begin()
	if err != nil {
		return err
	}
	err = a.trainAll(ctx, f, chosen, exec)
	if err != nil && ctx.Err() == nil {
		undo()
	}
	return err
}

func (a *app) trainAll(ctx context.Context, f *trainFlags, chosen []experiment, exec nn.Execution) error {
	set, err := a.trainingSet(ctx, f)
	if err != nil {
		return err
	}
	// A larger batch would be the same, but its programs would not fit in memory.
	f.Batch = min(f.Batch, len(set.trainOn))
	res := &results{Data: set.Name, Seed: f.Seed}
	var runs []*trained
	for _, e := range chosen {
		t, err := a.fit(ctx, f, e, exec, set)
		if err != nil {
			return errors.WithMessage(err, e.name)
		}
		runs = append(runs, t)
		res.Experiments = append(res.Experiments, t.result)
	}
	res.compare()
	err = publish(f.out, func(dir string) error {
		for _, t := range runs {
			if err := t.save(filepath.Join(dir, t.result.Name)); err != nil {
				return err
			}
		}
		return writeJSON(filepath.Join(dir, resultsFile), res)
	})
	if err != nil {
		return err
	}
	if err := f.finish(); err != nil {
		return err
	}
	res.print(a.out)
	fmt.Fprintf(a.out, "Models, curves and %s are in %s.\n", resultsFile, f.out)
	if old := earlier(f.out, names(chosen)); len(old) > 0 {
		fmt.Fprintf(a.out, "Of an earlier run, and not in %s: %s.\n", resultsFile, strings.Join(old, ", "))
	}
	return nil
}

// earlier returns the models in the folder out that are not of this run.
func earlier(out string, ours []string) (old []string) {
	for _, name := range names(experiments) {
		if !slices.Contains(ours, name) && isModelDir(filepath.Join(out, name)) {
			old = append(old, name)
		}
	}
	return old
}

// trainingSet is what the experiments of a run share.
type trainingSet struct {
	*datasets.Corpus
	name                string // under which --data finds the corpus
	vocabulary          *datasets.Vocabulary
	trainOn, validateOn []int
}

func (a *app) trainingSet(ctx context.Context, f *trainFlags) (*trainingSet, error) {
	corpus, name, err := a.corpus(ctx, f.Data)
	if err != nil {
		return nil, err
	}
	trainOn, validateOn, err := split(corpus, f.Seed)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(a.out, "Data: %s, %s\n%s reviews to train on, %s to validate on, %s to test on.\n\n", corpus.Name, corpus.Source,
		nn.Thousands(len(trainOn)), nn.Thousands(len(validateOn)), nn.Thousands(len(corpus.Test)))
	return &trainingSet{corpus, name, datasets.BuildVocabulary(corpus.Train), trainOn, validateOn}, nil
}

// encode returns the samples to train on, to validate on and to test on.
func (s *trainingSet) encode(e *datasets.Encoder) (fitOn, validation, test train.Data, err error) {
	if fitOn, err = samples(e, s.Train, s.trainOn); err != nil {
		return
	}
	if validation, err = samples(e, s.Train, s.validateOn); err != nil {
		return
	}
	test, err = samples(e, s.Test, nil)
	return
}

// trained is an experiment that has been run.
type trained struct {
	saved
	history *train.History
	result  result
}

// fit trains and evaluates one model.
func (a *app) fit(ctx context.Context, f *trainFlags, e experiment, exec nn.Execution, set *trainingSet) (*trained, error) {
	t := &trained{saved: saved{settings: settings{
		Version: settingsVersion, Model: e.name, Data: set.name, Seed: f.Seed, Batch: f.Batch,
	}}}
	var err error
	if t.encoder, err = e.encoder(set.vocabulary, f.MaxLen); err != nil {
		return nil, err
	}
	if t.model, err = e.model(f.MaxLen, f.Seed); err != nil {
		return nil, err
	}
	fitOn, validation, test, err := set.encode(t.encoder)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(a.out, "Experiment %s\n%s\n", e.name, t.model.Summary())
	trainer, err := newTrainer(t.model, f.optimizer(e, fitOn.Len()), exec)
	if err != nil {
		return nil, err
	}
	defer trainer.Close()
	p := &progress{out: a.out, width: columns(a.out)}
	c := train.FitConfig{
		Epochs: f.Epochs, BatchSize: f.Batch, Validation: &validation, Seed: f.Seed, Hooks: []train.Hook{train.TerminateOnNaN{}, train.HookFunc(p.hook)},
		Checkpoint: f.checkpointing(e),
	}
	if f.EarlyStop > 0 {
		c.Hooks = append(c.Hooks, &train.EarlyStopping{Patience: f.EarlyStop, RestoreBest: true})
	}
	if f.TensorBoard {
		c.Hooks = append(c.Hooks, &train.TensorBoard{Dir: filepath.Join(f.out, "tensorboard", e.name), HistogramEvery: 1, WriteGraph: true})
	}
	if f.resume != "" {
		if c.Resume, err = a.checkpoint(f, e); err != nil {
			return nil, err
		}
	}
	t.history, err = trainer.Fit(ctx, fitOn, c)
	p.close()
	if err != nil {
		return nil, err
	}
	t.result = newResult(e.name, t.model.Params(), fitOn, validation, t.history)
	if t.result.Evaluate, err = evaluate(ctx, trainer, validation, f.Batch); err != nil {
		return nil, err
	}
	if t.result.Test, err = evaluate(ctx, trainer, test, f.Batch); err != nil {
		return nil, err
	}
	fmt.Fprintf(a.out, "Validation: loss %.4f, accuracy %.4f. Test: loss %.4f, accuracy %.4f.\n\n",
		t.result.Evaluate.Loss, t.result.Evaluate.Accuracy, t.result.Test.Loss, t.result.Test.Accuracy)
	return t, nil
}

// save makes the model's folder.
func (t *trained) save(dir string) error {
	if err := t.saved.save(dir); err != nil {
		return err
	}
	if err := safefile.Write(filepath.Join(dir, historyFile), func(w io.Writer) error { return t.history.WriteCSV(w) }); err != nil {
		return err
	}
	return plotHistory(dir, t.result.Name, t.history)
}
