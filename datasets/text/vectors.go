package text

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/pkg/errors"

	"unroll/internal/input"
)

// VectorOptions says how words find their vectors. The zero value is usual.
type VectorOptions struct {
	// Lower gives a word that is not in the file the vector of its lower case
	// form.
	Lower bool
	// Counts holds how often each word occurs in the texts, for Vectors.Tokens;
	// nil does not tell.
	Counts []int
}

// Vectors are pretrained word vectors for the words of a vocabulary.
type Vectors struct {
	Dim  int         // width of a vector
	Rows [][]float32 // by word, [words][dim]; nil where the file has none

	Format  string  // of the file: "GloVe text", "word2vec text" or "word2vec binary"
	InFile  int     // vectors in the file
	Words   int     // words that were asked for
	Found   int     // of these, words that have a vector
	Lowered int     // of these, words that have that of their lower case form
	Tokens  float64 // the share of the texts' words that have one, if counts were given

	// Warning tells of a header that is wrong about the number of vectors, as when
	// a file was put together by hand; "" if there is nothing to tell.
	Warning string
}

// String tells the coverage in one line: "8,934 of 10,000 words (89.3 %), 97.1 %
// of the texts' words, have a vector of width 100".
func (v *Vectors) String() string {
	s := fmt.Sprintf("%d of %d words (%.1f %%)", v.Found, v.Words, 100*float64(v.Found)/float64(max(v.Words, 1)))
	if v.Tokens > 0 {
		s += fmt.Sprintf(", %.1f %% of the texts' words,", 100*v.Tokens)
	}
	return s + fmt.Sprintf(" have a vector of width %d", v.Dim)
}

// ReadVectors reads the vectors of the given words from a file in the text
// format of GloVe, or the text or binary format of word2vec, which is also
// fastText's .vec; gzip-compressed or not. The format is told by the content.
// The file is read as a stream, and only vectors of words are kept.
//
// words[i] is the word of Rows[i], and so of an embedding's row i: an empty word,
// such as that of the padding id, is passed over. Of words that the file holds
// more than once the first counts. A word with spaces in it, of which GloVe's
// 840B file has some, is what stands before the last Dim numbers.
//
// A header may announce another number of vectors than the file holds: all of them
// are read, and Vectors.Warning tells.
//
// It errs, in one line with the path and the line or the number of the vector in
// it, for a vector of another width than the first or the header's, a number that
// is not finite in a vector that is kept, a file that is cut short within a vector,
// without any vector or of another kind, and if ctx ends.
//
// Pennington et al., GloVe: global vectors for word representation, 2014; Mikolov
// et al., Efficient estimation of word representations in vector space, 2013.
func ReadVectors(ctx context.Context, path string, words []string, o VectorOptions) (*Vectors, error) {
	v, err := readVectors(ctx, path, words, o)
	return v, errors.Wrapf(err, "reading vectors from %s", path)
}

func readVectors(ctx context.Context, path string, words []string, o VectorOptions) (*Vectors, error) {
	k, err := newKept(words, o)
	if err != nil {
		return nil, err
	}
	f, err := input.Open(ctx, path)
	if err != nil {
		return nil, input.Reason(err)
	}
	defer f.Close()
	in := bufio.NewReaderSize(f, longestLine)
	if magic, err := in.Peek(2); err == nil && string(magic) == "\x1f\x8b" {
		zr, err := gzip.NewReader(in)
		if err != nil {
			return nil, vectorError(err)
		}
		in = bufio.NewReaderSize(zr, longestLine)
	}
	if err := k.read(in); err != nil {
		return nil, vectorError(input.Reason(err))
	}
	return k.vectors(), nil
}

// longestLine bounds a line, or a word of the binary format. A vector has some
// hundred numbers of some ten bytes.
const longestLine = 1 << 20

// maxDim bounds the width of vectors, and so what a header may claim: a damaged one must
// not eat the memory.
const maxDim = 1 << 16

// vectorError puts the errors of gzip and a file's end into words.
func vectorError(err error) error {
	var corrupt flate.CorruptInputError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the file is cut short")
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum), errors.As(err, &corrupt):
		return errors.Errorf("the file is damaged (%v)", err)
	}
	return err
}

// kept are the vectors that were found so far.
type kept struct {
	Vectors
	words  []string
	counts []int
	exact  map[string]int   // a word's row
	lower  map[string][]int // rows of the words with that lower case form
	// Vectors that stand for another case until the word itself is found.
	fallback map[int][]float32
}

