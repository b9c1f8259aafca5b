package calibrate

import (
	"encoding/json"
	"math"
	"os"
	"testing"
)

// golden is a case of scikit-learn's and SciPy's values, written by
//
//	/usr/bin/python3 testdata/calibrate.py > testdata/calibrate.json
type golden struct {
	Margins            []float32
	Classes            []int32
	Temperature, Brier float64

	// Of one output alone.
	Confidence   []float64
	Right        []bool
	ECE          float64
	At, Isotonic []float64
}

func near(t *testing.T, name string, got, want, within float64) {
	t.Helper()
	if !(math.Abs(got-want) <= within) {
		t.Errorf("%s is %v, want %v", name, got, want)
	}
}

func TestGolden(t *testing.T) {
	data, err := os.ReadFile("testdata/calibrate.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []golden
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	for _, g := range all {
		a, err := Temperature(g.Margins, g.Classes)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "temperature", a, g.Temperature, 1e-6)
		brier, err := Brier(Probabilities(g.Margins, len(g.Margins)/len(g.Classes), 1), g.Classes)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "brier score", brier, g.Brier, 1e-6)
	}
	g := all[0]
	near(t, "ece", ECE(g.Confidence, g.Right, 10), g.ECE, 1e-9)
	f, err := FitIsotonic(g.Margins, g.Classes)
	if err != nil {
		t.Fatal(err)
	}
	for i, m := range g.At {
		near(t, "isotonic", f.Probability(float32(m)), g.Isotonic[i], 1e-6)
	}
	if len(all) != 2 || len(g.At) < 40 {
		t.Errorf("%d cases with %d points", len(all), len(g.At))
	}
}
