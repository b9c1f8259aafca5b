// Package calibrate makes probabilities of a classifier's margins, and measures how far
// probabilities can be trusted. Margins are what a sigmoid or a softmax is taken of: a
// model's logits, or the margins of package linear. They must be of rows that the model
// was not trained on.
//
//	a, err := calibrate.Temperature(margins, classes)
//	p := calibrate.Probabilities(margins, outputs, a)
//	confidence, right, err := calibrate.Confidence(p, classes)
//	ece := calibrate.ECE(confidence, right, 10)
//	bound := calibrate.Bound(confidence, 10, 1)
//
// Margins and probabilities are flat, [rows, outputs]: of one output they are those of
// class 1 of two, 0 and 1, and of several those of each class.
package calibrate
