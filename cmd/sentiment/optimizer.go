package main

import (
	"strings"

	"unroll/train"
	"unroll/train/optimizers"
)

// optimizerNames and scheduleNames are what --optimizer and --schedule know.
var optimizerNames, scheduleNames = knownNames()

func knownNames() (of, schedules []string) {
	for _, n := range optimizers.Named {
		of = append(of, n.Name)
	}
	for _, n := range optimizers.NamedSchedules {
		schedules = append(schedules, n.Name)
	}
	return of, schedules
}

// either lists the values of a flag: "a, b or c".
func either(names []string) string {
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// checkOptimizer refuses settings that name nothing.
func (s *runSettings) checkOptimizer() error {
	switch {
	case s.Optimizer != "" && optimizers.ByName(s.Optimizer) == nil:
		return usagef("--optimizer: unknown optimizer %q, want %s", s.Optimizer, either(optimizerNames))
	case s.Schedule != "" && optimizers.ScheduleByName(s.Schedule) == nil:
		return usagef("--schedule: unknown schedule %q, want %s", s.Schedule, either(scheduleNames))
	case !(s.Rate >= 0):
		return usagef("--lr is %v, want a positive number", s.Rate)
	case !(s.Clip >= 0):
		return usagef("--clip is %v, want a positive number", s.Clip)
	case s.EarlyStop < 0:
		return usagef("--early-stop is %d, want at least 0", s.EarlyStop)
	}
	return nil
}

// optimizer returns an experiment's optimizer as the flags change it, for a run
// on so many samples.
func (s *runSettings) optimizer(e experiment, samples int) train.Optimizer {
	rated := e.optimizer()
	if s.Optimizer != "" {
		rated = optimizers.ByName(s.Optimizer)()
	}
	if s.Rate > 0 {
		rated.SetRate(s.Rate)
	}
	var o train.Optimizer = rated
	if s.Schedule != "" {
		epoch := (samples + s.Batch - 1) / s.Batch
		o = &optimizers.Scheduled{Optimizer: o, Schedule: optimizers.ScheduleByName(s.Schedule)(rated.Rate(), epoch*s.Epochs, epoch)}
	}
	if s.Clip > 0 {
		o = &optimizers.Clip{Optimizer: o, GlobalNorm: s.Clip}
	}
	return o
}
