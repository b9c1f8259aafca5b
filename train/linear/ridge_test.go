package linear_test

import (
	"context"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"unroll/train/linear"
)

// TestRidgeSolvesTheNormalEquations: (XᵀX + I/(2C))·w = Xᵀy, of which the bias is one more
// column of ones.
func TestRidgeSolvesTheNormalEquations(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProblem(t)
		columns := p.x.Columns() + 1
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
		if err := want.SolveVec(&normal, &right); err != nil {
			t.Fatal(err)
		}
		w, bias, err := linear.Ridge{C: c, Epochs: 20000, Tolerance: 1e-6, Seed: 1}.Fit(context.Background(), p.x, y)
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

// TestRidgeErrors: what is no problem of numbers is refused.
func TestRidgeErrors(t *testing.T) {
	x, err := linear.Weigh([][]int32{{0}, {1}}, []float32{1, 1}, 0)
	if err != nil {
		t.Fatal(err)
	}
	for name, f := range map[string]func() error{
		"C": func() error {
			_, _, err := linear.Ridge{C: -1}.Fit(context.Background(), x, []float32{1, 2})
			return err
		},
		"rows": func() error { _, _, err := linear.Ridge{}.Fit(context.Background(), x, []float32{1}); return err },
		"NaN": func() error {
			_, _, err := linear.Ridge{}.Fit(context.Background(), x, []float32{1, float32(math.NaN())})
			return err
		},
		"epochs": func() error {
			_, _, err := linear.Ridge{Epochs: -1}.Fit(context.Background(), x, []float32{1, 2})
			return err
		},
		"context": func() error {
			ctx, stop := context.WithCancel(context.Background())
			stop()
			_, _, err := linear.Ridge{}.Fit(ctx, x, []float32{1, 2})
			return err
		},
	} {
		if f() == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
