package datasets

import (
	"context"
	"fmt"
	"io"
	"iter"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
	"unique"

	"github.com/pkg/errors"

	"unroll/internal/choice"
	"unroll/internal/show"
)

// Record is one text as a source holds it.
type Record struct {
	ID    string // where it stands, unique within a source: "reviews.csv:17" (the line it begins in), "train/pos/576_10.txt"
	Text  string // always UTF-8; blank only with RecordOptions.KeepEmpty
	Label string // without white space around it; "" if the source has none
	// Labels are those of a text of which the source states several, or may: split by
	// RecordOptions.LabelDelimiter, a list in JSON, or more than one in fastText. They
	// differ, have no white space around them, and Label is "" then; of a text without a
	// label they are empty. Nil where the source states one label.
	Labels []string
	Group  string // of the group column; "" if there is none
	File   string // the path it was read from, as given to Records
	Part   string // "train" or "test" where the source's folders say so, else ""
	// Columns are the values of RecordOptions.Columns, without white space around them;
	// "" where a row has none.
	Columns []string
}

// RecordOptions says how to read labelled texts. The zero value finds out
// everything by itself and accepts no bad row.
type RecordOptions struct {
	// Format is one of Formats; "" tells it by the first bytes, and by the name where
	// these leave it open.
	Format string
	// The columns: a header's name, or a number from 1; in JSON lines the path of a
	// field, such as "review.body" or "tags.0". "" guesses the text's and the
	// label's among well-known names, and reads no group. Several text columns are one
	// text, as text.Join makes it of them in this order; it is empty if all are.
	TextColumns              []string
	LabelColumn, GroupColumn string
	// Columns are others to read, such as numbers, by names or paths as above.
	Columns []string
	// Delimiter separates the columns of CSV; 0 tells it among , ; tab and |.
	Delimiter rune
	// LabelDelimiter stands between the labels of a text in the label column of a table
	// or in a string of JSON lines: ";" of "billing; bug". "" takes a label as it is. A
	// text may have no label then.
	LabelDelimiter string
	// Header is one of Headers; "" tells it by the rows of the beginning.
	Header string
	// Encoding is that of the texts by a name of the WHATWG's Encoding Standard, such
	// as windows-1252, euc-kr or utf-16; "" tells it by the first bytes where that is
	// safe, and takes all else for UTF-8. A byte order mark goes before it.
	Encoding string
	// NoLabels accepts texts without a label, as prediction needs.
	NoLabels bool
	// KeepEmpty gives texts that are empty too, and the empty lines of the format
	// lines, so that there is one for each row.
	KeepEmpty bool
	// Check, if not nil, says what else is wrong with a record: then its row is bad.
	Check func(*Record) error
	// SkipBad is how many bad rows are passed over, in all paths together; SkipAll is
	// as many as there are.
	SkipBad int
	// OnBad, if not nil, is called with each row passed over.
	OnBad func(*BadRow)
	// Note, if not nil, is called with a line for people about what was found out or
	// left out: an encoding, a header that is repeated, files that are no texts.
	Note func(line string)
	// Stdin is what the path "-" reads.
	Stdin io.Reader
	// Called, if not nil, says what a file is called in IDs and errors in place of its
	// path.
	Called func(path string) string
}

// SkipAll is a RecordOptions.SkipBad without end.
const SkipAll = math.MaxInt

// MaxRow is how many bytes a row may have, a line, or a file or an archive's entry that
// holds a text: 16 MiB, more than three times the text of the Bible. Larger ones are
// whole files whose quotes or line ends are not what they should be.
const MaxRow = 16 << 20

// maxValues is how many values a line of JSON may hold: each takes up to a hundred bytes.
const maxValues = 1 << 20

