package linear

import "github.com/pkg/errors"

// Weights are those of a model that goes on with new rows. It minimises
//
//	½‖w − w₀‖² + ½(b − b₀)² + C Σ loss
//
// over the new rows alone: the weights stay where they are as far as the rows allow, and
// those of columns that do not occur stay in any case. Where columns are multiplied by h,
// what is added to their weights is. Without rows the weights are what they were.
type Weights struct {
	W    []float32 // w₀ [columns]
	Bias float32   // b₀
}

// goOn lets the descent begin with weights, nil for zeros. It adds to them: with
// w = w₀ + v the problem is that of v, of rows that have the margins of w₀ already.
func (d *descent) goOn(from *Weights) error {
	if from == nil {
		return nil
	}
	if len(from.W) != d.x.columns {
		return errors.Errorf("%d weights to go on from, want %d", len(from.W), d.x.columns)
	}
	d.from, d.base = from, make([]float64, d.x.Rows())
	for i := range d.base {
		ids, values := d.x.Row(i)
		d.base[i] = dot(from.W, ids, values) + float64(from.Bias)
	}
	return nil
}
