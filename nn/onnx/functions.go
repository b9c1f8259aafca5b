package onnx

import (
	"math"

	"unroll/nn"
)

// activate writes a function of x; "" is the identity.
func (w *writer) activate(f nn.Func, x string) string {
	alpha := func(v float64) []attributeProto { return []attributeProto{attrFloat32("alpha", v)} }
	plus := func(x string, v float64) string { return w.op("Add", nil, x, w.float(v)) }
	times := func(x string, v float64) string { return w.op("Mul", nil, x, w.float(v)) }
	clip := func(x string, low, high float64) string { return w.op("Clip", nil, x, w.float(low), w.float(high)) }
	gate := func(of string) string { return w.op("Mul", nil, x, of) }
	hard := func(slope float64) string {
		return w.op("HardSigmoid", []attributeProto{attrFloat32("alpha", slope), attrFloat32("beta", 0.5)}, x)
	}
	shrink := func(bias float64) string {
		return w.op("Shrink", []attributeProto{attrFloat32("lambd", 0.5), attrFloat32("bias", bias)}, x)
	}
	name, constants := f.Constants()
	switch {
	case name == nn.Relu && len(constants) == 3:
		slope, threshold, most := constants[0], constants[1], constants[2]
		above := x
		if !math.IsInf(most, 1) {
			above = w.op("Min", nil, x, w.float(most))
		}
		return w.op("Where", nil, w.op("Greater", nil, x, w.float(threshold)), above, times(plus(x, -threshold), slope))
	case name == nn.LeakyRelu && len(constants) == 1:
		return w.op("LeakyRelu", alpha(constants[0]), x)
	case name == nn.Elu && len(constants) == 1:
		return w.op("Elu", alpha(constants[0]), x)
	}
	switch f {
	case "", nn.Linear:
		return x
	case nn.Sigmoid:
		return w.op("Sigmoid", nil, x)
	case nn.HardSigmoid:
		return hard(1. / 6)
	case nn.HardSigmoidKeras2:
		return hard(0.2)
	case nn.Tanh:
		return w.op("Tanh", nil, x)
	case nn.Relu:
		return w.op("Relu", nil, x)
	case nn.Relu6:
		return clip(x, 0, 6)
	case nn.LeakyRelu:
		return w.op("LeakyRelu", alpha(0.2), x)
	case nn.Elu, nn.Celu:
		return w.op("Elu", alpha(1), x)
	case nn.Selu:
		return w.op("Selu", []attributeProto{attrFloat32("alpha", 1.6732632423543772), attrFloat32("gamma", 1.0507009873554805)}, x)
	case nn.Softplus:
		return w.op("Softplus", nil, x)
	case nn.Softsign:
		return w.op("Softsign", nil, x)
	case nn.Exponential:
		return w.op("Exp", nil, x)
	case nn.Softmax, nn.LogSoftmax:
		op := map[nn.Func]string{nn.Softmax: "Softmax", nn.LogSoftmax: "LogSoftmax"}[f]
		return w.op(op, []attributeProto{attrInt64("axis", -1)}, x)
	case nn.Gelu:
		return gate(plus(times(w.op("Erf", nil, times(x, math.Sqrt2/2)), 0.5), 0.5))
	case nn.GeluApproximate:
		cube := gate(plus(times(w.op("Mul", nil, x, x), 0.044715), 1))
		return gate(plus(times(w.op("Tanh", nil, times(cube, math.Sqrt(2/math.Pi))), 0.5), 0.5))
	case nn.Silu:
		return gate(w.op("Sigmoid", nil, x))
	case nn.HardSilu:
		return gate(hard(1. / 6))
	case nn.Mish:
		return gate(w.op("Tanh", nil, w.op("Softplus", nil, x)))
	case nn.LogSigmoid:
		return w.op("Neg", nil, w.op("Softplus", nil, w.op("Neg", nil, x)))
	case nn.HardTanh:
		return clip(x, -1, 1)
	case nn.Squareplus:
		return times(w.op("Add", nil, x, w.op("Sqrt", nil, plus(w.op("Mul", nil, x, x), 4))), 0.5)
	case nn.SparsePlus:
		near := plus(clip(x, -1, 1), 1)
		return w.op("Add", nil, times(w.op("Mul", nil, near, near), 0.25), w.op("Relu", nil, plus(x, -1)))
	case nn.SparseSigmoid:
		return clip(plus(times(x, 0.5), 0.5), 0, 1)
	case nn.TanhShrink:
		return w.op("Sub", nil, x, w.op("Tanh", nil, x))
	case nn.HardShrink:
		return shrink(0)
	case nn.SoftShrink:
		return shrink(0.5)
	}
	return w.fail("the function %q has no operators in ONNX that are known here", f)
}

// inner is a function within a recurrent operator.
type inner struct {
	name        string
	alpha, beta []float64 // what it takes
}

// within returns a function as recurrent operators know it, of which the zero value is def.
func within(f, def nn.Func) (inner, bool) {
	if f == "" {
		f = def
	}
	name, c := f.Constants()
	switch {
	case name == nn.LeakyRelu && len(c) == 1:
		return inner{"LeakyRelu", c, nil}, true
	case name == nn.Elu && len(c) == 1:
		return inner{"Elu", c, nil}, true
	}
	switch f {
	case nn.Linear:
		return inner{"Affine", []float64{1}, []float64{0}}, true
	case nn.Sigmoid:
		return inner{name: "Sigmoid"}, true
	case nn.Tanh:
		return inner{name: "Tanh"}, true
	case nn.Relu:
		return inner{name: "Relu"}, true
	case nn.HardSigmoid:
		return inner{"HardSigmoid", []float64{1. / 6}, []float64{0.5}}, true
	case nn.HardSigmoidKeras2:
		return inner{"HardSigmoid", []float64{0.2}, []float64{0.5}}, true
	case nn.LeakyRelu:
		return inner{"LeakyRelu", []float64{0.2}, nil}, true
	case nn.Elu, nn.Celu:
		return inner{"Elu", []float64{1}, nil}, true
	case nn.Softsign:
		return inner{name: "Softsign"}, true
	case nn.Softplus:
		return inner{name: "Softplus"}, true
	}
	return inner{}, false
}
