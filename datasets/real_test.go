package datasets

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"unroll/internal/filetest"
)

// The tests of this file read the real dataset, all 50,000 reviews.

var realCorpus = sync.OnceValues(func() (*Corpus, error) {
	return ReadIMDB(context.Background(), os.Getenv("UNROLL_IMDB"))
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
	filetest.Write(t, dir, files)
	read, err := ReadIMDB(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(read.Train, train) || !slices.Equal(read.Test, test) {
		t.Error("the folder's reviews are not those written to it")
	}
}
