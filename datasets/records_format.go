package datasets

import (
	"bytes"
	"context"
	"io"
	"iter"
	"path/filepath"
	"strings"

	"github.com/pkg/errors"
)

// extensions are the names that tell a format, without .gz or .zst.
var extensions = map[string]string{
	".csv": "csv", ".tsv": "tsv", ".tab": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl",
}

// foreign are the first bytes of files that people mistake for text.
var foreign = []struct{ magic, name string }{
	{"\xff\xfe", "UTF-16"},
	{"\xfe\xff", "UTF-16"},
	{"PK\x03\x04", "a zip archive or a spreadsheet"},
	{"\xfd7zX", "compressed with xz"},
	{"PAR1", "Parquet"},
}

// rows reads one path.
func (o RecordOptions) rows(ctx context.Context, path string) iter.Seq2[row, error] {
	return func(yield func(row, error) bool) {
		if path != "-" && isDir(path) {
			if o.Format != "" && o.Format != "folder" {
				yield(row{}, errors.Errorf("it is a folder, want a file of format %s", o.Format))
				return
			}
			if o.namesColumns() {
				yield(row{}, errNoColumns)
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
		format, err := o.format(path, s)
		if err != nil {
			yield(row{}, err)
			return
		}
		switch format {
		case "csv", "tsv":
			o.table(s, format, yield)
		case "jsonl":
			o.jsonLines(s, yield)
		case "fasttext":
			fastText(s, yield)
		case "lines":
			plainLines(s, yield)
		case "folder":
			archive(s, yield)
		}
	}
}

// format tells the format by the options, the name and the first bytes, in this
// order. It waits for no more of a pipe than it needs.
func (o RecordOptions) format(path string, s *source) (string, error) {
	start, err := s.in.Peek(4)
	switch {
	case len(start) > 0:
	case err == io.EOF:
		return "", errors.New("it is empty")
	default:
		return "", err
	}
	for _, f := range foreign {
		if bytes.HasPrefix(start, []byte(f.magic)) {
			return "", errors.Errorf("it is %s, want UTF-8 text", f.name)
		}
	}
	format := o.Format
	if format == "" {
		name := strings.TrimSuffix(strings.TrimSuffix(strings.ToLower(path), ".gz"), ".zst")
		format = extensions[filepath.Ext(name)]
	}
	if format == "" || format == "folder" {
		if block, _ := s.in.Peek(512); len(block) == 512 && string(block[257:262]) == "ustar" {
			format = "folder"
		} else if format == "folder" {
			return "", errors.New("it is neither a folder nor a tar archive of one")
		}
	}
	if format == "" {
		format = o.sniff(s)
	}
	switch {
	case format == "":
		return "", errors.New("its format cannot be told by its name or first bytes: name one of csv, tsv, jsonl, fasttext, lines")
	case format == "lines" && !o.NoLabels:
		return "", errors.New("the format lines has no labels")
	case o.namesColumns() && (format == "fasttext" || format == "lines" || format == "folder"):
		return "", errNoColumns
	}
	return format, nil
}

var errNoColumns = errors.New("it has no columns, but one is named")

func (o RecordOptions) namesColumns() bool {
	return o.TextColumn != "" || o.LabelColumn != "" || o.GroupColumn != ""
}

// sniff tells the format of text whose name says nothing. Prose has commas too, so
// where no labels are needed it takes a column's name to read columns.
func (o RecordOptions) sniff(s *source) string {
	head, all := s.head()
	text := bytes.TrimLeft(head, " \t\r\n")
	switch {
	case bytes.HasPrefix(text, []byte("{")):
		return "jsonl"
	case bytes.HasPrefix(text, []byte(fastTextPrefix)):
		return "fasttext"
	case o.NoLabels && !o.namesColumns() && o.Delimiter == 0:
		return "lines"
	}
	delimiter := o.Delimiter
	if delimiter == 0 {
		delimiter = detectDelimiter(head, all)
	}
	switch delimiter {
	case 0:
		return ""
	case '\t':
		return "tsv"
	}
	return "csv"
}
