package onnxtest

import (
	"math/rand/v2"
	"testing"

	"gorgonia.org/tensor"

	"unroll/graph"
	"unroll/nn"
)

// Sample returns inputs of a model, by their names in the file, and what it makes of them. Word ids are
// below 12, with padding in front and behind.
func Sample(t *testing.T, m *nn.Model, batch, open int, seed uint64) (in, out map[string]Tensor) {
	t.Helper()
	steps := make([]int, len(m.Inputs()))
	for i, x := range m.Inputs() {
		if steps[i] = x.Steps(); steps[i] == nn.Any {
			steps[i] = open
		}
	}
	p, err := m.Forward(nn.Infer, nn.Auto, batch, steps...)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(seed, 7))
	in, out = map[string]Tensor{}, map[string]Tensor{}
	for i, x := range m.Inputs() {
		switch at := p.Inputs[i]; {
		case x.Bagged():
			bags(r, x, at, batch, in)
		case x.IDs():
			v := Tensor{Type: "int64", Shape: []int{batch, at.Steps}}
			ids := at.X.Int32s()
			for b := range batch {
				front, back := r.IntN(at.Steps+1), r.IntN(at.Steps+1)
				for s := range at.Steps {
					id := int32(r.IntN(12))
					if batch > 1 && (s < front/2 || s >= at.Steps-back/2) {
						id = 0
					}
					if b == 1 { // all of it padding
						id = 0
					}
					ids[s*batch+b] = id
					v.Values = append(v.Values, float64(id))
				}
			}
			in[x.Name] = v
		default:
			v := Tensor{Type: "float32", Shape: append([]int{batch}, x.Shape...)}
			if at.Steps > 0 {
				v.Shape[1] = at.Steps
			}
			for b := range batch {
				for s := range max(at.Steps, 1) {
					zero := at.Steps > 1 && r.IntN(3) == 0
					for k := range x.Width() {
						f := r.Float32()*2 - 1
						if zero {
							f = 0
						}
						set(at.X, (s*batch+b)*x.Width()+k, f)
						v.Values = append(v.Values, float64(f))
					}
				}
			}
			in[x.Name] = v
		}
	}
	var roots []*graph.Node
	for _, y := range p.Outputs {
		roots = append(roots, y.Node)
	}
	prog, err := p.Compile(roots...)
	if err != nil {
		t.Fatal(err)
	}
	defer prog.Close()
	if err := prog.Run(); err != nil {
		t.Fatal(err)
	}
	for i, port := range m.Outputs() {
		value, err := prog.Value(roots[i])
		if err != nil {
			t.Fatal(err)
		}
		rows, width := value.Shape()[0]/batch, value.Shape()[1]
		v := Tensor{Shape: append([]int{batch}, port.Shape...)}
		for b := range batch {
			for s := range rows {
				for k := range width {
					v.Values = append(v.Values, at(value.(*tensor.Dense), (s*batch+b)*width+k))
				}
			}
		}
		out[port.Name] = v
	}
	return in, out
}

// bags fills bags, the second of which is empty, and adds them to the inputs.
func bags(r *rand.Rand, x nn.Input, at nn.PassInput, batch int, in map[string]Tensor) {
	ids := Tensor{Type: "int64", Shape: []int{batch, at.Steps}}
	weights := Tensor{Type: "float32", Shape: ids.Shape}
	all := at.X.Int32s()
	n := 0
	for b := range batch {
		all[b] = int32(n)
		some := r.IntN(at.Steps) + 1
		if b == 1 {
			some = 0
		}
		for k := range at.Steps {
			if k >= some {
				ids.Values, weights.Values = append(ids.Values, -1), append(weights.Values, 0)
				continue
			}
			id, weight := r.IntN(12), r.Float32()
			all[batch+1+n] = int32(id)
			if at.Weights != nil {
				set(at.Weights, n, weight)
			}
			n++
			ids.Values, weights.Values = append(ids.Values, float64(id)), append(weights.Values, float64(weight))
		}
	}
	all[batch] = int32(n)
	in[x.Name] = ids
	if x.Weighted() {
		in[x.Name+"_weights"] = weights
	}
}

func set(t *tensor.Dense, i int, v float32) {
	if x := graph.Floats[float32](t); x != nil {
		x[i] = v
		return
	}
	graph.Floats[float64](t)[i] = float64(v)
}

func at(t *tensor.Dense, i int) float64 {
	if x := graph.Floats[float32](t); x != nil {
		return float64(x[i])
	}
	return graph.Floats[float64](t)[i]
}
