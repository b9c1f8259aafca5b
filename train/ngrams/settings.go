package ngrams

import (
	"fmt"
	"slices"
	"sort"

	"github.com/pkg/errors"
)

// Block names which n-grams a model takes.
type Block string

// The blocks.
const (
	Words      Block = "words"
	Characters Block = "characters"
	Both       Block = "words and characters"
)

// Setting is what is chosen.
type Setting struct {
	Block Block   `json:"block"`
	C     float64 `json:"c"` // how much errors count against the size of the weights
	// Plain weighs n-grams by how rare they are alone, not by what they say of the
	// classes as well.
	Plain bool `json:"plain,omitempty"`
}

// String names the setting for people.
func (s Setting) String() string {
	weights := "class ratios"
	if s.Plain {
		weights = "tf-idf"
	}
	return fmt.Sprintf("%s, %s, C %v", s.Block, weights, s.C)
}

// Settings are those to choose from: the blocks that there are, each with several C.
func (d Data) Settings() (all []Setting) {
	blocks := []Block{Words, Both, Characters}
	switch d.Grams.Split() {
	case 0:
		blocks = blocks[2:]
	case d.Grams.Len():
		blocks = blocks[:1]
	}
	for _, b := range blocks {
		if d.Classes > 0 {
			all = append(all, Setting{b, 1, false}, Setting{b, 0.3, false})
		}
		all = append(all, Setting{b, 1, true}, Setting{b, 0.3, true})
	}
	return all
}

// steps is the cost of training a model of a setting on the given texts: how many
// n-grams are looked at, each in every pass and for every output.
func (d Data) steps(s Setting, rows []int) (n int64) {
	for _, i := range rows {
		n += int64(len(d.block(i, s.Block)))
	}
	return n * passes * int64(d.outputs())
}

// outputs is the number of linear models that a setting is.
func (d Data) outputs() int {
	if d.Classes > 2 || d.Labels != nil {
		return d.Classes
	}
	return 1
}

// passes over the texts are made by a training, about: those of linear.SVM, and those in
// which n-grams are weighed.
const passes = 12

// block returns the n-grams of a text in a block. Those of words come first.
func (d Data) block(i int, b Block) []int32 {
	ids, split := d.Bags[i], int32(d.Grams.Split())
	at := sort.Search(len(ids), func(k int) bool { return ids[k] >= split })
	switch b {
	case Words:
		return ids[:at]
	case Characters:
		return ids[at:]
	}
	return ids
}

// Only returns the data with the n-grams of a block alone, numbered anew.
func (d Data) Only(b Block) (Data, error) {
	split := d.Grams.Split()
	if b == Both || b == Words && split == d.Grams.Len() || b == Characters && split == 0 {
		return d, nil
	}
	first := int32(0)
	if b == Characters {
		first = int32(split)
	}
	bags := make([][]int32, len(d.Bags))
	for i := range bags {
		bags[i] = d.block(i, b)
		if first > 0 {
			bags[i] = slices.Clone(bags[i])
			for k := range bags[i] {
				bags[i][k] -= first
			}
		}
	}
	d.Bags = bags
	var err error
	d.Grams, _, err = d.Grams.Only(func(id int32) bool { return (int(id) < split) == (b == Words) })
	return d, errors.WithMessage(err, "n-grams")
}
