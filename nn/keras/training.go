package keras

// Training is how a model was compiled.
type Training struct{}

// Optimizer is what an optimizer remembers.
type Optimizer struct{}
