package classifier

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// Scaled numbers have mean 0 and deviation 1, and come back.
func TestScaling(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		centre := rapid.Float64Range(-1e12, 1e12).Draw(r, "centre")
		scale := math.Pow(10, rapid.Float64Range(-3, 12).Draw(r, "scale"))
		y := rapid.SliceOfNDistinct(rapid.Float64Range(-1, 1), 2, 50, rapid.ID).Draw(r, "y")
		for i := range y {
			y[i] = centre + scale*y[i]
		}
		s, err := NewScaling(y)
		if err != nil {
			return // as good as equal
		}
		mean, square := 0.0, 0.0
		for _, v := range y {
			z := float64(s.apply(v))
			mean += z / float64(len(y))
			square += z * z / float64(len(y))
			const least = 1e-37 // below which a float32 has fewer digits
			if back := s.undo(s.apply(v)); math.Abs(back-v) > 1e-6*s.Deviation*max(math.Abs(z), least)+1e-9*math.Abs(v) {
				r.Fatalf("%v comes back as %v", v, back)
			}
		}
		if tolerance := 1e-4 + 1e-15*math.Abs(centre)/s.Deviation*10; math.Abs(mean) > tolerance || math.Abs(square-1) > 2*tolerance {
			r.Fatalf("mean %v, square %v", mean, square)
		}
	})
}
