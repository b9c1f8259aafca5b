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
	if d.Classes == 0 {
		return nil, nil, errors.New("n-grams: numbers have no probabilities")
	}
	var margins []float32
	for _, split := range splits {
		x, err := d.weigh(split.Train, s.Block)
		if err != nil {
			return nil, nil, err
		}
		m, err := d.fit(ctx, x, split.Train, s)
		if err != nil {
			return nil, nil, err
		}
		held, err := d.weigh(split.Held, s.Block)
		if err != nil {
			return nil, nil, err
		}
		of, err := m.Margins(held)
		if err != nil {
			return nil, nil, errors.WithMessage(err, "n-grams")
		}
		margins, rows = append(margins, of...), append(rows, split.Held...)
	}
	factor, err := calibrate.Temperature(margins, pick(d.Class, rows))
	if err != nil {
		return nil, nil, errors.WithMessage(err, "n-grams")
	}
	return calibrate.Probabilities(margins, len(margins)/len(rows), factor), rows, nil
}
