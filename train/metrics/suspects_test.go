package metrics_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"unroll/train/metrics"
)

// TestSuspectsByHand: thresholds are 0.7 of class 0, (0.9 + 0.8 + 0.4)/3, and 0.6 of
// class 1, (0.7 + 0.9 + 0.2)/3. Row 2 reaches that of class 1, row 5 that of class 0.
func TestSuspectsByHand(t *testing.T) {
	one := []float32{0.1, 0.2, 0.6, 0.7, 0.9, 0.2}
	classes := []int32{0, 0, 0, 1, 1, 1}
	var two []float32
	for _, p := range one {
		two = append(two, 1-p, p)
	}
	for _, p := range [][]float32{one, two} {
		got, err := metrics.Suspects(p, classes)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != 2 || got[0].Row != 5 || got[0].Other != 0 || got[1].Row != 2 || got[1].Other != 1 {
			t.Errorf("%+v", got)
		}
	}
}

// TestSuspectsFindNoise: of a model that is right with 0.9, labels that were changed are
// found for the most part, and no others.
func TestSuspectsFindNoise(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	const rows, classes = 2000, 4
	var p []float32
	var label []int32
	var wrong []int
	for i := range rows {
		c := r.IntN(classes)
		rest := 0.1 + 0.2*r.Float64()
		for k := range classes {
			v := rest / (classes - 1)
			if k == c {
				v = 1 - rest
			}
			p = append(p, float32(v))
		}
		if i%20 == 0 {
			wrong = append(wrong, i)
			c = (c + 1) % classes
		}
		label = append(label, int32(c))
	}
	got, err := metrics.Suspects(p, label)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range got {
		if !slices.Contains(wrong, s.Row) {
			t.Errorf("%+v is suspect, and right", s)
		}
	}
	if len(got) < len(wrong)/2 {
		t.Errorf("%d suspects of %d that were changed", len(got), len(wrong))
	}
}

// TestSuspectsErrors: what is no row is refused.
func TestSuspectsErrors(t *testing.T) {
	for name, c := range map[string]struct {
		p       []float32
		classes []int32
	}{"none": {nil, nil}, "odd": {[]float32{1, 2, 3}, []int32{0, 1}}, "class": {[]float32{0.5}, []int32{2}}} {
		if _, err := metrics.Suspects(c.p, c.classes); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
