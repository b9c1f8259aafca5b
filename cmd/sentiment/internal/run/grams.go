package run

import (
	"context"
	"fmt"
	"time"

	"github.com/pkg/errors"

	"unroll/train"
	"unroll/train/classifier"
	"unroll/train/ngrams"
)

// enoughValidation is the number of texts that settings are chosen by without folds: fewer
// would choose by chance.
const enoughValidation = 2000

// gramFolds is the number of parts of the training texts, else.
const gramFolds = 5

// fitGrams trains a model of n-grams: it chooses its settings, measures the model on the
// validation texts, and then learns from these, too.
func (r *Run) fitGrams(ctx context.Context, e Model, l lesson, fold string) (*trained, error) {
	set := l.Encoded[e.Name]
	d := ngrams.Data{Grams: set.Grams, Bags: set.IDs, Class: make([]int32, len(set.IDs)), Classes: len(l.task.Classes), Seed: r.Seed}
	for i, y := range l.Targets {
		d.Class[i] = int32(y)
	}
	weights, err := r.classWeights(l)
	if err != nil {
		return nil, err
	}
	for _, w := range weights {
		d.Weights = append(d.Weights, float32(w))
	}
	t := &trained{Saved: Saved{Training: Training{Version: trainingVersion, Settings: r.Settings, Seed: r.Seed, Batch: r.Batch}}}
	t.Data = l.Paths
	started := time.Now()
	fmt.Fprintf(r.Say, "Experiment %s\n", e.Name)
	best, err := d.Choose(ctx, r.gramSplits(l), d.Settings(), func(t ngrams.Trial) {
		fmt.Fprintf(r.Say, "  %-20s C %-3v  accuracy %.4f\n", t.Block, t.C, t.Accuracy)
	})
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(r.Say, "Chosen: %s, C %v.\n", best.Block, best.C)
	net, err := d.Train(ctx, l.Train, best)
	if err != nil {
		return nil, err
	}
	fmt.Fprint(r.Say, net.Summary(), "\n")
	if t.Model, err = classifier.NewGrams(e.Name, net, set.Grams, l.task); err != nil {
		return nil, err
	}
	trainer, err := train.Compile(net, l.task.Config())
	if err != nil {
		return nil, err
	}
	defer trainer.Close()
	fitOn, validation, test := l.Data(e.Name, l.task, l.Train), l.Data(e.Name, l.task, l.Validation), l.Data(e.Name, l.task, l.Test)
	logs, err := Evaluate(ctx, trainer, fitOn, r.Batch)
	if err != nil {
		return nil, err
	}
	t.history = &train.History{Epochs: []train.Epoch{{Logs: train.Logs(logs), Seconds: time.Since(started).Seconds()}}, WeightsEpoch: 1}
	scores, err := Evaluate(ctx, trainer, validation, r.Batch)
	if err != nil {
		return nil, err
	}
	for name, v := range scores {
		t.history.Epochs[0].Logs["val_"+name] = v
	}
	t.result = newResult(e.Name, net.Params(), fitOn, validation, t.history)
	t.result.Evaluate = scores
	fmt.Fprintf(r.Say, "Validation: %s.", scores.Line())
	if len(l.Test) == 0 && fold == "" { // before it learns from the validation texts
		if err := t.examine(ctx, trainer, e, l); err != nil {
			return nil, err
		}
	}
	whole, err := d.Train(ctx, append(append([]int(nil), l.Train...), l.Validation...), best)
	if err != nil {
		return nil, err
	}
	for i, l := range whole.Layers() {
		for j, w := range l.Weights() {
			if err := net.Layers()[i].Weights()[j].Set(w.Float64s()); err != nil {
				return nil, errors.WithMessage(err, e.Name)
			}
		}
	}
	if len(l.Test) > 0 {
		if t.result.Test, err = Evaluate(ctx, trainer, test, r.Batch); err != nil {
			return nil, err
		}
		t.result.tested(l)
		fmt.Fprintf(r.Say, " Test, after learning from the validation texts too: %s.", t.result.Test.Line())
		if fold == "" {
			if err := t.examine(ctx, trainer, e, l); err != nil {
				return nil, err
			}
		}
	}
	fmt.Fprint(r.Say, "\n\n")
	return t, r.event(resultEvent{"result", fold, t.result})
}

// gramSplits are the texts to choose settings by.
func (r *Run) gramSplits(l lesson) []ngrams.Split {
	if len(l.Validation) >= enoughValidation {
		return []ngrams.Split{{Train: l.Train, Held: l.Validation}}
	}
	splits := ngrams.Folds(len(l.Train), min(gramFolds, len(l.Train)), r.Seed)
	for i, s := range splits {
		splits[i] = ngrams.Split{Train: pick(l.Train, s.Train), Held: pick(l.Train, s.Held)}
	}
	return splits
}

func pick(all, rows []int) []int {
	some := make([]int, len(rows))
	for i, row := range rows {
		some[i] = all[row]
	}
	return some
}
