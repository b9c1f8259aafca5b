// Package onnx reads and writes models as ONNX, the format that runtimes of other
// languages and PyTorch's exporter know.
//
//	err := onnx.Save("model.onnx", model)
//	model, err := onnx.Load("model.onnx")
//
// # Masks
//
// A step that is passed over may stand anywhere in a sequence, and ONNX's recurrent
// operators know padding at the end alone. Save writes the steps that count to the front,
// in their order, the operator with their number as sequence_lens, and takes the outputs
// back to where they belong: for a recurrence that passes over steps the results are the
// same. What no operator is, such as cells on top of one another or functions that ONNX's
// recurrent operators do not know, is written step by step as a Scan.
//
// # Reading the source
//
// schema.go has the messages of ONNX's schema, wire.go reads and writes them, array.go
// reads tensors, and graph.go makes of a file a network: nodes with attributes as values
// of Go, and initialisers as arrays.
//
// save.go and writer.go write models, layers.go is the table of how layers are written,
// and restore.go reads what was written back as the same model.
//
// reader.go reads graphs of others node by node: a value is a value of nn and the axes that
// it has in the graph (axes.go), which read_moves.go and its like change; read_layers.go and
// the files beside it make layers, and patterns.go finds those that are several nodes. Of a
// condition read_if.go reads the branch that the sizes decide.
//
// recurrent.go is the layer of the nodes RNN, LSTM and GRU, recurrent_cell.go its equations,
// and recurrent_node.go reads it from a node.
package onnx
