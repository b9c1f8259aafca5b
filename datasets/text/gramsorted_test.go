package text

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"
)

// checkedFiles says of all of its files that their checksum was compared.
type checkedFiles struct{ fs.FS }

func (checkedFiles) Checked(string) bool { return true }

// inPlace writes grams sorted, and reads them so that they are looked up in the file.
func inPlace(t interface{ Fatal(...any) }, g *Grams) (*Grams, []byte) {
	data, err := g.MarshalSorted()
	if err != nil {
		t.Fatal(err)
	}
	read, err := LoadGramsFS(checkedFiles{fstest.MapFS{"grams": {Data: data}}}, "grams")
	if err != nil {
		t.Fatal(err)
	}
	if read.place == nil {
		t.Fatal("the grams are not looked up in the file")
	}
	return read, data
}

// TestGramsSorted: what is looked up in a file has the ids that it has in memory, also after
// the tables are made, and what is written of it is what is written of those in memory.
func TestGramsSorted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, texts := anyGramConfig.Draw(t, "config"), fewWords.Draw(t, "texts")
		g, err := LearnGrams(Of(texts...), c)
		if err != nil {
			return // no gram is kept
		}
		if rapid.Bool().Draw(t, "short") {
			if g, _, err = g.Short(); err != nil {
				t.Fatal(err)
			}
		}
		read, data := inPlace(t, g)
		if read.Len() != g.Len() || read.Split() != g.Split() || read.Config() != g.Config() || read.Texts() != g.Texts() {
			t.Fatalf("%d grams, %d of words, of %d texts, %+v", read.Len(), read.Split(), read.Texts(), read.Config())
		}
		var looked int64
		for _, text := range append(texts, anyText.Draw(t, "text")) {
			read.place.looked.Store(-1 << 40)
			want, spans := g.EncodeSpans(text)
			got, gotSpans := read.EncodeSpans(text)
			if !slices.Equal(want, got) || !slices.Equal(spans, gotSpans) {
				t.Fatalf("%q is %v at %v, want %v at %v", text, got, gotSpans, want, spans)
			}
			looked += read.place.looked.Load() + 1<<40
		}
		if read.place.whole.Load() {
			t.Fatal("the tables are made")
		}
		read.place.looked.Store(int64(g.Len()))
		for _, text := range texts {
			if want, got := g.Encode(nil, text), read.Encode(nil, text); !slices.Equal(want, got) {
				t.Fatalf("%q is %v, want %v", text, got, want)
			}
		}
		if looked > 0 && !read.place.whole.Load() {
			t.Fatal("the tables are not made after many texts")
		}
		if !slices.Equal(read.Counts(), g.Counts()) {
			t.Fatalf("counts %v, want %v", read.Counts(), g.Counts())
		}
		want, _ := g.MarshalBinary()
		if got, err := read.MarshalBinary(); err != nil || !slices.Equal(want, got) {
			t.Fatalf("other bytes, %v", err)
		}
		var again Grams
		if err := again.UnmarshalBinary(data); err != nil || again.place != nil {
			t.Fatalf("what is not checked is looked at as a whole: %v", err)
		}
		if got, err := again.MarshalSorted(); err != nil || !slices.Equal(data, got) {
			t.Fatalf("other sorted bytes, %v", err)
		}
	})
}

// TestGramsSortedMany looks up each of many grams, so that one is found wherever it lies, and
// from several goroutines, which change to the tables while others read.
func TestGramsSortedMany(t *testing.T) {
	var texts []string
	for i := range 20_000 {
		texts = append(texts, fmt.Sprintf("w%d w%d", i, i/2))
	}
	g := learnGrams(t, GramConfig{Words: 2}, texts...)
	read, _ := inPlace(t, g)
	var wg sync.WaitGroup
	for worker := range 2 {
		wg.Go(func() {
			for i := worker; i < len(texts); i += 2 {
				if want, got := g.Encode(nil, texts[i]), read.Encode(nil, texts[i]); !slices.Equal(want, got) || len(got) < 2 {
					t.Errorf("%q is %v, want %v", texts[i], got, want)
					return
				}
			}
		})
	}
	wg.Wait()
	if !read.place.whole.Load() {
		t.Error("the tables are not made")
	}
}

// sortedFile is a file of the grams of words in 3 and in 2 of 9 texts, whatever they are.
func sortedFile(hashes []uint64, numbers ...uint32) []byte {
	out := signGrams(`{"version":3,"words":1,"texts":9}`, 2, 3, 2, 2, 1, 0)
	out = out[:len(out)-sha256.Size]
	for _, h := range hashes {
		out = binary.LittleEndian.AppendUint64(out, h)
	}
	for _, n := range numbers {
		out = binary.LittleEndian.AppendUint32(out, n)
	}
	sum := sha256.Sum256(out)
	return append(out, sum[:]...)
}

// TestSortedRefused: of what was not written by MarshalSorted nothing is taken if it is
// looked at, and what trusts a checksum neither panics nor writes it on.
func TestSortedRefused(t *testing.T) {
	const a, b, c = 1 << 61, 1 << 62, 1 << 63
	good := sortedFile([]uint64{a, b, c}, 0, 1, 2)
	if err := new(Grams).UnmarshalBinary(good); err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string]struct {
		data []byte
		want string
	}{
		"short":   {sortedFile([]uint64{a, b, c}, 0, 1), "it is cut short"},
		"long":    {sortedFile([]uint64{a, b, c}, 0, 1, 2, 3), "4 bytes follow its grams"},
		"falling": {sortedFile([]uint64{a, c, b}, 0, 1, 2), "its grams are out of order"},
		"equal":   {sortedFile([]uint64{a, a, b}, 0, 1, 2), "its grams are out of order"},
		"mixed":   {sortedFile([]uint64{a, b, c}, 1, 0, 2), "its grams of 3 texts are out of order"},
		"twice":   {sortedFile([]uint64{a, b, c}, 0, 0, 2), "it holds the number 0 twice"},
		"beyond":  {sortedFile([]uint64{a, b, c}, 0, 1, 1<<31), "it holds the number 2147483648 twice, or too few grams for it"},
		"flipped": {append([]byte(strings.Replace(string(good[:20]), "v", "w", 1)), good[20:]...), "it holds no grams that can be read"},
	} {
		if err := new(Grams).UnmarshalBinary(file.data); err == nil || !strings.Contains(err.Error(), file.want) {
			t.Errorf("%s: error %v, want %q", name, err, file.want)
		}
		var g Grams
		if g.read(file.data, true) != nil {
			continue
		}
		for range 10 {
			for _, id := range g.Encode(nil, "a b c d e") {
				if id < 0 || id > 2 {
					t.Errorf("%s: the id %d", name, id)
				}
			}
		}
		if _, err := g.MarshalBinary(); err == nil || !strings.Contains(err.Error(), file.want) {
			t.Errorf("%s: it is written on, error %v, want %q", name, err, file.want)
		}
	}
}
