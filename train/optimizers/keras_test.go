package optimizers_test

import (
	"context"
	"os"
	"slices"
	"testing"

	"gorgonia.org/tensor"

	"unroll/graph"
	"unroll/nn"
	"unroll/nn/keras"
	"unroll/train"
	"unroll/train/optimizers"
)

// kept is a file of Keras's whose optimizer remembers what one of ours does.
func kept(t *testing.T, m *nn.Model, class string, settings map[string]any, o train.Optimizer, names ...string) *keras.File {
	t.Helper()
	tensors, _, err := o.(train.Saver).State()
	if err != nil {
		t.Fatal(err)
	}
	slots := map[string]map[string][]float32{}
	for i, name := range names {
		slots[name] = map[string][]float32{}
		for _, w := range m.Weights() {
			slots[name][w.Name()] = slices.Clone(graph.Floats[float32](tensors[string(rune('0'+i))+"/"+w.Name()]))
		}
	}
	return &keras.File{Model: m, Training: &keras.Training{Optimizer: class, Settings: settings}, Optimizer: &keras.Optimizer{Class: class, Steps: 6, Slots: slots}}
}

// TestFromKeras: an optimizer that goes on from what Keras kept makes the steps that
// the one makes that was never stopped.
func TestFromKeras(t *testing.T) {
	for _, c := range []struct {
		class    string
		settings map[string]any
		ours     train.Optimizer
		slots    []string
	}{
		{"SGD", map[string]any{"learning_rate": 0.1, "momentum": 0.5, "nesterov": true}, &optimizers.SGD{LearningRate: 0.1, Momentum: 0.5, Nesterov: true}, []string{"momentum"}},
		{"SGD", map[string]any{"lr": 0.1}, &optimizers.SGD{LearningRate: 0.1}, nil},
		{"Adam", map[string]any{"learning_rate": 0.01, "beta_1": 0.8}, &optimizers.Adam{LearningRate: 0.01, Beta1: 0.8}, []string{"momentum", "velocity"}},
		{"Adam", map[string]any{"clipnorm": 0.1, "weight_decay": 0.01}, &optimizers.Clip{Norm: 0.1, Optimizer: &optimizers.Decay{WeightDecay: 0.01, Optimizer: &optimizers.Adam{}}}, []string{"momentum", "velocity"}},
		{"Adam", map[string]any{"beta_1": 0.0}, &optimizers.Adam{Beta1: 1e-300}, []string{"momentum", "velocity"}},
		{"AdamW", map[string]any{"weight_decay": 0.0}, &optimizers.AdamW{WeightDecay: 1e-300}, []string{"momentum", "velocity"}},
		{"SGD", map[string]any{"learning_rate": 0.0, "momentum": 0.0, "weight_decay": 0.0}, &optimizers.SGD{LearningRate: 1e-300}, nil},
		{"AdamW", map[string]any{"weight_decay": 0.1}, &optimizers.AdamW{WeightDecay: 0.1}, []string{"momentum", "velocity"}},
		{"Nadam", nil, &optimizers.Nadam{}, []string{"momentum", "velocity"}},
		{"Adamax", nil, &optimizers.Adamax{}, []string{"momentum", "norm"}},
		{"RMSprop", map[string]any{"rho": 0.8}, &optimizers.RMSprop{Rho: 0.8}, []string{"velocity"}},
		{"RMSprop", map[string]any{"centered": true, "momentum": 0.5}, &optimizers.RMSprop{Centered: true, Momentum: 0.5}, []string{"velocity", "average_gradient", "momentum"}},
		{"Adagrad", nil, &optimizers.Adagrad{}, []string{"accumulator"}},
		{"Adadelta", nil, &optimizers.Adadelta{}, []string{"accumulated_grad", "accumulated_delta_var"}},
		{"Lion", nil, &optimizers.Lion{}, []string{"momentum"}},
	} {
		t.Run(c.class, func(t *testing.T) {
			m, err := nn.Sequential{Input: nn.Features(2), Seed: 3, Layers: []nn.Layer{nn.Dense{Units: 3, Activation: nn.Tanh}, nn.Dense{Units: 1}}}.Build()
			if err != nil {
				t.Fatal(err)
			}
			data := train.Data{Features: [][]float32{{0, 0}, {0, 1}, {1, 0}, {1, 1}}, Targets: []float32{0, 1, 1, 0}}
			fit := func(m *nn.Model, o train.Optimizer, epochs int) (all []float64) {
				t.Helper()
				trainer, err := train.Compile(m, train.Config{Optimizer: o, Loss: nn.MeanSquaredError{}})
				if err != nil {
					t.Fatal(err)
				}
				defer trainer.Close()
				if _, err := trainer.Fit(context.Background(), data, train.FitConfig{Epochs: epochs, BatchSize: 2, NoShuffle: true}); err != nil {
					t.Fatal(err)
				}
				for _, w := range m.Weights() {
					all = append(all, w.Float64s()...)
				}
				return all
			}
			fit(m, c.ours, 3)
			file := kept(t, m, c.class, c.settings, c.ours, c.slots...)
			theirs, notes, err := optimizers.FromKeras(file)
			if err != nil || len(notes) > 0 {
				t.Fatal(err, notes)
			}
			before := map[string]*tensor.Dense{}
			for path, x := range m.Tensors() {
				before[path] = x.Clone().(*tensor.Dense)
			}
			want := fit(m, c.ours, 2)
			for path, x := range m.Tensors() {
				copy(x.Float32s(), before[path].Float32s())
			}
			if got := fit(m, theirs, 2); !slices.Equal(got, want) {
				t.Errorf("weights are %v, want %v", got, want)
			}
		})
	}
}

