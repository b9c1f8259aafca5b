package corpus

import "testing"

func TestNumber(t *testing.T) {
	for label, want := range map[string]float64{"2": 2, " -1.5 ": -1.5, "1e3": 1000, "0": 0} {
		if v, ok := number(label); !ok || v != want {
			t.Errorf("%q is %v, %t", label, v, ok)
		}
	}
	for _, label := range []string{"", "2,4", "3 stars", "12abc", "4-5", "1 000", "3/10", "1e3x", "NaN", "Inf", "-inf", "1e39"} {
		if v, ok := number(label); ok {
			t.Errorf("%q is taken for %v", label, v)
		}
	}
}
