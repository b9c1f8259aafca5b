package metrics

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// TestAUCCountsPairs holds ROC to its definition, the share of pairs in order.
func TestAUCCountsPairs(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		n := rapid.IntRange(1, 30).Draw(r, "n")
		var y, targets, weights []float32
		for range n {
			y = append(y, float32(rapid.IntRange(0, 5).Draw(r, "score"))/5)
			targets = append(targets, float32(rapid.IntRange(0, 1).Draw(r, "class")))
			weights = append(weights, float32(rapid.IntRange(0, 3).Draw(r, "weight")))
		}
		var right, pairs float64
		for i := range y {
			for j := range y {
				if targets[i] == 1 && targets[j] == 0 {
					w := float64(weights[i] * weights[j])
					pairs += w
					right += w * (hit(y[i] > y[j]) + hit(y[i] == y[j])/2)
				}
			}
		}
		m := &AUC{}
		m.Update(y, targets, weights)
		if want := quotient(right, pairs); math.Abs(m.Value()-want) > 1e-12 {
			r.Fatalf("%g, want %g", m.Value(), want)
		}
	})
}