// Records reads the texts of paths, one path after the other, as a stream: memory
// holds a row, not a file, in some ten times its size and up to 120 MiB more for columns,
// labels and values of JSON, of which there are limits. A path is a folder, a file or "-"; a file may be
// compressed with gzip or Zstandard, which its first bytes tell. The formats:
//
//	csv       rows of columns, with or without a header; fields may be quoted and
//	          hold newlines (RFC 4180)
//	tsv       the same with tabs; quotes are part of the text, unless the file has
//	          some and its beginning parses as CSV does. A first line sep=; names the
//	          delimiter of either.
//	jsonl     a JSON object a line; its label may be a list of labels, empty or not
//	fasttext  __label__x, once or several times, and a text a line
//	lines     a text a line, without labels
//	folder    DIR/CLASS/*.txt or DIR/{train,test}/CLASS/*.txt, as aclImdb has it, or
//	          a tar archive of DIR or of its folders
//
// Folders are read in order: train before test, then classes and files by the bytes
// of their names, but runs of digits by their numbers (9_7 before 10_9); an archive
// in its own order. Texts are files named .txt, in any case, or without extension
// (but README and the like); others, and texts in no class folder or in aclImdb's
// unsup, are counted for Note, as is what is never opened: pipes, sockets and devices in a
// folder, links that are absolute or lead out of it, and links in an archive. A path that is
// given may itself be a link or a pipe. Hidden files are left out. To tell the class folders of
// an archive, up to 64 MiB of its texts may be held. Empty
// lines are no rows. In a quoted field \r\n becomes \n. Where the first line ends in \r
// alone, as on old Macintoshes, so may all lines.
//
// A row that repeats the header is passed over, see Note; one with its names in
// another order is bad. Columns without a name at the end are left out, as are
// empty ones beyond the header's.
//
// Columns that are not named are found by well-known names, such as review and
// rating; of two columns without such names, the one with more text is the text.
//
// White space around labels is removed. Of several labels of a text, empty ones and
// those that it has already are left out and counted for Note.
//
// A row is bad if its text is empty or not UTF-8 or holds a NUL byte, its label is
// missing, it has more than MaxColumns labels, its columns are not as many as the first row's, or its format is broken.
// A bad row ends the reading with an error such as
//
//	reviews.csv: row 12 (line 17): 2 columns, want 3
//
// unless RecordOptions.SkipBad allows for it; rows are counted from 1, the header
// among them. Reading also ends with an error, which names the path, if a file
// cannot be read, is cut short, damaged or of no known kind, if its columns cannot
// be told, and if ctx ends (the error then wraps ctx.Err()).
func Records(ctx context.Context, paths []string, o RecordOptions) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		if err := o.check(); err != nil {
			yield(Record{}, err)
			return
		}
		o.TextColumns = slices.DeleteFunc(slices.Clone(o.TextColumns), func(name string) bool { return name == "" })
		skipped := 0
		for _, path := range paths {
			var out leftOut
			for r, err := range o.rows(ctx, path) {
				name := o.pathName(path)
				if err != nil {
					yield(Record{}, errors.Wrap(err, name))
					return
				}
				if r.bad == nil {
					r.bad = r.finish(o)
				}
				if r.bad == nil {
					r.several(&out)
					r.File = path
					if !yield(r.Record, nil) {
						return
					}
					continue
				}
				bad := &BadRow{Path: name, Place: r.place(), Reason: r.bad}
				if skipped == o.SkipBad {
					err = bad
					if skipped > 0 {
						err = fmt.Errorf("%w, after %s skipped", bad, show.Plural(skipped, "bad row"))
					}
					yield(Record{}, err)
					return
				}
				skipped++
				if o.OnBad != nil {
					o.OnBad(bad)
				}
			}
			out.tell(o, path)
		}
	}
}

// Texts yields the texts of records, for what counts or encodes texts.
func Texts(records iter.Seq2[Record, error]) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for r, err := range records {
			if !yield(r.Text, err) || err != nil {
				return
			}
		}
	}
}

// pathName is a path for people.
func (o RecordOptions) pathName(path string) string {
	if o.Called != nil {
		return o.Called(path)
	}
	if path == "-" {
		return "standard input"
	}
	return path
}

func (o RecordOptions) note(path, line string) {
	if o.Note != nil {
		o.Note(o.pathName(path) + ": " + line)
	}
}

func (o RecordOptions) check() error {
	if _, err := charsetByName(o.Encoding); err != nil {
		return err
	}
	if err := choice.Check("format", o.Format, Formats()); err != nil {
		return err
	}
	if err := o.checkLabelDelimiter(); err != nil {
		return err
	}
	switch {
	case o.Header != "" && choice.Want(o.Header, Headers()) != nil:
		return errors.Errorf("Header is %q, want %s or nothing", o.Header, strings.Join(choice.Names(Headers()), ", "))
	case o.SkipBad < 0:
		return errors.Errorf("SkipBad is %d, want at least 0", o.SkipBad)
	case o.Delimiter != 0 && (strings.ContainsRune("\"\r\n\uFFFD", o.Delimiter) || !utf8.ValidRune(o.Delimiter)):
		return errors.Errorf("%q cannot be a delimiter", o.Delimiter)
	}
	return nil
}

// BadRow says what is wrong with a row.
type BadRow struct {
	Path   string // "standard input" for "-"
	Place  string // within the path: "row 12 (line 17)", "line 3", "pos/1.txt"
	Reason error
}

func (b *BadRow) Error() string { return fmt.Sprintf("%s: %s: %v", b.Path, b.Place, b.Reason) }

// Unwrap returns the reason.
func (b *BadRow) Unwrap() error { return b.Reason }

// row is a record with its place, or what is wrong with it.
type row struct {
	Record
	number, line int    // from 1; number is 0 where rows are lines, both are 0 where rows are files
	file         string // where rows are files
	bad          error
}

func (r *row) place() string {
	switch {
	case r.line == 0:
		return r.file
	case r.number == 0:
		return fmt.Sprintf("line %d", r.line)
	}
	return fmt.Sprintf("row %d (line %d)", r.number, r.line)
}

// finish checks the row and frees its label and group from the text they were cut
// out of: they are few and outlive it.
func (r *row) finish(o RecordOptions) error {
	r.Label = unique.Make(strings.TrimSpace(r.Label)).Value()
	r.Group = unique.Make(strings.TrimSpace(r.Group)).Value()
	if len(r.Labels) > MaxColumns {
		return errors.Errorf("it has %d labels, want at most %d", len(r.Labels), MaxColumns)
	}
	for i, v := range r.Columns {
		r.Columns[i] = strings.TrimSpace(v)
	}
	for _, s := range slices.Concat([]string{r.Text, r.Label, r.Group}, r.Labels, r.Columns) {
		if err := CheckUTF8(s); err != nil {
			return err
		}
		if strings.IndexByte(s, 0) >= 0 {
			return errors.New("it holds a NUL byte")
		}
	}
	switch {
	case strings.TrimSpace(r.Text) == "" && !o.KeepEmpty:
		return errors.New("the text is empty")
	case r.Label == "" && r.Labels == nil && !o.NoLabels:
		return errors.New("the label is missing")
	}
	if o.Check != nil {
		return o.Check(&r.Record)
	}
	return nil
}
