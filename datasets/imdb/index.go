package imdb

import (
	"context"
	"path/filepath"
	"time"

	"github.com/pkg/errors"

	"unroll/internal/safefile"
)

// WordIndex returns the word index of keras.datasets.imdb, as JSON for
// text.ReadWordIndex or kerastext.IMDB: get_word_index of Keras, 88,584 words by their
// rank in the reviews. Its file, 1.6 MB, is downloaded once and kept in
// Options.CacheDir, verified (SHA-256). Counting the reviews gives the same ranks, but
// for words that are equally frequent, which Keras has in an order of its own: a model
// that was trained on its ids needs these.
func WordIndex(ctx context.Context, o Options) ([]byte, error) {
	data, err := officialIndex(o).read(ctx)
	return data, errors.WithMessage(err, "word index of keras.datasets.imdb")
}

// indexFetcher is WordIndex with everything that tests replace.
type indexFetcher struct {
	fetcher
	file download
}

func officialIndex(o Options) *indexFetcher {
	return &indexFetcher{fetcher{Options: o}, download{
		what:    "word index of Keras",
		url:     "https://storage.googleapis.com/tensorflow/tf-keras-datasets/imdb_word_index.json",
		size:    1_641_221,
		sha256:  "027313fe9a320280f3bf0fac5baf58c4a683cf39a7ed9c3d3d3912bde4284cf6",
		connect: 5 * time.Second,
		stall:   30 * time.Second,
	}}
}

func (f *indexFetcher) read(ctx context.Context) ([]byte, error) {
	dir, err := f.dir()
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, "imdb_word_index.json")
	if f.file.verify(path) != nil { // it is not there, or damaged
		if err := f.file.fetch(ctx, path, f.log, f.Progress); err != nil {
			return nil, err
		}
	}
	return safefile.ReadFile(path, safefile.MostSettings)
}
