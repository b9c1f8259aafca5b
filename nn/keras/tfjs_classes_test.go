package keras

import "testing"

// withoutTFJS are the classes that are not written for TensorFlow.js, and why.
var withoutTFJS = map[string]string{
	"SeparableConv1D": lacks, "DepthwiseConv1D": lacks, "Conv1DTranspose": lacks,
	"ZeroPadding1D": lacks, "Cropping1D": lacks, "UpSampling1D": lacks,
	"ActivityRegularization": lacks, "UnitNormalization": lacks, "RMSNormalization": lacks,
	"Normalization": lacks, "Subtract": lacks, "Attention": lacks, "AdditiveAttention": lacks,
	"CuDNNLSTM": "read as LSTM", "CuDNNGRU": "read as GRU", "ThresholdedReLU": "read as ReLU",
	"CategoryEncoding":   "it counts the padding too, and has no layer for ids",
	"MultiHeadAttention": "TensorFlow.js 4.22 has its source, and not the layer: its bundles leave it out",
}

const lacks = "TensorFlow.js 4.22 has none"

// TestEveryClassAndTFJS: a class of the table that TensorFlow.js does not get needs a
// reason.
func TestEveryClassAndTFJS(t *testing.T) {
	seen := map[string]bool{}
	for _, e := range table {
		seen[e.class] = true
		if reason := withoutTFJS[e.class]; known(e.class, tfjsClasses...) == (reason != "") {
			t.Errorf("%s: reason %q", e.class, reason)
		}
	}
	for class := range withoutTFJS {
		if !seen[class] {
			t.Errorf("%s is not in the table", class)
		}
	}
	for _, class := range tfjsClasses {
		if !seen[class] && class != inputClass {
			t.Errorf("%s of TensorFlow.js is not in the table", class)
		}
	}
}
