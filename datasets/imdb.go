package datasets

import (
	"cmp"
	"context"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/pkg/errors"

	"unroll/internal/input"
)

// The four folders that hold reviews, in the order of the corpus. The official
// archive has others, which are not read.
var reviewFolders = [...]string{"train/pos", "train/neg", "test/pos", "test/neg"}

// A review is at most 14 kB in the original. More than maxReview is something else
// under a review's name, and is not to be read into memory.
const maxReview = 1 << 20

// ReadIMDB reads the Large Movie Review Dataset from path: the folder aclImdb, a
// folder that holds it, or a .tar.gz of it, which is read as a stream and never
// unpacked. Only {train,test}/{pos,neg}/ID_RATING.txt are read; the label is the
// folder's.
//
// The reviews of each half are the positive ones, then the negative ones, each by
// rising ID – the same from a folder and from an archive. Part of the dataset is
// enough, as long as each of the four folders has a review.
//
// It errs, in one line with the path in it, if path is missing, empty, cut short,
// damaged, of another kind, an archive with an entry outside its own folder, or
// without reviews; and if ctx ends.
func ReadIMDB(ctx context.Context, path string) (*Corpus, error) {
	corpus, err := readIMDB(ctx, path)
	return corpus, errors.Wrapf(err, "reading IMDB reviews from %s", path)
}

func readIMDB(ctx context.Context, path string) (*Corpus, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, errors.New("there is no such file or folder")
	case err != nil:
		return nil, input.Reason(err)
	case info.IsDir():
		return readFolder(ctx, path)
	case !info.Mode().IsRegular():
		return nil, errors.New("it is neither a folder nor a file")
	case info.Size() == 0:
		return nil, errors.New("the file is empty")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, input.Reason(err)
	}
	defer f.Close()
	corpus, err := readArchive(ctx, f)
	if err != nil {
		return nil, err
	}
	corpus.Source = "archive " + path
	return corpus, nil
}

// reviewNumber parses a file name of the form ID_RATING.txt.
func reviewNumber(file string) (number uint64, ok bool) {
	stem, isText := strings.CutSuffix(file, ".txt")
	id, rating, hasRating := strings.Cut(stem, "_")
	number, err := strconv.ParseUint(id, 10, 63)
	_, ratingErr := strconv.ParseUint(rating, 10, 63)
	return number, isText && hasRating && err == nil && ratingErr == nil
}

// shelf collects reviews in any order, one slice for each of reviewFolders.
type shelf [len(reviewFolders)][]numbered

type numbered struct {
	number uint64
	Review
}

func (s *shelf) add(folder int, number uint64, file, text string) {
	path := reviewFolders[folder]
	var label float32
	if strings.HasSuffix(path, "/pos") {
		label = 1
	}
	id := path + "/" + strings.TrimSuffix(file, ".txt")
	s[folder] = append(s[folder], numbered{number, Review{ID: id, Text: text, Label: label}})
}

// corpus puts the reviews in order and checks that no folder is without.
func (s *shelf) corpus() (*Corpus, error) {
	var missing []string
	for i, reviews := range s {
		if len(reviews) == 0 {
			missing = append(missing, reviewFolders[i])
		}
	}
	switch {
	case len(missing) == len(s):
		return nil, errors.New("it holds no reviews, want {train,test}/{pos,neg}/ID_RATING.txt")
	case len(missing) > 0:
		return nil, errors.Errorf("it holds no reviews in %s", strings.Join(missing, ", "))
	}
	c := &Corpus{Name: "imdb"}
	for i, reviews := range s {
		slices.SortFunc(reviews, func(a, b numbered) int {
			return cmp.Or(cmp.Compare(a.number, b.number), cmp.Compare(a.ID, b.ID))
		})
		half := &c.Train
		if strings.HasPrefix(reviewFolders[i], "test/") {
			half = &c.Test
		}
		*half = slices.Grow(*half, len(reviews))
		for k, r := range reviews {
			if k > 0 && r.ID == reviews[k-1].ID {
				return nil, errors.Errorf("it holds %s.txt twice", r.ID)
			}
			*half = append(*half, r.Review)
		}
	}
	return c, nil
}
