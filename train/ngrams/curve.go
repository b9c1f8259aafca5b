package ngrams

import (
	"context"

	"github.com/pkg/errors"
)

// Curve tells how a model does with fewer texts: the trials of a setting with an eighth, a
// quarter and half of the training texts, and last the one with all, which is given.
func (d Data) Curve(ctx context.Context, splits []Split, whole Trial) ([]Trial, error) {
	var curve []Trial
	s := Search{Splits: splits, Settings: []Setting{whole.Setting}}
	for _, share := range []float64{1. / 8, 1. / 4, 1. / 2} {
		trials, err := d.round(ctx, s, s.Settings, share)
		if err != nil {
			return nil, errors.WithMessage(err, "n-grams: learning curve")
		}
		curve = append(curve, trials...)
	}
	return append(curve, whole), nil
}

// Doubling returns by how much the score of a curve would grow with twice as many texts,
// about. Where errors fall by a power of the number of texts, each doubling gains the same
// share r of the gain before, which is estimated by least squares over the gains g:
//
//	r = Σ g_k·g_{k+1} / Σ g_k²,  0 ≤ r ≤ 1
//
// and the next gain is the mean of what each of them makes of it, but not less than 0.
// Source of the power law: Hestness et al., Deep Learning Scaling is Predictable,
// Empirically, 2017.
func Doubling(curve []Trial) float64 {
	var gains []float64
	for i := 1; i < len(curve); i++ {
		gains = append(gains, curve[i].Score-curve[i-1].Score)
	}
	if len(gains) == 0 {
		return 0
	}
	var both, squares float64
	for i := 1; i < len(gains); i++ {
		both += gains[i-1] * gains[i]
		squares += gains[i-1] * gains[i-1]
	}
	r := 1.0
	if squares > 0 {
		r = min(1, max(0, both/squares))
	}
	next, weight := 0.0, r
	for i := len(gains) - 1; i >= 0; i-- {
		next += weight * gains[i] / float64(len(gains))
		weight *= r
	}
	return max(0, next)
}
