package tfevents

import "math"

// maxBuckets is TensorBoard's default.
const maxBuckets = 30

// Bucket is a number of values from Left up to Right, which belongs to the last
// bucket only.
type Bucket struct{ Left, Right, Count float64 }

// Buckets counts the finite values in 30 buckets of equal width from the least
// to the greatest:
//
//	width = (max − min) / 30,  bucket of v = ⌊(v − min) / width⌋, at most 29
//
// There is none if there are no values, and one, of width 1 around them, if all
// are the same. Source: TensorBoard's plugins/histogram/summary_v2.py.
func Buckets(values []float64) []Bucket {
	lo, hi, n := math.Inf(1), math.Inf(-1), 0.0
	for _, v := range values {
		if finite(v) {
			lo, hi = min(lo, v), max(hi, v)
			n++
		}
	}
	if n == 0 {
		return nil
	}
	// Of halves, since the range may be twice the greatest number there is.
	width := (hi/2 - lo/2) / maxBuckets
	if width == 0 {
		return []Bucket{{lo - 0.5, lo + 0.5, n}}
	}
	buckets := make([]Bucket, maxBuckets)
	for i := range buckets {
		buckets[i].Left = 2 * (lo/2 + float64(i)*width)
		if i > 0 {
			buckets[i-1].Right = buckets[i].Left
		}
	}
	buckets[0].Left, buckets[maxBuckets-1].Right = lo, hi
	for _, v := range values {
		if finite(v) {
			buckets[int(min((v/2-lo/2)/width, maxBuckets-1))].Count++
		}
	}
	return buckets
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
