// Package optimizers holds what updates weights from their gradients, with
// Keras's formulas and defaults, which zero fields mean. Each optimizer is a
// gorgonia.Solver; it keeps its state by the weights' names and consumes each
// gradient that it uses.
//
// What Keras offers for all optimizers is wrapped around one. Wrappers compose: in
// the order of Keras, from the outside in,
//
//	&Accumulate{Steps: 4, Optimizer: &Clip{GlobalNorm: 1, Optimizer: &Scheduled{
//		Schedule:  CosineDecay{Initial: 0.01, DecaySteps: 1000},
//		Optimizer: &Decay{WeightDecay: 0.01, Optimizer: &Average{Optimizer: &Adam{}}},
//	}}}
//
// gathers gradients, clips their mean, sets the learning rate, takes a share off the
// weights, updates, and averages. Accumulate stands outside of all that counts
// updates. Learning rate and state are those of the whole.
package optimizers
