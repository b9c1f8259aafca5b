package tfevents

import (
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// TestBucketsOfNumpy compares with TensorBoard's histogram_pb, whose lines in
// NumPy 1.24 are
//
//	data = 3*np.cos(np.arange(100.0)) + 1
//	width = (data.max() - data.min())/30
//	np.bincount(np.minimum(np.floor((data - data.min())/width).astype(int), 29))
//	np.linspace(data.min(), data.max(), 31)[[0, 1, 15, 30]]
func TestBucketsOfNumpy(t *testing.T) {
	counts := []float64{11, 5, 5, 4, 2, 3, 2, 2, 4, 1, 3, 1, 3, 2, 2, 3, 1, 3, 2, 3, 1, 3, 2, 3, 3, 2, 4, 4, 4, 12}
	var x []float64
	for i := range 100 {
		x = append(x, 3*math.Cos(float64(i))+1)
	}
	b := Buckets(x)
	var got []float64
	for _, b := range b {
		got = append(got, b.Count)
	}
	if diff := cmp.Diff(counts, got); diff != "" {
		t.Fatal(diff)
	}
	edges := []float64{b[0].Left, b[0].Right, b[15].Left, b[29].Right}
	want := []float64{-1.9998824791839116, -1.7998863965444478, 1.0000587604080442, 4}
	if diff := cmp.Diff(want, edges, cmpopts.EquateApprox(0, 1e-15)); diff != "" {
		t.Error(diff)
	}
}

func TestBucketsOfFewValues(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		name string
		in   []float64
		want []Bucket
	}{
		{"none", nil, nil},
		{"none that is finite", []float64{nan, inf, -inf}, nil},
		{"one", []float64{3}, []Bucket{{2.5, 3.5, 1}}},
		{"equal ones", []float64{-0.25, -0.25, nan}, []Bucket{{-0.75, 0.25, 2}}},
		{"a difference too small to divide", []float64{0, 5e-324}, []Bucket{{-0.5, 0.5, 2}}},
	} {
		if diff := cmp.Diff(c.want, Buckets(c.in)); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

// TestBuckets: whatever the values, the buckets follow one another from the
// least to the greatest and each holds the values between its edges, but for
// those that rounding puts into the neighbour.
func TestBuckets(t *testing.T) {
	extremes := rapid.SampledFrom([]float64{math.MaxFloat64, -math.MaxFloat64, math.Inf(1), math.NaN(), 0, 5e-324, 1e-308})
	values := rapid.SliceOf(rapid.OneOf(rapid.Float64(), rapid.Float64Range(-1, 1), extremes))
	rapid.Check(t, func(t *rapid.T) {
		x := values.Draw(t, "values")
		b := Buckets(x)
		x = slices.DeleteFunc(slices.Clone(x), func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) })
		if len(x) == 0 {
			if len(b) != 0 {
				t.Fatalf("%d buckets of nothing", len(b))
			}
			return
		}
		slices.Sort(x)
		if len(b) == 30 && (b[0].Left != x[0] || b[29].Right != x[len(x)-1]) {
			t.Fatalf("from %g to %g, want %g to %g", b[0].Left, b[29].Right, x[0], x[len(x)-1])
		}
		counted, next := 0.0, 1e-13*max(math.Abs(x[0]), math.Abs(x[len(x)-1]))+1e-320
		for i, bucket := range b {
			if !(bucket.Left <= bucket.Right) || i > 0 && bucket.Left != b[i-1].Right {
				t.Fatalf("bucket %d is %v after %v", i, bucket, b[max(i-1, 0)])
			}
			counted += bucket.Count
			// As many values lie below the right edge, give or take those next to it.
			below, upTo := 0.0, 0.0
			for _, v := range x {
				if v < bucket.Right-next {
					below++
				}
				if v <= bucket.Right+next {
					upTo++
				}
			}
			if counted < below || counted > upTo {
				t.Fatalf("%g values up to bucket %d, %v, want %g to %g", counted, i, bucket, below, upTo)
			}
		}
		if counted != float64(len(x)) {
			t.Fatalf("%g values were counted of %d", counted, len(x))
		}
	})
}
