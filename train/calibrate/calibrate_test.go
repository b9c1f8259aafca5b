package calibrate

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestTemperatureKeepsOrder: whatever the margins, classes stay in their order, and no
// probability is NaN.
func TestTemperatureKeepsOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		outputs, rows := rapid.IntRange(1, 4).Draw(t, "outputs"), rapid.IntRange(1, 20).Draw(t, "rows")
		margins := rapid.SliceOfN(rapid.Float32Range(-1000, 1000), outputs*rows, outputs*rows).Draw(t, "margins")
		classes := rapid.SliceOfN(rapid.Int32Range(0, int32(max(outputs, 2)-1)), rows, rows).Draw(t, "classes")
		a, err := Temperature(margins, classes)
		if err != nil || !(a >= least && a <= most) {
			t.Fatalf("factor %v, error %v", a, err)
		}
		p := Probabilities(margins, outputs, a)
		for i := range rows {
			m, p := margins[i*outputs:(i+1)*outputs], p[i*outputs:(i+1)*outputs]
			for j := range m {
				if !(p[j] >= 0 && p[j] <= 1) {
					t.Fatalf("probability %v", p[j])
				}
				for k := range m {
					if m[j] < m[k] && p[j] > p[k] {
						t.Fatalf("margins %v have the probabilities %v", m, p)
					}
				}
			}
			if outputs == 1 && (m[0] > 0 && p[0] < 0.5 || m[0] < 0 && p[0] > 0.5) {
				t.Fatalf("margin %v has the probability %v", m[0], p[0])
			}
		}
	})
}

// TestTemperatureIsLeast: no other factor is nearer to the targets.
func TestTemperatureIsLeast(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 0))
	for _, outputs := range []int{1, 3} {
		margins, classes := make([]float32, 100*outputs), make([]int32, 100)
		for i := range margins {
			margins[i] = float32(2 * rng.NormFloat64())
		}
		for i := range classes {
			if classes[i] = int32(rng.IntN(max(outputs, 2))); i%3 > 0 {
				m := margins[i*outputs : (i+1)*outputs]
				classes[i] = int32(slices.Index(m, slices.Max(m)))
				if outputs == 1 && m[0] > 0 {
					classes[i] = 1
				}
			}
		}
		targets := smoothed(classes, outputs)
		loss := func(a float64) (sum float64) {
			p := make([]float64, max(outputs, 2))
			for i, c := range classes {
				probabilities(margins[i*outputs:(i+1)*outputs], a, p)
				for k, v := range p {
					t := targets[c]
					if k != int(c) {
						t = (1 - t) / float64(len(p)-1)
					}
					sum -= t * math.Log(v)
				}
			}
			return sum
		}
		a, err := Temperature(margins, classes)
		if err != nil {
			t.Fatal(err)
		}
		for _, by := range []float64{0.5, 0.99, 1.01, 2} {
			if loss(by*a) <= loss(a) {
				t.Errorf("%d outputs: %v is better than %v", outputs, by*a, a)
			}
		}
	}
}

// TestTemperatureHasBounds: of rows that are all wrong, and of margins too small for any
// factor.
func TestTemperatureHasBounds(t *testing.T) {
	for _, c := range []struct {
		margins []float32
		want    float64
	}{{[]float32{-1, 2}, least}, {[]float32{1e-9, -1e-9}, most}} {
		if a, err := Temperature(c.margins, []int32{1, 0}); err != nil || a != c.want {
			t.Errorf("margins %v: factor %v, error %v; want %v", c.margins, a, err, c.want)
		}
	}
}

// TestTemperatureOfFewRows: rows that are all right, by far, are no proof that all rows
// are. The probabilities are no larger than their number allows.
func TestTemperatureOfFewRows(t *testing.T) {
	for _, outputs := range []int{1, 2, 5} {
		for _, rows := range []int{20, 1000} {
			margins, classes := make([]float32, rows*outputs), make([]int32, rows)
			for i := range classes {
				classes[i] = int32(i % max(outputs, 2))
				right := 2 + float32(i%5)/4 // a margin from 2 to 3
				if outputs > 1 {
					margins[i*outputs+int(classes[i])] = right
				} else if margins[i] = right; classes[i] == 0 {
					margins[i] = -right
				}
			}
			a, err := Temperature(margins, classes)
			if err != nil {
				t.Fatal(err)
			}
			confidence, right, err := Confidence(Probabilities(margins, outputs, a), classes)
			if err != nil || slices.Contains(right, false) {
				t.Fatalf("right %v, error %v", right, err)
			}
			largest, bound := slices.Max(confidence), map[int]float64{20: 0.985, 1000: 0.9999}[rows]
			if a >= most || largest > bound || largest < 1-3/float64(rows) && rows > 20 {
				t.Errorf("%d rows of %d outputs: factor %v, largest probability %v", rows, outputs, a, largest)
			}
		}
	}
}

// TestIsotonic by hand: 3 and 4 violate and are pooled, 6 ties with another of its margin.
func TestIsotonic(t *testing.T) {
	f, err := FitIsotonic([]float32{6, 1, 4, 3, 6, 8}, []int32{1, 0, 0, 1, 1, 1})
	if err != nil {
		t.Fatal(err)
	}
	want := Isotonic{Margins: []float64{1, 3, 4, 6, 8}, Probabilities: []float64{0, 0.5, 0.5, 1, 1}}
	if diff := cmp.Diff(want, f); diff != "" {
		t.Error(diff)
	}
	for margin, want := range map[float32]float64{-9: 0, 1: 0, 2: 0.25, 3.5: 0.5, 4.5: 0.625, 6: 1, 100: 1} {
		near(t, "probability", f.Probability(margin), want, 1e-12)
	}
	near(t, "probability without points", Isotonic{}.Probability(3), 0.5, 0)
}

