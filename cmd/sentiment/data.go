package main

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/cheggaaa/pb/v3"
	"github.com/pkg/errors"

	"unroll/datasets"
	"unroll/train"
)

// sampleSeed makes the sample one corpus: --seed is for splits and weights.
const sampleSeed = 1

// corpus finds the reviews that --data names. It returns the name under which
// they can be found again: imdb, sample, or an absolute path.
func (a *app) corpus(ctx context.Context, data string) (*datasets.Corpus, string, error) {
	switch data {
	case "":
		return nil, "", usagef("--data is empty, want auto, imdb, sample or a path")
	case "sample":
		return datasets.Sample(sampleSeed), "sample", nil
	case "imdb":
		c, err := a.fetch(ctx)
		return c, "imdb", err
	case "auto":
		c, err := a.fetch(ctx)
		if err == nil || ctx.Err() != nil {
			return c, "imdb", err
		}
		fmt.Fprint(a.err, `
*** The IMDB reviews could not be had, for the reasons above.
*** Using the built-in SAMPLE of generated reviews instead. Its numbers say
*** nothing about IMDB. To use the real reviews, give --data PATH.

`)
		return datasets.Sample(sampleSeed), "sample", nil
	}
	c, err := datasets.ReadIMDB(ctx, data)
	if err != nil {
		return nil, "", err
	}
	abs, err := filepath.Abs(data)
	return c, abs, errors.Wrap(err, "--data")
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

// split returns the indices of the reviews to train on and to validate on:
// four fifths and one fifth of a shuffle that every model of a seed shares.
func split(c *datasets.Corpus, seed uint64) (trainOn, validateOn []int, err error) {
	n := len(c.Train)
	if n < 5 {
		return nil, nil, errors.Errorf("%s: %d training reviews, want at least 5", c.Source, n)
	}
	return datasets.Split(n, n*4/5, seed)
}

// samples encodes the reviews of the given indices; nil means all.
func samples(e *datasets.Encoder, reviews []datasets.Review, rows []int) (train.Data, error) {
	if rows != nil {
		var err error
		if reviews, err = datasets.Select(reviews, rows); err != nil {
			return train.Data{}, err
		}
	}
	return train.Data{Tokens: e.EncodeAll(reviews), Targets: datasets.Labels(reviews)}, nil
}
