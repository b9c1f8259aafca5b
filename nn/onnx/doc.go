// Package onnx reads and writes models as ONNX, the format that runtimes of other
// languages and PyTorch's exporter know.
//
// # Reading the source
//
// schema.go has the messages of ONNX's schema, wire.go reads and writes them, array.go
// reads tensors, and graph.go makes of a file a network: nodes with attributes as values
// of Go, and initialisers as arrays.
//
// recurrent.go is the layer of the nodes RNN, LSTM and GRU, recurrent_cell.go its equations,
// and recurrent_node.go reads it from a node.
package onnx
