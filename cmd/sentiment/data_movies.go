package main

import (
	"context"
	"fmt"
	"iter"
	"path/filepath"

	"github.com/cheggaaa/pb/v3"
	"github.com/pkg/errors"

	"unroll/datasets"
)

// reviews is a corpus as a dataset.
func reviews(c *datasets.Corpus, found paths) *dataset {
	if c == nil {
		return nil
	}
	return &dataset{name: c.Name, source: c.Source, paths: found, movies: true, each: func(ctx context.Context, _ *teller) iter.Seq2[datasets.Record, error] {
		return func(yield func(datasets.Record, error) bool) {
			for i, part := range [][]datasets.Review{c.Train, c.Test} {
				for _, r := range part {
					if err := ctx.Err(); err != nil {
						yield(datasets.Record{}, err)
						return
					}
					label := "negative"
					if r.Label == 1 {
						label = "positive"
					}
					if !yield(datasets.Record{ID: r.ID, Text: r.Text, Label: label, Part: []string{trainPart, testPart}[i]}, nil) {
						return
					}
				}
			}
		}
	}}
}

// corpus finds the movie reviews that one --data names. It returns nil for other
// texts, and the name under which they can be found again: imdb, sample, or an
// absolute path.
func (a *app) corpus(ctx context.Context, data string) (*datasets.Corpus, paths, error) {
	switch data {
	case "sample":
		return datasets.Sample(sampleSeed), paths{"sample"}, nil
	case "imdb":
		c, err := a.fetch(ctx)
		return c, paths{"imdb"}, err
	case "auto":
		c, err := a.fetch(ctx)
		if err == nil || ctx.Err() != nil {
			return c, paths{"imdb"}, err
		}
		fmt.Fprint(a.err, `
*** The IMDB reviews could not be had, for the reasons above.
*** Using the built-in SAMPLE of generated reviews instead. Its numbers say
*** nothing about IMDB. To use the real reviews, give --data PATH.

`)
		return datasets.Sample(sampleSeed), paths{"sample"}, nil
	}
	if !datasets.IsIMDB(ctx, data) {
		return nil, nil, nil
	}
	c, err := datasets.ReadIMDB(ctx, data)
	if err != nil {
		return nil, nil, err
	}
	abs, err := filepath.Abs(data)
	return c, paths{abs}, errors.Wrap(err, "--data")
}

// fetch finds or downloads the reviews, saying what it does.
func (a *app) fetch(ctx context.Context) (*datasets.Corpus, error) {
	var bar *pb.ProgressBar // of the download that runs
	finish := func() {
		if bar != nil {
			bar.Finish()
			bar = nil
		}
	}
	defer finish()
	o := datasets.Options{Log: func(line string) {
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
	return datasets.FetchIMDB(ctx, o)
}
