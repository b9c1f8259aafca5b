package nn

import (
	"strings"
	"testing"

	"gorgonia.org/tensor"

	"unroll/graph"
)

// buildAndForward returns the first error on the way to a forward pass.
func buildAndForward(s Sequential) error {
	m, err := s.Build()
	if err != nil {
		return err
	}
	steps := s.Input.Steps()
	if steps == Any {
		steps = 3
	}
	_, err = m.Forward(Train, Auto, 2, steps)
	return err
}

// liar declares another shape than it emits.
type liar struct{ out Shape }

func (l liar) Init(*Scope, ...Shape) ([]Shape, error) { return []Shape{l.out}, nil }
func (l liar) Apply(_ *Context, in ...Value) []Value  { return in }

// forgetful asks for a weight that it did not declare.
type forgetful struct{}

func (forgetful) Init(_ *Scope, in ...Shape) ([]Shape, error) { return in, nil }
func (forgetful) Apply(c *Context, in ...Value) []Value {
	return []Value{{Node: c.Add(in[0].Node, c.Weight("bias"))}}
}

// twin declares a weight twice.
type twin struct{ forgetful }

func (twin) Init(s *Scope, in ...Shape) ([]Shape, error) {
	s.Weight("bias", Zeros(), 1)
	s.Weight("bias", Zeros(), 1)
	return in, nil
}

// number declares a weight of no dimensions, which no file could hold.
type number struct{ forgetful }

func (number) Init(s *Scope, in ...Shape) ([]Shape, error) {
	s.Weight("bias", Zeros())
	return in, nil
}

// forked has two outputs.
type forked struct{ forgetful }

func (forked) Init(_ *Scope, in ...Shape) ([]Shape, error) { return []Shape{in[0], in[0]}, nil }

