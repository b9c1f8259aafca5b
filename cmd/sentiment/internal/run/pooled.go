package run

import (
	"unroll/cmd/sentiment/internal/corpus"
	"unroll/nn"
	"unroll/train"
	"unroll/train/classifier"
	"unroll/train/optimizers"
)

// ownPatience stands in a plan for the model's own patience.
const ownPatience = -1

// leastDecay is the fewest updates in which a model's learning rate decays as in an epoch.
const leastDecay = 500

// leastGain is by how much the val_loss must be better for a model that stops by itself to
// go on: with a rate that falls it hardly ever gets worse.
const leastGain = 0.001

// Pooled models do not see padding: of what they make of the words of a text they take the
// maximum and the mean. Texts may be of any length up to the encoder's, and training stops by
// itself.

// convolutions look for words, pairs and triples of them. Each word has a weight of its own
// in each filter, or, with vectors that are given, each of these a kernel.
func convolutions() Model {
	sizes := []int{1, 2, 3}
	return Model{
		Name:     "conv",
		About:    "convolutions over one to three words, with the maximum over the text, beside the mean of a learned embedding",
		Sizes:    corpus.Sizes{NumWords: 20_000, MaxLen: 600, Unpadded: true},
		Layout:   Layout{Units: 32, EmbeddingDim: 16, Dropout: share(0.25)},
		patience: 2,
		decay:    0.7,
		pooled: func(f *nn.Functional, text nn.Symbol, o sizing) nn.Symbol {
			if r := *o.Dropout; r > 0 {
				text = f.Call(nn.WordDropout{Rate: r}, text)
			}
			x := f.Call(o.embedding(true), text)
			var y nn.Symbol
			if o.given {
				y = f.Call(nn.ConvMaxPooling1D{Filters: o.Units, KernelSizes: sizes, Activation: nn.Relu}, x)
			} else {
				y = f.Call(nn.TokenConvMaxPooling1D{InputDim: o.words, Filters: o.Units, KernelSizes: sizes, Activation: nn.Relu}, text)
			}
			return o.dropped(f, 2, f.Call(nn.Concatenate{}, y, f.Call(nn.GlobalAveragePooling1D{}, x)))
		},
		optimizer: func() train.Rated { return &optimizers.LazyAdam{LearningRate: 0.006} },
	}
}

// bothWays reads a text forwards and backwards.
func bothWays() Model {
	return Model{
		Name:     "bigru",
		About:    "a bidirectional GRU on a learned embedding, with the maximum and the mean over the text",
		Sizes:    corpus.Sizes{NumWords: 20_000, MaxLen: 400, Unpadded: true},
		Layout:   Layout{Units: 48, EmbeddingDim: 64, Layers: 1, Dropout: share(0.3)},
		patience: 2,
		decay:    0.7,
		pooled: func(f *nn.Functional, text nn.Symbol, o sizing) nn.Symbol {
			x := f.Call(o.embedding(true), text)
			if r := *o.Dropout; r > 0 { // of whole words, and of what is left
				x = f.Call(nn.Dropout{Rate: r * 2 / 3}, f.Call(nn.Dropout{Rate: r, NoiseShape: []int{-1, 1}}, x))
			}
			for range o.Layers {
				x = f.Call(nn.Bidirectional{Layer: nn.GRU{Units: o.Units, ReturnSequences: true}}, x)
			}
			y := f.Call(nn.Concatenate{}, f.Call(nn.GlobalMaxPooling1D{Masked: true}, x), f.Call(nn.GlobalAveragePooling1D{}, x))
			return o.dropped(f, 5./3, y)
		},
		optimizer: func() train.Rated { return &optimizers.LazyAdam{LearningRate: 0.003} },
	}
}

// embedding is the layer of that name, with vectors that are given or learned.
func (o sizing) embedding(masked bool) nn.Layer {
	e := nn.Embedding{InputDim: o.words, OutputDim: o.EmbeddingDim, MaskZero: masked}
	if o.frozen {
		return nn.Frozen{Layer: e}
	}
	return e
}

// dropped is y after so many times the dropout.
func (o sizing) dropped(f *nn.Functional, times float64, y nn.Symbol) nn.Symbol {
	if r := *o.Dropout; r > 0 {
		return f.Call(nn.Dropout{Rate: min(0.8, r*times)}, y)
	}
	return y
}

// buildPooled makes the network of a pooled model.
func (e Model) buildPooled(t classifier.Task, o sizing, seed uint64) (*nn.Model, error) {
	f := &nn.Functional{Seed: seed}
	name := "input"
	if o.columns > 0 {
		name = classifier.TextInput
	}
	y := e.pooled(f, f.Input(name, nn.Tokens(nn.Any)), o)
	if o.columns > 0 {
		y = f.Call(nn.Concatenate{}, y, f.Input(classifier.ColumnsInput, nn.Features(o.columns)))
	}
	f.Output("output", f.Call(t.Head(), y))
	return f.Build()
}
