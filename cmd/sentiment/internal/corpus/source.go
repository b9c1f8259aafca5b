package corpus

import (
	"context"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"unroll/datasets"
	"unroll/internal/show"
)

// Console is what a source tells of, and asks.
type Console struct {
	In    io.Reader
	Err   io.Writer
	Width int // of Err in columns; 0 if it is no terminal
}

// Source is labelled texts that can be read again and again.
type Source struct {
	Name  string // imdb, sample or that of a file
	Line  string // for people
	Paths Paths  // under which it can be found again
	Defaults

	files   []string
	digests []Digest // of files, once they are read for these
	// each yields the texts, and tells what it does if that is not nil.
	each func(ctx context.Context, tell *teller) iter.Seq2[datasets.Record, error]
	tell *teller
}

// sampleSeed makes the sample one corpus: --seed is for splits and weights.
const sampleSeed = 1

// Open finds the texts that the settings name.
func Open(ctx context.Context, s Settings, c Console) (*Source, error) {
	if err := checkFiles(s); err != nil {
		return nil, err
	}
	if len(s.Data) == 1 {
		if found, err := openReviews(ctx, &s, c); found != nil || err != nil {
			return found, err
		}
	}
	var names []string
	for _, path := range s.Data {
		names = append(names, Called(path))
	}
	d := &Source{Defaults: Others, Line: strings.Join(names, ", "), files: slices.Concat(s.Data, s.ValidationData, s.TestData)}
	for _, path := range s.Data {
		abs, err := filepath.Abs(path)
		if err != nil {
			return nil, errors.Wrap(err, "--data")
		}
		d.Paths = append(d.Paths, abs)
	}
	d.Name = filepath.Base(names[0])
	d.tell = &teller{out: c.Err}
	d.each = func(ctx context.Context, tell *teller) iter.Seq2[datasets.Record, error] {
		options := s.options()
		if tell != nil {
			options.OnBad, options.Note = tell.bad, tell.note
			if tell.count != nil {
				options.SkipBad = datasets.SkipAll
			}
		}
		return func(yield func(datasets.Record, error) bool) {
			for _, from := range []struct {
				paths Paths
				part  string
			}{{s.Data, ""}, {s.ValidationData, Validation.String()}, {s.TestData, Test.String()}} {
				if len(from.paths) == 0 {
					continue
				}
				for r, err := range datasets.Records(ctx, from.paths, options) {
					if from.part != "" {
						r.Part = from.part
					}
					if !yield(r, Offer(err)) || err != nil {
						return
					}
				}
			}
			if tell != nil {
				tell.end()
			}
		}
	}
	return d, nil
}

// checkFiles refuses paths of nothing, and of what can be read but once: texts are
// read several times.
func checkFiles(s Settings) error {
	for _, path := range slices.Concat(s.Data, s.ValidationData, s.TestData) {
		if path == "-" || slices.Contains(Named, path) {
			continue
		}
		info, err := os.Stat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return errors.Errorf("%s: there is no such file or folder", Called(path))
		case err == nil && !info.Mode().IsRegular() && !info.IsDir():
			return errors.Errorf("%s is a pipe or a device, which can be read but once: give it as standard input, --data - < %s", path, path)
		}
	}
	return nil
}

// Records yields the texts with all that is known of them, and counts the bad rows.
func (d *Source) Records(ctx context.Context, c Console, bad func(*datasets.BadRow)) iter.Seq2[datasets.Record, error] {
	return d.each(ctx, &teller{out: c.Err, count: bad})
}

// Texts yields the texts alone.
func (d *Source) Texts(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for r, err := range d.each(ctx, nil) {
			if !yield(r.Text, err) || err != nil {
				return
			}
		}
	}
}

// Unlabelled yields the texts of files, with labels or without. A bad row that is
// passed over is told of, and given to bad.
func Unlabelled(ctx context.Context, s Settings, c Console, bad func(*datasets.BadRow)) iter.Seq2[datasets.Record, error] {
	tell := &teller{out: c.Err}
	if err := checkFiles(s); err != nil {
		return func(yield func(datasets.Record, error) bool) { yield(datasets.Record{}, err) }
	}
	o := s.options()
	o.NoLabels, o.KeepEmpty, o.Stdin, o.Note = true, true, c.In, tell.note
	o.OnBad = func(b *datasets.BadRow) {
		tell.bad(b)
		bad(b)
	}
	return func(yield func(datasets.Record, error) bool) {
		for r, err := range datasets.Records(ctx, s.Data, o) {
			if !yield(r, Offer(err)) || err != nil {
				return
			}
		}
		tell.end()
	}
}

// Count writes a number of the source's texts.
func (d *Source) Count(n int) string { return show.Thousands(n) + " " + d.Unit }
