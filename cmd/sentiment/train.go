package main

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"unroll/cmd/sentiment/internal/run"
	"unroll/cmd/sentiment/internal/usage"
)

// trainFlags are the flags of the train command.
type trainFlags struct {
	run.Plan
	sayFlags
	out, resume string
}

// run returns a run as the flags say.
func (a *app) run(f *trainFlags) *run.Run {
	c := run.Console{
		Console: a.console(), Out: a.out, Say: a.say, Version: version(),
		Progress: func(score string, texts int) run.Progress {
			return &progress{out: a.say, width: columns(a.say), score: score, texts: texts}
		},
	}
	if a.events != nil {
		c.Event = a.events.Encode
	}
	return &run.Run{Plan: f.Plan, Console: c, Dir: f.out, Resume: f.resume}
}

func (a *app) trainCommand() *cobra.Command {
	f := &trainFlags{}
	c := &cobra.Command{
		Use:   "train",
		Short: "Run the experiments and save models, curves and results",
		Long: `Trains models on labelled texts: on the movie reviews of the tutorial, or on any
CSV, TSV, JSON lines or fastText file, or folder of a folder for each class, each
gzip- or Zstandard-compressed or not. Two labels make a model that gives a
probability, more one that gives one for each, and --regression an estimate.`,
		Example: `  sentiment train                                 both experiments on the reviews
  sentiment train --data reviews.csv --model bow,embedding
  sentiment train --data tickets.jsonl --text-column body --label-column queue
  sentiment train --data sample --model embedding --folds 5
  sentiment train --resume runs/latest
  sentiment train --resume runs/latest --epochs 40`,
		Args: arguments(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			if f.resume != "" {
				if err := onlyResume(c.Flags()); err != nil {
					return err
				}
			}
			if err := f.checkOut(c.Flags()); err != nil {
				return err
			}
			if err := a.speak(f.sayFlags); err != nil {
				return err
			}
			r := a.run(f)
			r.Command, r.More = commandLine(c.Flags()), c.Flags().Changed("epochs")
			err := r.Train(c.Context())
			if r.Begun {
				a.interrupted = "interrupted, go on with: sentiment train --resume " + r.Dir
			}
			return err
		},
	}
	f.runFlags(c.Flags())
	f.sayFlags.flags(c.Flags())
	c.Flags().StringVar(&f.out, "out", "", "`folder` for models, curves and results.json (default: a new one in "+run.RunsDir+", which "+run.Latest+" is then a link to)")
	return c
}

// runFlags are those of a training.
func (f *trainFlags) runFlags(flags *pflag.FlagSet) {
	f.modelFlags(flags)
	flags.IntVar(&f.Epochs, "epochs", 20, "passes over the training texts")
	flags.IntVar(&f.Folds, "folds", 0, "cross-validate in so many `parts`, and save no models; 0: no")
	flags.IntVar(&f.EarlyStop, "early-stop", 0, "`epochs` without a better val_loss after which to stop and go back to the best; 0: never")
	flags.BoolVar(&f.Best, "best", false, "save the weights of the epoch with the best val_loss, not of the last")
	flags.BoolVar(&f.TensorBoard, "tensorboard", false, "write event files for TensorBoard into the run's folder")
	flags.IntVar(&f.CheckpointEvery, "checkpoint-every", 0, "`batches` from one checkpoint to the next; 0: ten seconds")
	flags.StringVar(&f.resume, "resume", "", "`folder` of a run to go on with, in the settings that it has, but for --epochs if that is given")
}

// modelFlags are those that say what is trained on what, and how.
func (f *trainFlags) modelFlags(flags *pflag.FlagSet) {
	flags.SortFlags = false
	flags.StringArrayVar((*[]string)(&f.Data), "data", []string{"auto"}, dataHelp)
	flags.StringVar(&f.Models, "model", "onehot,embedding", "`names` of the experiments to run, comma-separated: "+strings.Join(run.Names(run.Models), ", "))
	flags.IntVar(&f.Batch, "batch", 32, "texts in a batch")
	flags.Uint64Var(&f.Seed, "seed", 42, "seed of the split, the weights and the shuffling")
	flags.StringVar(&f.RNN, "rnn", "auto", "`how` recurrent layers run: auto, unrolled, looped or fused")
	flags.StringVar(&f.Optimizer, "optimizer", "", "`name`: "+run.Either(run.Optimizers())+" (default: the experiment's own)")
	flags.Float64Var(&f.Rate, "lr", 0, "learning `rate` (default: the optimizer's own)")
	flags.StringVar(&f.Schedule, "schedule", "", "`how` the learning rate falls: "+run.Either(run.Schedules()))
	flags.Float64Var(&f.Clip, "clip", 0, "largest `norm` of all gradients together; 0: any")
	flags.StringVar(&f.Vectors, "vectors", "", "`file` of pretrained vectors for the embedding: GloVe or word2vec")
	flags.BoolVar(&f.Frozen, "frozen", false, "leave the pretrained vectors as they are")
	readFlags(&f.Settings, flags)
	divideFlags(&f.Settings, flags)
	textFlags(&f.TextSettings, flags)
}

// checkOut refuses a folder that is none, and the link as a folder.
func (f *trainFlags) checkOut(flags *pflag.FlagSet) error {
	switch {
	case !flags.Changed("out"):
	case f.out == "":
		return usage.Errorf("--out is empty, want a folder")
	case filepath.Clean(f.out) == run.Latest:
		return usage.Errorf("--out %s is the link to the newest run, want another folder or no --out", f.out)
	}
	return nil
}

// commandLine writes the command that does a run again.
func commandLine(flags *pflag.FlagSet) string {
	line := "sentiment train"
	flags.Visit(func(f *pflag.Flag) {
		values := []string{f.Value.String()}
		if list, ok := f.Value.(pflag.SliceValue); ok {
			values = list.GetSlice()
		}
		for _, v := range values {
			if v == "" || strings.ContainsAny(v, " \t\n'\"$`\\*?[]#~;&|<>()!{}") {
				v = "'" + strings.ReplaceAll(v, "'", `'\''`) + "'"
			}
			switch {
			case f.Name == "quiet" || f.Name == "json":
			case f.Value.Type() == "bool" && v == "true":
				line += " --" + f.Name
			case f.Value.Type() == "bool":
				line += " --" + f.Name + "=" + v
			default:
				line += " --" + f.Name + " " + v
			}
		}
	})
	return line
}

// onlyResume refuses flags beside --resume.
func onlyResume(flags *pflag.FlagSet) (err error) {
	flags.Visit(func(f *pflag.Flag) {
		if !slices.Contains([]string{"resume", "epochs", "quiet", "json"}, f.Name) && err == nil {
			err = usage.Errorf("--%s cannot be given with --resume: a run goes on in its own settings, but for --epochs", f.Name)
		}
	})
	return err
}
