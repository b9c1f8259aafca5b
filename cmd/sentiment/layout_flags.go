package main

import (
	"github.com/spf13/pflag"

	"unroll/cmd/sentiment/internal/run"
)

// layoutFlags are those that decide the sizes of a model's layers.
func layoutFlags(o *run.Layout, flags *pflag.FlagSet) {
	flags.IntVar(&o.Units, "units", 0, "`size` of each recurrent layer, or filters of each convolution (default: the model's own, which summary shows)")
	flags.IntVar(&o.EmbeddingDim, "embedding-dim", 0, "`width` of the vectors that an embedding learns (default: the model's own)")
	flags.IntVar(&o.Layers, "layers", 0, "`number` of recurrent layers or convolutions, one on the other (default: the model's own)")
	flags.Var(&optional{&o.Dropout}, "dropout", "`share` of the values that training drops before each recurrent layer and convolution (default: the model's own)")
}
