package train

// FitConfig holds the settings of one call of Fit.
type FitConfig struct {
	Epochs    int // 1 if 0; the number of the last one, also when a run is resumed
	BatchSize int // 32 if 0

	Validation       *Data   // evaluated at the end of epochs
	ValidationSource Source  // or this one, in place of Validation
	ValidationSplit  float64 // or this share of the data, the last samples, which are not trained on
	ValidationEvery  int     // epochs from one validation to the next, 1 if 0

	NoShuffle    bool // keep the samples' order, else a new one each epoch
	Seed         uint64
	InitialEpoch int // epochs that are taken for done

	// StepsPerEpoch is the number of batches of an epoch. The next epoch goes on
	// behind them, and a new pass over the data, in another order, begins when
	// all samples have been seen. An epoch is a pass if it is 0.
	StepsPerEpoch int

	// ClassWeights multiply the losses of samples, or of steps, by their class,
	// see nn.ClassTargeter; a class that has none has 1. They are of the output
	// of a model of one; OutputClassWeights holds those of a model of several,
	// by the names of those it is to have any for. They weigh WeightedMetrics
	// too, but never Metrics, and validation knows none. Keras: class_weight.
	ClassWeights       map[int]float64
	OutputClassWeights map[string]map[int]float64

	Callbacks  []Callback
	Checkpoint *Checkpointing // nil: none
	Resume     *Checkpoint    // goes on where this was taken
}

// Validates reports whether epochs are validated.
func (c *FitConfig) Validates() bool {
	return c.Validation != nil || c.ValidationSource != nil || c.ValidationSplit > 0
}
