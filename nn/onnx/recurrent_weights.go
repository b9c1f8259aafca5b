package onnx

import "unroll/internal/arrange"

// recurrentWeights are the weights of a recurrent node as ONNX has them, row-major:
//
//	W [directions, gates·hidden, features]
//	R [directions, gates·hidden, hidden]
//	B [directions, 2·gates·hidden], that of W and then that of R; nil if it is not there
//	P [directions, 3·hidden]; nil if it is not there
//
// ONNX has the gates of an LSTM in the order i, o, f, c, and those of P i, o, f.
type recurrentWeights struct{ w, r, b, p []float64 }

// order says for each gate of nn which one of ONNX it is.
func (r Recurrent) order() []int {
	if r.Op == "LSTM" {
		return []int{0, 2, 3, 1}
	}
	return []int{0, 1, 2}[:r.gates()]
}

// peepholes says so of those of P.
var peepholes = []int{0, 2, 1}

// shapes returns the shapes that the weights are to have, by the names of the inputs.
func (r Recurrent) shapes(features int) map[string][]int {
	d, n := r.directions(), r.gates()*r.HiddenSize
	all := map[string][]int{"W": {d, n, features}, "R": {d, n, r.HiddenSize}}
	if !r.NoBias {
		all["B"] = []int{d, 2 * n}
	}
	if r.Peepholes {
		all["P"] = []int{d, 3 * r.HiddenSize}
	}
	return all
}

// paths are those of the directions below that of the layer.
func (r Recurrent) paths() []string {
	if r.directions() == 2 {
		return []string{"forward/", "backward/"}
	}
	return []string{""}
}

// fromNode returns the values of the layer's weights, by their paths below it, of
// weights that have the shapes.
func (r Recurrent) fromNode(features int, from recurrentWeights) map[string][]float64 {
	h, n := r.HiddenSize, r.gates()*r.HiddenSize
	values := map[string][]float64{}
	for d, path := range r.paths() {
		values[path+"kernel"] = turned(from.w[d*n*features:][:n*features], r.order(), h, features)
		values[path+"recurrent_kernel"] = turned(from.r[d*n*h:][:n*h], r.order(), h, h)
		if !r.NoBias {
			b := from.b[d*2*n:][:2*n]
			bias := append(arrange.Blocks(b[:n], r.order(), h), arrange.Blocks(b[n:], r.order(), h)...)
			if !r.LinearBeforeReset {
				for i, v := range bias[n:] {
					bias[i] += v
				}
				bias = bias[:n]
			}
			values[path+"bias"] = bias
		}
		if r.Peepholes {
			values[path+"peephole"] = arrange.Blocks(from.p[d*3*h:][:3*h], peepholes, h)
		}
	}
	return values
}

// toNode is the way back. A bias that was the sum of two is W's, and R's is zeros.
func (r Recurrent) toNode(features int, value func(path string) []float64) (to recurrentWeights) {
	h, n := r.HiddenSize, r.gates()*r.HiddenSize
	back := arrange.Inverse(r.order())
	for _, path := range r.paths() {
		to.w = append(to.w, arrange.Blocks(arrange.Transposed(value(path+"kernel"), features, n), back, h*features)...)
		to.r = append(to.r, arrange.Blocks(arrange.Transposed(value(path+"recurrent_kernel"), h, n), back, h*h)...)
		if !r.NoBias {
			bias := value(path + "bias")
			to.b = append(to.b, arrange.Blocks(bias[:n], back, h)...)
			if r.LinearBeforeReset {
				to.b = append(to.b, arrange.Blocks(bias[n:], back, h)...)
			} else {
				to.b = append(to.b, make([]float64, n)...)
			}
		}
		if r.Peepholes {
			to.p = append(to.p, arrange.Blocks(value(path+"peephole"), arrange.Inverse(peepholes), h)...)
		}
	}
	return to
}

// turned returns [gates·hidden, width] as [width, gates·hidden] with its gates in an order.
func turned(x []float64, order []int, hidden, width int) []float64 {
	return arrange.Transposed(arrange.Blocks(x, order, hidden*width), len(order)*hidden, width)
}
