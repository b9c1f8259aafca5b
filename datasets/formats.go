package datasets

import (
	"bytes"
	"context"
	"io"
	"iter"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/pkg/errors"

	"unroll/internal/choice"
)

// format is how a file holds texts. A new one is a row of formats and its reader.
type format struct {
	extensions string // of names, separated by spaces
	columns    columnsKind
	noLabels   bool // it has none
	// begins tells the format by the beginning of a file. named is the format that the
	// file's name tells, "" if it tells none. Nil tells nothing.
	begins func(head []byte, named string) bool
	read   func(o RecordOptions, path string, s *source, yield func(row, error) bool)
}

// columnsKind is what a format has to choose texts and labels from.
type columnsKind int

const (
	noColumns columnsKind = iota
	fields                // of objects, by their paths
	table                 // between delimiters, perhaps below a header
)

// formats are those of files, in the order in which their beginnings are tried.
var formats = choice.Table[format]{
	{Name: "csv", Help: "rows of columns, quoted as in RFC 4180", Value: format{
		extensions: ".csv", columns: table, read: func(o RecordOptions, path string, s *source, yield func(row, error) bool) {
			o.table(path, s, "csv", yield)
		},
	}},
	{Name: "tsv", Help: "columns between tabs, quoted or not", Value: format{
		extensions: ".tsv .tab", columns: table, read: func(o RecordOptions, path string, s *source, yield func(row, error) bool) {
			o.table(path, s, "tsv", yield)
		},
	}},
	{Name: "jsonl", Help: "a JSON object a line", Value: format{
		extensions: ".jsonl .ndjson .json", columns: fields, begins: beginsJSON, read: func(o RecordOptions, _ string, s *source, yield func(row, error) bool) { o.jsonLines(s, yield) },
	}},
	{Name: "fasttext", Help: "__label__x and a text a line", Value: format{
		begins: func(head []byte, _ string) bool { return bytes.HasPrefix(head, []byte(fastTextPrefix)) },
		read:   func(_ RecordOptions, _ string, s *source, yield func(row, error) bool) { fastText(s, yield) },
	}},
	{Name: "lines", Help: "a text a line, without labels", Value: format{
		noLabels: true, read: func(o RecordOptions, _ string, s *source, yield func(row, error) bool) {
			plainLines(s, o.KeepEmpty, yield)
		},
	}},
	{Name: folder, Help: "CLASS/*.txt or {train,test}/CLASS/*.txt, on disk or in a tar archive", Value: format{
		read: RecordOptions.archive,
	}},
}

// folder is the one format that may be no file.
const folder = "folder"

// Formats yields the names of the formats with what they are.
func Formats() iter.Seq2[string, string] { return formats.All() }

// headers say whether the first row names the columns.
var headers = choice.Table[bool]{
	{Name: "yes", Help: "the first row names the columns", Value: true},
	{Name: "no", Help: "the first row is data"},
}

// Headers yields what may be said of the first row of a table.
func Headers() iter.Seq2[string, string] { return headers.All() }

// rows reads one path.
func (o RecordOptions) rows(ctx context.Context, path string) iter.Seq2[row, error] {
	return func(yield func(row, error) bool) {
		if path != "-" && isDir(path) {
			if o.Format != "" && o.Format != folder {
				yield(row{}, errors.Errorf("it is a folder, want a file of format %s", o.Format))
				return
			}
			if err := o.noTable(path); err != nil {
				yield(row{}, err)
				return
			}
			o.folder(ctx, path, yield)
			return
		}
		s, err := openSource(ctx, path, o.Stdin)
		if err != nil {
			yield(row{}, err)
			return
		}
		defer s.Close()
		if o.Called != nil {
			s.name = o.Called(path)
		}
		name, err := o.format(path, s)
		if err != nil {
			yield(row{}, err)
			return
		}
		if c := s.charset; c != nil && c.decoder != nil {
			given := yield
			yield = func(r row, err error) bool {
				if r.bad == nil && strings.ContainsRune(r.Text+r.Label+strings.Join(r.Labels, "")+r.Group+strings.Join(r.Columns, ""), utf8.RuneError) {
					r.bad = errors.Errorf("it is not %s", c.name)
				}
				return given(r, err)
			}
		}
		f, _ := formats.Find(name)
		f.read(o, path, s, yield)
	}
}

