package optimizers

import "unroll/train"

// Name is an optimizer by its name, as programs offer them.
type Name struct {
	Name string
	New  func() train.Rated // with the default learning rate
}

// Named are the optimizers by their names.
var Named = []Name{
	{"sgd", func() train.Rated { return &SGD{} }},
	{"momentum", func() train.Rated { return &SGD{Momentum: 0.9} }},
	{"adam", func() train.Rated { return &Adam{} }},
	{"adamw", func() train.Rated { return &AdamW{} }},
	{"adamax", func() train.Rated { return &Adamax{} }},
	{"nadam", func() train.Rated { return &Nadam{} }},
	{"rmsprop", func() train.Rated { return &RMSprop{} }},
	{"adagrad", func() train.Rated { return &Adagrad{} }},
	{"adadelta", func() train.Rated { return &Adadelta{} }},
	{"lion", func() train.Rated { return &Lion{} }},
}

// ByName returns the constructor of an optimizer, nil if there is none of the name.
func ByName(name string) func() train.Rated {
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
