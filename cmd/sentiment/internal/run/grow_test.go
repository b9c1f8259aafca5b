package run

import (
	"strings"
	"testing"

	"unroll/nn"
)

// TestHeadsThatCannotGrow: other last layers, and other activations, are refused by name.
func TestHeadsThatCannotGrow(t *testing.T) {
	for want, layers := range map[string][]nn.Layer{
		"its last layer, activation, is a ":                            {nn.Dense{Units: 2}, nn.Activation{Func: nn.Softmax}},
		"its last layer, dense, has neither one output with a sigmoid": {nn.Dense{Units: 2}},
	} {
		m, err := nn.Sequential{Input: nn.Features(3), Layers: layers}.Build()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := growHead(m, 3); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
