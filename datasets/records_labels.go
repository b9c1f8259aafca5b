package datasets

import (
	"cmp"
	"maps"
	"math"
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

// ParseTarget returns the number that a label states, for regression. It errs if
// label is not a number that a float32 holds, and if it is not finite.
func ParseTarget(label string) (float32, error) {
	x, err := strconv.ParseFloat(strings.TrimSpace(label), 32)
	if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
		return 0, errors.Errorf("label %q is not a number", label)
	}
	return float32(x), nil
}
