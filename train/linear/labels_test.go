package linear

import (
	"context"
	"slices"
	"testing"
)

// TestFitLabels: each label has the weights of a model of two classes, those that have it
// and those that have it not.
func TestFitLabels(t *testing.T) {
	x, err := Weigh([][]int32{{0, 1}, {1, 2}, {0, 2}, {3}, {0, 3}, {1}}, []float32{1, 1, 1, 1}, 4)
	if err != nil {
		t.Fatal(err)
	}
	labels := [][]int32{{0, 1}, {1}, {0}, nil, {0, 2}, {1, 1}}
	svm := SVM{Seed: 7}
	h := func(has []int32) ([]float32, error) { return Ratios(x, has, 1, 0.5) }
	m, err := svm.FitLabels(context.Background(), x, labels, 4, h)
	if err != nil {
		t.Fatal(err)
	}
	for l := range 3 {
		has, sign := make([]int32, len(labels)), make([]int8, len(labels))
		for i, of := range labels {
			sign[i] = -1
			if slices.Contains(of, int32(l)) {
				has[i], sign[i] = 1, 1
			}
		}
		by, err := h(has)
		if err != nil {
			t.Fatal(err)
		}
		w, b, err := svm.Fit(context.Background(), x, by, sign, nil)
		if err != nil || !slices.Equal(w, m.Weights[l]) || b != m.Bias[l] {
			t.Errorf("label %d: %v and %v, want %v and %v, error %v", l, m.Weights[l], m.Bias[l], w, b, err)
		}
	}
	if m.Bias[3] != -sureMargin || !slices.Equal(m.Weights[3], make([]float32, 4)) {
		t.Errorf("of no row: %v and %v", m.Weights[3], m.Bias[3])
	}
	if _, err := svm.FitLabels(context.Background(), x, labels[1:], 4, nil); err == nil || err.Error() != "labels of 5 rows, want 6" {
		t.Errorf("error %v", err)
	}
}
