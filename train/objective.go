package train

import (
	"fmt"
	"slices"

	"unroll/nn"
)

// Objective is what an output of a model is trained for. The loss of the model
// is the sum of the outputs' losses, each times its weight.
type Objective struct {
	Loss            nn.Loss
	Weight          float64 // 1 if 0
	Metrics         []Metric
	WeightedMetrics []Metric
}

// names returns what the metrics are called in logs, for an output's prefix: a
// weighted one whose name is taken is "weighted_" and its name, and another whose
// name is taken has a number behind it, as in Keras.
func (o Objective) names(prefix string) []string {
	var names []string
	for i, m := range slices.Concat(o.Metrics, o.WeightedMetrics) {
		name := m.Name()
		if i >= len(o.Metrics) && slices.Contains(names, prefix+name) {
			name = "weighted_" + name
		}
		unique := prefix + name
		for n := 1; slices.Contains(names, unique); n++ {
			unique = fmt.Sprintf("%s%s_%d", prefix, name, n)
		}
		names = append(names, unique)
	}
	return names
}
