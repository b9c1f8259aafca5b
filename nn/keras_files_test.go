package nn_test

import (
	"bytes"
	"cmp"
	"io"
	"slices"
	"strings"
	"testing"

	"unroll/nn"
	"unroll/nn/keras"
)

// The rows of the table of layers that Keras's files cannot hold, with what the error
// says: of both formats, of Keras 3 alone, and of Keras 2.
var (
	notKeras  = map[string]string{"conv_max_pooling": noConvMax, "conv_max_pooling_masked": noConvMax, "token_conv_max_pooling": noTokenConvMax, "token_conv_max_pooling_regularized": noTokenConvMax, "word_dropout": noWordDropout, "word_dropout_rnn": noWordDropout, "global_max_pooling_masked": "masked", "embedding_bag": noBags, "embedding_bag_scaled": noBags, "embedding_bag_mean": noBags, "category_encoding_counts": "mask_zero", "one_hot_rnn_one_step": "a sequence of one id", "dense_gelu_approximate": "gelu", "simple_rnn_gelu_approximate": "gelu"}
	notKeras3 = map[string]string{"gates_hard_sigmoid_keras2": "slope 1/5", "dense_hard_sigmoid_keras2": "slope 1/5", "simple_rnn_hard_sigmoid_keras2": "slope 1/5"}
	notKeras2 = map[string]string{"rms_normalization": "Keras 2 has no RMSNormalization", "gates_hard_sigmoid": "slope 1/6", "dense_hard_sigmoid": "slope 1/6", "simple_rnn_hard_sigmoid": "slope 1/6", "dense_hard_silu": "slope 1/6", "simple_rnn_hard_silu": "slope 1/6"}
)

// TestKerasFiles: every row of the table of layers, and every one of Keras's models, is
// the same model after it was written for Keras and read again: settings, summary,
// outputs to the bit. It writes the same files then.
func TestKerasFiles(t *testing.T) {
	for _, format := range []struct {
		name  string
		write func(io.Writer, *nn.Model) error
		not   map[string]string
		// differs ends the notes on what that version of Keras computes otherwise.
		differs string
	}{
		{"archive", keras.Write, notKeras3, "begun from given states Keras 3 runs over masked steps too, here they are passed over"},
		{"hdf5", keras.WriteHDF5, notKeras2, "in Keras 2 a step counts if no input masks it, and here, as in Keras 3, if one does not"},
	} {
		t.Run(format.name, func(t *testing.T) {
			nn.EachModel(t, func(t *testing.T, m *nn.Model, outputs func(*nn.Model) []float64) {
				var first, second bytes.Buffer
				err := format.write(&first, m)
				row := t.Name()[strings.LastIndex(t.Name(), "/")+1:]
				if want := cmp.Or(notKeras[row], format.not[row]); want != "" || err != nil {
					if err == nil || want == "" || !strings.Contains(err.Error(), want) {
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
				for _, n := range f.Notes {
					if !strings.HasSuffix(n, format.differs) {
						t.Errorf("note: %q", n)
					}
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

// noBags is what is said of a layer that Keras has not.
const (
	noBags    = "nn.EmbeddingBag cannot be written: Keras has no such class"
	noConvMax = "nn.ConvMaxPooling1D cannot be written: Keras has no such class"

	noTokenConvMax = "nn.TokenConvMaxPooling1D cannot be written: Keras has no such class"
	noWordDropout  = "nn.WordDropout cannot be written: Keras has no such class"
)

func sortedLines(s string) string { return strings.Join(slices.Sorted(strings.Lines(s)), "") }

// withoutClass are the layers that no class of Keras's is the counterpart of, and why.
var withoutClass = map[string]string{
	"ConvMaxPooling1D":      "Keras's convolutions and maxima do not know masks",
	"TokenConvMaxPooling1D": "Keras's convolutions and maxima do not know masks",
	"WordDropout":           "no layer of Keras's masks words at random",
	"EmbeddingBag":          "no input of Keras's is a bag of ids",
	"Frozen":                "the setting trainable of the layer within",
	"Named":                 "the name of the layer within",
	"Sequential":            "a model, whose layers are written",
	"Functional":            "a model, whose layers are written",
}

// TestEveryLayerHasAClass: a layer or cell of this package that Keras's files could not
// hold needs a reason.
func TestEveryLayerHasAClass(t *testing.T) {
	seen := 0
	for name, zero := range nn.Registered() {
		class, ok := keras.Class(zero)
		if reason := withoutClass[name]; ok == (reason != "") {
			t.Errorf("%s: class %q, reason %q", name, class, reason)
		}
		seen++
	}
	if seen < 50 {
		t.Errorf("only %d layers and cells", seen)
	}
}
