package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/pkg/errors"
	"github.com/spf13/cobra"

	"unroll/datasets"
	"unroll/internal/safefile"
	"unroll/nn"
	"unroll/train"
)

// trainFlags are the flags of the train command.
type trainFlags struct {
	data, models, rnn, out string
	epochs, batch, maxlen  int
	seed                   uint64
}

func (a *app) trainCommand() *cobra.Command {
	f := &trainFlags{}
	c := &cobra.Command{
		Use:   "train",
		Short: "Run the experiments and save models, curves and results",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return a.train(c.Context(), f) },
	}
	c.Flags().StringVar(&f.data, "data", "auto", "reviews: auto, imdb, sample, or the path of an aclImdb folder or .tar.gz")
	c.Flags().StringVar(&f.models, "model", "onehot,embedding", "experiments to run, comma-separated")
	c.Flags().IntVar(&f.epochs, "epochs", 20, "passes over the training reviews")
	c.Flags().IntVar(&f.batch, "batch", 32, "reviews in a batch")
	c.Flags().IntVar(&f.maxlen, "maxlen", 100, "words of a review that the models see")
	c.Flags().Uint64Var(&f.seed, "seed", 42, "seed of the split, the weights and the shuffling")
	c.Flags().StringVar(&f.rnn, "rnn", "auto", "how recurrent layers run: auto or unrolled")
	c.Flags().StringVar(&f.out, "out", filepath.Join("runs", "latest"), "folder for models, curves and results.json")
	return c
}

// check refuses values that no run can work with.
func (f *trainFlags) check() error {
	for _, v := range []struct {
		name  string
		value int
	}{{"epochs", f.epochs}, {"batch", f.batch}, {"maxlen", f.maxlen}} {
		if v.value < 1 {
			return usagef("--%s is %d, want at least 1", v.name, v.value)
		}
	}
	if f.out == "" {
		return usagef("--out is empty, want a folder")
	}
	_, err := execution(f.rnn)
	return err
}

func execution(name string) (nn.Execution, error) {
	switch name {
	case "auto":
		return nn.Auto, nil
	case string(nn.Unrolled):
		return nn.Unrolled, nil
	}
	return "", usagef("--rnn: unknown execution %q, want auto or unrolled", name)
}

// train runs the experiments one after the other. Each is saved when it is
// done; an experiment that fails or is interrupted leaves what was there.
func (a *app) train(ctx context.Context, f *trainFlags) error {
	chosen, err := choose(f.models)
	if err != nil {
		return err
	}
	if err := f.check(); err != nil {
		return err
	}
	if err := writable(f.out); err != nil {
		return err
	}
	corpus, name, err := a.corpus(ctx, f.data)
	if err != nil {
		return err
	}
	trainOn, validateOn, err := split(corpus, f.seed)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.out, "Data: %s, %s\n%s reviews to train on, %s to validate on, %s to test on.\n\n", corpus.Name, corpus.Source,
		nn.Thousands(len(trainOn)), nn.Thousands(len(validateOn)), nn.Thousands(len(corpus.Test)))
	vocabulary := datasets.BuildVocabulary(corpus.Train)
	res := &results{Data: corpus.Name, Seed: f.seed}
	for _, e := range chosen {
		r, err := a.experiment(ctx, f, e, corpus, vocabulary, trainOn, validateOn, name)
		if err != nil {
			return errors.WithMessage(err, e.name)
		}
		res.Experiments = append(res.Experiments, *r)
	}
	res.compare()
	if err := writeJSON(filepath.Join(f.out, resultsFile), res); err != nil {
		return err
	}
	res.print(a.out)
	fmt.Fprintf(a.out, "Models, curves and %s are in %s.\n", resultsFile, f.out)
	return nil
}

// experiment trains, evaluates and saves one model.
func (a *app) experiment(ctx context.Context, f *trainFlags, e experiment, corpus *datasets.Corpus, vocabulary *datasets.Vocabulary, trainOn, validateOn []int, data string) (*result, error) {
	encoder, err := e.encoder(vocabulary, f.maxlen)
	if err != nil {
		return nil, err
	}
	model, err := e.model(f.maxlen, f.seed)
	if err != nil {
		return nil, err
	}
	all := samples(encoder, corpus.Train)
	fitOn, err := part(all, trainOn)
	if err != nil {
		return nil, err
	}
	validation, err := part(all, validateOn)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(a.out, "Experiment %s\n%s\n", e.name, model.Summary())
	exec, err := execution(f.rnn)
	if err != nil {
		return nil, err
	}
	trainer, err := newTrainer(model, e.optimizer(), exec)
	if err != nil {
		return nil, err
	}
	defer trainer.Close()
	p := newProgress(a.out)
	start := time.Now()
	history, err := trainer.Fit(ctx, fitOn, train.FitConfig{
		Epochs: f.epochs, BatchSize: f.batch, Validation: &validation, Seed: f.seed, Hooks: []train.Hook{p.hook},
	})
	p.close()
	if err != nil {
		return nil, err
	}
	r := newResult(e.name, model.Params(), fitOn, validation, history)
	if r.Evaluate, err = evaluate(ctx, trainer, validation, f.batch); err != nil {
		return nil, err
	}
	test, err := evaluate(ctx, trainer, samples(encoder, corpus.Test), f.batch)
	if err != nil {
		return nil, err
	}
	r.Test = &test
	fmt.Fprintf(a.out, "Trained in %.1f s. Validation: loss %.4f, accuracy %.4f. Test: loss %.4f, accuracy %.4f.\n\n",
		time.Since(start).Seconds(), r.Evaluate.Loss, r.Evaluate.Accuracy, test.Loss, test.Accuracy)
	return r, replaceDir(filepath.Join(f.out, e.name), func(dir string) error {
		if err := model.Save(dir); err != nil {
			return err
		}
		if err := encoder.Save(filepath.Join(dir, vocabularyFile)); err != nil {
			return err
		}
		s := settings{Version: settingsVersion, Model: e.name, Data: data, Seed: f.seed, Batch: f.batch}
		if err := writeJSON(filepath.Join(dir, settingsFile), s); err != nil {
			return err
		}
		err := safefile.Write(filepath.Join(dir, historyFile), func(w io.Writer) error { return history.WriteCSV(w) })
		if err != nil {
			return err
		}
		return plotHistory(dir, e.name, history)
	})
}

func newTrainer(m *nn.Model, opt train.Optimizer, exec nn.Execution) (*train.Trainer, error) {
	return train.Compile(m, train.Config{
		Optimizer: opt,
		Loss:      nn.BinaryCrossentropy{},
		Metrics:   []train.Metric{&train.BinaryAccuracy{}},
		Execution: exec,
	})
}

// writable makes the folder and sees that files can be made in it, before
// hours are spent.
func writable(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return errors.Wrap(err, "--out")
	}
	f, err := os.CreateTemp(dir, ".writable.*")
	if err != nil {
		return errors.Wrap(err, "--out")
	}
	f.Close()
	return errors.Wrap(os.Remove(f.Name()), "--out")
}
