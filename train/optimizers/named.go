package optimizers

import "gorgonia.org/gorgonia"

// Optimizer is what every optimizer of this package is.
type Optimizer interface {
	gorgonia.Solver
	Rate() float64
	SetRate(lr float64)
}

// Name is an optimizer by its name, as programs offer them.
type Name struct {
	Name string
	New  func() Optimizer // with the default learning rate
}

// Named are the optimizers by their names.
var Named = []Name{
	{"sgd", func() Optimizer { return &SGD{} }},
	{"momentum", func() Optimizer { return &SGD{Momentum: 0.9} }},
	{"adam", func() Optimizer { return &Adam{} }},
	{"adamw", func() Optimizer { return &AdamW{} }},
	{"adamax", func() Optimizer { return &Adamax{} }},
	{"nadam", func() Optimizer { return &Nadam{} }},
	{"rmsprop", func() Optimizer { return &RMSprop{} }},
	{"adagrad", func() Optimizer { return &Adagrad{} }},
	{"adadelta", func() Optimizer { return &Adadelta{} }},
	{"lion", func() Optimizer { return &Lion{} }},
}

// ByName returns the constructor of an optimizer, nil if there is none of the name.
func ByName(name string) func() Optimizer {
	for _, n := range Named {
		if n.Name == name {
			return n.New
		}
	}
	return nil
}

// ScheduleName is a schedule by its name.
type ScheduleName struct {
	Name string
	// New returns a schedule that begins with a learning rate, for a run of so many
	// updates in all and in an epoch.
	New func(lr float64, updates, epoch int) Schedule
}

// NamedSchedules are the schedules by their names.
var NamedSchedules = []ScheduleName{
	{"cosine", func(lr float64, n, _ int) Schedule { return CosineDecay{Initial: lr, DecaySteps: n} }},
	{"restarts", func(lr float64, n, _ int) Schedule { // three periods, each twice as long
		return CosineDecayRestarts{Initial: lr, FirstDecaySteps: max(n/7, 1)}
	}},
	{"linear", func(lr float64, n, _ int) Schedule { return PolynomialDecay{Initial: lr, DecaySteps: n} }},
	{"exponential", func(lr float64, _, epoch int) Schedule {
		return ExponentialDecay{Initial: lr, DecaySteps: epoch, DecayRate: 0.9}
	}},
	{"inverse", func(lr float64, _, epoch int) Schedule {
		return InverseTimeDecay{Initial: lr, DecaySteps: epoch, DecayRate: 0.5}
	}},
}

// ScheduleByName returns the constructor of a schedule, nil if there is none of the
// name.
func ScheduleByName(name string) func(lr float64, updates, epoch int) Schedule {
	for _, n := range NamedSchedules {
		if n.Name == name {
			return n.New
		}
	}
	return nil
}
