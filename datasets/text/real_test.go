package text

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"unroll/datasets/imdb"
)

// The tests of this file read the real dataset, all 50,000 reviews.

// corpus is the texts of the halves; firstID is the first review's of Keras.
type corpus struct{ train, test []string }

const kerasFirst = "train/pos/576_10"

var realCorpus = sync.OnceValues(func() (all struct {
	corpus
	first string
}, err error) {
	reviews, err := imdb.Read(context.Background(), os.Getenv("UNROLL_IMDB"))
	if err != nil {
		return all, err
	}
	for r := range reviews.Part("") {
		if r.Part == "train" {
			all.train = append(all.train, r.Text)
		} else {
			all.test = append(all.test, r.Text)
		}
		if r.ID == kerasFirst {
			all.first = r.Text
		}
	}
	return all, nil
})

var realVocabulary = sync.OnceValue(func() *Vocabulary {
	c, _ := realCorpus()
	return count(c.train...)
})

func needReal(t testing.TB) corpus {
	t.Helper()
	if os.Getenv("UNROLL_IMDB") == "" {
		t.Skip("SKIPPED: the real dataset is NOT tested; set UNROLL_IMDB to the path of aclImdb or its .tar.gz")
	}
	c, err := realCorpus()
	if err != nil {
		t.Fatal(err)
	}
	return c.corpus
}

