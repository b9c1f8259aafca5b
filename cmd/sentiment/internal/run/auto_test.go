package run

import (
	"slices"
	"testing"
)

// TestByMoreThanChance: a network must be right on clearly more of the same texts.
func TestByMoreThanChance(t *testing.T) {
	of := func(right, wrong int) []bool {
		return append(slices.Repeat([]bool{true}, right), slices.Repeat([]bool{false}, wrong)...)
	}
	for name, c := range map[string]struct {
		first, second []bool
		want          bool
	}{
		"same":    {of(80, 20), of(80, 20), false},
		"better":  {of(80, 20), of(95, 5), true},
		"chance":  {of(80, 20), of(82, 18), false},
		"worse":   {of(95, 5), of(80, 20), false},
		"nothing": {nil, nil, false},
	} {
		if got := byMoreThanChance(c.first, c.second); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
