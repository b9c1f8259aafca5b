// Package metrics holds scores that are gathered over batches, as train.Config
// takes them: accuracies, precision and recall, areas under curves, a confusion
// matrix with its table and report, errors of numbers. Formulas and defaults are
// those of Keras and scikit-learn. McNemar and Wilson say how much of an accuracy, and
// of the difference of two, may be chance.
//
// Each metric is a train.Merger, and keeps what it has gathered in checkpoints to
// the last bit.
package metrics
