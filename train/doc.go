// Package train fits, evaluates and runs models. It names no concrete layer,
// optimizer, metric or callback: those are in nn, train/optimizers, train/metrics
// and train/callbacks.
//
//	t, err := train.Compile(model, train.Config{
//		Optimizer: &optimizers.Adam{},
//		Loss:      nn.BinaryCrossentropy{},
//		Metrics:   []train.Metric{&metrics.BinaryAccuracy{}},
//	})
//	history, err := t.Fit(ctx, data, train.FitConfig{Epochs: 10, Validation: &val})
//	scores, err := t.Evaluate(ctx, test, 0)
//	y, err := t.Predict(ctx, data, 0)
//
// Fit is this loop, see fit.go:
//
//	for !done {
//		for batch := range source.Epoch(epoch) {
//			forward and backward, in shards of the batch
//			optimizer.Step(weights)
//			callbacks: BatchEnd; a checkpoint if one is due
//		}
//		validate
//		callbacks: EpochEnd; a checkpoint if one is due
//	}
//
// Callbacks watch it and step in, and Event.Stop ends it. With FitConfig.Checkpoint a
// run can be resumed to the bit, and FitSource trains on a Stream of what does not
// fit into memory. RateRange finds a learning rate. Package explain tells which steps
// of an input made a model predict what it does. Without an optimizer a model is
// evaluated and predicts.
//
// One call trains a model at a time, a second one is an error; whatever else is called
// beside it, or by its callbacks, takes its turns between two updates, see Trainer.
//
// Formulas and defaults are Keras's: the loss is a mean over samples, weights
// of samples multiply it and do not enter its denominator, and a smaller last
// batch is a mean over its own samples.
//
// With Config.MemoryLimit recurrent layers recompute what a batch has no memory for,
// and a batch that needs more nevertheless is refused before it is run; Trainer.Memory
// tells what one needs.
//
// A batch may be shared by several programs that run in parallel. Their number
// depends on the model and the batch alone, and their gradients are summed in a
// fixed order, so the same seed gives bit-identical weights on any number of
// processors.
package train
