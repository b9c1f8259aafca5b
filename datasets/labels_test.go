package datasets

import (
	"maps"
	"math/big"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"unroll/internal/filetest"
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
	for label, want := range map[string]float64{"1": 1, " -2.5e3\t": -2500, "0.1": 0.1, "1e-60": 1e-60, "2": 2, " -1.5 ": -1.5, "1e3": 1000, "0": 0} {
		if got, err := ParseTarget(label); err != nil || got != want {
			t.Errorf("ParseTarget(%q) = %v, %v, want %v", label, got, err, want)
		}
	}
	for _, label := range []string{"", "pos", "NaN", "Inf", "inf", "-inf", "1e39", "1,5", "1 2", "3 stars", "12abc", "4-5", "1 000", "3/10", "1e3x"} {
		if _, err := ParseTarget(label); err == nil || !strings.HasPrefix(err.Error(), "the label ") {
			t.Errorf("ParseTarget(%q): error %v", label, err)
		}
	}
}

// Labels that are numbers, or look so.
func TestMergeNumbers(t *testing.T) {
	for _, c := range []struct{ labels, want string }{
		{"1 1.0 01 1e0 +1 1. 10e-1", "1"},
		{"0 -0 0.0 -0.00 .0 0e9", "0"},
		{"2.50 2.5 -3 -3.0", "-3 2.5"},
		{"0.05 5e-2 100 1e2", "0.05 100"},
		{"1.0 2.0", "1.0 2.0"}, // a single spelling stays
		{"01 02 10", "01 02 10"},
		{"1 01 abc", "01 1 abc"},
		{"1 1.0 1x", "1 1.0 1x"},
		{"0x1 1", "0x1 1"},
		{"nan 1 1.0", "1 1.0 nan"},
		{"9007199254740993 9007199254740992", "9007199254740992 9007199254740993"},
		{"1e30 1000000000000000000000000000000", "1e30"},
		{"- . e1 1", "- . 1 e1"},
	} {
		counts := map[string]int{}
		for i, label := range strings.Fields(c.labels) {
			counts[label] = i + 1
		}
		before := 0
		for _, n := range counts {
			before += n
		}
		merged := MergeNumbers(counts)
		after := 0
		for _, n := range merged {
			after += n
		}
		got := slices.Sorted(maps.Keys(merged))
		if strings.Join(got, " ") != c.want || after != before {
			t.Errorf("%s: %q of %d texts, want %q of %d", c.labels, got, after, c.want, before)
		}
		index := ClassIndex(ClassNames(merged))
		for label := range counts {
			if _, ok := index(label); !ok {
				t.Errorf("%s: %s is of no class", c.labels, label)
			}
		}
	}
}

// number draws a spelling of a decimal number.
func drawNumber(t *rapid.T) string {
	return rapid.StringMatching(`[+-]?(0{0,2}[0-3]{0,2}0{0,2})(\.[0-2]{0,2}0{0,2})?([eE][+-]?[0-2])?`).
		Filter(func(s string) bool { _, ok := new(big.Rat).SetString(s); return ok }).Draw(t, "number")
}

// Two labels have one class if, and only if, they are one number, as math/big has
// it.
func TestNumbersAreOneClass(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		labels := make([]string, rapid.IntRange(1, 12).Draw(t, "labels"))
		counts := map[string]int{}
		for i := range labels {
			labels[i] = drawNumber(t)
			counts[labels[i]]++
		}
		names := ClassNames(MergeNumbers(counts))
		index := ClassIndex(names)
		value := func(s string) *big.Rat { x, _ := new(big.Rat).SetString(s); return x }
		for _, a := range labels {
			ca, ok := index(a)
			if !ok || value(a).Cmp(value(names[ca])) != 0 {
				t.Fatalf("%s is of class %d of %q", a, ca, names)
			}
			for _, b := range labels {
				if cb, _ := index(b); (ca == cb) != (value(a).Cmp(value(b)) == 0) || (ca < cb) != (value(a).Cmp(value(b)) < 0) {
					t.Fatalf("%s is of class %d and %s of %d of %q", a, ca, b, cb, names)
				}
			}
		}
		counts["word"]++
		if got := MergeNumbers(counts); len(got) != len(counts) {
			t.Fatalf("beside a word %d labels became %d", len(counts), len(got))
		}
	})
}

// JSON numbers and the texts of a table are the same classes.
func TestLabelsOfAllFormats(t *testing.T) {
	dir := t.TempDir()
	filetest.Write(t, dir, map[string]string{
		"a.jsonl": "{\"text\":\"a\",\"label\":1}\n{\"text\":\"b\",\"label\":1.0}\n{\"text\":\"c\",\"label\":\"1\"}\n{\"text\":\"d\",\"label\":-0.0}\n{\"text\":\"e\",\"label\":-0}\n",
		"b.csv":   "text,label\nf, 01 \ng,0\nh,1e0\n",
		"c.txt":   "__label__1.0 i\n__label__-0 j\n",
	})
	counts := map[string]int{}
	paths := []string{filepath.Join(dir, "a.jsonl"), filepath.Join(dir, "b.csv"), filepath.Join(dir, "c.txt")}
	for r, err := range Records(t.Context(), paths, RecordOptions{}) {
		if err != nil {
			t.Fatal(err)
		}
		counts[r.Label]++
	}
	if merged := MergeNumbers(counts); len(merged) != 2 || merged["0"] != 4 || merged["1"] != 6 {
		t.Errorf("the classes are %v of %v", merged, counts)
	}
}

func FuzzLabels(f *testing.F) {
	for _, seed := range []string{"1 1.0 01", "-0 0 .0", "1e-5 0.00001", "x 1 1.0", "1e1000000 1e-1000000", "+ - . e"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, list string) {
		counts := map[string]int{}
		for label := range strings.FieldsSeq(list) {
			counts[label]++
		}
		merged := MergeNumbers(counts)
		names := ClassNames(merged)
		index := ClassIndex(names)
		sums := map[string]int{}
		for label, n := range counts {
			class, ok := index(label)
			if !ok || names[class] != label && !SameNumber(names[class], label) {
				t.Fatalf("%q of %q: class %d of %q", label, list, class, names)
			}
			sums[names[class]] += n
		}
		if !maps.Equal(sums, merged) {
			t.Fatalf("%q: %v, want %v", list, sums, merged)
		}
	})
}
