package classifier

import (
	"cmp"
	"slices"

	"github.com/pkg/errors"
	"gonum.org/v1/gonum/floats"
)

// Embedding is what a model has learned of words: a vector for each that it can see.
type Embedding struct {
	model *Model
	rows  [][]float64 // by id
}

// WordVector is a word with its vector in an embedding, [features], scaled to length 1.
type WordVector struct {
	Word   string
	Vector []float64
}

// Similarity is the cosine between the vectors of two words of an embedding, −1 to 1.
func (v WordVector) Similarity(w WordVector) float64 { return floats.Dot(v.Vector, w.Vector) }

// Embedding returns a copy of the model's, trained or frozen; nil if it has none.
func (m *Model) Embedding() *Embedding {
	all := embeddings(m.net)
	if len(all) == 0 || m.Encoder() == nil {
		return nil
	}
	x, features := all[0].Float64s(), all[0].Shape()[1]
	e := &Embedding{model: m}
	for row := range slices.Chunk(x, features) {
		if length := floats.Norm(row, 2); length > 0 {
			floats.Scale(1/length, row)
		}
		e.rows = append(e.rows, row)
	}
	return e
}

// Find returns the vector of a word, which has its name as the model reads it: "good" of
// "Good". It errs if the text is not one word, or one that the model does not know.
func (e *Embedding) Find(word string) (WordVector, error) {
	tokens := e.model.Encoder().Tokens(word)
	if len(tokens) != 1 {
		return WordVector{}, errors.Errorf("%q is %d words, want one", word, len(tokens))
	}
	id, ok := e.model.Encoder().IDOf(tokens[0])
	if !ok || int(id) >= len(e.rows) {
		return WordVector{}, errors.Errorf("%s: the model does not know the word %q", e.model.name, word)
	}
	return WordVector{tokens[0], e.rows[id]}, nil
}

// Nearest returns the n words that are most similar to one, which is not among them, by
// falling similarity; fewer if the model knows no more.
func (e *Embedding) Nearest(to WordVector, n int) []WordVector {
	var known []WordVector
	for id, row := range e.rows {
		if word := e.model.Encoder().WordOf(int32(id)); word != "" && word != to.Word {
			known = append(known, WordVector{word, row})
		}
	}
	slices.SortStableFunc(known, func(v, w WordVector) int { return cmp.Compare(to.Similarity(w), to.Similarity(v)) })
	return known[:max(0, min(n, len(known)))]
}
