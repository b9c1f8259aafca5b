package metrics

import (
	"math"
	"testing"
)

// SciPy 1.10:
//
//	binomtest(b, b + c).pvalue                          # up to 25
//	chi2.sf((abs(b - c) - 1)**2 / (b + c), 1)           # of more
//	binomtest(k, n).proportion_ci(q, method="wilson")
func TestMcNemar(t *testing.T) {
	for _, c := range []struct {
		first, second int
		want          float64
	}{
		{0, 0, 1}, {1, 0, 1}, {3, 9, 0.14599609375}, {5, 20, 0.004077315330505371}, {12, 13, 1},
		{0, 25, 5.960464477539063e-08}, {10, 16, 0.3267995676689632}, {40, 70, 0.0056915552846872955},
		{200, 100, 1.0920986772733468e-08}, {13, 13, 1}, {-3, 0, 1},
	} {
		for _, got := range []float64{McNemar(c.first, c.second), McNemar(c.second, c.first)} {
			if !(math.Abs(got-c.want) <= 1e-9*c.want) {
				t.Errorf("%d and %d: p is %v, want %v", c.first, c.second, got, c.want)
			}
		}
	}
}

func TestWilson(t *testing.T) {
	for _, c := range []struct {
		right, rows           int
		confidence, low, high float64
	}{
		{0, 10, 0.95, 0, 0.27753279986288926},
		{10, 10, 0.95, 0.7224672001371109, 1},
		{455, 500, 0.95, 0.8816905887106666, 0.9320574521108606},
		{787, 1000, 0.9, 0.7649439477369296, 0.807507260643448},
		{1, 3, 0.99, 0.04042662929608476, 0.855783984952333},
		{0, 0, 0.95, 0, 1},
		{5, 10, 1, 0, 1},
		{5, 10, 0, 0.5, 0.5},
	} {
		low, high := Wilson(c.right, c.rows, c.confidence)
		if !(math.Abs(low-c.low) <= 1e-9 && math.Abs(high-c.high) <= 1e-9) {
			t.Errorf("%d of %d: %v to %v, want %v to %v", c.right, c.rows, low, high, c.low, c.high)
		}
	}
}
