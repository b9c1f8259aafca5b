package nn

import (
	"math"
	"testing"

	"gorgonia.org/tensor"
)

// TestBatchNormalizationFarFromZero: in inference the mean is taken away before
// the difference is scaled, so that features far from 0 keep their digits.
func TestBatchNormalizationFarFromZero(t *testing.T) {
	m, err := Sequential{Input: Features(1), Dtype: tensor.Float32, Layers: []Layer{BatchNormalization{NoScale: true, NoCenter: true, Epsilon: 1e-9,
		MovingMeanInitializer: Constant(1e6), MovingVarianceInitializer: Constant(0.01)}}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	p, err := m.Forward(Infer, Auto, 3, 0)
	if err != nil {
		t.Fatal(err)
	}
	copy(p.Inputs[0].X.Float32s(), []float32{1e6, 1e6 + 0.25, 1e6 - 1})
	prog, err := p.Compile(p.Outputs[0].Node)
	if err != nil {
		t.Fatal(err)
	}
	defer prog.Close()
	if err := prog.Run(); err != nil {
		t.Fatal(err)
	}
	for i, got := range floatsOf(t, prog, p.Outputs[0].Node) {
		if want := []float64{0, 2.5, -10}[i]; math.Abs(got-want) > 1e-5 {
			t.Errorf("value %d is %g, want %g", i, got, want)
		}
	}
}
