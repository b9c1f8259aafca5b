package nn

import "math"

// Regularizer is a penalty on a weight W that is added to the model's loss:
//
//	l1·Σ|W| + l2·ΣW²
//
// The zero value is none. Keras: L1L2, and L1 and L2 with one of the two.
type Regularizer struct {
	L1 float64 `json:"l1,omitempty"`
	L2 float64 `json:"l2,omitempty"`
}

// L1 is the penalty l1·Σ|W|. Keras: L1, whose default is 0.01.
func L1(l1 float64) Regularizer { return Regularizer{L1: l1} }

// L2 is the penalty l2·ΣW². Keras: L2, whose default is 0.01.
func L2(l2 float64) Regularizer { return Regularizer{L2: l2} }

func (r Regularizer) check() error {
	for _, v := range []float64{r.L1, r.L2} {
		if v < 0 || math.IsNaN(v) || math.IsInf(v, 0) {
			return errorf("regularizer %+v, want numbers of at least 0", r)
		}
	}
	return nil
}
