package main

import (
	"unroll/train"
	"unroll/train/optimizers"
)

// knownOptimizers are what --optimizer knows.
var knownOptimizers = map[string]func() train.Rated{
	"sgd":      func() train.Rated { return &optimizers.SGD{} },
	"momentum": func() train.Rated { return &optimizers.SGD{Momentum: 0.9} },
	"adam":     func() train.Rated { return &optimizers.Adam{} },
	"adamw":    func() train.Rated { return &optimizers.AdamW{} },
	"adamax":   func() train.Rated { return &optimizers.Adamax{} },
	"nadam":    func() train.Rated { return &optimizers.Nadam{} },
	"rmsprop":  func() train.Rated { return &optimizers.RMSprop{} },
	"adagrad":  func() train.Rated { return &optimizers.Adagrad{} },
	"adadelta": func() train.Rated { return &optimizers.Adadelta{} },
	"lion":     func() train.Rated { return &optimizers.Lion{} },
}

const optimizerNames = "sgd, momentum, adam, adamw, adamax, nadam, rmsprop, adagrad, adadelta or lion"

// schedules are what --schedule knows: from a learning rate, over a run of so
// many steps, of which an epoch has some.
var schedules = map[string]func(lr float64, steps, epoch int) optimizers.Schedule{
	"cosine": func(lr float64, steps, _ int) optimizers.Schedule {
		return optimizers.CosineDecay{Initial: lr, DecaySteps: steps}
	},
	"restarts": func(lr float64, steps, _ int) optimizers.Schedule { // three periods, each twice as long
		return optimizers.CosineDecayRestarts{Initial: lr, FirstDecaySteps: max(steps/7, 1)}
	},
	"linear": func(lr float64, steps, _ int) optimizers.Schedule {
		return optimizers.PolynomialDecay{Initial: lr, DecaySteps: steps}
	},
	"exponential": func(lr float64, _, epoch int) optimizers.Schedule {
		return optimizers.ExponentialDecay{Initial: lr, DecaySteps: epoch, DecayRate: 0.9}
	},
	"inverse": func(lr float64, _, epoch int) optimizers.Schedule {
		return optimizers.InverseTimeDecay{Initial: lr, DecaySteps: epoch, DecayRate: 0.5}
	},
}

const scheduleNames = "cosine, restarts, linear, exponential or inverse"

// checkOptimizer refuses settings that name nothing.
func (s *runSettings) checkOptimizer() error {
	switch {
	case s.Optimizer != "" && knownOptimizers[s.Optimizer] == nil:
		return usagef("--optimizer: unknown optimizer %q, want %s", s.Optimizer, optimizerNames)
	case s.Schedule != "" && schedules[s.Schedule] == nil:
		return usagef("--schedule: unknown schedule %q, want %s", s.Schedule, scheduleNames)
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
	o := e.optimizer()
	if s.Optimizer != "" {
		o = knownOptimizers[s.Optimizer]()
	}
	if s.Rate > 0 {
		o.SetRate(s.Rate)
	}
	if s.Schedule == "" && s.Clip == 0 {
		return o
	}
	t := &optimizers.Tuned{Optimizer: o, GlobalClipNorm: s.Clip}
	if s.Schedule != "" {
		epoch := (samples + s.Batch - 1) / s.Batch
		t.Schedule = schedules[s.Schedule](o.Rate(), epoch*s.Epochs, epoch)
	}
	return t
}
