package text

import (
	"cmp"
	"iter"
	"slices"

	"github.com/pkg/errors"
)

// Count ranks every token and n-gram of a stream of texts, by falling frequency;
// those of equal frequency are in byte order. Pass the texts to train on only: a
// vocabulary that has seen the texts to test on flatters the model. It works on all
// processors, and the result does not depend on their number. For "bpe" it counts the chunks from which NewEncoder learns byte pairs.
//
// It returns the stream's first error as it is.
func Count(texts iter.Seq2[string, error], c Config) (*Vocabulary, error) {
	c, err := c.check()
	if err != nil {
		return nil, errors.WithMessage(err, "counting words")
	}
	workers, err := walk(texts, func(s *scratch, b batch) {
		for _, text := range b.texts {
			s.tokenize(c, text)
			for gram := range s.grams(c) {
				s.counts.add(gram, 1)
			}
		}
	})
	if err != nil {
		return nil, err
	}
	all := &workers[0].counts
	for _, w := range workers[1:] {
		for i, word := range w.counts.words {
			all.add([]byte(word), w.counts.counts[i])
		}
	}
	return all.rank(c), nil
}

// counter counts words.
type counter struct {
	table
	counts []int // counts[i] is that of words[i]
}

func (c *counter) add(word []byte, n int) {
	i := c.table.add(word)
	if i == len(c.counts) {
		c.counts = append(c.counts, 0)
	}
	c.counts[i] += n
}

// rank returns the counted words by falling frequency, then in byte order.
func (c *counter) rank(text Config) *Vocabulary {
	type counted struct {
		word string
		n    int
	}
	all := make([]counted, len(c.words))
	for i, w := range c.words {
		all[i] = counted{w, c.counts[i]}
	}
	slices.SortFunc(all, func(a, b counted) int {
		return cmp.Or(cmp.Compare(b.n, a.n), cmp.Compare(a.word, b.word))
	})
	words, counts := make([]string, len(all)), make([]int, len(all))
	for i, w := range all {
		words[i], counts[i] = w.word, w.n
	}
	return &Vocabulary{table: newTable(words), counts: counts, text: text}
}
