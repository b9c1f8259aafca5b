package linear_test

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"testing"

	"unroll/train/linear"
)

// golden is scikit-learn's values, written by
//
//	/usr/bin/python3 testdata/linear.py > testdata/linear.json
type golden struct {
	Bags           [][]int32
	Classes        []int32
	Columns, Split int
	IDF            []float64
	Rows, Ratios   [][]float64
	Models         []struct {
		Loss     string
		C        float64
		Class    int
		Balanced bool
		Weights  []float64
		Bias     float64
	}
}

func readGolden(t *testing.T) (g golden, x *linear.Matrix) {
	t.Helper()
	data, err := os.ReadFile("testdata/linear.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &g); err != nil {
		t.Fatal(err)
	}
	counts, err := linear.Frequencies(g.Bags, g.Columns)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "idf", linear.IDF(counts, len(g.Bags)), g.IDF, 1e-6)
	if x, err = linear.Weigh(g.Bags, linear.IDF(counts, len(g.Bags)), g.Split); err != nil {
		t.Fatal(err)
	}
	return g, x
}

// near reports values that are further from what is wanted than a part of it, or of 1.
func near(t *testing.T, name string, got []float32, want []float64, part float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d values, want %d", name, len(got), len(want))
	}
	for i, v := range got {
		if !(math.Abs(float64(v)-want[i]) <= part*max(1, math.Abs(want[i]))) {
			t.Errorf("%s: value %d is %v, want %v", name, i, v, want[i])
		}
	}
}

// dense returns a row with its zeros.
func dense(x *linear.Matrix, i int) []float32 {
	row := make([]float32, x.Columns())
	ids, values := x.Row(i)
	for j, id := range ids {
		row[id] = values[j]
	}
	return row
}

// TestGoldenRows: tf-idf and ratios are scikit-learn's and those of the paper.
func TestGoldenRows(t *testing.T) {
	g, x := readGolden(t)
	for i, want := range g.Rows {
		near(t, "row", dense(x, i), want, 1e-6)
	}
	for k, want := range g.Ratios {
		h, err := linear.Ratios(x, g.Classes, k, 0.5)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "ratios", h, want, 1e-6)
	}
}

// TestGoldenModels: trained to the end, models are LIBLINEAR's.
func TestGoldenModels(t *testing.T) {
	g, x := readGolden(t)
	for _, m := range g.Models {
		h, err := linear.Ratios(x, g.Classes, m.Class, 0.5)
		if err != nil {
			t.Fatal(err)
		}
		two, y := make([]int32, len(g.Classes)), make([]int8, len(g.Classes))
		for i, c := range g.Classes {
			if int(c) == m.Class {
				two[i] = 1
			}
			y[i] = int8(2*two[i] - 1)
		}
		var weights []float32
		if m.Balanced {
			of, err := linear.Balanced(two, 2)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range two {
				weights = append(weights, of[c])
			}
		}
		svm := linear.SVM{C: m.C, Loss: m.Loss, Epochs: 5000, Tolerance: 1e-6}
		w, bias, err := svm.Fit(context.Background(), x, h, y, weights)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "weights", append(w, bias), append(m.Weights, m.Bias), 1e-4)
	}
	if len(g.Models) != 36 {
		t.Errorf("%d models, want 36", len(g.Models))
	}
}
