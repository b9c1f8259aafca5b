package keras

import "testing"

// TestOptimizerOfKeras211: some versions register their own optimizers as one registers
// one's own.
func TestOptimizerOfKeras211(t *testing.T) {
	got := readTraining(object{"loss": "mse", "optimizer_config": object{"class_name": "Custom>Adam", "config": object{"learning_rate": 0.01}}}, &notes{})
	if got.Optimizer != "Adam" || got.Settings["learning_rate"] != 0.01 {
		t.Errorf("%+v", got)
	}
}
