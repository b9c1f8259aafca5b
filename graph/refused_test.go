package graph

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gorgonia.org/tensor"
)

// TestBadNodesAreRefused gives each operation a nil, a node of another graph and one of
// whole numbers in the place of each of its inputs.
func TestBadNodesAreRefused(t *testing.T) {
	for name, all := range operations {
		for i, op := range all {
			for at, shape := range op.shapes {
				if (name == "GRU" || name == "GRUOf") && at == 3 {
					continue // the bias, which may be nil
				}
				for kind, bad := range map[string]struct {
					node func(b *Builder) *Node
					want string
				}{
					"nil":     {func(*Builder) *Node { return nil }, "is nil"},
					"another": {func(*Builder) *Node { return zerosOf(New(tensor.Float64), tensor.Float64, shape) }, "belongs to another graph"},
					"int32":   {func(b *Builder) *Node { return zerosOf(b, tensor.Int32, shape) }, "int32"},
				} {
					b := New(tensor.Float64)
					var p []*Node
					for k, s := range op.shapes {
						if k == at {
							p = append(p, bad.node(b))
						} else {
							p = append(p, b.Input(fmt.Sprint("p", k), random(rand.New(rand.NewPCG(1, 1)), s...)))
						}
					}
					checkRefused(t, fmt.Sprintf("%s/%d, input %d %s", name, i, at, kind), b, func() { op.build(b, p) }, bad.want)
				}
			}
		}
	}
}

func zerosOf(b *Builder, dt tensor.Dtype, shape []int) *Node {
	return b.Input("bad", tensor.New(tensor.Of(dt), tensor.WithShape(shape...)))
}

// checkRefused wants one clear line and no panic.
func checkRefused(t *testing.T, name string, b *Builder, f func(), want string) {
	t.Helper()
	defer func() {
		if r := recover(); r != nil {
			t.Errorf("%s: it panics: %v", name, r)
		}
	}()
	f()
	if err := b.Err(); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
		t.Errorf("%s: the error is %v, want one line with %q in it", name, err, want)
	}
}

