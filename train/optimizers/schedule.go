package optimizers

import (
	"cmp"
	"math"
	"sort"

	"github.com/pkg/errors"
)

// Schedule gives the learning rate of each step, which counts from 0. Set it in
// Scheduled. Formulas and defaults are Keras's.
type Schedule interface {
	Rate(step int) float64
}

// checked is a Schedule that knows whether its settings make sense.
type checked interface{ check() error }

// ExponentialDecay is Initial·DecayRate^(step/DecaySteps); with Staircase the
// exponent is rounded down. Keras: ExponentialDecay.
type ExponentialDecay struct {
	Initial    float64
	DecaySteps int
	DecayRate  float64
	Staircase  bool
}

// Rate implements Schedule.
func (s ExponentialDecay) Rate(step int) float64 {
	return s.Initial * math.Pow(s.DecayRate, stairs(step, s.DecaySteps, s.Staircase))
}

func (s ExponentialDecay) check() error { return positiveSteps("ExponentialDecay", s.DecaySteps) }

// InverseTimeDecay is Initial/(1 + DecayRate·step/DecaySteps); with Staircase
// the quotient of steps is rounded down. Keras: InverseTimeDecay.
type InverseTimeDecay struct {
	Initial    float64
	DecaySteps int
	DecayRate  float64
	Staircase  bool
}

// Rate implements Schedule.
func (s InverseTimeDecay) Rate(step int) float64 {
	return s.Initial / (1 + s.DecayRate*stairs(step, s.DecaySteps, s.Staircase))
}

func (s InverseTimeDecay) check() error { return positiveSteps("InverseTimeDecay", s.DecaySteps) }

// PiecewiseConstantDecay is Values[0] up to the step Boundaries[0], Values[1]
// after it up to Boundaries[1], and so on. Keras: PiecewiseConstantDecay.
type PiecewiseConstantDecay struct {
	Boundaries []int
	Values     []float64 // one more
}

// Rate implements Schedule.
func (s PiecewiseConstantDecay) Rate(step int) float64 {
	return s.Values[sort.SearchInts(s.Boundaries, step)]
}

func (s PiecewiseConstantDecay) check() error {
	if len(s.Values) != len(s.Boundaries)+1 || !sort.IntsAreSorted(s.Boundaries) {
		return errors.Errorf("PiecewiseConstantDecay: boundaries %v and values %v, want boundaries in order and one value more", s.Boundaries, s.Values)
	}
	return nil
}

// PolynomialDecay goes from Initial to End in DecaySteps and stays there, or,
// with Cycle, starts again from Initial with as many steps more each time:
//
//	(Initial − End)·(1 − step/DecaySteps)^Power + End
//
// Keras: PolynomialDecay.
type PolynomialDecay struct {
	Initial    float64
	DecaySteps int
	End        float64 // 0 is 0; Keras's default is 0.0001
	Power      float64 // 1
	Cycle      bool
}

// Rate implements Schedule.
func (s PolynomialDecay) Rate(step int) float64 {
	n := float64(s.DecaySteps)
	at := math.Min(float64(step), n)
	if s.Cycle {
		at = float64(step)
		n *= math.Max(1, math.Ceil(at/n))
	}
	return (s.Initial-s.End)*math.Pow(1-at/n, cmp.Or(s.Power, 1)) + s.End
}

func (s PolynomialDecay) check() error { return positiveSteps("PolynomialDecay", s.DecaySteps) }

// CosineDecay goes from Initial to Alpha·Initial in DecaySteps by half a
// cosine. With WarmupSteps it first goes from Initial to WarmupTarget in a
// line, and decays from there.
//
// Loshchilov and Hutter, SGDR, 2017. Keras: CosineDecay.
type CosineDecay struct {
	Initial      float64
	DecaySteps   int
	Alpha        float64
	WarmupTarget float64
	WarmupSteps  int
}

// Rate implements Schedule.
func (s CosineDecay) Rate(step int) float64 {
	from, at := s.Initial, float64(step)
	if s.WarmupSteps > 0 {
		if step < s.WarmupSteps {
			return s.Initial + (s.WarmupTarget-s.Initial)*at/float64(s.WarmupSteps)
		}
		from, at = s.WarmupTarget, at-float64(s.WarmupSteps)
	}
	return from * cosine(math.Min(at/float64(s.DecaySteps), 1), s.Alpha)
}

func (s CosineDecay) check() error {
	if s.WarmupSteps < 0 {
		return errors.Errorf("CosineDecay: WarmupSteps is %d, want at least 0", s.WarmupSteps)
	}
	return positiveSteps("CosineDecay", s.DecaySteps)
}

// CosineDecayRestarts is CosineDecay that starts again after FirstDecaySteps,
// each time with TMul times the steps and MMul times the rate.
//
// Loshchilov and Hutter, SGDR, 2017. Keras: CosineDecayRestarts.
type CosineDecayRestarts struct {
	Initial         float64
	FirstDecaySteps int
	TMul            float64 // 2
	MMul            float64 // 1
	Alpha           float64
}

// Rate implements Schedule.
func (s CosineDecayRestarts) Rate(step int) float64 {
	tMul, mMul := cmp.Or(s.TMul, 2), cmp.Or(s.MMul, 1)
	at := float64(step) / float64(s.FirstDecaySteps) // in first periods
	period, begin, height := 1.0, 0.0, 1.0
	for at >= begin+period {
		begin += period
		period *= tMul
		height *= mMul
	}
	// The height scales the cosine, and alpha is added after it, as in Keras.
	fraction := (at - begin) / period
	return s.Initial * ((1-s.Alpha)*0.5*height*(1+math.Cos(math.Pi*fraction)) + s.Alpha)
}

func (s CosineDecayRestarts) check() error {
	if t := cmp.Or(s.TMul, 2); !(t >= 1) {
		return errors.Errorf("CosineDecayRestarts: TMul is %v, want at least 1", t)
	}
	return positiveSteps("CosineDecayRestarts", s.FirstDecaySteps)
}

// cosine falls from 1 to alpha while x goes from 0 to 1.
func cosine(x, alpha float64) float64 {
	return (1-alpha)*0.5*(1+math.Cos(math.Pi*x)) + alpha
}

func stairs(step, steps int, staircase bool) float64 {
	p := float64(step) / float64(steps)
	if staircase {
		return math.Floor(p)
	}
	return p
}

func positiveSteps(name string, n int) error {
	if n < 1 {
		return errors.Errorf("%s: a decay of %d steps, want at least 1", name, n)
	}
	return nil
}
