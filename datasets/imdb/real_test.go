package imdb

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"unroll/datasets"
	"unroll/internal/filetest"
)

// The tests of this file read the real dataset, all 50,000 reviews.

var realReviews = sync.OnceValues(func() (*Reviews, error) {
	return Read(context.Background(), os.Getenv("UNROLL_IMDB"))
})

func needReal(t testing.TB) *Reviews {
	t.Helper()
	if os.Getenv("UNROLL_IMDB") == "" {
		t.Skip("SKIPPED: the real dataset is NOT tested; set UNROLL_IMDB to the path of aclImdb or its .tar.gz")
	}
	c, err := realReviews()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// The digest was printed by testdata/digests.py, the counts are the dataset's own.
func TestRealCorpus(t *testing.T) {
	c := needReal(t)
	counts := map[string]int{}
	both, markup, tabs := 0, 0, 0
	inTrain := map[string]bool{}
	digest := sha256.New()
	for r := range c.Part("") {
		counts[r.Part+" "+r.Label]++
		if strings.Contains(r.Text, "<br />") {
			markup++
		}
		if strings.Contains(r.Text, "\t") {
			tabs++
		}
		io.WriteString(digest, r.Text+"\x00")
		if r.Part == "train" {
			inTrain[r.Text] = true
		} else if inTrain[r.Text] {
			both++
		}
	}
	want := map[string]int{"train positive": 12500, "train negative": 12500, "test positive": 12500, "test negative": 12500}
	if diff := cmp.Diff(want, counts); diff != "" {
		t.Errorf("reviews (-want +got):\n%s", diff)
	}
	if got, want := [...]int{markup, tabs, both}, [...]int{29200, 27, 123}; got != want {
		t.Errorf("reviews with markup, with a tab, texts in both halves: %v, want %v", got, want)
	}
	const sum = "108893aec4c5633c98eda9aa55725d4eb289dc2bfda4abcf0dabd2b25da56a51"
	if got := hex.EncodeToString(digest.Sum(nil)); got != sum {
		t.Errorf("texts have SHA-256 %s, want %s", got, sum)
	}
}

// One review in 25, written to a folder; all 50,000 files would take most of the
// package's test time. Point UNROLL_IMDB to a folder to have TestRealCorpus check
// all of one.
func TestRealFolder(t *testing.T) {
	c := needReal(t)
	var some []datasets.Record
	files := map[string]string{}
	for i := 0; i < len(c.Records); i += 25 {
		r := c.Records[i]
		some = append(some, r)
		files[r.ID+".txt"] = r.Text
	}
	dir := t.TempDir()
	filetest.Write(t, dir, files)
	read, err := Read(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if !cmp.Equal(withoutFiles(read.Records), withoutFiles(some)) {
		t.Error("the folder's reviews are not those written to it")
	}
}
