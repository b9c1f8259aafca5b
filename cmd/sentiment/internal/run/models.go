package run

import (
	"iter"
	"slices"

	"unroll/cmd/sentiment/internal/corpus"
	"unroll/cmd/sentiment/internal/usage"
	"unroll/datasets/text"
	"unroll/internal/choice"
	"unroll/nn"
	"unroll/train"
	"unroll/train/classifier"
	"unroll/train/ngrams"
	"unroll/train/optimizers"
)

// Model is a model with its preprocessing and optimizer: the tutorial's
// two, and others on the same texts.
type Model struct {
	Name      string
	About     string       // one line for people
	Sizes     corpus.Sizes // load_data(num_words=…) and pad_sequences(maxlen=…)
	Counts    bool         // that words occur, not where
	Grams     bool         // n-grams, and not trained in epochs
	Layout                 // the sizes of its layers
	layers    func(o sizing) []nn.Layer
	pooled    func(f *nn.Functional, text nn.Symbol, o sizing) nn.Symbol // in place of layers
	patience  int                                                        // epochs without a better val_loss after which it stops by itself; 0: it does not
	optimizer func() train.Rated
	decay     float64 // of the learning rate, in an epoch; 0: none
	given     *given  // that is trained on; nil of the program's own
}

// embeddingDim is the width of vectors that are learned.
const embeddingDim = 32

// Models is the program's list, in the order in which they are run.
var Models = []Model{
	{
		Name:   "onehot",
		About:  "SimpleRNN(32) on one-hot words, by SGD: the tutorial's first model",
		Sizes:  corpus.Sizes{NumWords: 100, MaxLen: 100},
		Layout: Layout{Units: 32, Layers: 1, Dropout: share(0)},
		layers: func(o sizing) []nn.Layer {
			return append([]nn.Layer{nn.OneHot{Depth: o.words}}, o.stacked(func(sequences bool) nn.Layer {
				return nn.SimpleRNN{Units: o.Units, ReturnSequences: sequences}
			})...)
		},
		optimizer: func() train.Rated { return &optimizers.SGD{} },
	},
	onEmbedding("embedding", "SimpleRNN(8) on a learned embedding of words: the tutorial's second model", 8, 0, func(o sizing, sequences bool) nn.Layer {
		return nn.SimpleRNN{Units: o.Units, ReturnSequences: sequences}
	}),
	onEmbedding("lstm", "LSTM(8) on a learned embedding", 8, 0, func(o sizing, sequences bool) nn.Layer {
		return nn.LSTM{Units: o.Units, ReturnSequences: sequences}
	}),
	onEmbedding("gru", "GRU(8) on a learned embedding", 8, 0, func(o sizing, sequences bool) nn.Layer {
		return nn.GRU{Units: o.Units, ReturnSequences: sequences}
	}),
	onEmbedding("bilstm", "a bidirectional LSTM(8) on a learned embedding", 8, 0, func(o sizing, sequences bool) nn.Layer {
		return nn.Bidirectional{Layer: nn.LSTM{Units: o.Units, ReturnSequences: sequences}}
	}),
	convolutions(),
	bothWays(),
	{
		// A bag of words and logistic regression: what a recurrent net must
		// beat to be worth it. It sees nearly all of most texts.
		Name:   "bow",
		About:  "a bag of words with logistic regression: the baseline to beat",
		Sizes:  corpus.Sizes{NumWords: 1000, MaxLen: 400},
		Counts: true,
		layers: func(o sizing) []nn.Layer {
			return []nn.Layer{nn.CategoryEncoding{NumTokens: o.words, OutputMode: "count", MaskZero: true}}
		},
		optimizer: func() train.Rated { return &optimizers.Adam{} },
	},
	{
		Name:   "ngrams",
		About:  "n-grams of words and characters with tf-idf, and a linear model that weighs them",
		Sizes:  corpus.Sizes{NumWords: 100_000, Grams: true}, // as many in a drawing
		Counts: true,
		Grams:  true,
	},
	{
		Name:   Auto,
		About:  "the best model for the texts that is found within --budget",
		Sizes:  corpus.Sizes{NumWords: 100_000, Grams: true},
		Counts: true,
		Grams:  true,
	},
}

// Auto names the model that is chosen for the texts.
const Auto = "auto"

// tutorial names the tutorial's models.
const tutorial = "onehot,embedding"

// Default names the models that are trained on texts if none is named: auto, and on the
// movie reviews those of the tutorial before it.
func Default(data []string) string {
	if len(data) == 1 && slices.Contains(corpus.Named, data[0]) {
		return tutorial + "," + Auto
	}
	return Auto
}

