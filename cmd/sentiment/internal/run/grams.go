package run

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/pkg/errors"

	"unroll/cmd/sentiment/internal/corpus"
	"unroll/nn"
	"unroll/train"
	"unroll/train/classifier"
	"unroll/train/ngrams"
)

// fitGrams trains a model of n-grams: it chooses its settings, measures the model on the
// validation texts, and then learns from these, too.
func (r *Run) fitGrams(ctx context.Context, e Model, l lesson, fold string) (*trained, error) {
	t := r.begun(l)
	started := time.Now()
	fmt.Fprintf(r.Say, "Experiment %s\n", e.Name)
	d := gramData(e.Name, l, r.Seed)
	weights, err := r.classWeights(l)
	if err != nil {
		return nil, err
	}
	for _, w := range weights {
		d.Weights = append(d.Weights, float32(w))
	}
	everything := make([]int, len(d.Bags))
	for i := range everything {
		everything[i] = i
	}
	if d.Columns, _, err = l.Features(l.columns, everything); err != nil {
		return nil, err
	}
	var best ngrams.Trial
	if e.given != nil {
		best, err = r.goOnGrams(ctx, e.given, &d, l)
	} else {
		best, err = r.search(ctx, t, d, e, l, fold)
	}
	if err != nil {
		return nil, err
	}
	t.Trial = &best
	if l.task.Multi {
		if l.task.Thresholds, err = r.gramThresholds(ctx, d, best, l); err != nil {
			return nil, err
		}
	}
	var curve *learningCurve
	if e.Name == Auto && e.given == nil && fold == "" {
		if curve, err = r.learn(ctx, d, best, l); err != nil {
			return nil, err
		}
	}
	if d, err = d.Only(best.Block); err != nil {
		return nil, err
	}
	l = l.with(e.Name, corpus.Encoded{Grams: d.Grams, IDs: d.Bags})
	net, err := d.Train(ctx, l.Train, best)
	if err != nil {
		return nil, err
	}
	fmt.Fprint(r.Say, net.Summary(), "\n")
	if t.Model, err = classifier.NewGrams(e.Name, net, d.Grams, l.task, classifier.Beside(l.columns)); err != nil {
		return nil, err
	}
	trainer, err := train.Compile(net, l.task.Config())
	if err != nil {
		return nil, err
	}
	defer trainer.Close()
	fitOn, validation, test, err := l.parts(e.Name)
	if err != nil {
		return nil, err
	}
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
	trials := t.result.Trials
	t.result = newResult(e.Name, net.Params(), fitOn, validation, t.history)
	t.result.Evaluate, t.result.Trials, t.result.LearningCurve = scores, trials, curve
	y, err := trainer.Predict(ctx, validation, r.Batch)
	if err != nil {
		return nil, err
	}
	t.answers, t.right = answersOf(t.Task(), y), judge(l.task, y, validation.Targets)
	if t.result.Before, err = e.given.before(ctx, l, validation, r.Batch); err != nil {
		return nil, err
	}
	fmt.Fprintf(r.Say, "Validation: %s.", scores.Line())
	r.sayBefore(t.result, l.task)
	if len(l.Test) == 0 && fold == "" { // before it learns from the validation texts
		if err := t.examine(ctx, trainer, e, l); err != nil {
			return nil, err
		}
	}
	all := slices.Concat(l.Train, l.Validation)
	if best, err = r.calibrated(ctx, d, all, best, l); err != nil {
		return nil, err
	}
	whole, err := d.Train(ctx, all, best)
	if err != nil {
		return nil, err
	}
	if err := copyWeights(net, whole); err != nil {
		return nil, errors.WithMessage(err, e.Name)
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
	return t, nil
}

// copyWeights gives a network the weights of another of the same layers.
func copyWeights(to, from *nn.Model) error {
	for i, l := range from.Layers() {
		for j, w := range l.Weights() {
			if err := to.Layers()[i].Weights()[j].Set(w.Float64s()); err != nil {
				return err
			}
		}
	}
	return nil
}

// gramData are the texts of a lesson as bags of n-grams.
func gramData(name string, l lesson, seed uint64) ngrams.Data {
	set := l.Encoded[name]
	d := ngrams.Data{Grams: set.Grams, Bags: set.IDs, Classes: len(l.task.Classes), Seed: seed}
	if l.task.Multi {
		for i := range l.Len() {
			d.Labels = append(d.Labels, l.Labels(i))
		}
		return d
	}
	for _, y := range l.Targets {
		if l.task.Number() {
			d.Numbers = append(d.Numbers, l.task.Target(y))
		} else {
			d.Class = append(d.Class, int32(y))
		}
	}
	return d
}

// with returns a lesson in which a model's samples are others.
func (l lesson) with(name string, samples corpus.Encoded) lesson {
	set := *l.Set
	set.Encoded = maps.Clone(set.Encoded)
	set.Encoded[name] = samples
	l.Set = &set
	return l
}
