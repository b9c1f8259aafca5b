package datasets

import (
	"bytes"
	"context"
	"io"
	"iter"
	"path/filepath"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/pkg/errors"
)

// extensions are the names that tell a format, without .gz or .zst, as long as the
// content does not tell another.
var extensions = map[string]string{
	".csv": "csv", ".tsv": "tsv", ".tab": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl",
}

// rows reads one path.
func (o RecordOptions) rows(ctx context.Context, path string) iter.Seq2[row, error] {
	return func(yield func(row, error) bool) {
		if path != "-" && isDir(path) {
			if o.Format != "" && o.Format != "folder" {
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
		format, err := o.format(path, s)
		if err != nil {
			yield(row{}, err)
			return
		}
		if c := s.charset; c.decoder != nil {
			given := yield
			yield = func(r row, err error) bool {
				if r.bad == nil && strings.ContainsRune(r.Text+r.Label+r.Group, utf8.RuneError) {
					r.bad = errors.Errorf("it is not %s", c.name)
				}
				return given(r, err)
			}
		}
		switch format {
		case "csv", "tsv":
			o.table(path, s, format, yield)
		case "jsonl":
			o.jsonLines(s, yield)
		case "fasttext":
			fastText(s, yield)
		case "lines":
			plainLines(s, o.KeepEmpty, yield)
		case "folder":
			o.archive(path, s, yield)
		}
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
	if err := foreignFormat(comeSoFar(s.raw)); err != nil {
		return "", err
	}
	format := o.Format
	if format == "" || format == "folder" {
		block, _ := s.raw.Peek(512)
		switch isTar := len(block) == 512 && string(block[257:262]) == "ustar"; {
		case isTar:
			s.bytes()
			return "folder", o.noTable(path)
		case format == "folder":
			return "", errors.New("it is neither a folder nor a tar archive of one")
		}
	}
	say, err := s.text(o.Encoding, format == "" || format == "csv" || format == "tsv")
	if err != nil {
		return "", err
	}
	for _, line := range say {
		o.note(path, line)
	}
	if _, err := s.in.Peek(1); err == io.EOF {
		return "", errors.New("it is empty")
	}
	s.readSep(format)
	if format == "" {
		format = o.sniff(path, s)
	}
	switch {
	case format == "" && archiveName.MatchString(path):
		return "", errors.New("it is not a gzip-compressed tar archive (.tar.gz), whatever its name says, and of no format that can be told by its first bytes")
	case format == "":
		return "", errors.New("its format cannot be told by its name or first bytes: name one of csv, tsv, jsonl, fasttext, lines")
	case format == "lines" && !o.NoLabels:
		return "", errors.New("the format lines has no labels")
	case format == "fasttext" || format == "lines":
		return format, o.noTable(path)
	case format == "jsonl":
		o.noteTable(path)
	}
	return format, nil
}

var archiveName = regexp.MustCompile(`(?i)\.(tar|tgz|tar\.gz|tar\.zst)$`)

// sepLine is how Excel's files may name their delimiter.
var sepLine = regexp.MustCompile(`^(?i:"?sep=([^\r\n"]))"?\r?\n`)

// readSep takes such a line off the beginning of a table.
func (s *source) readSep(format string) {
	if format != "" && format != "csv" && format != "tsv" {
		return
	}
	head, _ := s.head()
	if m := sepLine.FindSubmatch(head[:min(16, len(head))]); m != nil {
		s.sep, _ = utf8.DecodeRune(m[1])
		s.in.Discard(len(m[0]))
		s.first = 1
	}
}

var errNoColumns = errors.New("it has no columns, but one is named")

// noTable refuses columns of what has none.
func (o RecordOptions) noTable(path string) error {
	o.noteTable(path)
	if o.namesColumns() {
		return errNoColumns
	}
	return nil
}

// noteTable tells of what only a table has a use for.
func (o RecordOptions) noteTable(path string) {
	if o.Delimiter != 0 {
		o.note(path, "the delimiter has no effect: it is no table")
	}
	if o.Header != "" {
		o.note(path, "what is said of a header has no effect: it is no table")
	}
}

func (o RecordOptions) namesColumns() bool {
	return o.TextColumn != "" || o.LabelColumn != "" || o.GroupColumn != ""
}

// sniff tells the format of text by its content, and by its name where that leaves
// it open. Prose has commas too, so where no labels are needed it takes a column's
// name or a telling extension to read columns.
func (o RecordOptions) sniff(path string, s *source) string {
	head, all := s.head()
	text := bytes.TrimLeft(head, " \t\r\n")
	name := strings.TrimSuffix(strings.TrimSuffix(strings.ToLower(path), ".gz"), ".zst")
	named := extensions[filepath.Ext(name)]
	switch {
	case s.sep != 0:
		return "csv"
	case bytes.HasPrefix(text, []byte("{")) && (named == "" || named == "jsonl" || firstLineIsObject(text)):
		return "jsonl"
	case named == "jsonl" && (len(text) == 0 || text[0] == '['):
		return "jsonl"
	case bytes.HasPrefix(text, []byte(fastTextPrefix)):
		return "fasttext"
	case named == "csv", named == "tsv" && bytes.IndexByte(head, '\t') >= 0:
		return named
	case o.NoLabels && named == "" && !o.namesColumns() && o.Delimiter == 0:
		return "lines"
	}
	delimiter := o.Delimiter
	if delimiter == 0 {
		delimiter = detectDelimiter(head, all)
	}
	switch delimiter {
	case 0:
		return named
	case '\t':
		return "tsv"
	}
	return "csv"
}

func firstLineIsObject(text []byte) bool {
	line, _, _ := bytes.Cut(text, []byte("\n"))
	_, err := parseObject(line)
	return err == nil
}
