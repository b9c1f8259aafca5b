package linear_test

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"unroll/train/linear"
)

// drawWeights draws weights to go on from.
func drawWeights(t *rapid.T, columns int) *linear.Weights {
	from := &linear.Weights{Bias: rapid.Float32Range(-2, 2).Draw(t, "bias")}
	for range columns {
		from.W = append(from.W, rapid.Float32Range(-2, 2).Draw(t, "weight"))
	}
	return from
}

// TestGoingOnIsOptimal: what is added to the weights is the minimum that Newton's method
// finds for rows that have the margins of the weights already.
func TestGoingOnIsOptimal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProblem(t)
		p.svm.From = drawWeights(t, p.x.Columns())
		for i := range p.rows {
			m := float64(p.svm.From.Bias)
			for j, v := range dense(p.x, i) {
				m += float64(v) * float64(p.svm.From.W[j])
			}
			p.base = append(p.base, m)
		}
		w, bias, err := p.svm.Fit(context.Background(), p.x, p.h, p.y, p.weights)
		if err != nil {
			t.Fatal(err)
		}
		want := p.newton(t)
		for j, v := range append(float64s(w), float64(bias)) {
			to := want[j]
			if j < len(p.h) {
				to = float64(p.svm.From.W[j]) + float64(p.h[j])*to
			} else {
				to += float64(p.svm.From.Bias)
			}
			if math.Abs(v-to) > 3e-4*max(1, math.Abs(to)) {
				t.Errorf("weight %d is %v, want %v", j, v, to)
			}
		}
	})
}

// TestRidgeGoesOn: (XᵀX + I/(2C))·w = Xᵀy + w₀/(2C).
func TestRidgeGoesOn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProblem(t)
		columns := p.x.Columns() + 1
		from := drawWeights(t, p.x.Columns())
		start := append(float64s(from.W), float64(from.Bias))
		y := make([]float32, p.x.Rows())
		x := mat.NewDense(len(y), columns, nil)
		for i := range y {
			y[i] = rapid.Float32Range(-3, 3).Draw(t, "number")
			x.SetRow(i, append(float64s(dense(p.x, i)), 1))
		}
		c := rapid.SampledFrom([]float64{0.1, 1, 10}).Draw(t, "C")
		var normal mat.Dense
		normal.Mul(x.T(), x)
		for k := range columns {
			normal.Set(k, k, normal.At(k, k)+0.5/c)
		}
		var right, want mat.VecDense
		right.MulVec(x.T(), mat.NewVecDense(len(y), float64s(y)))
		right.AddScaledVec(&right, 0.5/c, mat.NewVecDense(columns, start))
		if err := want.SolveVec(&normal, &right); err != nil {
			t.Fatal(err)
		}
		w, bias, err := linear.Ridge{C: c, Epochs: 20000, Tolerance: 1e-6, Seed: 1, From: from}.Fit(context.Background(), p.x, y)
		if err != nil {
			t.Fatal(err)
		}
		for k, v := range append(float64s(w), float64(bias)) {
			if math.Abs(v-want.AtVec(k)) > 2e-3 {
				t.Fatalf("weight %d is %v, want %v", k, v, want.AtVec(k))
			}
		}
	})
}

// TestGoingOnWithoutRows leaves the weights as they are, and rows of one class are enough.
func TestGoingOnWithoutRows(t *testing.T) {
	none, err := linear.Weigh(nil, []float32{1, 1}, 0)
	if err != nil {
		t.Fatal(err)
	}
	from := &linear.Weights{W: []float32{0.25, -3}, Bias: 0.5}
	for name, fit := range map[string]func() ([]float32, float32, error){
		"svm": func() ([]float32, float32, error) {
			return linear.SVM{From: from}.Fit(context.Background(), none, nil, nil, nil)
		},
		"ridge": func() ([]float32, float32, error) {
			return linear.Ridge{From: from}.Fit(context.Background(), none, nil)
		},
	} {
		if w, bias, err := fit(); err != nil || !slices.Equal(w, from.W) || bias != from.Bias {
			t.Errorf("%s: %v, %v, %v", name, w, bias, err)
		}
	}
	one, err := linear.Weigh([][]int32{{0}}, []float32{1, 1}, 0)
	if err != nil {
		t.Fatal(err)
	}
	w, bias, err := linear.SVM{From: from}.Fit(context.Background(), one, nil, []int8{-1}, nil)
	if err != nil || !(w[0] < from.W[0] && bias < from.Bias) || w[1] != from.W[1] {
		t.Errorf("a row of the first class: %v, %v, %v", w, bias, err)
	}
}

// TestGoingOnErrors: weights of other columns, and of one class for several.
func TestGoingOnErrors(t *testing.T) {
	x, err := linear.Weigh([][]int32{{0}, {1}}, []float32{1, 1}, 0)
	if err != nil {
		t.Fatal(err)
	}
	svm := linear.SVM{From: &linear.Weights{W: []float32{1}}}
	if _, _, err := svm.Fit(context.Background(), x, nil, []int8{1, -1}, nil); err == nil || !strings.Contains(err.Error(), "1 weights to go on from, want 2") {
		t.Errorf("%v", err)
	}
	if _, _, err := (linear.Ridge{From: svm.From}).Fit(context.Background(), x, []float32{1, 2}); err == nil {
		t.Error("ridge: no error")
	}
	if _, err := svm.FitClasses(context.Background(), x, []int32{0, 1}, 2, nil, nil); err == nil {
		t.Error("several classes: no error")
	}
}
