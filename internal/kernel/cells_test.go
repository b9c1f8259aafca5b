package kernel

import (
	"math/rand/v2"
	"testing"
)

// lstmCase holds a step and its gradient against float64.
func lstmCase(t tb, rows, units int, r *rand.Rand) {
	var checks []func(tb)
	random := func(n int) ([]float32, []float64) {
		x, check := vector(n, r.NormFloat64)
		checks = append(checks, check)
		return x, wide(x)
	}
	n := rows * units
	gates, gates64 := random(4 * n)
	c0, c064 := random(n)
	c, c64 := random(n)
	tc, tc64 := random(n)
	h, h64 := random(n)
	LSTM(gates, c0, c, tc, h, units)
	LSTM(gates64, c064, c64, tc64, h64, units)
	near(t, "gates", gates, gates64, 1e-6, 1)
	near(t, "c", c, c64, 1e-6, 1)
	near(t, "tanh c", tc, tc64, 1e-6, 1)
	near(t, "h", h, h64, 1e-6, 1)
	dgates, dgates64 := random(4 * n)
	dh, dh64 := random(n)
	dc, dc64 := random(n)
	LSTMGrad(dgates, gates, c0, tc, dh, dc, units)
	LSTMGrad(dgates64, gates64, c064, tc64, dh64, dc64, units)
	near(t, "dgates", dgates, dgates64, 1e-5, 1)
	near(t, "dc", dc, dc64, 1e-5, 1)
	for _, check := range checks {
		check(t)
	}
}

func TestLSTM(t *testing.T) {
	forEachLevel(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(7, 8))
		for _, units := range sizes()[1:] {
			lstmCase(t, 1, units, r)
			lstmCase(t, 3, units, r)
		}
	})
}

// gruCase holds a step and its gradient against float64.
func gruCase(t tb, rows, units int, r *rand.Rand) {
	var checks []func(tb)
	random := func(n int) ([]float32, []float64) {
		x, check := vector(n, r.NormFloat64)
		checks = append(checks, check)
		return x, wide(x)
	}
	n := rows * units
	gates, gates64 := random(3 * n)
	a, a64 := random(3 * n)
	h0, h064 := random(n)
	h, h64 := random(n)
	GRU(gates, a, h0, h, units)
	GRU(gates64, a64, h064, h64, units)
	near(t, "gates", gates, gates64, 1e-6, 1)
	near(t, "h", h, h64, 1e-6, 1)
	dgates, dgates64 := random(3 * n)
	da, da64 := random(3 * n)
	dh, dh64 := random(n)
	GRUGrad(dgates, da, gates, a, h0, dh, units)
	GRUGrad(dgates64, da64, gates64, a64, h064, dh64, units)
	near(t, "dgates", dgates, dgates64, 1e-5, 1)
	near(t, "da", da, da64, 1e-5, 1)
	near(t, "dh", dh, dh64, 1e-5, 1)
	for _, check := range checks {
		check(t)
	}
}

func TestGRU(t *testing.T) {
	forEachLevel(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(9, 8))
		for _, units := range sizes()[1:] {
			gruCase(t, 1, units, r)
			gruCase(t, 3, units, r)
		}
	})
}
