package graph

import (
	"unroll/internal/kernel"
)

// Maximum emits the larger of x and y, element by element: one of the two, bit for
// bit. The shapes are broadcast as those of Add. NaN is larger than any number and +0 than −0, so
// that the order of the inputs changes nothing. The gradient goes to the input
// that was returned, to x where both are the same, as in TensorFlow.
func (b *Builder) Maximum(x, y *Node) *Node {
	return b.extreme("maximum", x, y, above[float32], above[float64])
}

// Minimum emits the smaller of x and y in the manner of Maximum; here NaN is
// smaller than any number.
func (b *Builder) Minimum(x, y *Node) *Node {
	return b.extreme("minimum", x, y, below[float32], below[float64])
}

// above reports whether y is to be taken for the maximum.
func above[T kernel.Float](x, y T) bool {
	return y > x || y != y && x == x || y == x && 1/y > 1/x
}

// below reports whether y is to be taken for the minimum.
func below[T kernel.Float](x, y T) bool {
	return y < x || y != y && x == x || y == x && 1/y < 1/x
}

// extreme emits y where the function of its type says so, else x.
func (b *Builder) extreme(name string, x, y *Node, f32 func(x, y float32) bool, f64 func(x, y float64) bool) *Node {
	if !b.ok(x, y) {
		return nil
	}
	if x, y = b.together(name, x, y); !b.ok(x, y) {
		return nil
	}
	var share func(in []*Node, dout *Node, ofSecond bool) *Node // linear in dout
	share = func(in []*Node, dout *Node, ofSecond bool) *Node {
		return b.apply(&op{
			name:    name + "_grad",
			key:     ofSecond,
			shape:   x.Shape(),
			pointed: pick(b, extremeGrad(f32, ofSecond), extremeGrad(f64, ofSecond)),
			grad: func(in []*Node, _, d *Node) []*Node {
				return []*Node{nil, nil, share(in, d, ofSecond)}
			},
		}, "..d", in[0], in[1], dout)
	}
	return b.apply(&op{
		name:    name,
		key:     pure,
		shape:   x.Shape(),
		pointed: pick(b, extreme(f32), extreme(f64)),
		grad: func(in []*Node, _, dout *Node) []*Node {
			return []*Node{share(in, dout, false), share(in, dout, true)}
		},
	}, "dd", x, y)
}

func extreme[T kernel.Float](second func(x, y T) bool) pointed {
	return each2(func(z, x, y []T) {
		for i, v := range x {
			w := y[i]
			if z[i] = v; second(v, w) {
				z[i] = w
			}
		}
	})
}

// extremeGrad hands on the gradient where the input in question was returned.
func extremeGrad[T kernel.Float](second func(x, y T) bool, ofSecond bool) pointed {
	return each3(func(dx, x, y, dout []T) {
		for i, v := range x {
			d := dout[i]
			if second(v, y[i]) != ofSecond {
				d = 0
			}
			dx[i] = d
		}
	})
}
