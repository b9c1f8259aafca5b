package text

import (
	"iter"

	"github.com/pkg/errors"

	"unroll/internal/choice"
)

// Side is an end of a sequence. As text it is "pre" or "post", Keras's names.
type Side int

// Pre is the beginning, Keras's default, and Post the end.
const (
	Pre Side = iota
	Post
)

var sides = choice.Table[Side]{
	{Name: "pre", Help: "the beginning", Value: Pre},
	{Name: "post", Help: "the end", Value: Post},
}

// Sides yields Keras's names of the sides.
func Sides() iter.Seq2[string, string] { return sides.All() }

// MarshalText returns Keras's name. It errs if s is neither side.
func (s Side) MarshalText() ([]byte, error) {
	for _, r := range sides {
		if r.Value == s {
			return []byte(r.Name), nil
		}
	}
	return nil, errors.Errorf("side %d is neither pre nor post", int(s))
}

// UnmarshalText reads Keras's name.
func (s *Side) UnmarshalText(name []byte) error {
	side, ok := sides.Find(string(name))
	if !ok {
		return errors.Errorf("side %q is neither pre nor post", name)
	}
	*s = side
	return nil
}

// PadSequences makes all sequences maxlen long, shape [samples, maxlen]: longer
// ones lose ids on the truncating side, shorter ones get value on the padding
// side. maxlen <= 0 means the length of the longest. The result shares no memory
// with seqs, and its rows are slices of one flat array.
//
// keras.utils.pad_sequences is PadSequences(seqs, maxlen, Pre, Pre, 0).
func PadSequences(seqs [][]int32, maxlen int, padding, truncating Side, value int32) [][]int32 {
	if maxlen <= 0 {
		maxlen = 0
		for _, s := range seqs {
			maxlen = max(maxlen, len(s))
		}
	}
	rows := matrix(len(seqs), maxlen)
	for i, s := range seqs {
		pad(rows[i], s, padding, truncating, value)
	}
	return rows
}

// pad fills row with ids and value.
func pad(row, ids []int32, padding, truncating Side, value int32) {
	lo, hi := window(len(ids), len(row), truncating)
	ids = ids[lo:hi]
	rest := row[len(ids):]
	if padding == Pre {
		rest, row = row[:len(row)-len(ids)], row[len(row)-len(ids):]
	}
	copy(row, ids)
	for i := range rest {
		rest[i] = value
	}
}

// window returns which of n ids are left of a sequence of at most maxlen.
func window(n, maxlen int, truncating Side) (lo, hi int) {
	if truncating == Post {
		return 0, min(n, maxlen)
	}
	return max(0, n-maxlen), n
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
