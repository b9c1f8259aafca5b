// Package graph makes Gorgonia's expression graph pleasant and safe to build
// on. It knows nothing of layers or weights.
//
// A Builder emits nodes into one graph and keeps the first error, so that
// mathematics reads like mathematics:
//
//	b := graph.New(tensor.Float32)
//	h := b.Tanh(b.MulAdd(z, x, w))
//	grads := b.Grad(b.Inner(h, weights), w)
//	p, err := b.Compile(append(grads, h)...)
//	...
//	err = p.Run()
//	y, err := p.Value(h)
//
// Every operation here, but for Custom, has a symbolic gradient, made of operations that
// have gradients: any order works. JVP is forward mode, HVP multiplies by a Hessian,
// Custom and WithGradient make operations of one's own; docs/autodiff.md tells how. Each
// operation has a hash of its own; Gorgonia's collide, its slices modulo 256. Grad walks
// the same symbolic gradients as gorgonia.Grad and is tested against it. A Program is a
// compiled graph on Gorgonia's tape machine: Compile simplifies what is executed, plans
// the memory, and writes the rest onto the machine's tape.
//
// Sequences are time-major matrices [steps·batch, features]: a step is one
// block of rows, which Step views without copying. A recurrence is emitted in
// one of three ways, with the same results: as SimpleRNNStep (or plain nodes) for
// every step; as a Loop, whose step is a graph of its own that is compiled once
// and run T times forward and T times in reverse; or as one operation: SimpleRNN, LSTM, GRU.
//
// Reading the source: op.go is what an operation is, grad.go the reverse walk,
// loop.go the compiled step, program.go what Compile makes, by way of code.go, passes.go,
// fuse.go, parallel.go, memory.go, strip.go and tape.go.
package graph
