package train_test

import (
	"slices"
	"testing"

	"unroll/nn"
	"unroll/train"
	"unroll/train/internal/traintest"
	"unroll/train/optimizers"
)

func frozenModel(t *testing.T, head nn.Layer) *nn.Model {
	t.Helper()
	m, err := nn.Sequential{Input: nn.Tokens(6), Seed: 3, Layers: []nn.Layer{
		nn.Frozen{Layer: nn.Embedding{
			InputDim: 10, OutputDim: 4, MaskZero: true,
			EmbeddingsRegularizer: nn.L2(0.5), EmbeddingsConstraint: nn.MaxNorm(0.01),
		}},
		nn.Frozen{Layer: nn.BatchNormalization{}},
		nn.SimpleRNN{Units: 5},
		head,
	}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestFrozenKeepsItsBits trains with what could move a weight: the optimizer and
// its decay, a regularizer, a constraint, running means.
func TestFrozenKeepsItsBits(t *testing.T) {
	for _, o := range []train.Optimizer{&optimizers.SGD{LearningRate: 0.1, Momentum: 0.9}, &optimizers.AdamW{LearningRate: 0.01, WeightDecay: 0.1}} {
		m := frozenModel(t, nn.Dense{Units: 1, Activation: nn.Sigmoid})
		before := map[string][]float64{}
		for path := range m.Tensors() {
			w, err := m.Weight(path)
			if err != nil {
				t.Fatal(err)
			}
			before[path] = w.Float64s()
		}
		tr, err := train.Compile(m, train.Config{Optimizer: o, Loss: nn.BinaryCrossentropy{}})
		if err != nil {
			t.Fatal(err)
		}
		defer tr.Close()
		if _, err := tr.Fit(t.Context(), traintest.WordOrder(100, 1), train.FitConfig{Epochs: 3}); err != nil {
			t.Fatal(err)
		}
		for path, old := range before {
			w, err := m.Weight(path)
			if err != nil {
				t.Fatal(err)
			}
			if same := slices.Equal(old, w.Float64s()); same == w.Trainable() {
				t.Errorf("%T: %s is trainable: %t, kept its values: %t", o, path, w.Trainable(), same)
			}
		}
	}
}

// TestAllFrozen: a model without anything to train is no error, as in Keras.
func TestAllFrozen(t *testing.T) {
	m, err := nn.Sequential{Input: nn.Features(2), Layers: []nn.Layer{nn.Frozen{Layer: nn.Dense{Units: 1}}}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	tr, err := train.Compile(m, train.Config{Optimizer: &optimizers.SGD{}, Loss: nn.MeanSquaredError{}})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	d := train.Data{Features: [][]float32{{1, 2}, {3, 4}}, Targets: []float32{1, 2}}
	if _, err := tr.Evaluate(t.Context(), d, 0); err != nil {
		t.Error(err)
	}
	if _, err := tr.Fit(t.Context(), d, train.FitConfig{Epochs: 2}); err != nil {
		t.Error(err)
	}
}
