package callbacks

import (
	"unroll/internal/tfevents"
	"unroll/nn"
)

// DrawLayers draws a model's layers.
func DrawLayers(m *nn.Model) []tfevents.Node {
	d := &drawing{taken: map[string]bool{}}
	d.layers(m)
	return d.nodes
}
