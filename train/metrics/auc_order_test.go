package metrics

import (
	"encoding/json"
	"testing"

	"pgregory.net/rapid"
)

// TestAUCInParts: the value is the same to the bit however often it was asked for on
// the way, and after a checkpoint.
func TestAUCInParts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pr := rapid.Bool().Draw(t, "PR")
		whole, parts := &AUC{PR: pr}, &AUC{PR: pr}
		for range rapid.IntRange(1, 8).Draw(t, "batches") {
			n := rapid.IntRange(1, 20).Draw(t, "rows")
			y := rapid.SliceOfN(rapid.SampledFrom([]float32{0, 0.1, 0.3, 0.3, 0.7, 1}), n, n).Draw(t, "y")
			targets := rapid.SliceOfN(rapid.SampledFrom([]float32{0, 1}), n, n).Draw(t, "targets")
			weights := rapid.SliceOfN(rapid.SampledFrom([]float32{0, 0.1, 0.7, 1}), n, n).Draw(t, "weights")
			whole.Update(y, targets, weights)
			parts.Update(y, targets, weights)
			if rapid.Bool().Draw(t, "asked") {
				parts.Value()
			}
			if rapid.Bool().Draw(t, "checkpoint") {
				doc, err := json.Marshal(parts)
				if err != nil {
					t.Fatal(err)
				}
				parts = &AUC{PR: pr}
				if err := json.Unmarshal(doc, parts); err != nil {
					t.Fatal(err)
				}
			}
		}
		if a, b := whole.Value(), parts.Value(); a != b {
			t.Fatalf("as a whole %v, in parts %v", a, b)
		}
	})
}

// BenchmarkAUCByBatch is an epoch of 20,000 rows in batches of 32, with the value
// asked for after each, as logs do.
func BenchmarkAUCByBatch(b *testing.B) {
	y, targets, weights := make([]float32, 32), make([]float32, 32), make([]float32, 32)
	for b.Loop() {
		m := &AUC{}
		x := uint32(1)
		for range 625 {
			for i := range y {
				x = x*1664525 + 1013904223
				y[i], targets[i], weights[i] = float32(x>>8)/(1<<24), float32(x>>31), 1
			}
			m.Update(y, targets, weights)
			m.Value()
		}
	}
}
