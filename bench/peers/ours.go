package main

import (
	"context"
	"time"

	"unroll/bench"
	"unroll/train"
)

// trainer compiles a workload's model for training.
func trainer(w bench.Workload, steps int, c train.Config) (*train.Trainer, error) {
	m, err := w.Model(steps)
	if err != nil {
		return nil, err
	}
	c.Loss = w.Loss()
	return train.Compile(m, c)
}

// epoch trains on d once in a new order. As for PyTorch the time is that of
// feeding, forward, backward and optimizer, and here of the metric too.
func epoch(t *train.Trainer, d train.Data) measure {
	seed := uint64(0)
	return func(ctx context.Context) (float64, error) {
		seed++
		h, err := t.Fit(ctx, d, train.FitConfig{BatchSize: bench.Batch, Seed: seed})
		if err != nil {
			return 0, err
		}
		return h.Epochs[0].Seconds, nil
	}
}

// steps repeats training steps, feeding included, after one that is not
// measured, until the seconds have passed and the least number is done, and
// returns the seconds of one.
func steps(t *train.Trainer, d train.Data, batch int, seconds float64, least int) measure {
	return func(ctx context.Context) (float64, error) {
		done := -1
		var start time.Time
		var spent float64
		hook := func(e *train.Event) error {
			if e.Kind != train.BatchEnd {
				return nil
			}
			if done++; done == 0 {
				start = time.Now()
				return nil
			}
			spent = time.Since(start).Seconds()
			if spent >= seconds && done >= least {
				e.Stop("measured")
			}
			return nil
		}
		_, err := t.Fit(ctx, d, train.FitConfig{Epochs: 1 << 30, BatchSize: batch, Callbacks: []train.Callback{train.CallbackFunc(hook)}})
		return spent / float64(done), err
	}
}

// repeat calls f for the seconds, after a call that is not measured, and
// returns the seconds of one.
func repeat(f func() error, seconds float64) measure {
	return func(ctx context.Context) (float64, error) {
		if err := f(); err != nil {
			return 0, err
		}
		start := time.Now()
		for n := 1; ; n++ {
			if err := f(); err != nil {
				return 0, err
			}
			if spent := time.Since(start).Seconds(); spent >= seconds {
				return spent / float64(n), ctx.Err()
			}
		}
	}
}
