package run

import (
	"unroll/cmd/sentiment/internal/usage"
	"unroll/nn"
)

// Layout are the sizes of a model's layers. In a plan 0 and nil stand for those that the
// model has by itself; of a model they say that it has no such layer.
type Layout struct {
	Units        int      `json:"units,omitempty"` // of each recurrent layer, filters of each convolution
	EmbeddingDim int      `json:"embedding_dim,omitempty"`
	Layers       int      `json:"layers,omitempty"`  // recurrent ones or convolutions, one on the other
	Dropout      *float64 `json:"dropout,omitempty"` // before each of them
}

// The most that can be asked for: what is above it is a slip of the finger.
const (
	mostUnits  = 10_000
	mostLayers = 100
)

// Check refuses sizes that no model can have.
func (o *Layout) Check() error {
	for _, f := range []struct {
		flag        string
		value, most int
	}{{"units", o.Units, mostUnits}, {"embedding-dim", o.EmbeddingDim, mostUnits}, {"layers", o.Layers, mostLayers}} {
		if f.value < 0 || f.value > f.most {
			return usage.Errorf("--%s is %d, want 1 to %d", f.flag, f.value, f.most)
		}
	}
	if r := o.Dropout; r != nil && !(*r >= 0 && *r < 1) {
		return usage.Errorf("--dropout is %v, want at least 0 and less than 1", *r)
	}
	return nil
}

// with returns a model's sizes where others are asked for of the layers that it has.
func (o Layout) with(asked Layout) Layout {
	for _, s := range []struct{ own, asked *int }{
		{&o.Units, &asked.Units}, {&o.EmbeddingDim, &asked.EmbeddingDim}, {&o.Layers, &asked.Layers},
	} {
		if *s.own > 0 && *s.asked > 0 {
			*s.own = *s.asked
		}
	}
	if o.Dropout != nil && asked.Dropout != nil {
		o.Dropout = asked.Dropout
	}
	return o
}

// share is a rate of dropout; of 0 there is none, but there is a place for one.
func share(rate float64) *float64 { return &rate }

// sizing is what a model's layers are made by.
type sizing struct {
	Layout
	words   int  // ids
	columns int  // features beside the text
	given   bool // that vectors are given for the embedding
	frozen  bool
}

// sizing is a model's, with the sizes that are asked for.
func (e Model) sizing(words int, asked Layout) sizing {
	return sizing{Layout: e.Layout.with(asked), words: words}
}

// stacked are the layers that layer makes, one on the other, each after a dropout. All
// but the last give sequences.
func (o sizing) stacked(layer func(sequences bool) nn.Layer) (all []nn.Layer) {
	for i := range o.Layers {
		if *o.Dropout > 0 {
			all = append(all, nn.Dropout{Rate: *o.Dropout})
		}
		all = append(all, layer(i < o.Layers-1))
	}
	return all
}
