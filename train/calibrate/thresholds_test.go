package calibrate

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestThresholds: no threshold gives a label a higher F1 than the one that is chosen,
// and of equally good ones it is the nearest to ½.
func TestThresholds(t *testing.T) {
	f1 := func(p, y []float32, labels, j int, at float64) float64 {
		var hits, given, of float64
		for i := j; i < len(p); i += labels {
			if p[i] > float32(at) {
				given++
			}
			if y[i] > 0 {
				of++
			}
			if p[i] > float32(at) && y[i] > 0 {
				hits++
			}
		}
		return 2 * hits / max(given+of, 1)
	}
	r := rand.New(rand.NewPCG(1, 1))
	for range 300 {
		const labels = 3
		rows := 1 + r.IntN(40)
		p, y := make([]float32, rows*labels), make([]float32, rows*labels)
		for i := range p {
			y[i] = float32(r.IntN(2))
			p[i] = float32(r.IntN(9)) / 8
			if r.IntN(3) > 0 {
				p[i] = (p[i] + y[i]) / 2
			}
		}
		chosen, err := Thresholds(p, y, labels, 1)
		if err != nil {
			t.Fatal(err)
		}
		for j, at := range chosen {
			got := f1(p, y, labels, j, at)
			for k := range 65 {
				if other := f1(p, y, labels, j, float64(k)/64); other > got && at != 0.5 {
					t.Fatalf("%v of %v: label %d has the threshold %v and F1 %v, with %v it is %v", p, y, j, at, got, float64(k)/64, other)
				}
			}
		}
	}
}

func TestThresholdsByHand(t *testing.T) {
	for _, c := range []struct {
		p, y  []float32
		least int
		want  float64
	}{
		{[]float32{0.2, 0.4, 0.1, 0.3}, []float32{1, 1, 0, 1}, 1, float64(float32((float64(float32(0.2)) + float64(float32(0.1))) / 2))},
		{[]float32{0.2, 0.4, 0.1, 0.3}, []float32{1, 1, 0, 1}, 2, 0.5},                   // but one row has it not
		{[]float32{0.2, 0.4, 0.1, 0.3}, []float32{0, 0, 0, 0}, 0, 0.5},                   // no row has it
		{[]float32{0.75, 0.75, 0.25, 0.25}, []float32{1, 1, 0, 0}, 1, 0.5},               // any from ¼ to ¾
		{[]float32{1, math.Nextafter32(1, 0)}, []float32{1, 0}, 1, 1 - math.Pow(2, -24)}, // nothing lies between
	} {
		got, err := Thresholds(c.p, c.y, 1, c.least)
		if err != nil || got[0] != c.want {
			t.Errorf("%v of %v: %v, error %v, want %v", c.p, c.y, got, err, c.want)
		}
	}
	nan := float32(math.NaN())
	for want, f := range map[string]func() ([]float64, error){
		"thresholds: row 1 has the probability NaN":             func() ([]float64, error) { return Thresholds([]float32{0, 0, 0, nan}, make([]float32, 4), 2, 1) },
		"thresholds: 3 probabilities and 3 targets of 2 labels": func() ([]float64, error) { return Thresholds(make([]float32, 3), make([]float32, 3), 2, 1) },
		"thresholds: 4 probabilities and 2 targets of 2 labels": func() ([]float64, error) { return Thresholds(make([]float32, 4), make([]float32, 2), 2, 1) },
		"thresholds: 0 probabilities and 0 targets of 0 labels": func() ([]float64, error) { return Thresholds(nil, nil, 0, 1) },
	} {
		if _, err := f(); err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}