// TestFromKerasRefused: a file without a known optimizer has none to go on with; what is
// left out is told.
func TestFromKerasRefused(t *testing.T) {
	for _, f := range []*keras.File{{}, {Training: &keras.Training{}}, {Training: &keras.Training{Optimizer: "Mine"}}} {
		if o, _, err := optimizers.FromKeras(f); err == nil {
			t.Errorf("%+v made a %T", f.Training, o)
		}
	}
	_, notes, err := optimizers.FromKeras(&keras.File{Training: &keras.Training{Optimizer: "Adam", Settings: map[string]any{
		"learning_rate": map[string]any{"class_name": "ExponentialDecay"}, "amsgrad": true, "use_ema": false}}})
	want := []string{"learning_rate is no number in the file: it has its default", "amsgrad=true of the optimizer is left out", "the optimizer begins anew"}
	if err != nil || !slices.Equal(notes, want) {
		t.Errorf("%v, %q, want %q", err, notes, want)
	}
}

// TestFromPublished: the optimizers of published models go on.
func TestFromPublished(t *testing.T) {
	const dir = "../../../shared/data/keras/"
	for name, steps := range map[string]int{"lstm_series-3.8.keras": 12288, "cnn_lstm.keras": 1274} {
		if _, err := os.Stat(dir + name); err != nil {
			t.Skipf("*** THE PUBLISHED FILE %s IS NOT HERE: it is not tried ***", name)
		}
		f, err := keras.Open(dir + name)
		if err != nil {
			t.Fatal(err)
		}
		o, notes, err := optimizers.FromKeras(f)
		if err != nil || f.Optimizer.Steps != steps {
			t.Fatalf("%v, %d steps", err, f.Optimizer.Steps)
		}
		in := f.Model.Inputs()[0]
		trainer, err := train.Compile(f.Model, train.Config{Optimizer: o, Loss: nn.MeanSquaredError{}})
		if err != nil {
			t.Fatal(err)
		}
		defer trainer.Close()
		x := make([]float32, in.Steps()*in.Width())
		if _, err := trainer.Fit(context.Background(), train.Data{Features: [][]float32{x}, Targets: []float32{1}}, train.FitConfig{Epochs: 1}); err != nil || len(notes) > 0 {
			t.Error(name, err, notes)
		}
	}
}
