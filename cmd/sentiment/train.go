package main

import (
	"encoding/json"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"unroll/cmd/sentiment/internal/run"
	"unroll/cmd/sentiment/internal/usage"
	"unroll/train/optimizers"
)

// trainFlags are the flags of the train command.
type trainFlags struct {
	run.Plan
	sayFlags
	out, resume string
	dataChanged bool
}

// sayFlags say how much a training tells while it goes on.
type sayFlags struct{ quiet, json bool }

func (s *sayFlags) flags(flags *pflag.FlagSet) {
	flags.BoolVarP(&s.quiet, "quiet", "q", false, "print only the closing table")
	flags.BoolVar(&s.json, "json", false, "print JSON objects, one per line, instead of text: for the data, each epoch and each result")
}

// speak makes the app say what the flags allow.
func (a *app) speak(s sayFlags) error {
	if s.quiet && s.json {
		return usage.Errorf("give either --quiet or --json, not both")
	}
	if s.quiet || s.json {
		a.say = io.Discard
	}
	if s.json {
		a.events = json.NewEncoder(a.out)
	}
	return nil
}

// run returns a run as the flags say.
func (a *app) run(f *trainFlags) *run.Run {
	c := run.Console{
		Console: a.console(), Out: a.out, Say: a.say, Version: version(),
	}
	if a.events != nil {
		c.Event = a.events.Encode
	}
	return &run.Run{Plan: f.Plan, Console: c, Dir: f.out, Resume: f.resume, DataChanged: f.dataChanged}
}

func (a *app) trainCommand() *cobra.Command {
	f := &trainFlags{}
	c := &cobra.Command{
		Use:   "train",
		Short: "Train models and save them with curves and results",
		Long: `Trains models on labelled texts: the movie reviews of the tutorial, or your own in
CSV, TSV, JSON lines or fastText files or in one folder per class, compressed with
gzip or Zstandard or not. With two labels a model predicts one probability; with
more, one per class; with --regression, a number.`,
		Example: `  sentiment train                                 the tutorial on the movie reviews
  sentiment train --data mine.csv                 the best model for your own texts
  sentiment train --data mine.csv --model bow,embedding
  sentiment train --data tickets.jsonl --text-column body --label-column queue
  sentiment train --data sample --model embedding --folds 5
  sentiment train --from runs/latest --data new.csv
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
				a.interrupted = "interrupted, continue with: sentiment train --resume " + r.Dir
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
	f.modelFlags(flags, "", "`names` of the models, comma-separated: %s (default: auto; on the movie reviews "+run.Default([]string{"auto"})+")")
	flags.Float64Var(&f.Budget, "budget", 1, "how much auto and ngrams try, as a `factor`: 1 takes about a minute for 25,000 texts, and seconds for 5,000")
	flags.StringVar(&f.From, "from", "", "`folder` of a model or a run, trained or imported, to go on from with new texts; it keeps its words and classes")
	signatureFlag(flags)
	flags.BoolVar(&f.NewLabels, "new-labels", false, "add the new texts' labels that the model of --from does not have to its classes")
	flags.IntVar(&f.Epochs, "epochs", 20, "passes over the training texts")
	flags.IntVar(&f.Folds, "folds", 0, "cross-validate with this many `folds` and save no models; 0: off")
	flags.IntVar(&f.EarlyStop, "early-stop", -1, "stop after this many `epochs` without a better val_loss and restore the best weights; 0: never (default: 2 for conv and bigru, else 0)")
	flags.Lookup("early-stop").DefValue = "0" // the help tells the default in words
	flags.BoolVar(&f.Best, "best", false, "save the weights of the epoch with the best val_loss instead of the last one")
	flags.StringVar(&f.ClassWeight, "class-weight", "", "how much a text counts in training, by its label: `pairs` such as spam=5,ham=1; with balanced each class counts for as much as the others")
	flags.BoolVar(&f.TensorBoard, "tensorboard", false, "write event files for TensorBoard into the run's folder")
	flags.IntVar(&f.CheckpointEvery, "checkpoint-every", 0, "`batches` between checkpoints; 0: one every ten seconds")
	flags.StringVar(&f.resume, "resume", "", "`folder` of a run to continue; it keeps its settings, only --epochs can change")
	flags.BoolVar(&f.dataChanged, "data-changed", false, "go on with --resume although files of the texts are not what they were when the run began")
}

// modelFlags are those that say what is trained on what, and how.
func (f *trainFlags) modelFlags(flags *pflag.FlagSet, models, usage string) {
	flags.SortFlags = false
	flags.StringArrayVar((*[]string)(&f.Data), "data", []string{"auto"}, dataHelp)
	chooseModels(flags, &f.Models, models, usage)
	flags.IntVar(&f.Batch, "batch", 32, "texts per batch")
	flags.Uint64Var(&f.Seed, "seed", 42, "seed of the split, the weights and the shuffling")
	choose(flags, &f.RNN, "rnn", "auto", "`execution` of recurrent layers: %s", run.Executions())
	flags.Var(&f.Memory, "memory", "most `bytes` that a batch may need, such as 512MB; above it recurrent layers recompute, or the model is refused (default: no limit)")
	choose(flags, &f.Optimizer, "optimizer", "", "`name` of the optimizer: %s (default: the model's own)", optimizers.Names())
	flags.Float64Var(&f.Rate, "lr", 0, "learning `rate` (default: the optimizer's own)")
	choose(flags, &f.Schedule, "schedule", "", "`schedule` by which the learning rate falls: %s", optimizers.ScheduleNames())
	flags.Float64Var(&f.Clip, "clip", 0, "clip the gradients to this global `norm`; 0: off")
	flags.StringVar(&f.Vectors, "vectors", "", "`file` of pretrained vectors for the embedding: GloVe or word2vec")
	flags.BoolVar(&f.Frozen, "frozen", false, "keep the pretrained vectors fixed")
	readFlags(&f.Settings, flags)
	besideFlags(&f.Settings, flags)
	divideFlags(&f.Settings, flags)
	textFlags(&f.TextSettings, flags)
	layoutFlags(&f.Layout, flags)
}

// checkOut refuses a folder that is none, and the link as a folder.
func (f *trainFlags) checkOut(flags *pflag.FlagSet) error {
	switch {
	case !flags.Changed("out"):
	case f.out == "":
		return usage.Errorf("--out is empty, want a folder")
	case filepath.Clean(f.out) == run.Latest:
		return usage.Errorf("--out %s is the link to the newest run: choose another folder, or leave out --out", f.out)
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
		if !slices.Contains([]string{"resume", "epochs", "data-changed", "quiet", "json"}, f.Name) && err == nil {
			err = usage.Errorf("--%s cannot be used with --resume: a run keeps its settings, only --epochs can change", f.Name)
		}
	})
	return err
}
