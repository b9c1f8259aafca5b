package datasets

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The tests of this file read the real dataset, all 50,000 reviews.

var realCorpus = sync.OnceValues(func() (*Corpus, error) {
	return ReadIMDB(context.Background(), os.Getenv("UNROLL_IMDB"))
})

var realVocabulary = sync.OnceValue(func() *Vocabulary {
	c, _ := realCorpus()
	return BuildVocabulary(c.Train)
})

func needReal(t testing.TB) *Corpus {
	t.Helper()
	if os.Getenv("UNROLL_IMDB") == "" {
		t.Skip("SKIPPED: the real dataset is NOT tested; set UNROLL_IMDB to the path of aclImdb or its .tar.gz")
	}
	c, err := realCorpus()
	if err != nil {
		t.Fatal(err)
	}
	return c
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

// The digest was printed by testdata/digests.py, the counts are the dataset's own.
func TestRealCorpus(t *testing.T) {
	c := needReal(t)
	if len(c.Train) != 25000 || len(c.Test) != 25000 {
		t.Fatalf("%d and %d reviews, want 25000 each", len(c.Train), len(c.Test))
	}
	both, markup, tabs := 0, 0, 0
	inTrain := map[string]bool{}
	digest := sha256.New()
	for _, half := range [][]Review{c.Train, c.Test} {
		positive := 0
		for _, r := range half {
			if r.Label == 1 {
				positive++
			}
			if strings.Contains(r.Text, "<br />") {
				markup++
			}
			if strings.Contains(r.Text, "\t") {
				tabs++
			}
			io.WriteString(digest, r.Text+"\x00")
		}
		if positive != 12500 {
			t.Errorf("%d positive reviews, want 12500", positive)
		}
	}
	for _, r := range c.Train {
		inTrain[r.Text] = true
	}
	for _, r := range c.Test {
		if inTrain[r.Text] {
			both++
		}
	}
	if got, want := [...]int{markup, tabs, both}, [...]int{29200, 27, 123}; got != want {
		t.Errorf("reviews with markup, with a tab, texts in both halves: %v, want %v", got, want)
	}
	const want = "108893aec4c5633c98eda9aa55725d4eb289dc2bfda4abcf0dabd2b25da56a51"
	if got := hex.EncodeToString(digest.Sum(nil)); got != want {
		t.Errorf("texts have SHA-256 %s, want %s", got, want)
	}
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
	c := needReal(t)
	i := slices.IndexFunc(c.Train, func(r Review) bool { return r.ID == "train/pos/576_10" })
	if i < 0 {
		t.Fatal("there is no review train/pos/576_10")
	}
	check := func(v *Vocabulary, want []int32) {
		t.Helper()
		got := v.Encode(c.Train[i].Text)
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
	for _, r := range c.Train {
		for _, w := range Tokenize(r.Text) {
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
		if got := digestRows(e.EncodeAll(c.Train)); got != g.train {
			t.Errorf("num_words %d: training ids have SHA-256 %s, want %s", g.numWords, got, g.train)
		}
		if got := digestRows(e.EncodeAll(c.Test)); got != g.test {
			t.Errorf("num_words %d: test ids have SHA-256 %s, want %s", g.numWords, got, g.test)
		}
	}
}

// digestRows hashes ids as little-endian 32-bit integers.
func digestRows(rows [][]int32) string {
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

// One review in 25, written to a folder; all 50,000 files would take most of the
// package's test time. Point UNROLL_IMDB to a folder to have TestRealCorpus check
// all of one.
func TestRealFolder(t *testing.T) {
	c := needReal(t)
	some := func(reviews []Review) (out []Review) {
		for i := 0; i < len(reviews); i += 25 {
			out = append(out, reviews[i])
		}
		return out
	}
	train, test := some(c.Train), some(c.Test)
	dir := t.TempDir()
	files := map[string]string{}
	for _, r := range slices.Concat(train, test) {
		files[r.ID+".txt"] = r.Text
	}
	writeFiles(t, dir, files)
	read, err := ReadIMDB(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(read.Train, train) || !slices.Equal(read.Test, test) {
		t.Error("the folder's reviews are not those written to it")
	}
}

func setBytes(b *testing.B, reviews []Review) {
	n := 0
	for _, r := range reviews {
		n += len(r.Text)
	}
	b.SetBytes(int64(n))
}

func BenchmarkBuildVocabulary(b *testing.B) {
	c := needReal(b)
	setBytes(b, c.Train)
	for b.Loop() {
		BuildVocabulary(c.Train)
	}
}

func BenchmarkEncodeAll(b *testing.B) {
	c := needReal(b)
	e, err := NewEncoder(realVocabulary(), EncoderConfig{NumWords: 1000, SkipTop: 20, MaxLen: 100})
	if err != nil {
		b.Fatal(err)
	}
	setBytes(b, c.Train)
	for b.Loop() {
		e.EncodeAll(c.Train)
	}
}
