// Package corpus is where a training's texts come from: Open finds what --data names,
// with the defaults that are its own; Source.Read reads it into a Set, of which Divide
// and Folds tell what is trained on and what validated, changing nothing.
package corpus
