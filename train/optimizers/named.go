package optimizers

import (
	"iter"

	"unroll/internal/choice"
	"unroll/train"
)

// newRule makes an optimizer with its default learning rate.
type newRule func() train.Rated

var rules = choice.Table[newRule]{
	{Name: "sgd", Help: "plain gradient descent", Value: func() train.Rated { return &SGD{} }},
	{Name: "momentum", Help: "gradient descent with a momentum of 0.9", Value: func() train.Rated { return &SGD{Momentum: 0.9} }},
	{Name: "adam", Help: "steps by the moments of the gradient", Value: func() train.Rated { return &Adam{} }},
	{Name: "adamw", Help: "adam with weight decay", Value: func() train.Rated { return &AdamW{} }},
	{Name: "adamax", Help: "adam by the greatest gradient", Value: func() train.Rated { return &Adamax{} }},
	{Name: "nadam", Help: "adam with Nesterov's momentum", Value: func() train.Rated { return &Nadam{} }},
	{Name: "rmsprop", Help: "steps over the gradient's root mean square", Value: func() train.Rated { return &RMSprop{} }},
	{Name: "adagrad", Help: "steps over the root of all squares so far", Value: func() train.Rated { return &Adagrad{} }},
	{Name: "adadelta", Help: "steps of the size of those before", Value: func() train.Rated { return &Adadelta{} }},
	{Name: "lion", Help: "steps by the sign of the momentum", Value: func() train.Rated { return &Lion{} }},
}

// Names yields the names of the optimizers with what they are.
func Names() iter.Seq2[string, string] { return rules.All() }

// ByName returns what makes the optimizer of a name, with its default learning rate;
// nil if there is none.
func ByName(name string) func() train.Rated {
	f, _ := rules.Find(name)
	return f
}

// newSchedule makes a schedule, see ScheduleByName.
type newSchedule func(lr float64, updates, epoch int) Schedule

var schedules = choice.Table[newSchedule]{
	{Name: "cosine", Help: "half a cosine to 0", Value: func(lr float64, n, _ int) Schedule {
		return CosineDecay{Initial: lr, DecaySteps: n}
	}},
	{Name: "restarts", Help: "three such cosines, each twice as long", Value: func(lr float64, n, _ int) Schedule {
		return CosineDecayRestarts{Initial: lr, FirstDecaySteps: max(n/7, 1)}
	}},
	{Name: "linear", Help: "a line to 0", Value: func(lr float64, n, _ int) Schedule {
		return PolynomialDecay{Initial: lr, DecaySteps: n}
	}},
	{Name: "exponential", Help: "times 0.9 each epoch", Value: func(lr float64, _, epoch int) Schedule {
		return ExponentialDecay{Initial: lr, DecaySteps: epoch, DecayRate: 0.9}
	}},
	{Name: "inverse", Help: "over 1 and half the epochs so far", Value: func(lr float64, _, epoch int) Schedule {
		return InverseTimeDecay{Initial: lr, DecaySteps: epoch, DecayRate: 0.5}
	}},
}

// ScheduleNames yields the names of the schedules with what they are.
func ScheduleNames() iter.Seq2[string, string] { return schedules.All() }

// ScheduleByName returns what makes the schedule of a name, nil if there is none: it
// begins with a learning rate, for a run of so many updates in all and in an epoch.
func ScheduleByName(name string) func(lr float64, updates, epoch int) Schedule {
	f, _ := schedules.Find(name)
	return f
}
