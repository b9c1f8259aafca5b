package main

import (
	"slices"
	"strings"

	"unroll/datasets"
	"unroll/nn"
	"unroll/train"
)

// experiment is a model with its preprocessing and optimizer: the tutorial's
// two, and others on the same reviews.
type experiment struct {
	name      string
	numWords  int // load_data(num_words=…)
	layers    func(numWords int) []nn.Layer
	optimizer func() train.Rated
}

// skipTop is load_data(skip_top=…): the most frequent words say little.
const skipTop = 20

// experiments is the program's list, in the order in which they are run.
var experiments = []experiment{
	{
		name:     "onehot",
		numWords: 100,
		layers: func(n int) []nn.Layer {
			return []nn.Layer{
				nn.OneHot{Depth: n},
				nn.SimpleRNN{Units: 32},
				nn.Dense{Units: 1, Activation: nn.Sigmoid},
			}
		},
		optimizer: func() train.Rated { return &train.SGD{} },
	},
	onEmbedding("embedding", nn.SimpleRNN{Units: 8}),
	onEmbedding("lstm", nn.LSTM{Units: 8}),
	onEmbedding("gru", nn.GRU{Units: 8}),
	onEmbedding("bilstm", nn.Bidirectional{Layer: nn.LSTM{Units: 8}}),
	onEmbedding("conv", nn.Dropout{Rate: 0.2}, nn.Conv1D{Filters: 32, KernelSize: 3, Padding: "same", Activation: nn.Relu}, nn.GlobalMaxPooling1D{}),
}

// onEmbedding is an experiment with layers on a learned embedding of 1,000 words.
func onEmbedding(name string, layers ...nn.Layer) experiment {
	return experiment{
		name:     name,
		numWords: 1000,
		layers: func(n int) []nn.Layer {
			all := append([]nn.Layer{nn.Embedding{InputDim: n, OutputDim: 32}}, layers...)
			return append(all, nn.Dense{Units: 1, Activation: nn.Sigmoid})
		},
		optimizer: func() train.Rated { return &train.Adam{} },
	}
}

// model builds the experiment's model for sequences of maxlen words.
func (e experiment) model(maxlen int, seed uint64) (*nn.Model, error) {
	return nn.Sequential{Input: nn.Tokens(maxlen), Layers: e.layers(e.numWords), Seed: seed}.Build()
}

func (e experiment) encoder(v *datasets.Vocabulary, maxlen int) (*datasets.Encoder, error) {
	return datasets.NewEncoder(v, datasets.EncoderConfig{NumWords: e.numWords, SkipTop: skipTop, MaxLen: maxlen})
}

// names returns the experiments' names.
func names(list []experiment) []string {
	var out []string
	for _, e := range list {
		out = append(out, e.name)
	}
	return out
}

// choose returns the experiments of a comma-separated list, in the program's
// order.
func choose(list string) ([]experiment, error) {
	known, want := names(experiments), strings.Split(list, ",")
	for i, w := range want {
		want[i] = strings.TrimSpace(w)
		if !slices.Contains(known, want[i]) {
			return nil, usagef("--model: unknown model %q, want some of %s", want[i], strings.Join(known, ", "))
		}
	}
	var out []experiment
	for _, e := range experiments {
		if slices.Contains(want, e.name) {
			out = append(out, e)
		}
	}
	return out, nil
}

// newTrainer puts together what all experiments share. A nil optimizer will
// do for a model that is not trained.
func newTrainer(m *nn.Model, o train.Optimizer, exec nn.Execution) (*train.Trainer, error) {
	return train.Compile(m, train.Config{
		Optimizer: o,
		Loss:      nn.BinaryCrossentropy{},
		Metrics:   []train.Metric{&train.BinaryAccuracy{}},
		Execution: exec,
	})
}

// execution returns the execution that --rnn names.
func execution(name string) (nn.Execution, error) {
	switch e := nn.Execution(name); e {
	case "auto":
		return nn.Auto, nil
	case nn.Unrolled, nn.Looped, nn.Fused:
		return e, nil
	}
	return "", usagef("--rnn: unknown execution %q, want auto, unrolled, looped or fused", name)
}