// format tells the format by the options, the first bytes and the name, and
// prepares the source for it. It waits for no more of a pipe than it needs.
func (o RecordOptions) format(path string, s *source) (string, error) {
	start, err := s.raw.Peek(4)
	switch {
	case len(start) > 0:
	case err == io.EOF:
		return "", errors.New("it is empty")
	default:
		return "", err
	}
	head, _ := comeSoFar(s.raw)
	if err := foreignFormat(head); err != nil {
		return "", err
	}
	name := o.Format
	if name == "" || name == folder {
		block, _ := s.raw.Peek(512)
		switch isTar := len(block) == 512 && string(block[257:262]) == "ustar"; {
		case isTar:
			s.bytes()
			return folder, o.noTable(path)
		case name == folder:
			return "", errors.New("it is neither a folder nor a tar archive of one")
		}
	}
	f, _ := formats.Find(name)
	maybeTable := name == "" || f.columns == table
	s.text(o.Encoding, maybeTable, func(line string) { o.note(path, line) })
	if _, err := s.in.Peek(1); err == io.EOF {
		return "", errors.New("it is empty")
	}
	if maybeTable {
		s.readSep()
	}
	if name == "" {
		name = o.sniff(path, s)
		f, _ = formats.Find(name)
	}
	switch {
	case name == "" && archiveName.MatchString(path):
		return "", errors.New("it is not a gzip-compressed tar archive (.tar.gz), despite its name, and its format cannot be detected")
	case name == "":
		names := slices.DeleteFunc(choice.Names(Formats()), func(name string) bool { return name == folder })
		return "", errors.Errorf("its format cannot be detected: name one of %s", strings.Join(names, ", "))
	case f.noLabels && !o.NoLabels:
		return "", errors.Errorf("the format %s has no labels", name)
	case f.columns == noColumns:
		return name, o.noTable(path)
	case f.columns == fields:
		o.noteTable(path)
	}
	return name, nil
}

var archiveName = regexp.MustCompile(`(?i)\.(tar|tgz|tar\.gz|tar\.zst)$`)

// sepLine is how Excel's files may name their delimiter.
var sepLine = regexp.MustCompile(`^(?i:"?sep=([^\r\n"]))"?\r?\n`)

// readSep takes such a line off the beginning of a table.
func (s *source) readSep() {
	head, _ := s.head()
	if m := sepLine.FindSubmatch(head[:min(16, len(head))]); m != nil {
		s.sep, _ = utf8.DecodeRune(m[1])
		s.in.Discard(len(m[0]))
		s.first = 1
	}
}

var errNoColumns = errors.New("this format has no columns, but one is named")

// noTable refuses columns of what has none.
func (o RecordOptions) noTable(path string) error {
	o.noteTable(path)
	if o.namesColumns() {
		return errNoColumns
	}
	if o.LabelDelimiter != "" {
		o.note(path, "the label delimiter has no effect: the file has no label column")
	}
	return nil
}

// noteTable tells of what only a table has a use for.
func (o RecordOptions) noteTable(path string) {
	if o.Delimiter != 0 {
		o.note(path, "the delimiter has no effect: the file is not a table")
	}
	if o.Header != "" {
		o.note(path, "the header setting has no effect: the file is not a table")
	}
}

func (o RecordOptions) namesColumns() bool { return len(o.named()) > 0 }

// named are the columns that the options name.
func (o RecordOptions) named() []string {
	all := slices.Concat(o.TextColumns, []string{o.LabelColumn, o.GroupColumn}, o.Columns)
	return slices.DeleteFunc(all, func(name string) bool { return name == "" })
}

// sniff tells the format of text by its content, and by its name where that leaves
// it open. Prose has commas too, so where no labels are needed it takes a column's
// name or a telling extension to read columns.
func (o RecordOptions) sniff(path string, s *source) string {
	head, all := s.head()
	text := bytes.TrimLeft(head, " \t\r\n")
	named := namedFormat(path)
	if s.sep != 0 {
		return "csv"
	}
	for _, f := range formats {
		if f.Value.begins != nil && f.Value.begins(text, named) {
			return f.Name
		}
	}
	f, _ := formats.Find(named)
	switch {
	case f.columns == table && (named != "tsv" || bytes.IndexByte(head, '\t') >= 0):
		return named
	case o.NoLabels && named == "" && !o.namesColumns() && o.Delimiter == 0:
		return "lines"
	}
	delimiter := o.Delimiter
	if delimiter == 0 {
		delimiter = detectDelimiter(head, all, o.LabelDelimiter)
	}
	switch delimiter {
	case 0:
		return named
	case '\t':
		return "tsv"
	}
	return "csv"
}

// namedFormat is the format that a name tells, without .gz or .zst.
func namedFormat(path string) string {
	ext := filepath.Ext(strings.TrimSuffix(strings.TrimSuffix(strings.ToLower(path), ".gz"), ".zst"))
	for _, f := range formats {
		if ext != "" && slices.Contains(strings.Fields(f.Value.extensions), ext) {
			return f.Name
		}
	}
	return ""
}
