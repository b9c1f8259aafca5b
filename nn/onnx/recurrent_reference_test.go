package onnx

import (
	"math"
)

// refNode is a recurrent node as ONNX's specification has it, one sample after the other
// and one number after the other: nothing in it is of the package's code but the fields
// of Recurrent.
type refNode struct {
	Recurrent
	features int
	w        recurrentWeights

	unheld bool // h of an LSTM, whatever the clip
}

// refFunction is a function of the list in the specification of LSTM.
func refFunction(name string, alpha, beta *[]float64) func(x float64) float64 {
	take := func(list *[]float64, standard float64) float64 {
		if len(*list) > 0 {
			standard, *list = (*list)[0], (*list)[1:]
		}
		return standard
	}
	switch name {
	case "Relu":
		return func(x float64) float64 { return math.Max(0, x) }
	case "Tanh":
		return math.Tanh
	case "Sigmoid":
		return func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
	case "Affine":
		a, b := take(alpha, math.NaN()), take(beta, math.NaN())
		return func(x float64) float64 { return a*x + b }
	case "LeakyRelu":
		a := take(alpha, 0.01)
		return func(x float64) float64 {
			if x >= 0 {
				return x
			}
			return a * x
		}
	case "ThresholdedRelu":
		a := take(alpha, 1)
		return func(x float64) float64 {
			if x >= a {
				return x
			}
			return 0
		}
	case "ScaledTanh":
		a, b := take(alpha, math.NaN()), take(beta, math.NaN())
		return func(x float64) float64 { return a * math.Tanh(b*x) }
	case "HardSigmoid":
		a, b := take(alpha, 0.2), take(beta, 0.5)
		return func(x float64) float64 { return math.Min(math.Max(a*x+b, 0), 1) }
	case "Elu":
		a := take(alpha, 1)
		return func(x float64) float64 {
			if x >= 0 {
				return x
			}
			return a * (math.Exp(x) - 1)
		}
	case "Softsign":
		return func(x float64) float64 { return x / (1 + math.Abs(x)) }
	case "Softplus":
		return func(x float64) float64 { return math.Max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }
	}
	panic(name)
}

// run returns Y [time, batch, directions·hidden], Y_h and Y_c [batch, directions·hidden],
// of x [time, batch, features] and first states laid out as Y_h; lens, h0 and c0 may be
// nil.
func (r refNode) run(x []float64, batch, steps int, lens []int, h0, c0 []float64) (y, yh, yc []float64) {
	h := r.HiddenSize
	width := r.directions() * h
	y, yh, yc = make([]float64, steps*batch*width), make([]float64, batch*width), make([]float64, batch*width)
	names := r.Activations
	if len(names) == 0 {
		names = map[string][]string{"RNN": {"Tanh", "Tanh"}, "LSTM": {"Sigmoid", "Tanh", "Tanh", "Sigmoid", "Tanh", "Tanh"}, "GRU": {"Sigmoid", "Tanh", "Sigmoid", "Tanh"}}[r.Op]
	}
	alpha, beta := append([]float64(nil), r.ActivationAlpha...), append([]float64(nil), r.ActivationBeta...)
	for d := range r.directions() {
		var by []func(float64) float64
		for i := range map[string]int{"RNN": 1, "LSTM": 3, "GRU": 2}[r.Op] {
			f := refFunction(names[0], &alpha, &beta)
			names = names[1:]
			by = append(by, func(x float64) float64 {
				if r.Clip > 0 && !(r.unheld && i == 2) {
					x = math.Max(-r.Clip, math.Min(r.Clip, x))
				}
				return f(x)
			})
		}
		for b := range batch {
			n := steps
			if lens != nil {
				n = lens[b]
			}
			hs, cs := make([]float64, h), make([]float64, h)
			for k := range h {
				if h0 != nil {
					hs[k] = h0[b*width+d*h+k]
				}
				if c0 != nil {
					cs[k] = c0[b*width+d*h+k]
				}
			}
			for i := range n {
				t := i
				if r.Direction == reverse || d == 1 {
					t = n - 1 - i
				}
				hs, cs = r.step(d, by, x[(t*batch+b)*r.features:][:r.features], hs, cs)
				copy(y[(t*batch+b)*width+d*h:], hs)
			}
			copy(yh[b*width+d*h:], hs)
			copy(yc[b*width+d*h:], cs)
		}
	}
	return y, yh, yc
}

func (r refNode) step(d int, by []func(float64) float64, x, hs, cs []float64) (h, c []float64) {
	n := r.HiddenSize
	gates := map[string]int{"RNN": 1, "LSTM": 4, "GRU": 3}[r.Op]
	// Xt·(W[gate])ᵀ, v·(R[gate])ᵀ and the biases, of unit k.
	wx := func(gate, k int) (sum float64) {
		for j, v := range x {
			sum += v * r.w.w[((d*gates+gate)*n+k)*len(x)+j]
		}
		return sum
	}
	rh := func(gate, k int, v []float64) (sum float64) {
		for j := range v {
			sum += v[j] * r.w.r[((d*gates+gate)*n+k)*n+j]
		}
		return sum
	}
	bias := func(half, gate, k int) float64 {
		if r.w.b == nil {
			return 0
		}
		return r.w.b[((d*2+half)*gates+gate)*n+k]
	}
	peep := func(part, k int, c []float64) float64 {
		if r.w.p == nil {
			return 0
		}
		return r.w.p[(d*3+part)*n+k] * c[k]
	}
	h, c = make([]float64, n), make([]float64, n)
	plain := func(gate, k int) float64 { return wx(gate, k) + rh(gate, k, hs) + bias(0, gate, k) + bias(1, gate, k) }
	switch r.Op {
	case "RNN":
		for k := range n {
			h[k] = by[0](plain(0, k))
		}
	case "LSTM": // W[iofc], P[iof]
		for k := range n {
			in := by[0](plain(0, k) + peep(0, k, cs))
			forget := by[0](plain(2, k) + peep(2, k, cs))
			if r.InputForget {
				forget = 1 - in
			}
			c[k] = forget*cs[k] + in*by[1](plain(3, k))
			h[k] = by[0](plain(1, k)+peep(1, k, c)) * by[2](c[k])
		}
	case "GRU": // W[zrh]
		reset := make([]float64, n)
		dropped := make([]float64, n)
		for k := range n {
			reset[k] = by[0](plain(1, k))
			dropped[k] = reset[k] * hs[k]
		}
		for k := range n {
			z := by[0](plain(0, k))
			inner := rh(2, k, dropped) + bias(1, 2, k)
			if r.LinearBeforeReset {
				inner = reset[k] * (rh(2, k, hs) + bias(1, 2, k))
			}
			h[k] = (1-z)*by[1](wx(2, k)+inner+bias(0, 2, k)) + z*hs[k]
		}
	}
	return h, c
}
