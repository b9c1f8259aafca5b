// Package callbacks holds what watches a training and steps in: EarlyStopping,
// ModelCheckpoint, TensorBoard and others, under Keras's names. Each is a
// train.Callback, written against train's public Event as one of your own would
// be; those with a state go on where they were when a run is resumed.
package callbacks
