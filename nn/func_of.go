package nn

import (
	"math"
	"strconv"
	"strings"

	"unroll/graph"
)

var inf = math.Inf(1)

// LeakyReluOf is LeakyRelu with another slope below 0: "leaky_relu(0.3)".
func LeakyReluOf(slope float64) Func { return withConstants("leaky_relu", slope) }

// EluOf is alpha·(eˣ − 1) below 0: "elu(0.5)". Alpha is at least 0.
func EluOf(alpha float64) Func { return withConstants("elu", alpha) }

// ReluOf is the general rectifier, "relu(slope, threshold, most)":
//
//	min(x, most) where x > threshold, else slope·(x − threshold)
//
// Threshold and most are at least 0; most may be infinite. Keras: relu with
// negative_slope, threshold and max_value.
func ReluOf(slope, threshold, most float64) Func {
	return withConstants("relu", slope, threshold, most)
}

func withConstants(name string, values ...float64) Func {
	text := make([]string, len(values))
	for i, v := range values {
		text[i] = strconv.FormatFloat(v, 'g', -1, 64)
	}
	return Func(name + "(" + strings.Join(text, ", ") + ")")
}

// Constants returns the name of f without its constants, and these:
// "leaky_relu" and 0.3 of LeakyReluOf(0.3).
func (f Func) Constants() (name Func, values []float64) {
	head, rest, ok := strings.Cut(string(f), "(")
	rest, closed := strings.CutSuffix(rest, ")")
	if !ok || !closed {
		return f, nil
	}
	for _, text := range strings.Split(rest, ", ") {
		v, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsNaN(v) {
			return f, nil
		}
		values = append(values, v)
	}
	return Func(head), values
}

// emit returns how f is emitted.
func (f Func) emit() (emit, error) {
	if e := funcs[f]; e != nil {
		return e, nil
	}
	name, v := f.Constants()
	var slope, threshold, most float64
	switch {
	case name == Elu && len(v) == 1:
		if !(v[0] >= 0) || math.IsInf(v[0], 0) {
			return nil, errorf("activation %q: alpha is to be at least 0", f)
		}
		return func(b *graph.Builder, x *graph.Node) *graph.Node { return b.EluOf(x, v[0]) }, nil
	case name == LeakyRelu && len(v) == 1:
		slope, most = v[0], inf
	case name == Relu && len(v) == 3:
		slope, threshold, most = v[0], v[1], v[2]
	default:
		return nil, errorf("unknown activation %q", f)
	}
	if math.IsInf(slope, 0) || !(threshold >= 0) || math.IsInf(threshold, 0) || !(most >= 0) {
		return nil, errorf("activation %q: the slope is to be finite, threshold and largest value at least 0", f)
	}
	if slope == 0 && threshold == 0 && most == 6 {
		return (*graph.Builder).Relu6, nil
	}
	return func(b *graph.Builder, x *graph.Node) *graph.Node { return b.Rectify(x, slope, threshold, most) }, nil
}
