package kerastext

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"unroll/datasets/text"
)

// shared is where files that people published lie on a developer's machine.
func shared(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join("..", "..", "..", "..", "shared", "data", name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("SKIPPED: published tokenizers are NOT tested, there is no %s", path)
	}
	return path
}

// TestPublished reads a Tokenizer, and models that have none.
func TestPublished(t *testing.T) {
	dir := shared(t, "keras")
	got, err := Read(filepath.Join(dir, "tokenizer.pkl"))
	if err != nil {
		t.Fatal(err)
	}
	want := text.EncoderConfig{Text: defaultText(), NumWords: 10000, FirstID: 1, Unknown: 1}
	if got.Config != want || len(got.Words) != 9766 || strings.Join(got.Words[:5], " ") != "<OOV> br movie film one" || len(got.Guessed) > 0 {
		t.Errorf("%s: %+v, %d words, guessed %q", got.Source, got.Config, len(got.Words), got.Guessed)
	}
	models, err := filepath.Glob(filepath.Join(dir, "*[5s]"))
	if err != nil || len(models) < 9 {
		t.Fatalf("%d models, error %v", len(models), err)
	}
	for _, m := range models {
		if _, err := Read(m); err == nil || !strings.Contains(err.Error(), "is a file of its own") {
			t.Errorf("error %v", err)
		}
	}
}

// TestPublishedIMDB: Keras's index is known by its words, and the first words of
// x_train[0] of keras.datasets.imdb have the ids that they have there.
func TestPublishedIMDB(t *testing.T) {
	got, err := Read(shared(t, "imdb_word_index.json"))
	if err != nil {
		t.Fatal(err)
	}
	c := got.Config
	c.MaxLen, c.NumWords = 12, 10000
	e, err := got.Encoder(c)
	if err != nil {
		t.Fatal(err)
	}
	want := []int32{1, 14, 22, 16, 43, 530, 973, 1622, 1385, 65, 458, 4468}
	if ids := e.Encode("This film was just brilliant: casting, location, scenery, story, direction, everyone's"); !slices.Equal(ids, want) {
		t.Errorf("%s: %v, want %v", got.Source, ids, want)
	}
}
