package main

import (
	"slices"
	"strings"

	"unroll/nn"
	"unroll/train"
	"unroll/train/classifier"
	"unroll/train/optimizers"
)

// experiment is a model with its preprocessing and optimizer: the tutorial's
// two, and others on the same texts.
type experiment struct {
	name      string
	about     string // one line for people
	numWords  int    // load_data(num_words=…), unless --num-words says otherwise
	maxLen    int    // pad_sequences(maxlen=…), unless --maxlen says otherwise
	counts    bool   // that words occur, not where
	layers    func(o embeddingOptions) []nn.Layer
	optimizer func() train.Rated
}

// embeddingOptions say how ids become vectors.
type embeddingOptions struct {
	words  int // ids
	dim    int // width of an embedding's vectors
	frozen bool
}

// embeddingDim is the width of vectors that are learned.
const embeddingDim = 32

// experiments is the program's list, in the order in which they are run.
var experiments = []experiment{
	{
		name:     "onehot",
		about:    "SimpleRNN(32) on one-hot words, by SGD: the tutorial's first model",
		numWords: 100,
		maxLen:   100,
		layers: func(o embeddingOptions) []nn.Layer {
			return []nn.Layer{nn.OneHot{Depth: o.words}, nn.SimpleRNN{Units: 32}}
		},
		optimizer: func() train.Rated { return &optimizers.SGD{} },
	},
	onEmbedding("embedding", "SimpleRNN(8) on a learned embedding of words: the tutorial's second model", nn.SimpleRNN{Units: 8}),
	onEmbedding("lstm", "LSTM(8) on a learned embedding", nn.LSTM{Units: 8}),
	onEmbedding("gru", "GRU(8) on a learned embedding", nn.GRU{Units: 8}),
	onEmbedding("bilstm", "an LSTM(8) each way on a learned embedding", nn.Bidirectional{Layer: nn.LSTM{Units: 8}}),
	onEmbedding("conv", "a convolution over three words on a learned embedding, and the largest of each filter", nn.Dropout{Rate: 0.2}, nn.Conv1D{Filters: 32, KernelSize: 3, Padding: "same", Activation: nn.Relu}, nn.GlobalMaxPooling1D{}),
	{
		// A bag of words and logistic regression: what a recurrent net must
		// beat to be worth it. It sees nearly all of most texts.
		name:     "bow",
		about:    "a bag of words with logistic regression: what a recurrent net must beat",
		numWords: 1000,
		maxLen:   400,
		counts:   true,
		layers: func(o embeddingOptions) []nn.Layer {
			return []nn.Layer{nn.CategoryEncoding{NumTokens: o.words, OutputMode: "count", MaskZero: true}}
		},
		optimizer: func() train.Rated { return &optimizers.Adam{} },
	},
}

// onEmbedding is an experiment with layers on a learned embedding of 1,000 words.
func onEmbedding(name, about string, layers ...nn.Layer) experiment {
	return experiment{
		name:     name,
		about:    about,
		numWords: 1000,
		maxLen:   100,
		layers: func(o embeddingOptions) []nn.Layer {
			var first nn.Layer = nn.Embedding{InputDim: o.words, OutputDim: o.dim}
			if o.frozen {
				first = nn.Frozen{Layer: first}
			}
			return append([]nn.Layer{first}, layers...)
		},
		optimizer: func() train.Rated { return &optimizers.Adam{} },
	}
}

// model builds the experiment's model for sequences of so many ids.
func (e experiment) model(t classifier.Task, o embeddingOptions, steps int, seed uint64) (*nn.Model, error) {
	return nn.Sequential{Input: nn.Tokens(steps), Layers: append(e.layers(o), t.Head()), Seed: seed}.Build()
}

// embeds reports whether the model has an embedding.
func (e experiment) embeds() bool {
	_, ok := e.layers(embeddingOptions{1, 1, false})[0].(nn.Embedding)
	return ok
}

// recurrent reports whether the model has a recurrent layer.
func (e experiment) recurrent() bool {
	return slices.ContainsFunc(e.layers(embeddingOptions{1, 1, false}), func(l nn.Layer) bool {
		switch l.(type) {
		case nn.SimpleRNN, nn.LSTM, nn.GRU, nn.Bidirectional:
			return true
		}
		return false
	})
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
		if slices.Contains(want[:i], want[i]) {
			return nil, usagef("--model names %s twice", want[i])
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

// compile puts a model together with what it is trained for.
func compile(t classifier.Task, m *nn.Model, o train.Optimizer, exec nn.Execution) (*train.Trainer, error) {
	c := t.Config()
	c.Optimizer, c.Execution = o, exec
	return train.Compile(m, c)
}

// movieTask is that of the movie reviews.
var movieTask = classifier.Task{Classes: []string{"negative", "positive"}}
