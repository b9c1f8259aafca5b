package train

import (
	"context"
	"math"

	"github.com/pkg/errors"

	"unroll/nn"
)

// The probes of this file train a model and put everything back as it was:
// weights, states and the optimizer, which must be a Saver.

// RatePoint is the loss of one step of RateRange.
type RatePoint struct {
	Rate float64 `json:"rate"`
	Loss float64 `json:"loss"`     // of the step's batch
	Mean float64 `json:"smoothed"` // a running mean of the losses, of about 50 steps
}

// RateRange trains for so many steps while the learning rate grows by a constant
// factor from one to another, and returns the losses: a good rate lies where
// they fall most, below where they begin to grow. It ends early where, after a
// tenth of the steps, the mean is four times its least, or a loss is not finite.
//
// Smith, Cyclical learning rates for training neural networks, 2017, section
// 3.3.
func (t *Trainer) RateRange(ctx context.Context, d Data, from, to float64, steps, batch int) ([]RatePoint, error) {
	rated, err := RatedOf(t.config.Optimizer)
	if err != nil {
		return nil, errors.WithMessage(err, "rate range")
	}
	if !(from > 0) || !(to > from) || steps < 2 || math.IsInf(to, 0) {
		return nil, errors.Errorf("rate range: from %v to %v in %d steps, want rising rates and two steps", from, to, steps)
	}
	if s := ScheduleOf(t.config.Optimizer); s != "" {
		return nil, errors.Errorf("rate range: the optimizer's schedule %s sets the learning rate before each update: leave it out", s)
	}
	var points []RatePoint
	mean, least := 0.0, math.Inf(1)
	var sum, samples float64 // of the epoch's losses before this step
	watch := CallbackFunc(func(e *Event) error {
		switch e.Kind {
		case TrainBegin:
			rated.SetRate(from)
		case EpochBegin:
			sum, samples = 0, 0
		case BatchEnd:
			s := e.run.scores
			loss := (s.loss - sum) / (s.samples - samples)
			sum, samples = s.loss, s.samples
			i := len(points)
			mean = 0.98*mean + 0.02*loss
			smooth := mean / (1 - math.Pow(0.98, float64(i+1)))
			points = append(points, RatePoint{rated.Rate(), loss, smooth})
			if 10*i >= steps {
				least = math.Min(least, smooth)
			}
			if i+1 == steps || !(smooth <= 4*least) || math.IsInf(loss, 0) {
				e.Stop("the range of rates is done")
				return nil
			}
			rated.SetRate(from * math.Pow(to/from, float64(i+1)/float64(steps-1)))
		}
		return nil
	})
	err = t.unchanged("RateRange", func(turn *nn.Training) error {
		_, err := t.run(ctx, turn, FitConfig{Epochs: math.MaxInt32, BatchSize: batch, Callbacks: []Callback{watch}},
			func(r *fitRun) error { return r.useData(d) })
		return err
	})
	return points, errors.WithMessage(err, "rate range")
}

// OverfitBatch trains on the first samples of d, a single batch, for so many
// steps, and returns the loss of each: a model that cannot bring it near 0 is
// wired wrongly, or has a learning rate that does not fit.
func (t *Trainer) OverfitBatch(ctx context.Context, d Data, batch, steps int) ([]float64, error) {
	size, err := t.batchSize(batch, 0)
	if err != nil {
		return nil, errors.WithMessage(err, "overfit")
	}
	d = d.slice(t.model, 0, min(size, d.Len()))
	var h *History
	err = t.unchanged("OverfitBatch", func(turn *nn.Training) error {
		h, err = t.run(ctx, turn, FitConfig{Epochs: steps, BatchSize: size, NoShuffle: true},
			func(r *fitRun) error { return r.useData(d) })
		return err
	})
	if err != nil {
		return nil, errors.WithMessage(err, "overfit")
	}
	return h.Values("loss"), nil
}

// unchanged calls f, which trains in a call of a name, and puts the model and the
// optimizer back.
func (t *Trainer) unchanged(call string, f func(*nn.Training) error) error {
	saver, ok := t.config.Optimizer.(Saver)
	if !ok {
		return errors.Errorf("optimizer %T cannot be put back", t.config.Optimizer)
	}
	turn, end, err := t.turn(call)
	if err != nil {
		return err
	}
	defer end()
	weights := t.model.CopyTensors()
	state, rest, err := saver.State()
	if err != nil {
		return err
	}
	state = cloneTensors(state)
	rated, rateErr := RatedOf(t.config.Optimizer)
	rate := 0.0
	if rateErr == nil {
		rate = rated.Rate()
	}
	err = f(turn)
	copyErr := turn.Update(func() error { return copyTensors(t.model.Tensors(), weights) })
	if err == nil {
		err = copyErr
	}
	if restoreErr := saver.Restore(state, rest); err == nil {
		err = restoreErr
	}
	if rateErr == nil {
		rated.SetRate(rate)
	}
	return err
}

// SteepestRate returns the rate around which the smoothed losses of a RateRange
// fall most, over a tenth of its points; 0 if they never fall. The first eighth,
// where a mean is of few losses, is left out.
func SteepestRate(points []RatePoint) float64 {
	rate, most := 0.0, 0.0
	half := max(1, len(points)/20)
	for i := len(points)/8 + half; i+half < len(points); i++ {
		if fall := points[i-half].Mean - points[i+half].Mean; fall > most {
			rate, most = points[i].Rate, fall
		}
	}
	return rate
}
