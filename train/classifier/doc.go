// Package classifier is a trained model of texts: a neural network, the encoder that
// makes ids of a text before it, and after it the task that makes an answer of the
// network's outputs, a class or a number. It is what a program imports that uses a
// model which "sentiment train" has saved:
//
//	m, err := classifier.Load("runs/latest/embedding")
//	answers, err := m.Classify(ctx, "a wonderful film", "a dull story")
//	answers, err = m.Explain(ctx, "a wonderful film") // and which words did it
//
// Embedding has what a model has learned of words, and finds those that are similar.
//
// An answer is JSON as the program's server gives it. LoadFS loads what a program embeds,
// such as a folder by "//go:embed model", and New and Save make such a model of one that was
// trained in Go.
package classifier
