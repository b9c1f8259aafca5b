package optimizers

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorgonia.org/gorgonia"

	"unroll/train"
)

// all is every wrapper around an optimizer.
func all() gorgonia.Solver {
	return &Accumulate{Steps: 3, Optimizer: &Clip{GlobalNorm: 1, Optimizer: &Scheduled{
		Schedule:  CosineDecay{Initial: 0.1, DecaySteps: 20},
		Optimizer: &Decay{WeightDecay: 0.1, Optimizer: &Average{Momentum: 0.9, Overwrite: 4, Optimizer: &Adam{}}},
	}}}
}

// TestAllWrappersToTheBit: after 50 steps and the end of Fit the weights have the
// bits that one struct with all of these settings computed, before it became
// wrappers.
func TestAllWrappersToTheBit(t *testing.T) {
	d, o := newDescent(), all()
	for range 50 {
		d.step(t, o)
	}
	for o != nil {
		if a, ok := o.(*Average); ok {
			if err := a.Finalize(d.list()); err != nil {
				t.Fatal(err)
			}
		}
		w, ok := o.(train.Wrapper)
		if !ok {
			break
		}
		o = w.Unwrap()
	}
	want := []uint64{0x3fc7873e310dc212, 0xbfe5461b2ec4974b, 0x40015f235578b6c0}
	for i, v := range d.values() {
		if math.Float64bits(v) != want[i] {
			t.Errorf("value %d is %v, want %v", i, v, math.Float64frombits(want[i]))
		}
	}
}

// TestWrappersOff: without settings that change anything the bits are the
// optimizer's own.
func TestWrappersOff(t *testing.T) {
	plain, wrapped := newDescent(), newDescent()
	a, b := &Adam{}, &Accumulate{Optimizer: &Clip{Optimizer: &Average{Optimizer: &Adam{}}}}
	for range 10 {
		plain.step(t, a)
		wrapped.step(t, b)
	}
	if diff := cmp.Diff(plain.values(), wrapped.values()); diff != "" {
		t.Error(diff)
	}
}

// TestRateThroughWrappers: the learning rate is read and set through any nesting.
func TestRateThroughWrappers(t *testing.T) {
	o := all()
	rated, err := train.RatedOf(o)
	if err != nil {
		t.Fatal(err)
	}
	rated.SetRate(0.25)
	if rated, err = train.RatedOf(o); err != nil || rated.Rate() != 0.25 {
		t.Errorf("the rate is not 0.25 (%v)", err)
	}
	if got := train.ScheduleOf(o); got != "CosineDecay" {
		t.Errorf("the schedule is %q", got)
	}
	if r, err := train.RatedOf(&Clip{Optimizer: gorgonia.NewVanillaSolver()}); err == nil {
		t.Errorf("the rate of an optimizer without one is %v", r.Rate())
	}
}

// TestWrongWrappers: settings that make no sense, at any depth.
func TestWrongWrappers(t *testing.T) {
	sgd := func() gorgonia.Solver { return &SGD{} }
	decaying := CosineDecay{DecaySteps: 1}
	for want, o := range map[string]gorgonia.Solver{
		"optimizer: Scheduled has no Optimizer":                                          &Scheduled{Schedule: decaying},
		"optimizer: Clip has no Optimizer":                                               &Clip{},
		"optimizer: Decay has no Optimizer":                                              &Accumulate{Optimizer: &Decay{}},
		"optimizer: Average has no Optimizer":                                            &Average{},
		"optimizer: Accumulate has no Optimizer":                                         &Clip{Optimizer: &Accumulate{}},
		"optimizer: more than one of Clip's Value, Norm and GlobalNorm is set":           &Clip{Optimizer: sgd(), Value: 1, Norm: 1},
		"optimizer: clipping to -1, want a positive number":                              &Average{Optimizer: &Clip{Optimizer: sgd(), Norm: -1}},
		"optimizer: Momentum of Average is 1, want at least 0 and less than 1":           &Average{Optimizer: sgd(), Momentum: 1},
		"optimizer: Overwrite of Average is -1, want at least 0":                         &Average{Optimizer: sgd(), Overwrite: -1},
		"optimizer: Steps of Accumulate is -1, want at least 0":                          &Accumulate{Optimizer: sgd(), Steps: -1},
		"optimizer: WeightDecay is NaN, want at least 0":                                 &Decay{Optimizer: sgd(), WeightDecay: math.NaN()},
		"optimizer: Scheduled has no Schedule":                                           &Scheduled{Optimizer: sgd()},
		"optimizer: CosineDecay: a decay of 0 steps, want at least 1":                    &Scheduled{Optimizer: sgd(), Schedule: CosineDecay{}},
		"optimizer: the learning rate of *gorgonia.VanillaSolver cannot be read and set": &Decay{Optimizer: &Clip{Optimizer: gorgonia.NewVanillaSolver()}},
		"optimizer: the schedules PolynomialDecay and CosineDecay both set the learning rate: use one of the two": &Scheduled{
			Schedule: PolynomialDecay{DecaySteps: 1}, Optimizer: &Clip{Optimizer: &Scheduled{Optimizer: sgd(), Schedule: decaying}}},
	} {
		if err := o.Step(newDescent().list()); err == nil || err.Error() != want {
			t.Errorf("the error is %v, want %s", err, want)
		}
	}
}

// TestWrappersOfForeignSolvers: any gorgonia.Solver can be clipped and gathered for;
// what it cannot do is an error.
func TestWrappersOfForeignSolvers(t *testing.T) {
	d := newDescent()
	o := &Accumulate{Steps: 2, Optimizer: &Clip{Value: 1, Optimizer: foreign{}}}
	d.step(t, o)
	d.step(t, o)
	if _, _, err := o.State(); err == nil || err.Error() != "optimizer optimizers.foreign cannot save its state" {
		t.Errorf("the error is %v", err)
	}
	if err := o.Restore(nil, []byte("{}")); err == nil || err.Error() != "optimizer optimizers.foreign cannot restore its state" {
		t.Errorf("the error is %v", err)
	}
	if err := o.Restore(nil, nil); err == nil {
		t.Error("no state was restored")
	}
}

// foreign is a solver that can do nothing else.
type foreign struct{}

func (foreign) Step(weights []gorgonia.ValueGrad) error { return nil }

// TestNames: every name makes an optimizer, and a schedule, anew.
func TestNames(t *testing.T) {
	names := map[string]bool{}
	for name, about := range Names() {
		if names[name] || about == "" {
			t.Errorf("%s is there twice, or nothing says what it is", name)
		}
		names[name] = true
		o := ByName(name)()
		o.SetRate(0.5)
		if ByName(name)().Rate() == 0.5 {
			t.Errorf("%s is made once", name)
		}
		newDescent().step(t, o)
	}
	for name, about := range ScheduleNames() {
		if names[name] || about == "" {
			t.Errorf("%s is there twice, or nothing says what it is", name)
		}
		names[name] = true
		s := ScheduleByName(name)(0.1, 70, 7)
		if got := s.Rate(0); got != 0.1 {
			t.Errorf("%s begins with %v, want 0.1", name, got)
		}
		if got := s.Rate(69); !(got >= 0 && got < 0.1) {
			t.Errorf("%s ends with %v", name, got)
		}
		if err := (&Scheduled{Optimizer: &SGD{}, Schedule: ScheduleByName(name)(0.1, 1, 1)}).Check(); err != nil {
			t.Errorf("%s for a run of one step: %v", name, err)
		}
	}
	if ByName("adm") != nil || ScheduleByName("sine") != nil {
		t.Error("an unknown name is found")
	}
}
