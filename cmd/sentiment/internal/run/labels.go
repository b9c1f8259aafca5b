package run

import (
	"context"
	"math"

	"unroll/nn"
	"unroll/train"
	"unroll/train/classifier"
	"unroll/train/ngrams"
)

// tune gives a model of several labels the thresholds that are best on the validation
// texts, and returns a trainer that measures with them in place of the one that it
// closes.
func (r *Run) tune(ctx context.Context, t *trained, trainer *train.Trainer, l *lesson, validation train.Data) (*train.Trainer, error) {
	y, err := trainer.Predict(ctx, validation, r.Batch)
	if err != nil {
		return trainer, err
	}
	task, err := l.task.Tuned(y, validation.Targets)
	if err != nil { // of a training that diverged, which is to be seen in its scores
		r.warn("%s: the thresholds of the labels stay as they were: %v", t.Name(), err)
		return trainer, nil
	}
	tuned, err := classifier.New(t.Name(), t.Net(), t.Encoder(), task, classifier.Beside(t.Columns()))
	if err != nil {
		return trainer, err
	}
	if err := t.Model.Close(); err != nil {
		return trainer, err
	}
	t.Model, l.task = tuned, task
	measures, err := Compile(task, t.Net(), nil, nn.Auto, r.Memory)
	if err != nil {
		return trainer, err
	}
	return measures, trainer.Close()
}

// gramThresholds chooses those of labels for n-grams, on the texts that their settings were
// chosen by.
func (r *Run) gramThresholds(ctx context.Context, d ngrams.Data, best ngrams.Trial, l lesson) ([]float64, error) {
	splits, err := r.gramSplits(l)
	if err != nil {
		return nil, err
	}
	return d.Thresholds(ctx, splits, best)
}

// judgeLabels returns how sure a model is of the labels of a text with the given outputs:
// of wrong ones how far the worst is on the wrong side of its threshold, else how near
// the nearest is to its own.
func judgeLabels(of classifier.Task, y, targets []float32) (sure float64, right bool) {
	nearest, worst := 1., -1.
	for i, v := range y {
		distance := math.Abs(float64(v) - of.Threshold(i))
		nearest = min(nearest, distance)
		if (v > float32(of.Threshold(i))) != (targets[i] > 0.5) {
			worst = max(worst, distance)
		}
	}
	if worst < 0 {
		return nearest, true
	}
	return worst, false
}