// TestWrongModels holds what a user reads: one line that names the layer by
// its path, what it expected and what it got.
func TestWrongModels(t *testing.T) {
	dense, rnn := Dense{Units: 1}, SimpleRNN{Units: 2}
	cases := []struct {
		name   string
		input  Input
		layers []Layer
		want   string
	}{
		{"no layers", Features(2), nil, "sequential: no layers"},
		{"nil layer", Features(2), []Layer{dense, nil}, "sequential: layer 1 is nil"},
		{"nil pointer", Features(2), []Layer{(*Dense)(nil)}, "sequential: layer 0 is nil"},
		{"zero value of the input", Input{}, []Layer{dense}, `sequential: input: kind "", want "tokens", "bag", "weighted_bag" or "features"`},
		{"no features", Features(), []Layer{dense}, "sequential: input: features of shape [], want [features] or [time, features]"},
		{"three dimensions", Features(2, 3, 4), []Layer{dense}, "sequential: input: features of shape [2 3 4], want [features] or [time, features]"},
		{"negative features", Features(-2), []Layer{dense}, "sequential: input: features of shape [-2]: size 0 is -2, want at least 1"},
		{"features of any number", Features(Any), []Layer{dense}, "sequential: input: features of shape [-1]: size 0 is -1, want at least 1"},
		{"step of any width", Features(3, Any), []Layer{rnn}, "sequential: input: features of shape [3 -1]: size 1 is -1, want at least 1"},
		{"no steps", Tokens(0), []Layer{Embedding{InputDim: 2, OutputDim: 1}}, "sequential: input: tokens of shape [0]: size 0 is 0, want at least 1"},
		{"fewer steps than any", Tokens(-2), []Layer{Embedding{InputDim: 2, OutputDim: 1}}, "sequential: input: tokens of shape [-2]: size 0 is -2, want at least 1"},
		{"word ids of two dimensions", Input{Kind: "tokens", Shape: Shape{2, 3}}, []Layer{dense}, "sequential: input: word ids of shape [2 3], want [steps]"},

		{"dense of no units", Features(2), []Layer{dense, Dense{}}, "dense_1: units is 0, want at least 1"},
		{"dense of negative units", Features(2), []Layer{Dense{Units: -3}}, "dense: units is -3, want at least 1"},
		{"dense on word ids", Tokens(4), []Layer{dense}, "dense: input is word ids: put OneHot or Embedding before this layer"},
		{"dense on word ids of any length", Tokens(Any), []Layer{dense}, "dense: input is (None, None), want a known number of features"},
		{"dense that is too large", Features(1 << 20), []Layer{Dense{Units: 1 << 20}}, "dense: dense/kernel: shape [1048576 1048576] has more values than the 2147483647 that are left"},
		{"unknown activation", Features(2), []Layer{Dense{Units: 1, Activation: "sparsemax"}}, `dense: unknown activation "sparsemax"`},
		{"unknown initializer", Features(2), []Layer{Dense{Units: 1, KernelInitializer: Initializer{Name: "he"}}}, `dense: dense/kernel: unknown initializer "he"`},
		{"orthogonal bias", Features(2), []Layer{Dense{Units: 1, BiasInitializer: Orthogonal()}}, "dense: dense/bias: initializer orthogonal: shape [1], want a matrix"},
		{"activation layer", Features(2), []Layer{Activation{Func: "sparsemax"}}, `activation: unknown activation "sparsemax"`},
		{"activation on word ids", Tokens(4), []Layer{Activation{Func: Tanh}}, "activation: input is word ids: put OneHot or Embedding before this layer"},

		{"embedding of no words", Tokens(4), []Layer{Embedding{OutputDim: 1}}, "embedding: input_dim is 0, want at least 1"},
		{"embedding of no width", Tokens(4), []Layer{Embedding{InputDim: 1}}, "embedding: output_dim is 0, want at least 1"},
		{"embedding on a sequence", Features(4, 3), []Layer{Embedding{InputDim: 1, OutputDim: 1}}, "embedding: input is (None, 4, 3), want word ids (None, time)"},
		{"embedding on features", Features(4), []Layer{Embedding{InputDim: 1, OutputDim: 1}}, "embedding: input is not word ids"},
		{"one-hot of no width", Tokens(4), []Layer{OneHot{}}, "one_hot: depth is 0, want at least 1"},
		{"one-hot after an embedding", Tokens(4), []Layer{Embedding{InputDim: 5, OutputDim: 3}, OneHot{Depth: 5}}, "one_hot: input is (None, 4, 3), want word ids (None, time)"},
		{"one-hot twice", Tokens(4), []Layer{OneHot{Depth: 5}, OneHot{Depth: 5}}, "one_hot_1: input is (None, 4, 5), want word ids (None, time)"},
		{"one-hot on features", Features(4), []Layer{OneHot{Depth: 5}}, "one_hot: input is not word ids"},
		{"embedding after a pooled layer", Features(4, 3), []Layer{rnn, Embedding{InputDim: 1, OutputDim: 1}}, "embedding: input is not word ids"},

		{"simple_rnn of no units", Features(4, 3), []Layer{SimpleRNN{}}, "simple_rnn: units is 0, want at least 1"},
		{"simple_rnn on features", Features(3), []Layer{rnn}, "simple_rnn: input has 2 dimensions (None, 3), want (None, time, features)"},
		{"simple_rnn on word ids", Tokens(3), []Layer{rnn}, "simple_rnn: input has 2 dimensions (None, 3), want (None, time, features)"},
		{"simple_rnn after its last step", Features(4, 3), []Layer{rnn, rnn}, "simple_rnn_1: input has 2 dimensions (None, 2), want (None, time, features)"},
		{"simple_rnn's activation", Features(4, 3), []Layer{SimpleRNN{Units: 2, Activation: "sparsemax"}}, `simple_rnn: unknown activation "sparsemax"`},
		{"simple_rnn's execution", Features(4, 3), []Layer{SimpleRNN{Units: 2, Execution: "gpu"}}, `simple_rnn: unknown execution "gpu"`},
		{"rnn without a cell", Features(4, 3), []Layer{RNN{}}, "rnn: no cell"},
		{"rnn's cell", Features(4, 3), []Layer{RNN{Cell: SimpleRNNCell{}}}, "rnn: units is 0, want at least 1"},

		{"conv1d of no filters", Features(4, 3), []Layer{Conv1D{KernelSize: 2}}, "conv1d: filters is 0, want at least 1"},
		{"conv1d of no size", Features(4, 3), []Layer{Conv1D{Filters: 2}}, "conv1d: kernel_size is 0, want at least 1"},
		{"conv1d longer than its input", Features(4, 3), []Layer{Conv1D{Filters: 2, KernelSize: 5}}, "conv1d: a window that reaches over 5 steps on a sequence of 4"},
		{"conv1d on features", Features(4), []Layer{Conv1D{Filters: 2, KernelSize: 1}}, "conv1d: input has 2 dimensions (None, 4), want (None, time, features)"},
		{"conv1d's padding", Features(4, 3), []Layer{Conv1D{Filters: 2, KernelSize: 1, Padding: "full"}}, `conv1d: unknown padding "full"`},
		{"max pooling's padding", Features(4, 3), []Layer{MaxPooling1D{Padding: "causal"}}, `max_pooling1d: unknown padding "causal"`},
		{"average pooling of a short sequence", Features(2, 3), []Layer{AveragePooling1D{PoolSize: 3}}, "average_pooling1d: a window that reaches over 3 steps on a sequence of 2"},
		{"global pooling on features", Features(4), []Layer{GlobalMaxPooling1D{}}, "global_max_pooling1d: input has 2 dimensions (None, 4), want (None, time, features)"},
		{"global average on features", Features(4), []Layer{GlobalAveragePooling1D{}}, "global_average_pooling1d: input has 2 dimensions (None, 4), want (None, time, features)"},
		{"masking on features", Features(4), []Layer{Masking{}}, "masking: input has 2 dimensions (None, 4), want (None, time, features)"},
		{"dropout of all", Features(4), []Layer{Dropout{Rate: 1}}, "dropout: rate is 1, want at least 0 and less than 1"},
		{"spatial dropout on features", Features(4), []Layer{SpatialDropout1D{}}, "spatial_dropout1d: input has 2 dimensions (None, 4), want (None, time, features)"},
		{"negative noise", Features(4), []Layer{GaussianNoise{Stddev: -1}}, "gaussian_noise: stddev is -1, want at least 0"},
		{"lstm's dropout", Features(4, 3), []Layer{LSTM{Units: 1, RecurrentDropout: 2}}, "lstm: recurrent_dropout is 2, want at least 0 and less than 1"},
		{"lstm's regularizer", Features(4, 3), []Layer{LSTM{Units: 1, KernelRegularizer: L1(-1)}}, "lstm: lstm/kernel: regularizer {L1:-1 L2:0}, want numbers of at least 0"},
		{"dense's constraint", Features(4), []Layer{Dense{Units: 1, KernelConstraint: MaxNorm(1, 2)}}, "dense: dense/kernel: constraint max_norm: axis 2 of shape [4 1]"},
		{"dense's unknown constraint", Features(4), []Layer{Dense{Units: 1, KernelConstraint: Constraint{Name: "small"}}}, `dense: dense/kernel: unknown constraint "small"`},
		{"gaussian dropout of all", Features(4), []Layer{GaussianDropout{Rate: 1}}, "gaussian_dropout: rate is 1, want at least 0 and less than 1"},
		{"alpha dropout's shape", Features(4), []Layer{AlphaDropout{Rate: 0.5, NoiseShape: []int{3}}}, "alpha_dropout: noise_shape is [3] for a sample (None, 4), want its sizes, 1 or −1"},
		{"negative penalty of activity", Features(4), []Layer{ActivityRegularization{L1: -1}}, "activity_regularization: regularizer {L1:-1 L2:0}, want numbers of at least 0"},
		{"root mean square's epsilon", Features(4), []Layer{RMSNormalization{Epsilon: -1}}, "rms_normalization: epsilon is -1, want a positive number"},
		{"layer normalization of the batch", Features(3, 4), []Layer{LayerNormalization{Axis: []int{0}}}, "layer_normalization: axis 0 of samples of 2 dimensions"},
		{"layer normalization in disorder", Features(3, 4), []Layer{LayerNormalization{Axis: []int{2, 1}}}, "layer_normalization: axes are [2 1], want each once and in order"},
		{"layer normalization of any steps", Features(Any, 4), []Layer{LayerNormalization{Axis: []int{1}}}, "layer_normalization: input is (None, None, 4), want a known size of axis 1"},
		{"layer normalization's epsilon", Features(4), []Layer{LayerNormalization{Epsilon: -1}}, "layer_normalization: epsilon is -1, want a positive number"},
		{"batch normalization's momentum", Features(4), []Layer{BatchNormalization{Momentum: 1}}, "batch_normalization: momentum is 1, want at least 0 and less than 1"},
		{"flatten of any length", Features(Any, 3), []Layer{Flatten{}}, "flatten: input is (None, None, 3), want known sizes"},
		{"reshape that does not fit", Features(4, 3), []Layer{Reshape{TargetShape: Shape{5}}}, "reshape: 12 values cannot have the target_shape [5]"},
		{"reshape with two sizes left", Features(4, 3), []Layer{Reshape{TargetShape: Shape{-1, -1}}}, "reshape: target_shape is [-1 -1], want positive sizes and at most one −1"},
		{"reshape to three sizes", Features(4, 3), []Layer{Reshape{TargetShape: Shape{2, 2, 3}}}, "reshape: 12 values cannot have the target_shape [2 2 3]"},
		{"repeat vector of a sequence", Features(4, 3), []Layer{RepeatVector{N: 2}}, "repeat_vector: input is (None, 4, 3), want (None, features)"},
		{"repeat vector of none", Features(3), []Layer{RepeatVector{}}, "repeat_vector: n is 0, want at least 1"},
		{"time distributed of nothing", Features(4, 3), []Layer{TimeDistributed{}}, "time_distributed: no layer"},
		{"time distributed recurrence", Features(4, 3), []Layer{TimeDistributed{Layer: rnn}}, "time_distributed: input has 2 dimensions (None, 3), want (None, time, features)"},
		{"attention to nothing", Features(4, 3), []Layer{Attention{}}, "attention: 1 inputs, want query, value and, if it is not the value, key"},
		{"a sum of one", Features(3), []Layer{Add{}}, "add: 1 inputs, want 2"},
		{"stacked cells of none", Features(4, 3), []Layer{RNN{Cell: StackedRNNCells{}}}, "rnn: no cells"},
		{"a stacked cell", Features(4, 3), []Layer{RNN{Cell: StackedRNNCells{Cells: []Cell{SimpleRNNCell{Units: 1}, LSTMCell{}}}}}, "rnn: cell_1: units is 0, want at least 1"},

		{"a layer that lies about its shape", Features(4), []Layer{liar{Shape{5}}}, "liar: emitted shape (None, 4), declared (None, 5)"},
		{"a layer that drops the time", Features(4, 3), []Layer{liar{Shape{3}}}, "liar: emitted shape (None, 4, 3), declared (None, 3)"},
		{"a layer without its weight", Features(4), []Layer{forgetful{}}, `forgetful: no weight "forgetful/bias" was declared`},
		{"a weight declared twice", Features(4), []Layer{twin{}}, "twin: twin/bias: declared twice"},
		{"a weight without a shape", Features(4), []Layer{number{}}, "number: number/bias: no shape is given, want at least one dimension"},
		{"two outputs", Features(4), []Layer{forked{}}, "forked: 2 outputs in a sequential model, want 1"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			err := buildAndForward(Sequential{Input: c.input, Layers: c.layers})
			if err == nil || err.Error() != c.want {
				t.Errorf("the error is\n%v, want\n%s", err, c.want)
			}
		})
	}
}

