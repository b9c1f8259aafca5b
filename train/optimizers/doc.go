// Package optimizers holds what updates weights from their gradients, with
// Keras's formulas and defaults, which zero fields mean, and schedules of the
// learning rate. Each optimizer is a gorgonia.Solver; it keeps its state by the
// weights' names and consumes each gradient that it uses.
package optimizers