func needIndex(t *testing.T) *Vocabulary {
	t.Helper()
	path := os.Getenv("UNROLL_IMDB_INDEX")
	if path == "" {
		t.Skip("SKIPPED: Keras's word index is NOT tested; set UNROLL_IMDB_INDEX to the path of imdb_word_index.json")
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	v, err := ReadWordIndex(f)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestRealVocabulary(t *testing.T) {
	needReal(t)
	v := realVocabulary()
	if v.Len() != 88584 {
		t.Errorf("%d words, want 88584 as Keras has", v.Len())
	}
	if got, want := strings.Join(v.words[:10], " "), "the and a of to is br in it i"; got != want {
		t.Errorf("most frequent words are %q, want %q", got, want)
	}
}

// Keras's x_train[0] is train/pos/576_10.txt under the published index.
func TestRealFirstSequence(t *testing.T) {
	needReal(t)
	c, _ := realCorpus()
	if c.first == "" {
		t.Fatal("there is no review " + kerasFirst)
	}
	check := func(v *Vocabulary, want []int32) {
		t.Helper()
		got := v.Encode(c.first)
		if len(got) != 218 {
			t.Errorf("%d ids, want 218", len(got))
		}
		if diff := cmp.Diff(want, got[:len(want)]); diff != "" {
			t.Errorf("first ids (-want +got):\n%s", diff)
		}
	}
	check(realVocabulary(), []int32{1, 14, 22, 16, 43, 529, 972, 1621, 1385, 65, 458, 4464})
	check(needIndex(t), []int32{1, 14, 22, 16, 43, 530, 973, 1622, 1385, 65, 458, 4468})
}

func TestRealVocabularyAgainstKeras(t *testing.T) {
	c := needReal(t)
	ours, keras := realVocabulary(), needIndex(t)
	if keras.Len() != 88584 {
		t.Fatalf("Keras's index has %d words, want 88584", keras.Len())
	}
	if diff := cmp.Diff(keras.words[:97], ours.words[:97]); diff != "" {
		t.Errorf("first 97 words (-keras +ours):\n%s", diff)
	}
	set := func(words []string) []string { return slices.Sorted(slices.Values(words)) }
	if diff := cmp.Diff(set(keras.words[:997]), set(ours.words[:997])); diff != "" {
		t.Errorf("first 997 words (-keras +ours):\n%s", diff)
	}
	// Equal up to the order of words of equal frequency: at each rank, both
	// vocabularies have a word of the same frequency.
	count := map[string]int{}
	for _, text := range c.train {
		for _, w := range Tokenize(text) {
			count[w]++
		}
	}
	for i := range ours.words {
		if count[ours.words[i]] != count[keras.words[i]] {
			t.Fatalf("rank %d: %q occurs %d times, Keras's %q %d times", i+1,
				ours.words[i], count[ours.words[i]], keras.words[i], count[keras.words[i]])
		}
	}
	for _, n := range []struct{ numWords, skipTop, kept int }{{100, 0, 96}, {1000, 0, 996}, {100, 20, 80}, {1000, 20, 980}} {
		config := EncoderConfig{NumWords: n.numWords, SkipTop: n.skipTop, MaxLen: 100}
		a, b := keptWords(t, ours, config), keptWords(t, keras, config)
		if len(a) != n.kept || !maps.Equal(a, b) {
			t.Errorf("%+v keeps %d words, want %d, the same as with Keras's index", config, len(a), n.kept)
		}
	}
}

func keptWords(t *testing.T, v *Vocabulary, c EncoderConfig) map[string]bool {
	t.Helper()
	e, err := NewEncoder(v, c)
	if err != nil {
		t.Fatal(err)
	}
	kept := map[string]bool{}
	for id := range int32(c.NumWords + 5) {
		if w := e.WordOf(id); w != "" {
			kept[w] = true
		}
	}
	return kept
}

// The digests were printed by testdata/digests.py.
func TestRealEncoding(t *testing.T) {
	c := needReal(t)
	for _, g := range []struct {
		numWords    int
		train, test string
	}{
		{100, "2bb799edd3a629b94dd3dffb0eb58708f361cb8b6eef4f4ebae815e4459dba76", "2d579ac015faf7e5d00b77a589c78cab6e379f5bcb7a435fbf71969d1555bc0c"},
		{1000, "bdab158cc46ac7774427cd87ffb6c85b12e0c944ec677c070d114a6c3903b3bc", "caccfb8e247b3ef5b487db64469f5ee2ca48aaf69c9ecd0a80536fa10d84299f"},
	} {
		e, err := NewEncoder(realVocabulary(), EncoderConfig{NumWords: g.numWords, SkipTop: 20, MaxLen: 100})
		if err != nil {
			t.Fatal(err)
		}
		if got := digestRows(t, e, c.train); got != g.train {
			t.Errorf("num_words %d: training ids have SHA-256 %s, want %s", g.numWords, got, g.train)
		}
		if got := digestRows(t, e, c.test); got != g.test {
			t.Errorf("num_words %d: test ids have SHA-256 %s, want %s", g.numWords, got, g.test)
		}
	}
}

// digestRows hashes padded ids as little-endian 32-bit integers.
func digestRows(t *testing.T, e *Encoder, texts []string) string {
	t.Helper()
	rows, _, err := e.EncodeTexts(Of(texts...))
	if err != nil {
		t.Fatal(err)
	}
	rows = PadSequences(rows, e.Config().MaxLen, Pre, Pre, 0)
	h := sha256.New()
	var buf []byte
	for _, row := range rows {
		buf = buf[:0]
		for _, id := range row {
			buf = binary.LittleEndian.AppendUint32(buf, uint32(id))
		}
		h.Write(buf)
	}
	return hex.EncodeToString(h.Sum(nil))
}

func setBytes(b *testing.B, texts []string) {
	n := 0
	for _, text := range texts {
		n += len(text)
	}
	b.SetBytes(int64(n))
}

func BenchmarkCount(b *testing.B) {
	c := needReal(b)
	setBytes(b, c.train)
	for b.Loop() {
		count(c.train...)
	}
}

func BenchmarkEncodeTexts(b *testing.B) {
	c := needReal(b)
	e, err := NewEncoder(realVocabulary(), EncoderConfig{NumWords: 1000, SkipTop: 20, MaxLen: 100})
	if err != nil {
		b.Fatal(err)
	}
	setBytes(b, c.train)
	for b.Loop() {
		if _, _, err := e.EncodeTexts(Of(c.train...)); err != nil {
			b.Fatal(err)
		}
	}
}
