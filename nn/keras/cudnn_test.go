package keras

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"unroll/internal/hdf5"
)

// TestCuDNN: weights as CuDNN has them become those of LSTM and GRU. A gate's kernel of
// two features and three units holds 1 to 6 row by row; its numpy form is
// k.reshape(3, 2).T, as in Keras's conversion, kernel.T.reshape(kernel.shape, order="F").
func TestCuDNN(t *testing.T) {
	got := gatesTurned([]float32{
		1, 2, 3, 10, 20, 30,
		4, 5, 6, 40, 50, 60}, 2, 3, 2)
	want := []float32{
		1, 3, 5, 10, 30, 50,
		2, 4, 6, 20, 40, 60}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	square := gatesTurned([]float32{
		1, 2, 10, 20,
		3, 4, 30, 40}, 2, 2, 2)
	if diff := cmp.Diff([]float32{1, 3, 10, 30, 2, 4, 20, 40}, square); diff != "" {
		t.Errorf("a square gate is transposed: %s", diff)
	}
	for _, c := range []struct {
		class string
		gates int
		want  []float64 // of the bias
	}{
		{"CuDNNLSTM", 4, []float64{8, 10, 12, 14, 16, 18, 20, 22}},
		{"CuDNNGRU", 3, []float64{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}},
	} {
		const units = 2
		numbers := func(n int) []float32 {
			x := make([]float32, n)
			for i := range x {
				x[i] = float32(i)
			}
			return x
		}
		width := c.gates * units
		m, _, err := build(chain(inputOfSteps, layerOf(c.class, "a", `"units": 2, "return_sequences": true`)), keras2)
		if err != nil {
			t.Fatal(err)
		}
		s := &store{legacy: true, weights: &hdf5.Group{Attrs: map[string]any{"layer_names": []string{"a"}}, Groups: []*hdf5.Group{{
			Name: "a", Attrs: map[string]any{"weight_names": []string{"kernel", "recurrent_kernel", "bias"}},
			Datasets: []*hdf5.Dataset{
				hdf5.NewDataset("kernel", []int{3, width}, numbers(3*width)),
				hdf5.NewDataset("recurrent_kernel", []int{units, width}, numbers(units*width)),
				hdf5.NewDataset("bias", []int{2 * width}, numbers(2*width)),
			}}}}}
		if _, err := s.into(m, fileOrder, &notes{}); err != nil {
			t.Fatal(c.class, err)
		}
		w, err := m.Weight("a/bias")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, w.Float64s()); diff != "" {
			t.Errorf("%s: %s", c.class, diff)
		}
		if l, _ := m.Layer("a"); l.Type != c.class[len("CuDNN"):] {
			t.Errorf("%s is a %s", c.class, l.Type)
		}
	}
}
