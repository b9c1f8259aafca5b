package ngrams

import (
	"context"

	"github.com/pkg/errors"

	"unroll/nn"
	"unroll/train/calibrate"
	"unroll/train/linear"
)

// LabelNetwork is Network with a sigmoid for each of so many labels.
func LabelNetwork(grams, split, labels int) (*nn.Model, error) {
	return network(0, grams, split, labels, nn.Sigmoid)
}

// Thresholds returns the probabilities above which Labels are given by a model of a trial,
// see calibrate.Thresholds: on what is held out of splits, on which the trial's setting is
// trained once more.
func (d Data) Thresholds(ctx context.Context, splits []Split, t Trial) ([]float64, error) {
	if d.Labels == nil || len(splits) == 0 {
		return nil, errors.New("n-grams: thresholds need labels and texts that are held out")
	}
	var margins []float32
	var held []int
	for _, split := range splits {
		x, err := d.weigh(split.Train, t.Block)
		if err != nil {
			return nil, err
		}
		m, err := d.fit(ctx, x, split.Train, t.Setting)
		if err != nil {
			return nil, err
		}
		measured, err := d.weigh(split.Held, t.Block)
		if err != nil {
			return nil, err
		}
		of, err := m.Margins(measured)
		if err != nil {
			return nil, err
		}
		margins, held = append(margins, of...), append(held, split.Held...)
	}
	_, _, thresholds, err := d.scoreLabels(margins, held)
	return thresholds, errors.WithMessage(err, "n-grams")
}

func (d Data) fitLabels(ctx context.Context, x *linear.Matrix, rows []int, s Setting) (*linear.Model, error) {
	h := func(has []int32) ([]float32, error) { return linear.Ratios(x, has, 1, ratioOffset) }
	if s.Plain {
		h = nil
	}
	m, err := linear.SVM{C: s.C, Seed: int64(d.Seed)}.FitLabels(ctx, x, pick(d.Labels, rows), d.Classes, h)
	return m, errors.WithMessage(err, "n-grams")
}

// scoreLabels returns the F1 of texts by their margins, [rows, labels], the factor that
// makes probabilities of these, one for all labels, and the labels' thresholds.
func (d Data) scoreLabels(margins []float32, rows []int) (f1, factor float64, thresholds []float64, err error) {
	has := make([]float32, len(margins))
	class := make([]int32, len(margins))
	for i, row := range rows {
		for _, l := range d.Labels[row] {
			has[i*d.Classes+int(l)], class[i*d.Classes+int(l)] = 1, 1
		}
	}
	if factor, err = calibrate.Temperature(margins, class); err != nil {
		return 0, 0, nil, err
	}
	p := calibrate.Probabilities(margins, 1, factor)
	if thresholds, err = calibrate.Thresholds(p, has, d.Classes, calibrate.LeastTexts); err != nil {
		return 0, 0, nil, err
	}
	hits, given, of := 0., 0., 0.
	for i, v := range p {
		of += float64(has[i])
		if v > float32(thresholds[i%d.Classes]) {
			given++
			hits += float64(has[i])
		}
	}
	return 2 * hits / max(given+of, 1), factor, thresholds, nil
}

// checkLabels refuses labels that there are not.
func (d Data) checkLabels() error {
	for i, of := range d.Labels {
		for _, l := range of {
			if l < 0 || int(l) >= d.Classes {
				return errors.Errorf("text %d has the label %d, want 0 to %d", i, l, d.Classes-1)
			}
		}
	}
	return nil
}