// TestReliability by hand: five rows in two bins, of which two tie over their edge.
func TestReliability(t *testing.T) {
	confidence := []float64{0.9, 0.6, 0.5, 0.8, 0.8}
	right := []bool{true, true, false, false, true}
	want := []Bin{{Confidence: 1.9 / 3, Accuracy: 0.5, Rows: 3}, {Confidence: 0.85, Accuracy: 0.75, Rows: 2}}
	got := Reliability(confidence, right, 2)
	round := cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 1e-12 })
	if diff := cmp.Diff(want, got, round); diff != "" {
		t.Error(diff)
	}
	near(t, "ece", ECE(confidence, right, 2), (3*(1.9/3-0.5)+2*0.1)/5, 1e-12)
	right[3], right[4] = right[4], right[3]
	if diff := cmp.Diff(got, Reliability(confidence, right, 2)); diff != "" {
		t.Errorf("the order of rows that tie matters: %s", diff)
	}
	if all := Reliability(confidence, right, 100); len(all) != 5 {
		t.Errorf("%d bins of 5 rows", len(all))
	}
	if all := Reliability(nil, nil, 10); all != nil || ECE(nil, nil, 10) != 0 || Bound(nil, 10, 1) != 0 {
		t.Errorf("bins %v of no rows", all)
	}
}

// TestBound: of models whose probabilities are true about 5 of 100 are above it, and it
// shrinks as rows become more.
func TestBound(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 0))
	confidence, right := make([]float64, 500), make([]bool, 500)
	for i := range confidence {
		confidence[i] = 0.5 + rng.Float64()/2
	}
	bound := Bound(confidence, 10, 1)
	above := 0
	for range 1000 {
		for i, c := range confidence {
			right[i] = rng.Float64() < c
		}
		if ECE(confidence, right, 10) > bound {
			above++
		}
	}
	if above < 25 || above > 80 {
		t.Errorf("%d of 1000 true models are above the bound, want about 50", above)
	}
	if bound != Bound(confidence, 10, 1) {
		t.Error("the bound is another the second time")
	}
	if half := Bound(slices.Repeat(confidence, 4), 10, 1); math.Abs(half/bound-0.5) > 0.1 {
		t.Errorf("of four times the rows the bound is %v, want about half of %v", half, bound)
	}
}

// TestBoundOfTies: where confidences tie over the edges of bins the bound is that of errors
// that are measured one by one.
func TestBoundOfTies(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		confidence := rapid.SliceOfN(rapid.SampledFrom([]float64{0.5, 0.6, 0.75, 0.875, 0.95}), 1, 60).Draw(t, "confidence")
		bins := rapid.IntRange(1, 12).Draw(t, "bins")
		s := sorted(confidence, make([]bool, len(confidence)))
		rng := rand.New(rand.NewPCG(3, 0))
		all := make([]float64, 1000)
		for n := range all {
			for i, c := range s.confidence {
				s.right[i] = rng.Float64() < c
			}
			all[n] = ECE(s.confidence, s.right, bins)
		}
		slices.Sort(all)
		if got := Bound(confidence, bins, 3); math.Abs(got-all[949]) > 1e-9 {
			t.Fatalf("bound %v, want %v", got, all[949])
		}
	})
}

func TestConfidence(t *testing.T) {
	confidence, right, err := Confidence([]float32{0.75, 0.25, 0.5}, []int32{1, 1, 0})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(confidence, []float64{0.75, 0.75, 0.5}) || !slices.Equal(right, []bool{true, false, true}) {
		t.Errorf("confidence %v, right %v", confidence, right)
	}
	confidence, right, err = Confidence([]float32{0.25, 0.5, 0.25, 0.375, 0.25, 0.375}, []int32{1, 2})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(confidence, []float64{0.5, 0.375}) || !slices.Equal(right, []bool{true, false}) {
		t.Errorf("confidence %v, right %v", confidence, right)
	}
}

func TestRefuses(t *testing.T) {
	nan := float32(math.NaN())
	temperature := func(margins []float32, classes []int32) error {
		_, err := Temperature(margins, classes)
		return err
	}
	_, several := FitIsotonic([]float32{1, 2}, []int32{0})
	_, none := FitIsotonic([]float32{nan}, []int32{0})
	_, brier := Brier([]float32{1}, []int32{2})
	_, _, confidence := Confidence(nil, []int32{1})
	for want, err := range map[string]error{
		"temperature: there are no rows":                   temperature(nil, nil),
		"temperature: 3 values are of no 2 rows":           temperature([]float32{1, 2, 3}, []int32{0, 1}),
		"temperature: row 1 has the value NaN":             temperature([]float32{1, nan}, []int32{0, 1}),
		"temperature: row 0 has the class 3, want 0 to 2":  temperature([]float32{1, 2, 3}, []int32{3}),
		"isotonic regression: 2 outputs, want one":         several,
		"isotonic regression: row 0 has the value NaN":     none,
		"brier score: row 0 has the class 2, want 0 to 1":  brier,
		"confidence: 0 values are of no 1 rows":            confidence,
		"temperature: row 1 has the class -1, want 0 to 1": temperature([]float32{1, 2}, []int32{0, -1}),
		"temperature: row 0 has the value +Inf":            temperature([]float32{float32(math.Inf(1))}, []int32{0}),
	} {
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}
