package graph

import (
	"math"
	"math/rand/v2"
	"testing"

	"gorgonia.org/tensor"
)

// digits is the relative error that a few roundings make.
func digits(dt tensor.Dtype) float64 {
	if dt == tensor.Float32 {
		return 3e-7
	}
	return 1e-15
}

// TestActivationsKeepTheirDigits holds the values to the formulas by their
// relative error, from 10⁻¹⁸ to where they leave the numbers: a small value has as
// many digits as a large one.
func TestActivationsKeepTheirDigits(t *testing.T) {
	small := map[string]func(x float64) float64{ // as functions has them, without cancellation
		"sigmoid":  func(x float64) float64 { return math.Exp(min(x, 0)) / (1 + math.Exp(-math.Abs(x))) },
		"softplus": func(x float64) float64 { return math.Max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) },
		"gelu":     func(x float64) float64 { return x * math.Erfc(-x/math.Sqrt2) / 2 },
	}
	small["silu"] = func(x float64) float64 { return x * small["sigmoid"](x) }
	var points []float64
	for e := -60; e <= 10; e++ {
		for _, m := range []float64{1, 1.3, 1.7} {
			points = append(points, math.Ldexp(m, e), math.Ldexp(-m, e))
		}
	}
	for _, dt := range floats {
		for _, f := range functions {
			want := f.value
			if g := small[f.name]; g != nil {
				want = g
			}
			b := New(dt)
			y := f.emit(b, input(b, "x", []int{len(points), 1}, points...))
			p, err := b.Compile(y)
			if err != nil {
				t.Fatal(err)
			}
			for i, v := range values(t, p, []*Node{y}) {
				w := want(rounded(dt, points[i]))
				if math.Abs(w) < 1e-37 || math.IsInf(rounded(dt, w), 0) {
					continue // below the normal numbers of float32, or above
				}
				if !(math.Abs(v-w) <= 2*digits(dt)*math.Abs(w)) {
					t.Errorf("%s(%g) in %v is %g, want %g", f.name, points[i], dt, v, w)
				}
			}
			p.Close()
		}
	}
}

// TestLossesKeepTheirDigits holds losses to values worked out by formulas that
// lose none.
func TestLossesKeepTheirDigits(t *testing.T) {
	huber := func(b *Builder, x, t *Node) *Node { return b.HuberLoss(x, t, 1) }
	for _, c := range []struct {
		name string
		emit func(b *Builder, x, t *Node) *Node
		x, t []float64
		want func(x, t []float64) float64
	}{
		{"sure of the class", (*Builder).SoftmaxLoss, []float64{0, -40}, []float64{1, 0}, func(x, _ []float64) float64 { return math.Log1p(math.Exp(x[1])) }},
		{"sure among three", (*Builder).SoftmaxLoss, []float64{-60, 0, -50}, []float64{0, 1, 0}, func(x, _ []float64) float64 { return math.Log1p(math.Exp(-60) + math.Exp(-50)) }},
		{"large logits", (*Builder).SoftmaxLoss, []float64{1e4, 1e4 - 20}, []float64{1, 0}, func(x, _ []float64) float64 { return math.Log1p(math.Exp(-20)) }},
		{"largest logits", (*Builder).SoftmaxLoss, []float64{1e30, -1e30}, []float64{0, 1}, func(x, _ []float64) float64 { return 2 * x[0] }},
		{"sparse, sure", (*Builder).SparseSoftmaxLoss, []float64{-40, 0}, []float64{1}, func(x, _ []float64) float64 { return math.Log1p(math.Exp(x[0])) }},
		{"logit, sure", (*Builder).LogitLoss, []float64{40}, []float64{1}, func(x, _ []float64) float64 { return math.Log1p(math.Exp(-40)) }},
		{"logit, sure of none", (*Builder).LogitLoss, []float64{-40}, []float64{0}, func(x, _ []float64) float64 { return math.Log1p(math.Exp(-40)) }},
		{"logit, wrong", (*Builder).LogitLoss, []float64{1e9}, []float64{0}, func(x, _ []float64) float64 { return 1e9 }},
		{"small probability", (*Builder).BinaryLoss, []float64{3e-7}, []float64{0}, func(x, _ []float64) float64 { return -math.Log1p(-x[0]) }},
		{"close distributions", (*Builder).DivergenceLoss, []float64{0.3 + 1e-6}, []float64{0.3}, func(x, t []float64) float64 { return -t[0] * math.Log1p((x[0]-t[0])/t[0]) }},
		{"far distributions", (*Builder).DivergenceLoss, []float64{1}, []float64{1e-6}, func(_, t []float64) float64 { return t[0] * math.Log(t[0]) }},
		{"large vectors", (*Builder).CosineLoss, []float64{1e30, 1e30}, []float64{1e30, 0}, func(_, _ []float64) float64 { return -math.Sqrt2 / 2 }},
		{"opposite vectors", (*Builder).CosineLoss, []float64{3e-4, -4e-4}, []float64{-3e5, 4e5}, func(_, _ []float64) float64 { return 1 }},
		{"far from the target", huber, []float64{1e9}, []float64{0}, func(_, _ []float64) float64 { return 1e9 - 0.5 }},
		{"by the target", huber, []float64{1 + 1e-6}, []float64{1}, func(x, t []float64) float64 { return (x[0] - t[0]) * (x[0] - t[0]) / 2 }},
		{"by the edge", (*Builder).HingeLoss, []float64{1 - 1e-6}, []float64{1}, func(x, _ []float64) float64 { return 1 - x[0] }},
	} {
		for _, dt := range floats {
			round := func(x []float64) (out []float64) {
				for _, v := range x {
					out = append(out, rounded(dt, v))
				}
				return out
			}
			b := New(dt)
			y := c.emit(b, input(b, "x", []int{1, len(c.x)}, c.x...), input(b, "t", []int{1, len(c.t)}, c.t...))
			p, err := b.Compile(y)
			if err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			want := c.want(round(c.x), round(c.t))
			if got := values(t, p, []*Node{y})[0]; !(math.Abs(got-want) <= digits(dt)*math.Abs(want)) {
				t.Errorf("%s in %v: %.17g, want %.17g", c.name, dt, got, want)
			}
			p.Close()
		}
	}
	for _, x := range []float64{1e200, 1e-6} { // squares beyond float64, and norms near 1e-7
		b := New(tensor.Float64)
		y := b.CosineLoss(input(b, "x", []int{1, 2}, x, x), input(b, "t", []int{1, 2}, 0, x))
		p, err := b.Compile(y)
		if err != nil {
			t.Fatal(err)
		}
		if got := values(t, p, []*Node{y})[0]; math.Abs(got+math.Sqrt2/2) > 1e-15 {
			t.Errorf("cosine of vectors of %g: %g, want −√½", x, got)
		}
		p.Close()
	}
}

