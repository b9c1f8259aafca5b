// Package kerastext reads how a model of Keras was given its texts, and makes an
// encoder of it that does the same:
//
//	t, err := kerastext.Read("tokenizer.pickle")
//	c := t.Config
//	c.MaxLen, c.Padding = 200, text.Post // as pad_sequences was told
//	encoder, err := t.Encoder(c)
//
// Read takes whatever people have, told apart by its content:
//
//	Tokenizer             as to_json wrote it, or pickled, alone or in a dict or tuple
//	a word index          {"the": 1, …} as JSON or pickled; also {"1": "the", …}
//	TextVectorization     its configuration as JSON, its vocabulary as JSON or text,
//	                      or a .keras model that the layer stands in
//
// WriteTokenizer and WriteVectorization write an encoder for Keras.
//
// A pickle is read as data: of classes and functions it may name Tokenizer and what its
// attributes are made of, and nothing is run. No file needs more memory than some hundred
// times its size; a part of a .keras archive may unpack to 64 MB.
package kerastext
