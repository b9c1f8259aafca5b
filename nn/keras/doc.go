// Package keras reads and writes models of Keras.
//
//	model, err := keras.Load("simple_rnn_imdb.h5")
//	trainer, err := train.Compile(model, train.Config{}) // predicts; with a loss, trains
//	err = keras.Save("model.keras", model)
//	err = keras.SaveTFJS("public/model", model) // for a web page
//
// Open returns, beside the model, how it was compiled, what its optimizer remembers,
// Keras's version, and notes: what was guessed, left out, or is otherwise than in the
// file. Nothing else is passed over: a layer, a setting or a weight that is not
// understood is an error that says where it stands.
//
// # Files
//
// Files are told apart by what is in them, not by their names:
//
//	.keras          an archive of Keras 3, and of 2.12 to 2.15
//	.h5             HDF5 of a whole model, of Keras 2.0 to 2.15 and 3
//	.weights.h5     HDF5 of weights by their place, of Keras 3, for LoadWeights
//	.h5             HDF5 of weights by the names of layers, the same
//	model.json      a layers model of TensorFlow.js, with its files of weights beside it;
//	                quantized ones too
//	.json           an architecture: what model.to_json writes, or the config.json of an
//	                archive. Open makes the model with first values, LoadWeights gives it
//	                those of a file
//
// # What is the same, and what is not
//
// Layers have Keras's names, and their weights Keras's shapes and order; layers that
// are not trainable are Frozen. What Keras 2 and 3 compute differently follows the
// version of the file: hard_sigmoid, and GRU's reset_after where it is not said. A
// batch size is kept where a layer is stateful. Regularizers and constraints that nn
// has not are left out with a note, since predictions do not depend on them. Masks are
// joined as in Keras 3; where a file of Keras 2 does it otherwise a note says so. A file
// in float16 is computed in float32. Sequential models keep the name of their input;
// the outputs of Functional ones are called after their layers.
//
// # Reading the source
//
// One table maps the classes of Keras to the types of nn and back (table.go): an entry
// says once which key is which field, and config reads or writes by it. reader.go makes
// layers of a configuration, chain.go and functional.go models of layers; writer.go and
// writegraph.go go the other way. places.go is the tree of parts that names weights,
// matched.go and legacy.go find their values in the two layouts of HDF5.
//
// # Memory
//
// A file is not believed: a model gets no more parameters than its file has numbers,
// and 4 million for the states of stateful layers; an archive that is compressed may
// unfold to 16 times its size, which Keras's own never do, and HDF5 to 64 times
// (package internal/hdf5); quantized weights of TensorFlow.js to 4 times. An
// architecture gets at most 268 million parameters. Weights are read straight into the
// model's tensors.
package keras