func TestWrongElementType(t *testing.T) {
	_, err := Sequential{Input: Features(2), Layers: []Layer{Dense{Units: 1}}, Dtype: tensor.Int}.Build()
	if want := "sequential: element type int, want float32 or float64"; err == nil || err.Error() != want {
		t.Errorf("the error is %v, want %s", err, want)
	}
}

func TestWrongPasses(t *testing.T) {
	cases := []struct {
		name         string
		input        Input
		exec         Execution
		batch, steps int
		want         string
	}{
		{"no rows", Features(4, 3), Auto, 0, 4, "batch of 0 rows"},
		{"too few steps", Features(4, 3), Auto, 1, 3, "3 steps for a model whose input is (None, 4, 3)"},
		{"no steps", Features(Any, 3), Auto, 1, 0, "0 steps for a model whose input is (None, None, 3)"},
		{"unknown execution", Features(4, 3), "gpu", 1, 4, `unknown execution "gpu"`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			m, err := Sequential{Input: c.input, Layers: []Layer{SimpleRNN{Units: 2}}}.Build()
			if err != nil {
				t.Fatal(err)
			}
			_, err = m.Forward(Train, c.exec, c.batch, c.steps)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("the error is %v, want %s", err, c.want)
			}
		})
	}
}

// TestLossWithoutLogits: the model ends in tanh.
func TestLossWithoutLogits(t *testing.T) {
	for _, c := range []struct {
		end  Func
		loss BinaryCrossentropy
		ok   bool
	}{
		{Tanh, BinaryCrossentropy{}, false},
		{Linear, BinaryCrossentropy{}, false},
		{Linear, BinaryCrossentropy{FromLogits: true}, true},
		{Sigmoid, BinaryCrossentropy{}, true},
	} {
		m, err := Sequential{Input: Features(2), Layers: []Layer{Dense{Units: 1, Activation: c.end}}}.Build()
		if err != nil {
			t.Fatal(err)
		}
		p, err := m.Forward(Train, Auto, 3, 0)
		if err != nil {
			t.Fatal(err)
		}
		c.loss.Apply(p.Context, p.Outputs[0], p.Zeros(3, 1))
		want := "binary_crossentropy: the model does not end in a sigmoid"
		if err := p.Err(); c.ok != (err == nil) || err != nil && !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s, %+v: the error is %v", c.end, c.loss, err)
		}
	}
}

// TestWeights covers what a weight refuses.
func TestWeights(t *testing.T) {
	m, err := Sequential{Input: Features(2), Layers: []Layer{Dense{Units: 3}}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Weight("dense/kernels"); err == nil || err.Error() != `the model has no weight "dense/kernels"` {
		t.Errorf("the error is %v", err)
	}
	w, err := m.Weight("dense/kernel")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Set([]float64{1, 2, 3}); err == nil || err.Error() != "dense/kernel: 3 values for a weight of 6" {
		t.Errorf("the error is %v", err)
	}
	if _, err := w.Grad(); err == nil || !strings.HasPrefix(err.Error(), "dense/kernel: no gradient") {
		t.Errorf("the error is %v", err)
	}
	w.Float64s()[0] = 42
	if graph.Floats[float32](w.Value())[0] == 42 {
		t.Error("Float64s gives the weight's own memory away")
	}
}
