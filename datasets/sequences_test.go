package datasets

import (
	"slices"
	"strings"
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

func TestSplit(t *testing.T) {
	// Pinned: a change of the shuffle would change every saved run's samples.
	train, val, err := Split(10, 7, 1)
	if err != nil {
		t.Fatal(err)
	}
	wantTrain, wantVal := []int{2, 4, 3, 1, 6, 7, 9}, []int{5, 0, 8}
	if !slices.Equal(train, wantTrain) || !slices.Equal(val, wantVal) {
		t.Errorf("Split(10, 7, 1) = %v, %v, want %v, %v", train, val, wantTrain, wantVal)
	}
	for _, c := range []struct {
		n, train int
		want     string
	}{
		{0, 0, "0 samples, want at least 1"},
		{-3, 1, "-3 samples"},
		{10, 0, "0 of 10 samples for training, want 1 to 10"},
		{10, 11, "11 of 10"},
		{10, -1, "-1 of 10"},
	} {
		if _, _, err := Split(c.n, c.train, 1); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Split(%d, %d): error %v, want %q", c.n, c.train, err, c.want)
		}
	}
}

func TestSplitProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 500).Draw(t, "n")
		k := rapid.IntRange(1, n).Draw(t, "train")
		seed := rapid.Uint64().Draw(t, "seed")
		train, val, err := Split(n, k, seed)
		if err != nil {
			t.Fatal(err)
		}
		train2, val2, _ := Split(n, k, seed)
		if !slices.Equal(train, train2) || !slices.Equal(val, val2) {
			t.Fatal("the same seed gives another split")
		}
		if len(train) != k {
			t.Fatalf("%d training samples, want %d", len(train), k)
		}
		all := slices.Sorted(slices.Values(slices.Concat(train, val)))
		for i, got := range all {
			if i != got || len(all) != n {
				t.Fatalf("not each of 0 to %d once: %v", n-1, all)
			}
		}
	})
}

func TestSelect(t *testing.T) {
	got, err := Select([]string{"a", "b", "c"}, []int{2, 0, 2})
	if err != nil || !slices.Equal(got, []string{"c", "a", "c"}) {
		t.Errorf("Select = %v, %v", got, err)
	}
	for _, i := range []int{-1, 3} {
		if _, err := Select([]string{"a", "b", "c"}, []int{i}); err == nil {
			t.Errorf("index %d was accepted", i)
		}
	}
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
