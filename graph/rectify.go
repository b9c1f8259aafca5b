package graph

import (
	"fmt"

	"github.com/pkg/errors"

	"unroll/internal/kernel"
)

// Rectify emits the general rectifier, element by element:
//
//	y = min(x, most) where x > threshold, else slope·(x − threshold)
//
// most may be +Inf. Its gradient is 1 where threshold < x ≤ most, slope where
// x ≤ threshold and 0 above most. Keras: relu with its three arguments.
func (b *Builder) Rectify(x *Node, slope, threshold, most float64) *Node {
	if !b.ok(x) {
		return nil
	}
	if slope != slope || threshold != threshold || most != most {
		return b.Fail(errors.Errorf("rectify: slope %v, threshold %v, most %v", slope, threshold, most))
	}
	f32, f64 := rectify(float32(slope), float32(threshold), float32(most)), rectify(slope, threshold, most)
	name := fmt.Sprint("rectify_", slope, "_", threshold, "_", most)
	return b.apply(&op{
		name:    name,
		key:     pure,
		shape:   x.Shape(),
		pointed: pick(b, each1(f32), each1(f64)),
		grad: func(in []*Node, _, dy *Node) []*Node {
			return []*Node{b.Mul(dy, b.levels(name+"_slope", in[0], func(x float64) float64 {
				return choose(x > threshold, choose(x <= most, 1, 0), slope)
			}))}
		},
	}, "d", x)
}

func rectify[T kernel.Float](slope, threshold, most T) func(y, x []T) {
	return func(y, x []T) {
		for i, v := range x[:len(y)] {
			switch {
			case v > threshold:
				y[i] = min(v, most)
			case slope == 0 && v == v:
				y[i] = 0 // of −∞ too
			default:
				y[i] = slope * (v - threshold)
			}
		}
	}
}

// EluOf emits x where x > 0, else alpha·(eˣ − 1), for alpha ≥ 0.
func (b *Builder) EluOf(x *Node, alpha float64) *Node {
	if !(alpha >= 0) {
		return b.Fail(errors.Errorf("elu: alpha is %v, want at least 0", alpha))
	}
	name := fmt.Sprint("elu_", alpha)
	f32, f64 := float32(alpha), alpha
	return b.elementwise(name, pure, x,
		pick(b, each1(func(y, x []float32) { kernel.EluOf(y, x, f32) }), each1(func(y, x []float64) { kernel.EluOf(y, x, f64) })),
		pick(b, each2(func(dx, y, dy []float32) { kernel.EluOfGrad(dx, y, dy, f32) }), each2(func(dx, y, dy []float64) { kernel.EluOfGrad(dx, y, dy, f64) })),
		func(y, dy *Node) *Node {
			below := b.levels("elu_below", y, func(y float64) float64 { return choose(y > 0, 0, 1) })
			return b.Mul(dy, b.Add(b.Mul(below, y), b.levels(name+"_slope", y, func(y float64) float64 { return choose(y > 0, 1, alpha) })))
		})
}
