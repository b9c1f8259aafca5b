package nn_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"unroll/nn"
	"unroll/nn/keras"
)

// notKeras are the rows of the table of layers that Keras's files cannot hold, with
// what the error says.
var notKeras = map[string]string{
	"category_encoding_counts":       "mask_zero",
	"dense_gelu_approximate":         "gelu",
	"simple_rnn_gelu_approximate":    "gelu",
	"gates_hard_sigmoid_keras2":      "slope 1/5",
	"dense_hard_sigmoid_keras2":      "slope 1/5",
	"simple_rnn_hard_sigmoid_keras2": "slope 1/5",
}

// TestKerasFiles: every row of the table of layers, and every one of Keras's models, is
// the same model after it was written for Keras and read again: settings, summary,
// outputs to the bit. It writes the same files then.
func TestKerasFiles(t *testing.T) {
	for _, format := range []struct {
		name  string
		write func(*bytes.Buffer, *nn.Model) error
	}{
		{"archive", func(b *bytes.Buffer, m *nn.Model) error { return keras.Write(b, m) }},
		{"hdf5", func(b *bytes.Buffer, m *nn.Model) error { return keras.WriteHDF5(b, m) }},
	} {
		t.Run(format.name, func(t *testing.T) {
			nn.EachModel(t, func(t *testing.T, m *nn.Model, outputs func(*nn.Model) []float64) {
				var first, second bytes.Buffer
				err := format.write(&first, m)
				if err != nil {
					_, row, _ := strings.Cut(strings.TrimPrefix(t.Name(), "TestKerasFiles/"), "/")
					if want := notKeras[row]; format.name == "archive" && want == "" || !strings.Contains(err.Error(), want) {
						t.Errorf("%v, want %q", err, want)
					}
					return
				}
				f, err := keras.OpenReader(bytes.NewReader(first.Bytes()), int64(first.Len()))
				if err != nil {
					t.Fatal(err)
				}
				got, want := f.Model.Summary(), m.Summary()
				if strings.HasSuffix(t.Name(), "/nested_graphs") { // Keras puts layers by their distance from the outputs
					got, want = sortedLines(got), sortedLines(want)
				}
				if got != want {
					t.Errorf("the summary is\n%s, was\n%s", got, want)
				}
				if len(f.Notes) > 0 {
					t.Errorf("notes: %q", f.Notes)
				}
				if got, want := outputs(f.Model), outputs(m); !slices.Equal(got, want) {
					t.Errorf("outputs are %v, were %v", got, want)
				}
				if err := format.write(&second, f.Model); err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(first.Bytes(), second.Bytes()) {
					t.Errorf("the second file is another one")
				}
			})
		})
	}
}

func sortedLines(s string) string { return strings.Join(slices.Sorted(strings.Lines(s)), "") }
