package main

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

// reviews are the movie reviews as a dataset.
func reviews(r *imdb.Reviews, found paths) *dataset {
	return &dataset{name: r.Name, source: r.Source, paths: found, movies: true, each: func(ctx context.Context, _ *teller) iter.Seq2[datasets.Record, error] {
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

// movies finds the movie reviews that one --data names. It returns nil for other
// texts, and the name under which they can be found again: imdb, sample, or an
// absolute path.
func (a *app) movies(ctx context.Context, s *dataSettings) (*imdb.Reviews, paths, error) {
	data := s.Data[0]
	if slices.Contains(named, data) {
		if err := s.checkMovies(); err != nil {
			return nil, nil, err
		}
	}
	switch data {
	case "sample":
		return imdb.Sample(sampleSeed), paths{"sample"}, nil
	case "imdb":
		r, err := a.fetch(ctx)
		return r, paths{"imdb"}, err
	case "auto":
		r, err := a.fetch(ctx)
		if err == nil || ctx.Err() != nil {
			return r, paths{"imdb"}, err
		}
		fmt.Fprint(a.err, `
*** The IMDB reviews could not be had, for the reasons above.
*** Using the built-in SAMPLE of generated reviews instead. Its numbers say
*** nothing about IMDB. To use the real reviews, give --data PATH.

`)
		return imdb.Sample(sampleSeed), paths{"sample"}, nil
	}
	r, err := imdb.Find(ctx, data)
	if r == nil || err != nil {
		return nil, nil, err
	}
	if err := s.checkMovies(); err != nil {
		return nil, nil, err
	}
	abs, err := filepath.Abs(data)
	return r, paths{abs}, errors.Wrap(err, "--data")
}

// fetch finds or downloads the reviews, saying what it does.
func (a *app) fetch(ctx context.Context) (*imdb.Reviews, error) {
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
		fmt.Fprintln(a.err, line)
	}}
	if width := columns(a.err); width > 0 {
		o.Progress = func(done, total int64) {
			if bar == nil {
				bar = pb.Full.New(0).Set(pb.Bytes, true).SetTotal(total).SetWriter(a.err).SetWidth(width).Start()
			}
			bar.SetCurrent(done)
		}
	}
	return imdb.Fetch(ctx, o)
}
