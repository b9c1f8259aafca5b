package datasets

import (
	"math/rand/v2"

	"github.com/pkg/errors"
)

// Side is an end of a sequence.
type Side int

// Pre is the beginning, Keras's default, and Post the end.
const (
	Pre Side = iota
	Post
)

// PadSequences makes all sequences maxlen long, shape [samples, maxlen]: longer
// ones lose ids on the truncating side, shorter ones get zeros on the padding
// side. maxlen <= 0 means the length of the longest. The result shares no memory
// with seqs, and its rows are slices of one flat array.
//
// keras.utils.pad_sequences is PadSequences(seqs, maxlen, Pre, Pre).
func PadSequences(seqs [][]int32, maxlen int, padding, truncating Side) [][]int32 {
	if maxlen <= 0 {
		maxlen = 0
		for _, s := range seqs {
			maxlen = max(maxlen, len(s))
		}
	}
	rows := matrix(len(seqs), maxlen)
	for i, s := range seqs {
		if truncating == Post {
			s = s[:min(len(s), maxlen)]
		}
		if padding == Post {
			copy(rows[i], s[max(0, len(s)-maxlen):])
		} else {
			padPre(rows[i], s)
		}
	}
	return rows
}

// padPre copies the last len(row) ids to the right end of row, which is zero.
func padPre(row, ids []int32) {
	ids = ids[max(0, len(ids)-len(row)):]
	copy(row[len(row)-len(ids):], ids)
}

// matrix returns n rows of zeros in one flat array. Appending to a row does not
// reach into the next.
func matrix(n, width int) [][]int32 {
	flat := make([]int32, n*width)
	rows := make([][]int32, n)
	for i := range rows {
		rows[i] = flat[i*width : (i+1)*width : (i+1)*width]
	}
	return rows
}

// Split shuffles the indices 0 to n-1 once and deals the first train of them to
// trainIdx and the rest to valIdx, which may be empty. The seed decides alone: two
// models given the same seed see the same samples.
func Split(n, train int, seed uint64) (trainIdx, valIdx []int, err error) {
	if n < 1 {
		return nil, nil, errors.Errorf("split: there are %d samples, want at least 1", n)
	}
	if train < 1 || train > n {
		return nil, nil, errors.Errorf("split: %d of %d samples for training, want 1 to %d", train, n, n)
	}
	// The stream's second word is arbitrary; it keeps this shuffle apart from other
	// uses of the same seed.
	order := rand.New(rand.NewPCG(seed, 0x73706c6974)).Perm(n)
	return order[:train:train], order[train:], nil
}

// Select returns items[i] for each i of idx, in that order. It errs if an index
// is out of range.
func Select[T any](items []T, idx []int) ([]T, error) {
	picked := make([]T, len(idx))
	for k, i := range idx {
		if i < 0 || i >= len(items) {
			return nil, errors.Errorf("select: index %d, want 0 to %d", i, len(items)-1)
		}
		picked[k] = items[i]
	}
	return picked, nil
}
