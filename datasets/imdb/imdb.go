package imdb

import (
	"cmp"
	"context"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/pkg/errors"

	"unroll/datasets"
)

// Reviews are labelled film reviews in memory: those to train on, then those to
// test on, in each part the positive ones before the negative.
type Reviews struct {
	Name    string // "imdb" or "sample"
	Source  string // one line for people: where they came from
	Records []datasets.Record
}

// The labels of reviews. Of the two, the positive one is what a sigmoid gives the
// probability of.
const (
	Positive = "positive"
	Negative = "negative"
)

// Part yields the reviews of a part, "train" or "test", or with "" all of them.
func (r *Reviews) Part(part string) iter.Seq2[datasets.Record, error] {
	return func(yield func(datasets.Record, error) bool) {
		for _, review := range r.Records {
			if (part == "" || review.Part == part) && !yield(review, nil) {
				return
			}
		}
	}
}

// Read reads the Large Movie Review Dataset from path: the folder aclImdb, a folder
// that holds it, or an archive of it, which datasets.Records reads. Only
// {train,test}/{pos,neg}/ID_RATING.txt are reviews; the label is the folder's. The
// files of a folder are read by rising ID, the same from a folder and from an
// archive. Part of the dataset is enough, as long as each of the four folders has a
// review.
//
// It errs, in one line with the path in it, if there is no such dataset at path, it
// is damaged, one of the folders is without reviews, and if ctx ends.
func Read(ctx context.Context, path string) (*Reviews, error) {
	r, err := read(ctx, path, false)
	return r, errors.WithMessage(err, "reading IMDB reviews")
}

// Find is Read where path may hold other texts. It returns nil if it does: if one of
// them is no review by its name, or the first cannot be read.
func Find(ctx context.Context, path string) (*Reviews, error) {
	r, err := read(ctx, path, true)
	return r, errors.WithMessage(err, "reading IMDB reviews")
}

// numbered is a review with the number by which it is sorted.
type numbered struct {
	number uint64
	datasets.Record
}

// read returns nil if only is set and there is another text.
func read(ctx context.Context, path string, only bool) (*Reviews, error) {
	root, kind := path, "archive "
	if isDir(path) {
		kind = "folder "
		if inner := filepath.Join(path, "aclImdb"); !holds(path, "train") && !holds(path, "test") && holds(path, "aclImdb") {
			root = inner
		}
	}
	var all []numbered
	for r, err := range datasets.Records(ctx, []string{root}, datasets.RecordOptions{Format: "folder", KeepEmpty: true}) {
		if only && len(all) == 0 && err != nil && ctx.Err() == nil {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		number, ok := reviewNumber(r)
		switch {
		case ok:
			all = append(all, numbered{number, r})
		case only:
			return nil, nil
		}
	}
	// The folders in the order of their names backwards: train before test, and pos
	// before neg.
	slices.SortFunc(all, func(a, b numbered) int {
		return cmp.Or(cmp.Compare(b.Part, a.Part), cmp.Compare(b.Label, a.Label), cmp.Compare(a.number, b.number), cmp.Compare(a.ID, b.ID))
	})
	reviews := &Reviews{Name: "imdb", Source: kind + root, Records: make([]datasets.Record, len(all))}
	missing := []string{"train/pos", "train/neg", "test/pos", "test/neg"}
	for i, r := range all {
		missing = slices.DeleteFunc(missing, func(folder string) bool { return strings.HasPrefix(r.ID, folder+"/") })
		reviews.Records[i] = datasets.Record{
			ID: strings.TrimSuffix(r.ID, ".txt"), Text: r.Text, Label: map[string]string{"pos": Positive, "neg": Negative}[r.Label], Part: r.Part, File: path,
		}
	}
	switch {
	case len(all) == 0:
		return nil, errors.Errorf("%s: it holds no reviews, want {train,test}/{pos,neg}/ID_RATING.txt", path)
	case len(missing) > 0:
		return nil, errors.Errorf("%s: it holds no reviews in %s", path, strings.Join(missing, ", "))
	}
	return reviews, nil
}

// reviewNumber is the ID of a record in PART/CLASS/ID_RATING.txt.
func reviewNumber(r datasets.Record) (number uint64, ok bool) {
	if r.Part == "" || r.Label != "pos" && r.Label != "neg" {
		return 0, false
	}
	stem, isText := strings.CutSuffix(strings.TrimPrefix(r.ID, r.Part+"/"+r.Label+"/"), ".txt")
	id, rating, hasRating := strings.Cut(stem, "_")
	number, err := strconv.ParseUint(id, 10, 63)
	_, ratingErr := strconv.ParseUint(rating, 10, 63)
	return number, isText && hasRating && err == nil && ratingErr == nil
}

// holds reports whether a folder holds another, or a link to one that does not lead out.
func holds(dir, name string) bool {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return false
	}
	defer root.Close()
	info, err := root.Stat(name)
	return err == nil && info.IsDir()
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
