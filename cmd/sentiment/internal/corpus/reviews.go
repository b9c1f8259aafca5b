package corpus

import (
	"context"
	"fmt"
	"iter"
	"path/filepath"
	"slices"

	"github.com/cheggaaa/pb/v3"
	"github.com/pkg/errors"

	"unroll/datasets"
	"unroll/datasets/imdb"
)

// reviews are the movie reviews as a source.
func reviews(r *imdb.Reviews, found ...string) *Source {
	return &Source{Name: r.Name, Line: r.Source, Paths: found, Defaults: Reviews, each: func(ctx context.Context, _ *teller) iter.Seq2[datasets.Record, error] {
		return func(yield func(datasets.Record, error) bool) {
			for review := range r.Part("") {
				if err := ctx.Err(); err != nil {
					yield(datasets.Record{}, err)
					return
				}
				if !yield(review, nil) {
					return
				}
			}
		}
	}}
}

// openReviews finds the movie reviews that the settings name, which are found again
// as imdb, sample, or by an absolute path. It returns nil for other texts.
func openReviews(ctx context.Context, s *Settings, c Console) (*Source, error) {
	data := s.Data[0]
	if slices.Contains(Named, data) {
		if err := s.checkReviews(); err != nil {
			return nil, err
		}
	}
	switch data {
	case "sample":
		return reviews(imdb.Sample(sampleSeed), "sample"), nil
	case "imdb", "auto":
		r, err := fetch(ctx, c)
		if err == nil {
			return reviews(r, "imdb"), nil
		}
		if data == "imdb" || ctx.Err() != nil {
			return nil, err
		}
		fmt.Fprint(c.Err, `
*** The IMDB reviews are not available, for the reasons above.
*** Using the built-in SAMPLE of generated reviews instead. Results on it say
*** nothing about IMDB. To use the real reviews, give --data PATH.

`)
		return reviews(imdb.Sample(sampleSeed), "sample"), nil
	}
	r, err := imdb.Find(ctx, data)
	if r == nil || err != nil {
		return nil, err
	}
	if err := s.checkReviews(); err != nil {
		return nil, err
	}
	abs, err := filepath.Abs(data)
	return reviews(r, abs), errors.Wrap(err, "--data")
}

// fetch finds or downloads the reviews, saying what it does.
func fetch(ctx context.Context, c Console) (*imdb.Reviews, error) {
	var bar *pb.ProgressBar // of the download that runs
	finish := func() {
		if bar != nil {
			bar.Finish()
			bar = nil
		}
	}
	defer finish()
	o := imdb.Options{Log: func(line string) {
		finish()
		fmt.Fprintln(c.Err, line)
	}}
	if c.Width > 0 {
		o.Progress = func(done, total int64) {
			if bar == nil {
				bar = pb.Full.New(0).Set(pb.Bytes, true).SetTotal(total).SetWriter(c.Err).SetWidth(c.Width).Start()
			}
			bar.SetCurrent(done)
		}
	}
	return imdb.Fetch(ctx, o)
}
