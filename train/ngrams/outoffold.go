package ngrams

import (
	"context"

	"github.com/pkg/errors"

	"unroll/train/calibrate"
)

// OutOfFold returns the probabilities of texts that were held out, [rows, outputs], by a
// setting, and the texts, by their numbers, that the rows are of. With the splits of folds
// they are all texts, each by a model that was not trained on it.
func (d Data) OutOfFold(ctx context.Context, splits []Split, s Setting) (probabilities []float32, rows []int, err error) {
	margins, rows, factor, err := d.outOfFold(ctx, splits, s)
	if err != nil {
		return nil, nil, err
	}
	return calibrate.Probabilities(margins, len(margins)/len(rows), factor), rows, nil
}

// Calibrated returns a trial whose factor is that of texts that were held out. Of many folds
// it is nearly that of a model of all texts, whose margins are larger than those of one of
// fewer, and right more often.
func (d Data) Calibrated(ctx context.Context, splits []Split, t Trial) (Trial, error) {
	var err error
	_, _, t.Factor, err = d.outOfFold(ctx, splits, t.Setting)
	return t, err
}

// outOfFold returns the margins of texts that were held out, their numbers, and the factor
// that makes probabilities of the margins.
func (d Data) outOfFold(ctx context.Context, splits []Split, s Setting) (margins []float32, rows []int, factor float64, err error) {
	if d.Classes == 0 || d.Labels != nil {
		return nil, nil, 0, errors.New("n-grams: only classes that exclude each other have margins to calibrate")
	}
	for _, split := range splits {
		x, err := d.weigh(split.Train, s.Block)
		if err != nil {
			return nil, nil, 0, err
		}
		m, err := d.fit(ctx, x, split.Train, s)
		if err != nil {
			return nil, nil, 0, err
		}
		held, err := d.weigh(split.Held, s.Block)
		if err != nil {
			return nil, nil, 0, err
		}
		of, err := m.Margins(held)
		if err != nil {
			return nil, nil, 0, errors.WithMessage(err, "n-grams")
		}
		margins, rows = append(margins, of...), append(rows, split.Held...)
	}
	factor, err = calibrate.Temperature(margins, pick(d.Class, rows))
	return margins, rows, factor, errors.WithMessage(err, "n-grams")
}
