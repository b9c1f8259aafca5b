package text

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// The examples of keras.utils.pad_sequences' documentation, and the other sides.
func TestPadSequences(t *testing.T) {
	seqs := [][]int32{{1}, {2, 3}, {4, 5, 6}}
	for _, c := range []struct {
		maxlen              int
		padding, truncating Side
		want                [][]int32
	}{
		{0, Pre, Pre, [][]int32{{0, 0, 1}, {0, 2, 3}, {4, 5, 6}}},
		{-1, Post, Pre, [][]int32{{1, 0, 0}, {2, 3, 0}, {4, 5, 6}}},
		{2, Pre, Pre, [][]int32{{0, 1}, {2, 3}, {5, 6}}},
		{2, Post, Post, [][]int32{{1, 0}, {2, 3}, {4, 5}}},
		{2, Pre, Post, [][]int32{{0, 1}, {2, 3}, {4, 5}}},
		{2, Post, Pre, [][]int32{{1, 0}, {2, 3}, {5, 6}}},
		{4, Pre, Pre, [][]int32{{0, 0, 0, 1}, {0, 0, 2, 3}, {0, 4, 5, 6}}},
	} {
		if diff := cmp.Diff(c.want, PadSequences(seqs, c.maxlen, c.padding, c.truncating, 0)); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", c, diff)
		}
	}
	if got := PadSequences(nil, 5, Pre, Pre, 0); len(got) != 0 {
		t.Errorf("no sequences give %v", got)
	}
	if got := PadSequences([][]int32{{}, nil}, 0, Pre, Pre, 0); len(got) != 2 || len(got[0]) != 0 {
		t.Errorf("empty sequences give %v", got)
	}
}

func TestPadSequencesProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ids := rapid.SliceOf(rapid.Int32Range(1, 1000))
		seqs := rapid.SliceOf(ids).Draw(t, "seqs")
		maxlen := rapid.IntRange(1, 12).Draw(t, "maxlen")
		padding := Side(rapid.IntRange(0, 1).Draw(t, "padding"))
		truncating := Side(rapid.IntRange(0, 1).Draw(t, "truncating"))
		before := cloneRows(seqs)
		rows := PadSequences(seqs, maxlen, padding, truncating, 0)
		for i, row := range rows {
			if len(row) != maxlen || cap(row) != maxlen {
				t.Fatalf("row %d has length %d and capacity %d, want %d", i, len(row), cap(row), maxlen)
			}
			kept := seqs[i]
			if n := len(kept); n > maxlen {
				kept = kept[n-maxlen:]
				if truncating == Post {
					kept = seqs[i][:maxlen]
				}
			}
			zeros := make([]int32, maxlen-len(kept))
			want := slices.Concat(zeros, kept)
			if padding == Post {
				want = slices.Concat(kept, zeros)
			}
			if !slices.Equal(row, want) {
				t.Fatalf("row %d is %v, want %v", i, row, want)
			}
			clear(row)
		}
		if diff := cmp.Diff(before, seqs); diff != "" {
			t.Fatalf("the input shares memory with the result:\n%s", diff)
		}
	})
}

func cloneRows(rows [][]int32) [][]int32 {
	out := slices.Clone(rows)
	for i := range out {
		out[i] = slices.Clone(out[i])
	}
	return out
}

func TestSideRefuses(t *testing.T) {
	if text, err := Side(2).MarshalText(); err == nil {
		t.Errorf("side 2 is written as %q", text)
	}
	var s Side
	if err := s.UnmarshalText([]byte("Pre")); err == nil {
		t.Errorf("Pre is read as %d", s)
	}
}
