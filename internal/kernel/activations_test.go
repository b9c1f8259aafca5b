package kernel

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// function is an activation function with its value and slope in terms of
// package math, at the kinks those that the kernels promise.
type function[T Float] struct {
	name         string
	f            func(y, x []T)
	df           func(dx, y, dy []T)
	value, slope func(x float64) float64
}

func functions[T Float]() []function[T] {
	const scale, alpha = 1.0507009873554804934193349852946, 1.6732632423543772848170429916717
	// piece is a function of one formula above 0 and another up to 0.
	piece := func(above, below func(x float64) float64) func(x float64) float64 {
		return func(x float64) float64 {
			if x > 0 {
				return above(x)
			}
			return below(x)
		}
	}
	line := func(a float64) func(float64) float64 { return func(x float64) float64 { return a * x } }
	constant := func(c float64) func(float64) float64 { return func(float64) float64 { return c } }
	return []function[T]{
		{"relu", Relu[T], ReluGrad[T], func(x float64) float64 { return math.Max(x, 0) }, piece(constant(1), constant(0))},
		{"leaky_relu", LeakyRelu[T], LeakyReluGrad[T], piece(line(1), line(0.2)), piece(constant(1), constant(0.2))},
		{"elu", Elu[T], EluGrad[T], piece(line(1), math.Expm1), piece(constant(1), math.Exp)},
		{"selu", Selu[T], SeluGrad[T],
			piece(line(scale), func(x float64) float64 { return scale * alpha * math.Expm1(x) }),
			piece(constant(scale), func(x float64) float64 { return scale * alpha * math.Exp(x) })},
		{"softplus", Softplus[T], SoftplusGrad[T],
			func(x float64) float64 {
				if x > 50 { // where 1 is lost beside eˣ
					return x
				}
				return math.Log1p(math.Exp(x))
			},
			func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }},
		{"softsign", Softsign[T], SoftsignGrad[T],
			func(x float64) float64 { return x / (1 + math.Abs(x)) },
			func(x float64) float64 { return math.Pow(1+math.Abs(x), -2) }},
		{"hard_sigmoid", HardSigmoid[T], HardSigmoidGrad[T],
			func(x float64) float64 { return math.Max(0, math.Min(x/6+0.5, 1)) },
			func(x float64) float64 {
				if x > -3 && x < 3 {
					return 1. / 6
				}
				return 0
			}},
		{"hard_sigmoid_keras2", HardSigmoidKeras2[T], HardSigmoidKeras2Grad[T],
			func(x float64) float64 { return math.Max(0, math.Min(x/5+0.5, 1)) },
			func(x float64) float64 {
				if x > -2.5 && x < 2.5 {
					return 0.2
				}
				return 0
			}},
		{"relu6", Relu6[T], Relu6Grad[T],
			func(x float64) float64 { return math.Max(0, math.Min(x, 6)) },
			func(x float64) float64 {
				if x > 0 && x < 6 {
					return 1
				}
				return 0
			}},
		{"elu_of", func(y, x []T) { EluOf(y, x, 0.3) }, func(dx, y, dy []T) { EluOfGrad(dx, y, dy, 0.3) },
			piece(line(1), func(x float64) float64 { return 0.3 * math.Expm1(x) }),
			piece(constant(1), func(x float64) float64 { return 0.3 * math.Exp(x) })},
		{"exponential", Exp[T], ExpGrad[T], math.Exp, math.Exp},
	}
}

// The values hold in the tables of all maps too: every length, in place, at the
// ends of float32, the same bits from both families of assembly.
func init() {
	for _, c := range functions[float32]() {
		for _, spread := range []float64{1e-6, 5, 30} {
			maps = append(maps, maps[0])
			m := &maps[len(maps)-1]
			m.name, m.f, m.want, m.spread, m.tol = c.name, c.f, c.value, spread, 1e-6
		}
	}
	maps = append(maps, maps[0])
	m := &maps[len(maps)-1]
	m.name, m.f, m.spread, m.tol = "normal_cdf", NormalCDF[float32], 2, 2e-7
	m.want = func(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }
}

func TestActivations(t *testing.T) {
	forEachLevel(t, func(t *testing.T) {
		t.Run("float32", func(t *testing.T) { activationsCase[float32](t, 1e-6) })
		t.Run("float64", func(t *testing.T) { activationsCase[float64](t, 1e-14) })
	})
}

func activationsCase[T Float](t *testing.T, tol float64) {
	r := rand.New(rand.NewPCG(12, 13))
	xs := []T{0, 3, -3, 2.999, -2.999, 1e-10, -1e-10, 1, -1, 20, -20, 88, -88, 100, -100, 700, -700, 1e4, -1e4}
	for range 1000 { // more than a block
		xs = append(xs, T(4*r.NormFloat64()))
	}
	for _, c := range functions[T]() {
		y, dx, dy := make([]T, len(xs)), make([]T, len(xs)), make([]T, len(xs))
		for i := range dy {
			dy[i] = T(r.NormFloat64())
		}
		c.f(y, xs)
		c.df(dx, y, dy)
		for i, x := range xs {
			value, slope := c.value(float64(x)), c.slope(float64(x))
			if got := float64(y[i]); T(value) != y[i] && !(math.Abs(got-value) <= tol*math.Abs(value)) {
				t.Errorf("%s(%g) is %g, want %g", c.name, x, got, value)
			}
			// The slope has the rounding of the value from which it follows.
			want := slope * float64(dy[i])
			if got := float64(dx[i]); T(want) != dx[i] && !(math.Abs(got-want) <= 4*tol*(math.Abs(want)+math.Abs(float64(dy[i])))) {
				t.Errorf("%s'(%g)·%g is %g, want %g", c.name, x, dy[i], got, want)
			}
		}
		for _, place := range []struct {
			name string
			run  func() []T
			want []T
		}{
			{"y in place of x", func() []T { z := slices.Clone(xs); c.f(z, z); return z }, y},
			{"dx in place of dy", func() []T { z := slices.Clone(dy); c.df(z, y, z); return z }, dx},
			{"dx in place of y", func() []T { z := slices.Clone(y); c.df(z, z, dy); return z }, dx},
		} {
			if !slices.Equal(place.run(), place.want) {
				t.Errorf("%s: %s gives other bits", c.name, place.name)
			}
		}
		if n := testing.AllocsPerRun(5, func() { c.f(y, xs); c.df(dx, y, dy) }); n != 0 {
			t.Errorf("%s allocates %v times", c.name, n)
		}
	}
}
