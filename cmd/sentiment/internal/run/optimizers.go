package run

import (
	"unroll/cmd/sentiment/internal/usage"
	"unroll/train"
	"unroll/train/optimizers"
)

// checkOptimizer refuses settings that no optimizer can have.
func (p *Plan) checkOptimizer() error {
	if err := usage.Choice("optimizer", p.Optimizer, optimizers.Names()); err != nil {
		return err
	}
	if err := usage.Choice("schedule", p.Schedule, optimizers.ScheduleNames()); err != nil {
		return err
	}
	switch {
	case !(p.Rate >= 0):
		return usage.Errorf("--lr is %v, want a positive number", p.Rate)
	case !(p.Clip >= 0):
		return usage.Errorf("--clip is %v, want a positive number", p.Clip)
	case p.EarlyStop < ownPatience:
		return usage.Errorf("--early-stop is %d, want at least 0", p.EarlyStop)
	}
	return nil
}

// optimizer returns an experiment's optimizer as the flags change it, for a run
// on so many samples.
func (p *Plan) optimizer(e Model, samples int) train.Optimizer {
	rated := e.optimizer()
	if p.Optimizer != "" {
		rated = optimizers.ByName(p.Optimizer)()
	}
	if p.Rate > 0 {
		rated.SetRate(p.Rate)
	}
	var o train.Optimizer = rated
	epoch := (samples + p.Batch - 1) / p.Batch
	switch {
	case p.Schedule == "" && p.Optimizer == "" && e.decay > 0:
		o = &optimizers.Scheduled{Optimizer: rated, Schedule: optimizers.ExponentialDecay{Initial: rated.Rate(), DecayRate: e.decay, DecaySteps: max(epoch, leastDecay)}}
	case p.Schedule != "":
		o = &optimizers.Scheduled{Optimizer: o, Schedule: optimizers.ScheduleByName(p.Schedule)(rated.Rate(), epoch*p.Epochs, epoch)}
	}
	if p.Clip > 0 {
		o = &optimizers.Clip{Optimizer: o, GlobalNorm: p.Clip}
	}
	return o
}