// TestNormalizationsFarFromZero: what is normalized may lie far from 0, where the
// mean itself has few digits after the point.
func TestNormalizationsFarFromZero(t *testing.T) {
	const rows, cols, eps = 16, 64, 1e-3
	normalized := func(x []float64) []float64 { // x without the offset
		var mean, variance float64
		for _, v := range x {
			mean += v / float64(len(x))
		}
		for _, v := range x {
			variance += (v - mean) * (v - mean) / float64(len(x))
		}
		y := make([]float64, len(x))
		for i, v := range x {
			y[i] = (v - mean) / math.Sqrt(variance+eps)
		}
		return y
	}
	for _, dt := range floats {
		for _, offset := range []float64{0, 100, -1e4, 1e6} {
			r := rand.New(rand.NewPCG(11, 12))
			x, rest := make([]float64, rows*cols), make([]float64, rows*cols)
			for i := range x {
				x[i] = rounded(dt, offset+r.NormFloat64())
				rest[i] = x[i] - offset
			}
			b := New(dt)
			n := input(b, "x", []int{rows, cols}, x...)
			byRow, byColumn := b.NormalizeRows(n, eps), b.NormalizeColumns(n, nil, eps)
			p, err := b.Compile(byRow, byColumn)
			if err != nil {
				t.Fatal(err)
			}
			all := values(t, p, []*Node{byRow, byColumn})
			p.Close()
			wantColumns := make([]float64, rows*cols)
			for j := range cols {
				var column []float64
				for i := range rows {
					column = append(column, rest[i*cols+j])
				}
				for i, v := range normalized(column) {
					wantColumns[i*cols+j] = v
				}
			}
			for i := range rows {
				for j, want := range normalized(rest[i*cols : (i+1)*cols]) {
					if got := all[i*cols+j]; !(math.Abs(got-want) <= 20*digits(dt)) {
						t.Fatalf("%v, offset %g: row %d has %g at %d, want %g", dt, offset, i, got, j, want)
					}
				}
			}
			for i, want := range wantColumns {
				if got := all[rows*cols+i]; !(math.Abs(got-want) <= 20*digits(dt)) {
					t.Fatalf("%v, offset %g: of columns value %d is %g, want %g", dt, offset, i, got, want)
				}
			}
		}
	}
}
