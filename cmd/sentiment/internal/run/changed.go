package run

import (
	"context"
	"slices"

	"github.com/pkg/errors"

	"unroll/cmd/sentiment/internal/corpus"
)

// checkData records what a run reads, its texts, vectors and the model that it goes on from,
// and holds a run that is resumed to it: with other texts or labels it would end in other
// weights, and nobody would know.
func (r *Run) checkData(ctx context.Context, source *corpus.Source) error {
	now, err := source.Digests(ctx)
	if err != nil {
		return err
	}
	var beside []string
	for _, path := range []string{r.Vectors, r.From} {
		if path != "" {
			beside = append(beside, path)
		}
	}
	more, err := corpus.Digests(ctx, beside)
	if err != nil {
		return err
	}
	now = slices.Concat(now, more)
	began := r.digests
	for _, d := range now {
		i := slices.IndexFunc(began, func(b corpus.Digest) bool { return b.Path == d.Path })
		switch {
		case i < 0 || began[i] == d: // a run of an earlier version has recorded nothing
		case r.DataChanged:
			r.warn("%s has changed since the run began, which goes on with it as it is now", corpus.Called(d.Path))
		default:
			return errors.Errorf("%s has changed since the run in %s began: put it back as it was, or go on with it as it is now with --data-changed", corpus.Called(d.Path), r.Dir)
		}
	}
	if slices.Equal(began, now) {
		return nil
	}
	r.digests = now
	return r.write(false)
}
