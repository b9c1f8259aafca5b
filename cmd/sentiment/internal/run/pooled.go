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

// pooled is a model that does not see padding: on a learned embedding, which masks it, so
// many recurrent layers in both directions, and of what these say of the words the mean and
// what pool takes. Texts may be of any length up to the encoder's, and training stops by
// itself.
func pooled(name, about string, units, layers int, pool func(o sizing) nn.Layer) Model {
	return Model{
		Name:     name,
		About:    about,
		Sizes:    corpus.Sizes{NumWords: 20_000, MaxLen: 400, Unpadded: true},
		Layout:   Layout{Units: units, EmbeddingDim: 64, Layers: layers, Dropout: share(0.3)},
		patience: 2,
		decay:    0.6,
		layers: func(o sizing) []nn.Layer {
			var first nn.Layer = nn.Embedding{InputDim: o.words, OutputDim: o.EmbeddingDim, MaskZero: true}
			if o.frozen {
				first = nn.Frozen{Layer: first}
			}
			all := []nn.Layer{first}
			if r := *o.Dropout; r > 0 { // of whole words, and of what is left
				all = append(all, nn.Dropout{Rate: r, NoiseShape: []int{-1, 1}}, nn.Dropout{Rate: r * 2 / 3})
			}
			for range o.Layers {
				all = append(all, nn.Bidirectional{Layer: nn.GRU{Units: o.Units, ReturnSequences: true}})
			}
			return all
		},
		pools: func(o sizing) []nn.Layer {
			return []nn.Layer{pool(o), nn.GlobalAveragePooling1D{}}
		},
		optimizer: func() train.Rated { return &optimizers.LazyAdam{LearningRate: 0.003} },
	}
}

// buildPooled makes the network of a model with pools.
func (e Model) buildPooled(t classifier.Task, o sizing, seed uint64) (*nn.Model, error) {
	f := &nn.Functional{Seed: seed}
	name := "input"
	if o.columns > 0 {
		name = classifier.TextInput
	}
	x := f.Input(name, nn.Tokens(nn.Any))
	for _, l := range e.layers(o) {
		x = f.Call(l, x)
	}
	var parts []nn.Symbol
	for _, l := range e.pools(o) {
		parts = append(parts, f.Call(l, x))
	}
	y := f.Call(nn.Concatenate{}, parts...)
	if r := *o.Dropout; r > 0 {
		y = f.Call(nn.Dropout{Rate: min(0.8, r*5/3)}, y)
	}
	if o.columns > 0 {
		y = f.Call(nn.Concatenate{}, y, f.Input(classifier.ColumnsInput, nn.Features(o.columns)))
	}
	f.Output("output", f.Call(t.Head(), y))
	return f.Build()
}
