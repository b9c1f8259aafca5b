package linear

import (
	"math"
	"runtime"

	"github.com/pkg/errors"

	"unroll/internal/parallel"
)

// Frequencies returns in how many of the bags each id occurs, [columns]. An id outside
// of them is an error.
func Frequencies(bags [][]int32, columns int) ([]int32, error) {
	if columns < 0 {
		return nil, errors.Errorf("frequencies: %d columns", columns)
	}
	if _, err := check(bags, columns); err != nil {
		return nil, errors.Wrap(err, "frequencies")
	}
	parts := max(1, min(runtime.GOMAXPROCS(0), len(bags)))
	counts := make([][]int32, parts)
	parallel.Do(parts, func(p int) {
		last := make([]int32, columns) // bag that had the id, from 1
		n := make([]int32, columns)
		for i := p * len(bags) / parts; i < (p+1)*len(bags)/parts; i++ {
			for _, id := range bags[i] {
				if last[id] != int32(i+1) {
					last[id] = int32(i + 1)
					n[id]++
				}
			}
		}
		counts[p] = n
	})
	for _, other := range counts[1:] {
		for id, n := range other {
			counts[0][id] += n
		}
	}
	return counts[0], nil
}

// IDF returns the inverse document frequency of each id, of the number of texts that
// have it:
//
//	ln((1 + texts) / (1 + counts)) + 1
//
// and 0 for an id that no text has, so that it is left out as a word that a vocabulary
// lacks is. scikit-learn: TfidfTransformer, smooth_idf.
func IDF(counts []int32, texts int) []float32 {
	idf := make([]float32, len(counts))
	for id, n := range counts {
		if n > 0 {
			idf[id] = float32(math.Log((1+float64(texts))/(1+float64(n))) + 1)
		}
	}
	return idf
}
