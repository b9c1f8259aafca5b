package calibrate

import "github.com/pkg/errors"

// Brier returns the Brier score, the mean square of how far probabilities are from the
// truth: of one output
//
//	Σ_i (p_i − class_i)² / rows
//
// and of several the sum over the outputs, Σ_i Σ_k (p_ik − [class_i = k])² / rows, from 0
// to 2; the smaller the better. Probabilities are [rows, outputs], classes [rows].
// Brier, Verification of forecasts expressed in terms of probability, 1950; scikit-learn:
// brier_score_loss.
func Brier(probabilities []float32, classes []int32) (float64, error) {
	outputs, err := check(probabilities, classes)
	if err != nil {
		return 0, errors.Wrap(err, "brier score")
	}
	sum := 0.0
	for i, p := range probabilities {
		class, k := int(classes[i/outputs]), i%outputs
		if outputs == 1 {
			k = 1
		}
		d := float64(p)
		if class == k {
			d--
		}
		sum += d * d
	}
	return sum / float64(len(classes)), nil
}
