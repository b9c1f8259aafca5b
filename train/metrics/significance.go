package metrics

import "math"

// McNemar returns how likely it is that two models of the same accuracy differ by chance
// at least as much as here (p, of both sides), of the rows that only the first gives the
// right class and those that only the second does. Up to 25 of them in all it is exact,
// by the binomial distribution of chance ½; of more
//
//	χ² = (|first − second| − 1)² / (first + second)
//
// with one degree of freedom. Rows on which the two agree say nothing. Counts below 0 are
// taken for 0. McNemar, Note on the sampling error of the difference between correlated
// proportions, 1947, with the correction for continuity of Edwards, 1948; statsmodels:
// mcnemar.
func McNemar(first, second int) (p float64) {
	first, second = max(first, 0), max(second, 0)
	n := first + second
	if n <= 25 {
		few, sum := min(first, second), 0.0
		chance := math.Ldexp(1, -n) // of 0 of n
		for k := range few + 1 {
			sum += chance
			chance *= float64(n-k) / float64(k+1)
		}
		return min(1, 2*sum)
	}
	d := max(0, math.Abs(float64(first-second))-1)
	return math.Erfc(d / math.Sqrt(2*float64(n)))
}

// Wilson returns the interval that the accuracy of a model lies in with so much
// confidence, such as 0.95, if it gives so many of rows the right class:
//
//	(p + z²/2n ± z·√(p(1 − p)/n + z²/4n²)) / (1 + z²/n)
//
// where p is right/rows, n is rows and z the quantile of the normal distribution. It is 0
// to 1 without rows. Wilson, Probable inference, the law of succession, and statistical
// inference, 1927; statsmodels: proportion_confint(method="wilson").
func Wilson(right, rows int, confidence float64) (low, high float64) {
	if rows <= 0 || !(confidence < 1) {
		return 0, 1
	}
	n := float64(rows)
	p := min(1, max(0, float64(right)/n))
	z := math.Sqrt2 * math.Erfinv(max(0, confidence))
	middle, half := p+z*z/(2*n), z*math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return max(0, (middle-half)/(1+z*z/n)), min(1, (middle+half)/(1+z*z/n))
}
