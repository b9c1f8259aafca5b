package linear_test

import (
	"context"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"unroll/train/linear"
)

// problem is a small one with its numbers as they are, in float64; the last column is the
// bias's.
type problem struct {
	svm     linear.SVM
	x       *linear.Matrix
	h       []float32
	y       []int8
	weights []float32
	rows    [][]float64 // times h
	base    []float64   // margins of the rows that something else gives them, or nil
}

func drawProblem(t *rapid.T) (p problem) {
	rows, columns := rapid.IntRange(2, 20).Draw(t, "rows"), rapid.IntRange(1, 6).Draw(t, "columns")
	bags := make([][]int32, rows)
	for i := range bags {
		bags[i] = rapid.SliceOfN(rapid.Int32Range(0, int32(columns-1)), 0, 8).Draw(t, "bag")
		p.y = append(p.y, int8(2*rapid.IntRange(0, 1).Draw(t, "class")-1))
		p.weights = append(p.weights, float32(rapid.SampledFrom([]float64{0, 0.5, 1, 3}).Draw(t, "weight")))
	}
	p.y[0], p.y[1], p.weights[0], p.weights[1] = 1, -1, 1, 1
	scale := make([]float32, columns)
	for i := range scale {
		scale[i] = rapid.Float32Range(0, 3).Draw(t, "scale")
		p.h = append(p.h, rapid.Float32Range(0, 4).Draw(t, "h"))
	}
	var err error
	if p.x, err = linear.Weigh(bags, scale, rapid.IntRange(0, columns).Draw(t, "split")); err != nil {
		t.Fatal(err)
	}
	p.svm = linear.SVM{
		C:      rapid.SampledFrom([]float64{0.1, 1, 10}).Draw(t, "C"),
		Loss:   rapid.SampledFrom([]string{"squared_hinge", "logistic"}).Draw(t, "loss"),
		Epochs: 20000, Tolerance: 1e-5, Seed: rapid.Int64().Draw(t, "seed"),
	}
	for i := range bags {
		row := append(float64s(dense(p.x, i)), 1)
		for j, by := range p.h {
			row[j] *= float64(by)
		}
		p.rows = append(p.rows, row)
	}
	return p
}

// slopes returns the objective at w, its gradient, and its (generalised) Hessian.
func (p problem) slopes(w []float64) (value float64, g *mat.VecDense, hessian *mat.SymDense) {
	n := len(w)
	g, hessian = mat.NewVecDense(n, nil), mat.NewSymDense(n, nil)
	for j, v := range w {
		value += v * v / 2
		g.SetVec(j, v)
		hessian.SetSym(j, j, 1)
	}
	for i, row := range p.rows {
		y, c, m := float64(p.y[i]), p.svm.C*float64(p.weights[i]), 0.0
		if p.base != nil {
			m = y * p.base[i]
		}
		for j, v := range row {
			m += y * w[j] * v
		}
		var loss, first, second float64
		if p.svm.Loss == "logistic" {
			s := 1 / (1 + math.Exp(m))
			loss, first, second = math.Log1p(math.Exp(-math.Abs(m)))+max(0, -m), -s, s*(1-s)
		} else if m < 1 {
			loss, first, second = (1-m)*(1-m), -2*(1-m), 2
		}
		value += c * loss
		x := mat.NewVecDense(n, row)
		g.AddScaledVec(g, c*first*y, x)
		hessian.SymRankOne(hessian, c*second, x)
	}
	return value, g, hessian
}

// newton minimises the objective.
func (p problem) newton(t *rapid.T) []float64 {
	w := make([]float64, len(p.rows[0]))
	for range 200 {
		value, g, hessian := p.slopes(w)
		if mat.Norm(g, 2) < 1e-10 {
			break
		}
		var factor mat.Cholesky
		if !factor.Factorize(hessian) {
			t.Fatal("the Hessian is not positive definite")
		}
		var step mat.VecDense
		if err := factor.SolveVecTo(&step, g); err != nil {
			t.Fatal(err)
		}
		for by := 1.0; by > 1e-12; by /= 2 {
			to := make([]float64, len(w))
			for j := range w {
				to[j] = w[j] - by*step.AtVec(j)
			}
			if v, _, _ := p.slopes(to); v <= value-1e-4*by*mat.Dot(g, &step) || by < 1e-6 {
				w = to
				break
			}
		}
	}
	return w
}

// TestOptimum: what is fitted is the minimum that Newton's method finds, and its gradient
// is zeros: in the dual, the conditions of Karush, Kuhn and Tucker hold.
func TestOptimum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProblem(t)
		w, bias, err := p.svm.Fit(context.Background(), p.x, p.h, p.y, p.weights)
		if err != nil {
			t.Fatal(err)
		}
		want := p.newton(t)
		got := append(float64s(w), float64(bias))
		for j := range got {
			by := 1.0
			if j < len(p.h) {
				by = float64(p.h[j])
			}
			if !(math.Abs(got[j]-by*want[j]) <= 2e-4*max(1, math.Abs(by*want[j]))) {
				t.Errorf("weight %d is %v, want %v", j, got[j], by*want[j])
			}
			if by > 0 {
				got[j] /= by
			}
		}
		value, g, _ := p.slopes(got)
		least, _, _ := p.slopes(want)
		if value-least > 1e-5*max(1, least) {
			t.Errorf("the objective is %v, want %v", value, least)
		}
		if size := mat.Norm(g, math.Inf(1)); size > 3e-3*max(1, p.svm.C) {
			t.Errorf("the gradient is %v", mat.Formatted(g.T()))
		}
	})
}
