package corpus

import (
	"encoding/json"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"unroll/cmd/sentiment/internal/usage"
	"unroll/datasets"
	"unroll/internal/choice"
)

// Settings say which texts are used, and how they are read and divided.
type Settings struct {
	Data           Paths `json:"data"`                      // auto, imdb, sample, or files and folders
	ValidationData Paths `json:"validation_data,omitempty"` // files of their own
	TestData       Paths `json:"test_data,omitempty"`

	Format      string  `json:"format,omitempty"`
	TextColumns Columns `json:"text_column,omitempty"` // joined in this order
	LabelColumn string  `json:"label_column,omitempty"`
	// Beside the text:
	NumberColumns   Columns `json:"number_column,omitempty"`
	CategoryColumns Columns `json:"category_column,omitempty"`

	GroupColumn    string `json:"group_column,omitempty"`
	Delimiter      string `json:"delimiter,omitempty"`
	LabelDelimiter string `json:"label_delimiter,omitempty"` // between several labels of a text
	Header         string `json:"header,omitempty"`
	Encoding       string `json:"encoding,omitempty"`
	SkipBad        Skip   `json:"skip_bad,omitempty"`
	Regression     bool   `json:"regression,omitempty"`

	Share float64 `json:"validation,omitempty"` // a fifth if 0
	Split string  `json:"split,omitempty"`
}

// Paths is a list in JSON; one alone may be a string.
type Paths []string

// Columns are the names of columns, in JSON as Paths are.
type Columns = Paths

// UnmarshalJSON implements json.Unmarshaler.
func (p *Paths) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*p = Paths{one}
		return nil
	}
	return json.Unmarshal(data, (*[]string)(p))
}

// Check refuses what no data can have.
func (s *Settings) Check() error {
	for flag, list := range map[string]Paths{"data": s.Data, "validation-data": s.ValidationData, "test-data": s.TestData} {
		if slices.Contains(list, "") {
			return usage.Errorf("--%s is empty, want auto, imdb, sample or a path", flag)
		}
	}
	if path := twice(s.Data, s.ValidationData, s.TestData); path != "" {
		return usage.Errorf("%s is given twice: each file can be part of the data only once", path)
	}
	if len(s.Data) > 1 {
		for _, name := range Named {
			if slices.Contains(s.Data, name) {
				return usage.Errorf("--data %s stands beside %s, want it alone", name, strings.Join(s.Data, " and "))
			}
		}
	}
	if len(s.Data) == 1 && slices.Contains(Named, s.Data[0]) {
		if err := s.checkReviews(); err != nil {
			return err
		}
	}
	for _, f := range []struct {
		flag, value string
		all         iter.Seq2[string, string]
	}{{"format", s.Format, datasets.Formats()}, {"header", s.Header, datasets.Headers()}, {"split", s.Split, datasets.Splits()}} {
		if err := usage.Choice(f.flag, f.value, f.all); err != nil {
			return err
		}
	}
	if err := s.checkColumns(); err != nil {
		return err
	}
	switch {
	case len(s.Data) == 0:
		return usage.Errorf("--data is empty, want auto, imdb, sample or a path")
	case utf8.RuneCountInString(s.Delimiter) > 1 && s.Delimiter != `\t`:
		return usage.Errorf("--delimiter is %q, want one character", s.Delimiter)
	case strings.ContainsAny(s.LabelDelimiter, "\"\r\n"):
		return usage.Errorf("--label-delimiter is %q, which cannot stand between labels", s.LabelDelimiter)
	case s.LabelDelimiter != "" && s.LabelDelimiter == s.Delimiter:
		return usage.Errorf("--label-delimiter is %q, as --delimiter is: columns and labels cannot have the same", s.LabelDelimiter)
	case s.Regression && s.LabelDelimiter != "":
		return usage.Errorf("--regression takes one number as label and cannot be used with --label-delimiter")
	case s.SkipBad < 0:
		return usage.Errorf("--skip-bad is %d, want at least 0, or all", int(s.SkipBad))
	case datasets.CheckEncoding(s.Encoding) != nil:
		return usage.Errorf("--encoding is %q, want a name such as %s", s.Encoding, choice.List(datasets.Encodings()))
	case s.Split == "group" && s.GroupColumn == "":
		return usage.Errorf("--split group needs --group-column")
	case s.Regression && s.Split == "stratified":
		return usage.Errorf("--split stratified needs classes and cannot be used with --regression")
	case s.Share != 0 && !(s.Share > 0 && s.Share < 1):
		return usage.Errorf("--validation is %v, want more than 0 and less than 1", s.Share)
	}
	return nil
}

// Named are the movie reviews that --data knows by name.
var Named = []string{"auto", "imdb", "sample"}

// checkReviews refuses what is for other texts than the movie reviews.
func (s *Settings) checkReviews() error {
	for _, f := range []struct {
		flag  string
		given bool
	}{
		{"format", s.Format != ""}, {"text-column", len(s.TextColumns) > 0}, {"label-column", s.LabelColumn != ""},
		{"number-column", len(s.NumberColumns) > 0}, {"category-column", len(s.CategoryColumns) > 0},
		{"group-column", s.GroupColumn != ""}, {"delimiter", s.Delimiter != ""}, {"label-delimiter", s.LabelDelimiter != ""}, {"header", s.Header != ""},
		{"encoding", s.Encoding != ""}, {"skip-bad", s.SkipBad != 0},
		{"validation-data", len(s.ValidationData) > 0}, {"test-data", len(s.TestData) > 0},
	} {
		if f.given {
			return usage.Errorf("--%s has no effect on the movie reviews, %s", f.flag, s.Data[0])
		}
	}
	switch {
	case s.Regression:
		return usage.Errorf("--regression needs numbers as labels; the movie reviews have classes")
	case s.Split == "file":
		return usage.Errorf("--split file needs several files; the movie reviews have their own split")
	}
	return nil
}

// options are those of datasets.Records.
func (s *Settings) options() datasets.RecordOptions {
	o := datasets.RecordOptions{
		Called: Called, Columns: s.beside(), Check: s.checkNumbers,
		Format: s.Format, TextColumns: s.TextColumns, LabelColumn: s.LabelColumn, GroupColumn: s.GroupColumn,
		Header: s.Header, Encoding: s.Encoding, SkipBad: int(s.SkipBad), LabelDelimiter: strings.ReplaceAll(s.LabelDelimiter, `\t`, "\t"),
	}
	if s.Delimiter == `\t` {
		o.Delimiter = '\t'
	} else if s.Delimiter != "" {
		o.Delimiter, _ = utf8.DecodeRuneInString(s.Delimiter)
	}
	return o
}

// InputFile holds, in a folder, the texts of standard input.
const InputFile = "standard-input"

// Called is what messages call a path: what was kept of standard input is that.
func Called(path string) string {
	if path == "-" || filepath.Base(path) == InputFile {
		return "standard input"
	}
	return path
}

// twice returns a path that stands more than once in lists, under one name or
// another, "" if there is none.
func twice(lists ...Paths) string {
	all := slices.Concat(lists...)
	for i, path := range all {
		info, err := os.Stat(path)
		for _, other := range all[:i] {
			if filepath.Clean(other) == filepath.Clean(path) {
				return path
			}
			if before, e := os.Stat(other); err == nil && e == nil && os.SameFile(before, info) {
				return path
			}
		}
	}
	return ""
}
