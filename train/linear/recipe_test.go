package linear_test

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"unroll/train/calibrate"
	"unroll/train/linear"
)

// pick returns the given rows of all.
func pick[T any](all []T, rows []int) []T {
	some := make([]T, len(rows))
	for i, row := range rows {
		some[i] = all[row]
	}
	return some
}

// outOfFold trains on all folds but one, for each of them, and returns the margins of the
// rows by models that were not trained on them.
func outOfFold(t testing.TB, svm linear.SVM, d texts, bags [][]int32, columns, split, folds int) (margins []float32, class []int32) {
	t.Helper()
	order := rand.New(rand.NewPCG(7, 0)).Perm(len(bags))
	for f := range folds {
		var in, out []int
		for i, row := range order {
			if i%folds == f {
				out = append(out, row)
			} else {
				in = append(in, row)
			}
		}
		y := pick(d.class, in)
		counts, err := linear.Frequencies(pick(bags, in), columns)
		if err != nil {
			t.Fatal(err)
		}
		idf := linear.IDF(counts, len(in))
		x, err := linear.Weigh(pick(bags, in), idf, split)
		if err != nil {
			t.Fatal(err)
		}
		h := func(k int) ([]float32, error) { return linear.Ratios(x, y, k, 0.5) }
		start := time.Now()
		m, err := svm.FitClasses(context.Background(), x, y, d.classes, h, nil)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("fold %d: %d values in %d rows, trained in %v", f, x.Len(), x.Rows(), time.Since(start).Round(time.Millisecond))
		held, err := linear.Weigh(pick(bags, out), idf, split)
		if err != nil {
			t.Fatal(err)
		}
		of, err := m.Margins(held)
		if err != nil {
			t.Fatal(err)
		}
		margins, class = append(margins, of...), append(class, pick(d.class, out)...)
	}
	return margins, class
}

// TestRecipe: on rows that are held out the whole recipe is as accurate as it is known to
// be, and a temperature makes its probabilities true.
func TestRecipe(t *testing.T) {
	for _, c := range []struct {
		name  string
		c     float64
		folds int
		want  float64
	}{
		{"mr", 0.3, 3, 0.785},
		{"trec", 0.3, 5, 0.87},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := readTexts(t, c.name+"_train.tsv.gz")
			bags, columns, split := bags(d.texts, true)
			margins, class := outOfFold(t, linear.SVM{C: c.c, Seed: 1}, d, bags, columns, split, c.folds)
			a, err := calibrate.Temperature(margins, class)
			if err != nil {
				t.Fatal(err)
			}
			confidence, right, err := calibrate.Confidence(calibrate.Probabilities(margins, len(margins)/len(class), a), class)
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for _, r := range right {
				if r {
					n++
				}
			}
			accuracy := float64(n) / float64(len(right))
			ece, bound := calibrate.ECE(confidence, right, 10), calibrate.Bound(confidence, 10, 1)
			t.Logf("accuracy %.4f, a %.2f, calibration error %.4f, bound %.4f", accuracy, a, ece, bound)
			if accuracy < c.want {
				t.Errorf("accuracy is %.4f, want at least %v", accuracy, c.want)
			}
			if ece > 0.03 {
				t.Errorf("the expected calibration error is %.4f, want at most 0.03", ece)
			}
		})
	}
}