func newKept(words []string, o VectorOptions) (*kept, error) {
	if o.Counts != nil && len(o.Counts) != len(words) {
		return nil, errors.Errorf("%d counts for %d words", len(o.Counts), len(words))
	}
	k := &kept{
		words: words, counts: o.Counts,
		exact: make(map[string]int, len(words)), lower: map[string][]int{}, fallback: map[int][]float32{},
	}
	k.Rows = make([][]float32, len(words))
	for i, w := range words {
		if w == "" {
			continue
		}
		if first, ok := k.exact[w]; ok {
			return nil, errors.Errorf("the word %q is asked for twice, as %d and %d", w, first, i)
		}
		k.exact[w] = i
		k.Words++
		if low := strings.ToLower(w); o.Lower && low != w {
			k.lower[low] = append(k.lower[low], i)
		}
	}
	return k, nil
}

// read reads all vectors, in the format that the first bytes tell.
func (k *kept) read(in *bufio.Reader) error {
	head, err := in.Peek(512)
	if err != nil && err != io.EOF {
		return err
	}
	if len(head) == 0 {
		return errors.New("the file is empty")
	}
	first, rest, _ := bytes.Cut(head, []byte("\n"))
	n, dim, hasHeader := vectorHeader(first)
	if hasHeader {
		k.Dim = dim
	}
	read := k.readText
	switch {
	case hasHeader && (n < 0 || dim < 1 || dim > maxDim):
		return errors.Errorf("line 1 announces %d vectors of width %d, want at least 0 of 1 to %d", n, dim, maxDim)
	case hasHeader && !isText(rest):
		k.Format, read = "word2vec binary", k.readBinary
	case !isText(head):
		return errors.New("it is neither text nor word2vec's binary format")
	case hasHeader:
		k.Format = "word2vec text"
	default:
		k.Format = "GloVe text"
	}
	if err := read(in); err != nil {
		return err
	}
	switch {
	case k.InFile == 0:
		return errors.New("line 1 is a header, and no vectors follow")
	case hasHeader && k.InFile != n:
		k.Warning = fmt.Sprintf("line 1 announces %d vectors, %d follow", n, k.InFile)
	}
	return nil
}

// vectorHeader reads word2vec's first line: the number of vectors and their width.
func vectorHeader(line []byte) (n, dim int, ok bool) {
	fields := bytes.Fields(line)
	if len(fields) != 2 {
		return 0, 0, false
	}
	n, err := strconv.Atoi(string(fields[0]))
	dim, err2 := strconv.Atoi(string(fields[1]))
	return n, dim, err == nil && err2 == nil
}

// isText reports whether b, which may end within a letter, can be text: binary
// vectors are full of control characters.
func isText(b []byte) bool {
	for len(b) > 0 {
		if !utf8.FullRune(b) {
			return true // the rest of the letter follows
		}
		r, size := utf8.DecodeRune(b)
		switch {
		case r == utf8.RuneError && size == 1:
			return false
		case r < ' ' && r != '\t' && r != '\n' && r != '\r':
			return false
		}
		b = b[size:]
	}
	return true
}

// wants reports whether a vector of the file's word is of use.
func (k *kept) wants(word []byte) bool {
	if i, ok := k.exact[string(word)]; ok && k.Rows[i] == nil {
		return true
	}
	return len(k.lower) > 0 && len(k.lower[string(word)]) > 0
}

// keep stores the vector of the file's word; the first one counts.
func (k *kept) keep(word []byte, vector []float32) error {
	for _, x := range vector {
		if x := float64(x); math.IsNaN(x) || math.IsInf(x, 0) {
			return errors.Errorf("the vector of %q holds %v", word, x)
		}
	}
	if i, ok := k.exact[string(word)]; ok && k.Rows[i] == nil {
		k.Rows[i] = vector
	}
	for _, i := range k.lower[string(word)] {
		if k.fallback[i] == nil {
			k.fallback[i] = vector
		}
	}
	return nil
}

// vectors fills in the fallbacks and counts.
func (k *kept) vectors() *Vectors {
	var all, found float64
	for i, w := range k.words {
		if w == "" {
			continue
		}
		if k.Rows[i] == nil && k.fallback[i] != nil {
			k.Rows[i] = k.fallback[i]
			k.Lowered++
		}
		if k.Rows[i] != nil {
			k.Found++
		}
		if k.counts != nil {
			all += float64(k.counts[i])
			if k.Rows[i] != nil {
				found += float64(k.counts[i])
			}
		}
	}
	if all > 0 {
		k.Tokens = found / all
	}
	return &k.Vectors
}
