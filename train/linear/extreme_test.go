package linear_test

import (
	"context"
	"math"
	"testing"

	"pgregory.net/rapid"
)

// TestNeverNaN: whatever the size of the numbers, what is fitted is finite, or an error
// says that it is not.
func TestNeverNaN(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProblem(t)
		p.svm.Epochs = 30
		p.svm.C = rapid.SampledFrom([]float64{5e-324, 1e-300, 1e-30, 1, 1e30, 1e300, math.MaxFloat64}).Draw(t, "C")
		sizes := rapid.SampledFrom([]float32{0, 1e-45, 1e-30, 1, 1e30, math.MaxFloat32})
		for i := range p.weights {
			p.weights[i] = sizes.Draw(t, "weight")
		}
		for i := range p.h {
			p.h[i] = sizes.Draw(t, "h")
		}
		w, bias, err := p.svm.Fit(context.Background(), p.x, p.h, p.y, p.weights)
		if err != nil {
			return
		}
		for _, v := range append(w, bias) {
			if v-v != 0 {
				t.Fatalf("weights and bias %v", append(w, bias))
			}
		}
	})
}
