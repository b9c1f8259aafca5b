package drift

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestIndex: of shares by hand, and by chance alone it seldom tells of drift.
func TestIndex(t *testing.T) {
	a, b := []float64{0.5, 0.5}, []float64{0.8, 0.2}
	want := 0.3*math.Log(0.8/0.5) - 0.3*math.Log(0.2/0.5)
	if got := Index(a, b, 1e9, 1e9); math.Abs(got-want) > 1e-6 {
		t.Errorf("%v, want %v", got, want)
	}
	r := rand.New(rand.NewPCG(1, 1))
	draw := func(n int) (x []float64) {
		for range n {
			x = append(x, r.NormFloat64())
		}
		return x
	}
	alarms := 0
	for range 200 {
		first := draw(100)
		between := edges(first, 10)
		if Index(NewHistogram(between, first).Shares, NewHistogram(between, draw(60)).Shares, 100, 60) > muchDrift {
			alarms++
		}
	}
	if alarms > 10 {
		t.Errorf("%d of 200 times there is much drift, where there is none", alarms)
	}
}
