package run

import (
	"unroll/cmd/sentiment/internal/usage"
	"unroll/internal/choice"
	"unroll/train"
	"unroll/train/optimizers"
)

// Optimizers returns the names that --optimizer knows.
func Optimizers() (names []string) {
	for _, n := range optimizers.Named {
		names = append(names, n.Name)
	}
	return names
}

// Schedules returns the names that --schedule knows.
func Schedules() (names []string) {
	for _, n := range optimizers.NamedSchedules {
		names = append(names, n.Name)
	}
	return names
}

// checkOptimizer refuses settings that name nothing.
func (p *Plan) checkOptimizer() error {
	switch {
	case p.Optimizer != "" && optimizers.ByName(p.Optimizer) == nil:
		return usage.Errorf("--optimizer: unknown optimizer %q, want %s", p.Optimizer, choice.Either(Optimizers()))
	case p.Schedule != "" && optimizers.ScheduleByName(p.Schedule) == nil:
		return usage.Errorf("--schedule: unknown schedule %q, want %s", p.Schedule, choice.Either(Schedules()))
	case !(p.Rate >= 0):
		return usage.Errorf("--lr is %v, want a positive number", p.Rate)
	case !(p.Clip >= 0):
		return usage.Errorf("--clip is %v, want a positive number", p.Clip)
	case p.EarlyStop < 0:
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
	if p.Schedule != "" {
		epoch := (samples + p.Batch - 1) / p.Batch
		o = &optimizers.Scheduled{Optimizer: o, Schedule: optimizers.ScheduleByName(p.Schedule)(rated.Rate(), epoch*p.Epochs, epoch)}
	}
	if p.Clip > 0 {
		o = &optimizers.Clip{Optimizer: o, GlobalNorm: p.Clip}
	}
	return o
}