// onEmbedding is a model with layers on a learned embedding of 1,000 words: one of so many
// units after a dropout of so much, unless other sizes are asked for, and then the last.
func onEmbedding(name, about string, units int, dropout float64, layer func(o sizing, sequences bool) nn.Layer, last ...nn.Layer) Model {
	return Model{
		Name:   name,
		About:  about,
		Sizes:  corpus.Sizes{NumWords: 1000, MaxLen: 100},
		Layout: Layout{Units: units, EmbeddingDim: embeddingDim, Layers: 1, Dropout: share(dropout)},
		layers: func(o sizing) []nn.Layer {
			all := append([]nn.Layer{o.embedding(false)}, o.stacked(func(sequences bool) nn.Layer { return layer(o, sequences) })...)
			return append(all, last...)
		},
		optimizer: func() train.Rated { return &optimizers.Adam{} },
	}
}

// Build makes the network for the ids of an encoder, with an embedding of its own and the
// sizes that are asked for.
func (e Model) Build(t classifier.Task, c text.EncoderConfig, asked Layout, seed uint64) (*nn.Model, error) {
	return e.build(t, e.sizing(c.NumWords+c.OOVBuckets, asked), c.MaxLen, seed)
}

func (e Model) build(t classifier.Task, o sizing, steps int, seed uint64) (*nn.Model, error) {
	if e.Grams {
		if t.Multi {
			return ngrams.LabelNetwork(o.words, 0, len(t.Classes))
		}
		return ngrams.Network(o.words, 0, len(t.Classes))
	}
	if e.pooled != nil {
		return e.buildPooled(t, o, seed)
	}
	if o.columns > 0 {
		return e.beside(t, o, steps, seed)
	}
	return nn.Sequential{Input: nn.Tokens(steps), Layers: append(e.layers(o), t.Head()), Seed: seed}.Build()
}

// named is the model of a name.
func named(name string) Model {
	return Models[slices.IndexFunc(Models, func(e Model) bool { return e.Name == name })]
}

// beside is build with a second input, whose features go into the last layer beside what
// the others make of the text.
func (e Model) beside(t classifier.Task, o sizing, steps int, seed uint64) (*nn.Model, error) {
	f := &nn.Functional{Seed: seed}
	x, columns := f.Input(classifier.TextInput, nn.Tokens(steps)), f.Input(classifier.ColumnsInput, nn.Features(o.columns))
	for _, l := range e.layers(o) {
		x = f.Call(l, x)
	}
	f.Output("label", f.Call(t.Head(), f.Call(nn.Concatenate{}, x, columns)))
	return f.Build()
}

// sizes are those of a model by its name.
func sizes(name string) corpus.Sizes {
	return named(name).Sizes
}

// Embeds reports whether the model has an embedding.
func (e Model) Embeds() bool { return e.EmbeddingDim > 0 }

// Recurrent reports whether the model has a recurrent layer.
func (e Model) Recurrent() bool {
	if e.Grams || e.pooled != nil {
		return e.Layers > 0
	}
	return slices.ContainsFunc(e.layers(e.sizing(1, Layout{})), func(l nn.Layer) bool {
		switch l.(type) {
		case nn.SimpleRNN, nn.LSTM, nn.GRU, nn.Bidirectional:
			return true
		}
		return false
	})
}

// Names returns the names of models.
func Names(list []Model) []string {
	var out []string
	for _, e := range list {
		out = append(out, e.Name)
	}
	return out
}

// Choices yields the names of the program's models with what they are.
func Choices() iter.Seq2[string, string] {
	return func(yield func(name, help string) bool) {
		for _, e := range Models {
			if !yield(e.Name, e.About) {
				return
			}
		}
	}
}

// Choose returns the models of a comma-separated list, in the program's
// order.
func Choose(list string) ([]Model, error) {
	want, err := choice.Split(list, Choices())
	if err != nil {
		return nil, usage.Errorf("--model is %q, %v", list, err)
	}
	var out []Model
	for _, e := range Models {
		if slices.Contains(want, e.Name) {
			out = append(out, e)
		}
	}
	return out, nil
}

// executions are those of recurrent layers, by the names that --rnn knows.
var executions = choice.Table[nn.Execution]{
	{Name: "auto", Help: "the fastest that fits", Value: nn.Auto},
	{Name: string(nn.Unrolled), Help: "a copy of the step for each word", Value: nn.Unrolled},
	{Name: string(nn.Looped), Help: "one step, run for each word", Value: nn.Looped},
	{Name: string(nn.Fused), Help: "all steps in one operation", Value: nn.Fused},
}

// Executions yields the names of the executions with what they are.
func Executions() iter.Seq2[string, string] { return executions.All() }

// Execution returns the execution that --rnn names.
func Execution(name string) (nn.Execution, error) {
	if e, ok := executions.Find(name); ok {
		return e, nil
	}
	return "", usage.Errorf("--rnn is %q, want %s", name, choice.List(Executions()))
}

// Compile puts a model together with what it is trained for, within a limit of memory.
func Compile(t classifier.Task, m *nn.Model, o train.Optimizer, exec nn.Execution, limit Bytes) (*train.Trainer, error) {
	c := t.Config()
	c.Optimizer, c.Execution, c.MemoryLimit = o, exec, int64(limit)
	if in := m.Inputs()[0]; !in.Bagged() && in.Steps() == nn.Any {
		c.Shards = 2 // of each length: more would take memory
	}
	return train.Compile(m, c)
}
