package datasets

import (
	"slices"
	"strings"
	"testing"
)

func TestClassNames(t *testing.T) {
	for _, want := range [][]string{
		nil,
		{"neg", "pos"},
		{"negative", "positive"},
		{"no", "yes"},
		{"false", "true"},
		{"ham", "spam"},
		{"0", "1"},
		{"-1", "0", "1", "2.5", "10"},
		{"10", "9", "x"},
		{"1", "1.0", "2"},
		{"10", "9", "nan"},
		{"bad", "긍정", "부정"},
	} {
		counts := make(map[string]int)
		for i, name := range want {
			counts[name] = 100 - i
		}
		if got := ClassNames(counts); !slices.Equal(got, want) {
			t.Errorf("ClassNames = %q, want %q", got, want)
		}
	}
}

func TestParseTarget(t *testing.T) {
	for label, want := range map[string]float32{"1": 1, " -2.5e3\t": -2500, "0.1": 0.1, "1e-60": 0} {
		if got, err := ParseTarget(label); err != nil || got != want {
			t.Errorf("ParseTarget(%q) = %v, %v, want %v", label, got, err, want)
		}
	}
	for _, label := range []string{"", "pos", "NaN", "inf", "1e39", "1,5", "1 2"} {
		if _, err := ParseTarget(label); err == nil || !strings.HasPrefix(err.Error(), "label ") {
			t.Errorf("ParseTarget(%q): error %v", label, err)
		}
	}
}
