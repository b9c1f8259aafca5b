package datasets

import (
	"cmp"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/pkg/errors"
)

// ClassNames returns the labels of counts (label to number of texts) in the order
// of a model's outputs: by value if all are numbers, else by bytes. So of two
// classes the second, which a sigmoid gives the probability of, is pos of neg and
// pos, positive, yes, true and spam of ham and spam.
func ClassNames(counts map[string]int) []string {
	names := slices.Sorted(maps.Keys(counts))
	values := make(map[string]float64, len(names))
	for _, name := range names {
		x, err := strconv.ParseFloat(name, 64)
		if err != nil || math.IsNaN(x) {
			return names
		}
		values[name] = x
	}
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(values[a], values[b]) })
	return names
}

// MergeNumbers makes one class of labels that are the same number, as 1, 1.0, 01
// and 1e0 are, or 0 and -0, if all labels of counts (label to number of texts) are
// numbers; else it returns counts as they are, for 01 is then no number. A class
// keeps the spelling that all of its texts have; of several it gets the plain one.
func MergeNumbers(counts map[string]int) map[string]int {
	spellings := map[string][]string{}
	for label := range counts {
		key, ok := numberKey(label)
		if !ok {
			return counts
		}
		spellings[key] = append(spellings[key], label)
	}
	merged := make(map[string]int, len(spellings))
	for key, labels := range spellings {
		name := labels[0]
		if len(labels) > 1 {
			name = plainNumber(key)
		}
		for _, label := range labels {
			merged[name] += counts[label]
		}
	}
	return merged
}

// ClassIndex returns a function that finds the class of a label among names. If
// all of these are numbers, it compares numbers.
func ClassIndex(names []string) func(label string) (class int, ok bool) {
	exact, numeric := make(map[string]int, len(names)), make(map[string]int, len(names))
	for i, name := range names {
		exact[name] = i
		if key, ok := numberKey(name); ok {
			numeric[key] = i
		}
	}
	return func(label string) (int, bool) {
		class, ok := exact[label]
		if !ok && len(numeric) == len(names) {
			if key, isNumber := numberKey(label); isNumber {
				class, ok = numeric[key]
			}
		}
		return class, ok
	}
}

// SameNumber reports whether two labels are the same number.
func SameNumber(a, b string) bool {
	x, ok := numberKey(a)
	y, also := numberKey(b)
	return ok && also && x == y
}

var decimal = regexp.MustCompile(`^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$`)

// numberKey is a text that equal decimal numbers share: the sign, the digits
// without zeros at the ends, and the power of ten of the last. A float64 would make
// one of two long numbers.
func numberKey(label string) (key string, ok bool) {
	m := decimal.FindStringSubmatch(label)
	if m == nil || m[2]+m[3] == "" {
		return "", false
	}
	exponent := 0
	if m[4] != "" {
		var err error
		if exponent, err = strconv.Atoi(m[4]); err != nil || exponent < -1e6 || exponent > 1e6 {
			return "", false
		}
	}
	all := strings.TrimLeft(m[2]+m[3], "0")
	digits := strings.TrimRight(all, "0")
	if digits == "" {
		return "0e0", true
	}
	exponent += len(all) - len(digits) - len(m[3])
	return strings.TrimPrefix(m[1], "+") + digits + "e" + strconv.Itoa(exponent), true
}

// plainNumber writes the number of a key as people do, if that is not too long.
func plainNumber(key string) string {
	digits, power, _ := strings.Cut(key, "e")
	exponent, _ := strconv.Atoi(power)
	digits, negative := strings.CutPrefix(digits, "-")
	switch point := len(digits) + exponent; {
	case exponent < -20 || exponent > 20:
		return key
	case exponent >= 0:
		digits += strings.Repeat("0", exponent)
	case point > 0:
		digits = digits[:point] + "." + digits[point:]
	default:
		digits = "0." + strings.Repeat("0", -point) + digits
	}
	if negative {
		return "-" + digits
	}
	return digits
}

// ParseTarget returns the number that a label states, for regression. It errs if
// label is not a number, if it is not finite, and if it is too large for a float32.
func ParseTarget(label string) (float64, error) {
	x, err := strconv.ParseFloat(strings.TrimSpace(label), 64)
	if err != nil || math.IsNaN(x) || math.Abs(x) > math.MaxFloat32 {
		return 0, errors.Errorf("the label %q is not a number", label)
	}
	return x, nil
}
