package linear_test

import (
	"context"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"unroll/datasets/imdb"
	"unroll/train/linear"
)

// task is rows of classes, weighed.
type task struct {
	bags  [][]int32
	scale []float32
	x     *linear.Matrix
	h     []float32
	y     []int8
}

func newTask(b *testing.B, bags [][]int32, columns int, class []int32) task {
	b.Helper()
	counts, err := linear.Frequencies(bags, columns)
	if err != nil {
		b.Fatal(err)
	}
	w := task{bags: bags, scale: linear.IDF(counts, len(bags))}
	if w.x, err = linear.Weigh(bags, w.scale, columns); err != nil {
		b.Fatal(err)
	}
	if w.h, err = linear.Ratios(w.x, class, 1, 0.5); err != nil {
		b.Fatal(err)
	}
	for _, c := range class {
		w.y = append(w.y, int8(2*c-1))
	}
	return w
}

// run measures each step; ten epochs are never fewer.
func (w task) run(b *testing.B, class []int32) {
	ctx := context.Background()
	b.Logf("%d rows, %d columns, %d values", w.x.Rows(), w.x.Columns(), w.x.Len())
	b.Run("Weigh", func(b *testing.B) {
		for b.Loop() {
			if _, err := linear.Weigh(w.bags, w.scale, len(w.scale)); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("Ratios", func(b *testing.B) {
		for b.Loop() {
			if _, err := linear.Ratios(w.x, class, 1, 0.5); err != nil {
				b.Fatal(err)
			}
		}
	})
	for _, loss := range []string{"squared_hinge", "logistic"} {
		b.Run("Fit/"+loss, func(b *testing.B) {
			for b.Loop() {
				svm := linear.SVM{C: 0.3, Loss: loss, Tolerance: 1e-12, Seed: 1}
				if _, _, err := svm.Fit(ctx, w.x, w.h, w.y, nil); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*10*w.x.Len()), "ns/value")
		})
	}
}

// BenchmarkSynthetic is of rows whose ids are as frequent as words are.
func BenchmarkSynthetic(b *testing.B) {
	const rows, columns, length = 5000, 1 << 20, 500
	rng := rand.New(rand.NewPCG(1, 2))
	bags, class := make([][]int32, rows), make([]int32, rows)
	for i := range bags {
		class[i] = int32(i % 2)
		for range length {
			id := math.Pow(columns, rng.Float64()) - 1
			bags[i] = append(bags[i], int32(id))
		}
	}
	newTask(b, bags, columns, class).run(b, class)
}

// BenchmarkSentences is of sentences about films, of words 1 to 3 and characters 1 to 5.
func BenchmarkSentences(b *testing.B) {
	d := readTexts(b, "mr_train.tsv.gz")
	bags, columns, _ := bags(d.texts, true)
	newTask(b, bags, columns, d.class).run(b, d.class)
}

// BenchmarkReviews is of the film reviews, of words 1 to 3 that two of them have.
func BenchmarkReviews(b *testing.B) {
	path := filepath.Join(published, "aclImdb.tar.gz")
	if _, err := os.Stat(path); os.IsNotExist(err) {
		b.Skipf("SKIPPED: the recipe is NOT measured on reviews; there is no %s", path)
	}
	reviews, err := imdb.Read(context.Background(), path)
	if err != nil {
		b.Fatal(err)
	}
	var all []string
	var class []int32
	for r, err := range reviews.Part("train") {
		if err != nil {
			b.Fatal(err)
		}
		all = append(all, r.Text)
		c := int32(0)
		if r.Label == imdb.Positive {
			c = 1
		}
		class = append(class, c)
	}
	bags, columns, _ := bags(all, false)
	counts, err := linear.Frequencies(bags, columns)
	if err != nil {
		b.Fatal(err)
	}
	ids := make([]int32, columns)
	columns = 0
	for id, n := range counts {
		if ids[id] = -1; n > 1 {
			ids[id] = int32(columns)
			columns++
		}
	}
	for i, bag := range bags {
		for j, id := range bag {
			bag[j] = ids[id]
		}
		bags[i] = slices.DeleteFunc(bag, func(id int32) bool { return id < 0 })
	}
	newTask(b, bags, columns, class).run(b, class)
}
