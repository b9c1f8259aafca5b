package bench

import (
	"fmt"
	"testing"

	"gorgonia.org/tensor"

	"unroll/graph"
	"unroll/nn"
)

// BenchmarkHVP runs the gradient of the tutorial's embedding model by all its weights,
// and the product of the Hessian with a vector, by the same execution.
func BenchmarkHVP(b *testing.B) {
	const steps = 100
	for _, w := range Workloads {
		if w.Name != "embedding" {
			continue
		}
		for _, exec := range []nn.Execution{nn.Unrolled, nn.Looped, nn.Fused} {
			for _, second := range []bool{false, true} {
				b.Run(fmt.Sprintf("rnn=%s/hvp=%t", exec, second), func(b *testing.B) {
					m := model(b, w, steps)
					g, err := w.Emit(m, nn.Train, exec, Batch, steps)
					must(b, err)
					g.Fill()
					asked := append([]*graph.Node{g.Loss}, g.Grads...)
					if second {
						asked = append(asked, hessianProduct(m, g)...)
					}
					p, err := g.Pass.Compile(asked...)
					must(b, err)
					run(b, p)
				})
			}
		}
	}
}

// hessianProduct emits the product of the loss's Hessian with a vector of ones.
func hessianProduct(m *nn.Model, g *Graph) []*graph.Node {
	var weights, vs []*graph.Node
	for _, w := range m.Weights() {
		n := g.Pass.WeightNode(w)
		v := tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(n.Shape()...))
		for i := range v.Float32s() {
			v.Float32s()[i] = 1
		}
		weights = append(weights, n)
		vs = append(vs, g.Pass.Input(fmt.Sprint("v", len(vs)), v))
	}
	return g.Pass.HVP(g.Loss, weights, vs)
}
