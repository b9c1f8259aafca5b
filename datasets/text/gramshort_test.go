package text

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Short grams are found wherever they were, also after they were saved and read. What
// else is found is one of many thousands of the others.
func TestGramsShortProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, texts := anyGramConfig.Draw(t, "config"), fewWords.Draw(t, "texts")
		g, err := LearnGrams(Of(texts...), c)
		if err != nil {
			return // no gram is kept
		}
		short, of, err := g.Short()
		if err != nil || short.Len() != len(of) || len(of) > g.Len() || len(of) < g.Len()-1 {
			t.Fatalf("%v: %d of %d grams are left", err, len(of), g.Len())
		}
		read, data := readBack(t, short)
		if same, ids, err := read.Short(); err != nil || same.Len() != short.Len() || len(ids) != short.Len() {
			t.Fatalf("%v: made short again %d of %d grams are left", err, len(ids), short.Len())
		}
		now := map[int32]int32{}
		for i, id := range of {
			now[id] = int32(i)
		}
		for _, text := range append(texts, anyText.Draw(t, "unseen")) {
			got, spans := short.EncodeSpans(text)
			if other, at := read.EncodeSpans(text); !slices.Equal(got, other) || !slices.Equal(spans, at) {
				t.Fatalf("%q is %d, and %d after reading", text, got, other)
			}
			for _, id := range g.Encode(nil, text) {
				id, ok := now[id]
				if at := slices.Index(got, id); ok && at < 0 {
					t.Fatalf("%q has no gram %d any more", text, id)
				} else if ok {
					got = got[at+1:]
				}
			}
		}
		if cut := rapid.IntRange(0, len(data)-1).Draw(t, "cut"); new(Grams).UnmarshalBinary(data[:cut]) == nil {
			t.Fatalf("%d of %d bytes are read", cut, len(data))
		}
		data[rapid.IntRange(0, len(data)-1).Draw(t, "position")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		if new(Grams).UnmarshalBinary(data) == nil {
			t.Fatal("a changed bit went unnoticed")
		}
	})
}

// Of 200,000 unknown grams few are taken for known ones, and the file is small.
func TestGramsShortRate(t *testing.T) {
	var known strings.Builder
	for i := range 40_000 {
		fmt.Fprintf(&known, "known%d ", i)
	}
	g, ids, err := learnGrams(t, GramConfig{Words: 1}, known.String()).Short()
	if err != nil || len(ids) < 39_990 {
		t.Fatalf("%v: %d grams are left", err, len(ids))
	}
	if got := len(g.Encode(nil, known.String())); got != 40_000 {
		t.Errorf("%d of 40,000 known grams are found", got)
	}
	var unknown strings.Builder
	for i := range 200_000 {
		fmt.Fprintf(&unknown, "unknown%d ", i)
	}
	if wrong := len(g.Encode(nil, unknown.String())); wrong == 0 || wrong > 20 {
		t.Errorf("%d of 200,000 unknown grams are found, want about 7", wrong)
	}
	data, err := g.MarshalBinary()
	if err != nil || len(data) > 25*len(ids)/10 {
		t.Errorf("%v: %d grams take %d bytes", err, len(ids), len(data))
	}
}

func TestLoadShortGramsRefuses(t *testing.T) {
	head := func(bits int) string {
		return fmt.Sprintf(`{"version":2,"words":1,"texts":9,"part":true,"bits":%d}`, bits)
	}
	// Two grams of 20 bits have codes of 18 bits and more.
	good := []uint64{1, 3, 2, 0, 0, 0, 0, 1, 0}
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"few bits":   {signGrams(head(13), good...), "it has hashes of 13 bits, want 14 to 63"},
		"many bits":  {signGrams(head(64), good...), "it has hashes of 64 bits, want 14 to 63"},
		"below zero": {signGrams(head(-1), good...), "it has hashes of -1 bits"},
		"cut":        {signGrams(head(20), 1, 3, 2, 0, 0), "it is cut short"},
		"many":       {signGrams(head(20), 1, 3, 1<<30, 0, 0, 0, 0, 0), "it is cut short"},
		"too large":  {signGrams(head(14), 1, 3, 1, 0x7f, 0x7f, 0, 0), "its hashes have more than 14 bits"},
		"left over":  {signGrams(head(20), 1, 3, 2, 0, 0, 0, 0, 0x40, 0), "bits that are not zeros"},
	} {
		if err := new(Grams).UnmarshalBinary(c.data); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", name, err, c.want)
		}
	}
	if err := new(Grams).UnmarshalBinary(signGrams(head(20), good...)); err != nil {
		t.Error(err)
	}
}
