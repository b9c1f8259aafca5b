package linear

import "math"

// logistic is ln(1 + exp(−m)). In the dual
//
//	min_α ½‖w‖² + ½b² + Σ_i (α_i ln α_i + (C_i − α_i) ln(C_i − α_i)),  0 < α_i < C_i
//
// the gradient of a row is m + ln(α/(C − α)). Both α and C − α are kept, as the smaller
// of the two would be lost in the difference. Yu, Huang and Lin, 2011, algorithm 5, as
// in LIBLINEAR.
type logistic struct {
	cost  []float64
	alpha [][2]float64 // α, C − α

	inner, innermost float64 // gradient that the minimum over one row ends at, and at last
	steps            int     // of Newton's method in this epoch
}

func newLogistic(cost []float64, tolerance float64) *logistic {
	l := &logistic{cost: cost, alpha: make([][2]float64, len(cost)), inner: 0.01, innermost: min(1e-8, tolerance)}
	for i, c := range cost {
		small := min(0.001*c, 1e-8)
		l.alpha[i] = [2]float64{small, c - small}
	}
	return l
}

func (l *logistic) start(i int) float64 { return l.alpha[i][0] }

func (l *logistic) step(i int, m, square float64) (change, gradient float64) {
	c, of, sign := l.cost[i], 0, 1.0
	// Of α and C − α that one is moved which will be at most C/2.
	if square/2*(l.alpha[i][1]-l.alpha[i][0])+m < 0 {
		of, sign = 1, -1
	}
	was := l.alpha[i][of]
	z := was
	slope := func() float64 { return square*(z-was) + sign*m + math.Log(z/(c-z)) }
	gradient = slope()
	if c-z < c/2 {
		z *= 0.1 // Newton's method converges from the left of the minimum
	}
	g := slope()
	moved := false
	for range 100 {
		if math.Abs(g) < l.inner {
			break
		}
		moved = true
		l.steps++
		if to := z - g/(square+c/(c-z)/z); to > 0 {
			z = to
		} else {
			z *= 0.1
		}
		z = min(z, c*(1-1e-12))
		g = slope()
	}
	if !moved {
		return 0, gradient
	}
	l.alpha[i][of], l.alpha[i][1-of] = z, c-z
	return sign * (z - was), gradient
}

// next asks for more when the steps have become few.
func (l *logistic) next() {
	if l.steps <= len(l.cost)/10 {
		l.inner = max(l.innermost, 0.1*l.inner)
	}
	l.steps = 0
}