// TestBadArgumentsAreRefused: axes, shapes, sizes and specs.
func TestBadArgumentsAreRefused(t *testing.T) {
	const huge = math.MaxInt
	for want, f := range map[string]func(b *Builder, x, v, s *Node){
		"add: [2 3] and [4] do not fit":                 func(b *Builder, x, v, s *Node) { b.Add(x, b.Ones(4)) },
		"sub: [2 3] and [4] do not fit":                 func(b *Builder, x, v, s *Node) { b.Sub(x, b.Ones(4)) },
		"mul: [2 3] and [4] do not fit":                 func(b *Builder, x, v, s *Node) { b.Mul(x, b.Ones(4)) },
		"div: [2 3] and [4] do not fit":                 func(b *Builder, x, v, s *Node) { b.Div(x, b.Ones(4)) },
		"pow: [2 3] and [4] do not fit":                 func(b *Builder, x, v, s *Node) { b.Pow(x, b.Ones(4)) },
		"less: [2 3] and [2] do not fit":                func(b *Builder, x, v, s *Node) { b.Less(x, b.Ones(2)) },
		"where: [4] and [2 3] do not fit":               func(b *Builder, x, v, s *Node) { b.Where(b.Ones(4), x, v) },
		"maximum: [2 3] and [2] do not fit":             func(b *Builder, x, v, s *Node) { b.Maximum(x, b.Ones(2)) },
		"add n: term 1 is [3], term 0 is [3 1]":         func(b *Builder, x, v, s *Node) { b.AddN(b.Ones(3, 1), v) },
		"muladd: [2] plus [2 3] by [3 1] do not fit":    func(b *Builder, x, v, s *Node) { b.MulAdd(b.Ones(2), x, b.Ones(3, 1)) },
		"matmul: [2 3] by [2 3]: inner sizes":           func(b *Builder, x, v, s *Node) { b.MatMul(x, x) },
		"matmul: input is [3], want a matrix":           func(b *Builder, x, v, s *Node) { b.MatMul(x, v) },
		"batch matmul: [2 3] and [3] do not fit":        func(b *Builder, x, v, s *Node) { b.BatchMatMul(x, v) },
		"batch matmul: [2] and [4] do not fit":          func(b *Builder, x, v, s *Node) { b.BatchMatMul(b.Ones(2, 3, 1), b.Ones(4, 1, 3)) },
		"broadcast: [2 3] cannot take the shape [3]":    func(b *Builder, x, v, s *Node) { b.BroadcastTo(x, 3) },
		"broadcast: shape [-3]: sizes must be positive": func(b *Builder, x, v, s *Node) { b.BroadcastTo(b.Ones(1), -3) },
		"broadcast: shape [4611686018427387904 3] has too many elements": func(b *Builder, x, v, s *Node) {
			b.BroadcastTo(v, 1<<62, 3)
		},
		"clip: 2 to 1 is no range":                              func(b *Builder, x, v, s *Node) { b.Clip(x, 2, 1) },
		"clip: NaN to 1 is no range":                            func(b *Builder, x, v, s *Node) { b.Clip(x, math.NaN(), 1) },
		"sum: [2 3] has no axis 2":                              func(b *Builder, x, v, s *Node) { b.Sum(x, 2) },
		"sum: [2 3] has no axis -3":                             func(b *Builder, x, v, s *Node) { b.Sum(x, -3) },
		"sum: axis -1 is given twice":                           func(b *Builder, x, v, s *Node) { b.Sum(x, 1, -1) },
		"sum: [] has no axis 0":                                 func(b *Builder, x, v, s *Node) { b.Mean(s, 0) },
		"max: [2 3] has no axis 9223372036854775807":            func(b *Builder, x, v, s *Node) { b.Max(x, huge) },
		"max: [2 3] has no axis -9223372036854775808":           func(b *Builder, x, v, s *Node) { b.LogSumExp(x, math.MinInt) },
		"min: [2 3] has no axis 2":                              func(b *Builder, x, v, s *Node) { b.Min(x, 0, 2) },
		"argmax: [] has no axis 0":                              func(b *Builder, x, v, s *Node) { b.ArgMax(s, 0) },
		"argmin: [2 3] has no axis 5":                           func(b *Builder, x, v, s *Node) { b.ArgMin(x, 5) },
		"cumsum: [2 3] has no axis -3":                          func(b *Builder, x, v, s *Node) { b.CumSum(x, -3) },
		"expand dims: no place 4 in [2 3]":                      func(b *Builder, x, v, s *Node) { b.ExpandDims(x, 4) },
		"expand dims: no place -9223372036854775808":            func(b *Builder, x, v, s *Node) { b.ExpandDims(x, math.MinInt) },
		"squeeze: axis 1 of [2 3] is of size 3":                 func(b *Builder, x, v, s *Node) { b.Squeeze(x, -1) },
		"transpose: the axes [0 0] are not those of [2 3]":      func(b *Builder, x, v, s *Node) { b.Transpose(x, 0, 0) },
		"transpose: the axes [0] are not those of [2 3]":        func(b *Builder, x, v, s *Node) { b.Transpose(x, 0) },
		"transpose: the axes [0 1 0] are not those of [2 3]":    func(b *Builder, x, v, s *Node) { b.Transpose(x, 0, 1, 0) },
		"transpose: [2 3] has no axis 7":                        func(b *Builder, x, v, s *Node) { b.Transpose(x, 0, 7) },
		"reshape: [2 3] to [7] differ in size":                  func(b *Builder, x, v, s *Node) { b.Reshape(x, 7) },
		"reshape: shape [-2 -3]: sizes must be positive":        func(b *Builder, x, v, s *Node) { b.Reshape(x, -2, -3) },
		"reshape: shape [0]: sizes must be positive":            func(b *Builder, x, v, s *Node) { b.Reshape(x, 0) },
		"slice: 2 to 1 of axis 1 of [2 3]":                      func(b *Builder, x, v, s *Node) { b.Slice(x, 1, 2, 1) },
		"slice: -1 to 1 of axis 0 of [2 3]":                     func(b *Builder, x, v, s *Node) { b.Slice(x, 0, -1, 1) },
		"slice: 0 to 9223372036854775807 of axis 0":             func(b *Builder, x, v, s *Node) { b.Slice(x, 0, 0, huge) },
		"slice: [] has no axis 0":                               func(b *Builder, x, v, s *Node) { b.Slice(s, 0, 0, 1) },
		"pad: -1 zeros before and 0 after":                      func(b *Builder, x, v, s *Node) { b.Pad(x, 0, -1, 0) },
		"pad: 9223372036854775807 zeros before":                 func(b *Builder, x, v, s *Node) { b.Pad(x, 0, huge, huge) },
		"pad: shape [2 1099511627779] has too many elements":    func(b *Builder, x, v, s *Node) { b.Pad(x, 1, 1<<40, 0) },
		"split: sizes [1 1] of axis 1 of [2 3]":                 func(b *Builder, x, v, s *Node) { b.Split(x, 1, 1, 1) },
		"split: sizes [] of axis 1 of [2 3]":                    func(b *Builder, x, v, s *Node) { b.Split(x, 1) },
		"slice: 0 to -1 of axis 1 of [2 3]":                     func(b *Builder, x, v, s *Node) { b.Split(x, 1, -1, 4) },
		"slice: 0 to 9223372036854775807 of axis 1":             func(b *Builder, x, v, s *Node) { b.Split(x, 1, huge, huge, 5) },
		"concat: nothing to join":                               func(b *Builder, x, v, s *Node) { b.Concat(0) },
		"concat: [] has no axis 0":                              func(b *Builder, x, v, s *Node) { b.Concat(0, s, s) },
		"concat: input 1 is [3], input 0 is [2 3]":              func(b *Builder, x, v, s *Node) { b.Concat(0, x, v) },
		"expand dims: no place 3 in [2 3]":                      func(b *Builder, x, v, s *Node) { b.Stack(3, x, x) },
		"concat: input 1 is [1 3], input 0 is [1 2 3]":          func(b *Builder, x, v, s *Node) { b.Stack(0, x, v) },
		"repeat: 0 times":                                       func(b *Builder, x, v, s *Node) { b.Repeat(x, 0, 0) },
		"repeat: 9223372036854775807 times":                     func(b *Builder, x, v, s *Node) { b.Repeat(x, 0, huge) },
		"broadcast: shape [2 1099511627776 3] has too many":     func(b *Builder, x, v, s *Node) { b.Repeat(x, 0, 1<<40) },
		"zeros: shape [4611686018427387904 4] has too many":     func(b *Builder, x, v, s *Node) { b.Zeros(1<<62, 4) },
		"ones: shape [2 0]: sizes must be positive":             func(b *Builder, x, v, s *Node) { b.Ones(2, 0) },
		`einsum "": want the axes of two inputs`:                func(b *Builder, x, v, s *Node) { b.Einsum("", x, v) },
		`einsum "ij->ij": want the axes of two inputs`:          func(b *Builder, x, v, s *Node) { b.Einsum("ij->ij", x, v) },
		`einsum "iI,j->ij": 'I' names no axis`:                  func(b *Builder, x, v, s *Node) { b.Einsum("iI,j->ij", x, v) },
		`einsum "ii,j->ij": 'i' stands twice`:                   func(b *Builder, x, v, s *Node) { b.Einsum("ii,j->ij", x, v) },
		`einsum "ij,j->ik": axis 'k' of the result`:             func(b *Builder, x, v, s *Node) { b.Einsum("ij,j->ik", x, v) },
		`einsum "ij,i->j": axis 'i' is of size 2 and 3`:         func(b *Builder, x, v, s *Node) { b.Einsum("ij,i->j", x, v) },
		`einsum "ijk,j->i": "ijk" names 3 axes of an input`:     func(b *Builder, x, v, s *Node) { b.Einsum("ijk,j->i", x, v) },
		"gather: input is float64 [], want float64 of two axes": func(b *Builder, x, v, s *Node) { b.Gather(s, v) },
		"gather: ids are float64 [3], want a vector of int32":   func(b *Builder, x, v, s *Node) { b.Gather(x, v) },
		"scatter add: 2 ids of [3 1] for 4 rows":                func(b *Builder, x, v, s *Node) { b.ScatterAdd(b.Input("i", intIDs(0, 1)), b.Ones(3, 1), 4) },
		"scatter add: 2 ids of [2 3] for -1 rows":               func(b *Builder, x, v, s *Node) { b.ScatterAdd(b.Input("i", intIDs(0, 1)), x, -1) },
		"scatter_add: shape [4611686018427387904 3] has too":    func(b *Builder, x, v, s *Node) { b.ScatterAdd(b.Input("i", intIDs(0, 1)), x, 1<<62) },
		"row: row -1 of [2 3]":                                  func(b *Builder, x, v, s *Node) { b.Row(x, -1) },
		"grad: the cost is [2 3], want a scalar":                func(b *Builder, x, v, s *Node) { b.Grad(x, x) },
		"grad: the cost is [3], want a scalar":                  func(b *Builder, x, v, s *Node) { b.Hessian(v, v) },
		"hvp: 0 vectors for 1 nodes":                            func(b *Builder, x, v, s *Node) { b.HVP(s, []*Node{s}, nil) },
		"hvp: vector 0 is [3] for a node [2 3]":                 func(b *Builder, x, v, s *Node) { b.HVP(b.Sum(x), []*Node{x}, []*Node{v}) },
		"jvp: 2 tangents for 1 nodes":                           func(b *Builder, x, v, s *Node) { b.JVP([]*Node{x}, []*Node{x}, []*Node{x, x}) },
		"jvp: tangent 0 is [3] for a node [2 3]":                func(b *Builder, x, v, s *Node) { b.JVP([]*Node{x}, []*Node{x}, []*Node{v}) },
		"vjp: cotangent 0 is [3 1] for an output [3]":           func(b *Builder, x, v, s *Node) { b.VJP([]*Node{v}, []*Node{b.Ones(3, 1)}, v) },
		"own: shape [4611686018427387904 4] has too many":       func(b *Builder, x, v, s *Node) { b.Custom("own", []int{1 << 62, 4}, nothing, nil, x) },
		"with gradient: input is int32":                         func(b *Builder, x, v, s *Node) { b.WithGradient(b.Input("i", intIDs(0)), []*Node{x}, nil) },
		"with gradient: node 0 is int32, which has no gradients": func(b *Builder, x, v, s *Node) {
			b.WithGradient(x, []*Node{b.Input("i", intIDs(0))}, func(*Node) []*Node { return nil })
		},
	} {
		b := New(tensor.Float64)
		x, v, s := zerosNamed(b, "x", 2, 3), zerosNamed(b, "v", 3), input(b, "s", []int{}, 0)
		checkRefused(t, want, b, func() { f(b, x, v, s) }, want)
	}
}

func nothing(Value, []Value) error { return nil }

func zerosNamed(b *Builder, name string, shape ...int) *Node {
	return b.Input(name, tensor.New(tensor.Of(b.dt), tensor.WithShape(shape...)))
}

// TestPlacesThatFloat32DoesNotHold: beyond 2²⁴ a place may not be a float32.
func TestPlacesThatFloat32DoesNotHold(t *testing.T) {
	b := New(tensor.Float32)
	b.Max(b.BroadcastTo(input(b, "x", []int{1}, 1), 1<<24+1))
	checkError(t, b.Err(), "max_axis_at: axis 0 of [16777217] has places that a float32 does not hold")
}
