package main

import (
	"context"
	"encoding/json"
	"io/fs"
	"iter"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/pkg/errors"
	"github.com/spf13/pflag"

	"unroll/datasets"
	"unroll/internal/choice"
)

// dataSettings say which texts are used, and how they are read and divided.
type dataSettings struct {
	Data           paths `json:"data"`                      // auto, imdb, sample, or files and folders
	ValidationData paths `json:"validation_data,omitempty"` // files of their own
	TestData       paths `json:"test_data,omitempty"`

	Format      string `json:"format,omitempty"`
	TextColumn  string `json:"text_column,omitempty"`
	LabelColumn string `json:"label_column,omitempty"`
	GroupColumn string `json:"group_column,omitempty"`
	Delimiter   string `json:"delimiter,omitempty"`
	Header      string `json:"header,omitempty"`
	Encoding    string `json:"encoding,omitempty"`
	SkipBad     skip   `json:"skip_bad,omitempty"`
	Regression  bool   `json:"regression,omitempty"`

	Share float64 `json:"validation,omitempty"` // a fifth if 0
	Split string  `json:"split,omitempty"`
}

// paths is a list in JSON; one alone may be a string.
type paths []string

// UnmarshalJSON implements json.Unmarshaler.
func (p *paths) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*p = paths{one}
		return nil
	}
	return json.Unmarshal(data, (*[]string)(p))
}

// defaultShare is that of the texts which are validated on.
const defaultShare = 0.2

// readFlags are those that say how files are read.
func (s *dataSettings) readFlags(flags *pflag.FlagSet) {
	flags.StringVar(&s.Format, "format", "", "`format` of the files: "+choice.List(datasets.Formats())+" (default: what they look like)")
	flags.StringVar(&s.TextColumn, "text-column", "", "`column` of the text: its name, its number from 1, or a path in JSON (default: found by usual names)")
	flags.StringVar(&s.LabelColumn, "label-column", "", "`column` of the label")
	flags.StringVar(&s.Delimiter, "delimiter", "", "`character` between columns (default: found)")
	flags.StringVar(&s.Header, "header", "", "whether the first row names the columns: yes or no (default: found)")
	flags.StringVar(&s.Encoding, "encoding", "", "`name` of the texts' encoding, such as windows-1252, latin1, euc-kr or utf-16 (default: UTF-8, or what the first bytes tell)")
	flags.Var(&s.SkipBad, "skip-bad", "pass over so many bad `rows`, or all")
}

// partFlags are those that name the texts of a part.
func (s *dataSettings) partFlags(flags *pflag.FlagSet) {
	flags.StringArrayVar((*[]string)(&s.ValidationData), "validation-data", nil, "`file` of texts to validate on")
	flags.StringArrayVar((*[]string)(&s.TestData), "test-data", nil, "`file` of texts to test on")
}

// divideFlags are those that say how texts are divided.
func (s *dataSettings) divideFlags(flags *pflag.FlagSet) {
	s.partFlags(flags)
	flags.StringVar(&s.GroupColumn, "group-column", "", "`column` whose values are not to be in two parts of a split, such as an author")
	flags.BoolVar(&s.Regression, "regression", false, "labels are numbers to be estimated, not classes")
	flags.Float64Var(&s.Share, "validation", defaultShare, "`share` of the texts to validate on")
	flags.StringVar(&s.Split, "split", "", "`how` texts are divided: "+choice.List(datasets.Splits())+" (default: by group if there are groups, else by class)")
}

const dataHelp = "`texts`: auto, imdb, sample, a file, a folder or - for standard input; may be given again"

// check refuses what no data can have.
func (s *dataSettings) check() error {
	for flag, list := range map[string]paths{"data": s.Data, "validation-data": s.ValidationData, "test-data": s.TestData} {
		if slices.Contains(list, "") {
			return usagef("--%s is empty, want auto, imdb, sample or a path", flag)
		}
	}
	if path := twice(s.Data, s.ValidationData, s.TestData); path != "" {
		return usagef("%s is named twice: texts are read once, for one part", path)
	}
	if len(s.Data) > 1 {
		for _, name := range []string{"auto", "imdb", "sample"} {
			if slices.Contains(s.Data, name) {
				return usagef("--data %s stands beside %s, want it alone", name, strings.Join(s.Data, " and "))
			}
		}
	}
	if len(s.Data) == 1 && slices.Contains(named, s.Data[0]) {
		if err := s.checkMovies(); err != nil {
			return err
		}
	}
	switch {
	case len(s.Data) == 0:
		return usagef("--data is empty, want auto, imdb, sample or a path")
	case utf8.RuneCountInString(s.Delimiter) > 1 && s.Delimiter != `\t`:
		return usagef("--delimiter is %q, want one character", s.Delimiter)
	case !slices.Contains([]string{"", "yes", "no"}, s.Header):
		return usagef("--header is %q, want yes or no", s.Header)
	case s.SkipBad < 0:
		return usagef("--skip-bad is %d, want at least 0, or all", int(s.SkipBad))
	case datasets.CheckEncoding(s.Encoding) != nil:
		return usagef("--encoding: %v", datasets.CheckEncoding(s.Encoding))
	case choice.Check("--format", s.Format, datasets.Formats()) != nil:
		return usagef("%v", choice.Check("--format", s.Format, datasets.Formats()))
	case choice.Check("--split", s.Split, datasets.Splits()) != nil:
		return usagef("%v", choice.Check("--split", s.Split, datasets.Splits()))
	case s.Split == "group" && s.GroupColumn == "":
		return usagef("--split group wants a --group-column")
	case s.Regression && s.Split == "stratified":
		return usagef("--split stratified wants classes, not --regression")
	case s.Share != 0 && !(s.Share > 0 && s.Share < 1):
		return usagef("--validation is %v, want more than 0 and less than 1", s.Share)
	}
	return nil
}

// named are the movie reviews that --data knows by name.
var named = []string{"auto", "imdb", "sample"}

// checkMovies refuses what is for other texts than the movie reviews.
func (s *dataSettings) checkMovies() error {
	for _, f := range []struct {
		flag  string
		given bool
	}{
		{"format", s.Format != ""}, {"text-column", s.TextColumn != ""}, {"label-column", s.LabelColumn != ""},
		{"group-column", s.GroupColumn != ""}, {"delimiter", s.Delimiter != ""}, {"header", s.Header != ""},
		{"encoding", s.Encoding != ""}, {"skip-bad", s.SkipBad != 0},
		{"validation-data", len(s.ValidationData) > 0}, {"test-data", len(s.TestData) > 0},
	} {
		if f.given {
			return usagef("--%s has no effect on the movie reviews, %s", f.flag, s.Data[0])
		}
	}
	switch {
	case s.Regression:
		return usagef("--regression wants numbers as labels, the movie reviews have classes")
	case s.Split == "file":
		return usagef("--split file wants files, the movie reviews are one")
	}
	return nil
}

// options are those of datasets.Records.
func (s *dataSettings) options() datasets.RecordOptions {
	o := datasets.RecordOptions{
		Called: called,
		Format: s.Format, TextColumn: s.TextColumn, LabelColumn: s.LabelColumn, GroupColumn: s.GroupColumn,
		Header: s.Header, Encoding: s.Encoding, SkipBad: int(s.SkipBad),
	}
	if s.Delimiter == `\t` {
		o.Delimiter = '\t'
	} else if s.Delimiter != "" {
		o.Delimiter, _ = utf8.DecodeRuneInString(s.Delimiter)
	}
	return o
}

// called is what messages call a path: what was kept of standard input is that.
func called(path string) string {
	if path == "-" || filepath.Base(path) == inputFile {
		return "standard input"
	}
	return path
}

// dataset is labelled texts that can be read again and again.
type dataset struct {
	name   string // imdb, sample or that of a file
	source string // one line for people
	paths  paths  // under which it can be found again
	files  []string
	movies bool // the reviews of the tutorial, with its settings
	// each yields the texts, and tells what it does if that is not nil.
	each func(ctx context.Context, tell *teller) iter.Seq2[datasets.Record, error]
	tell *teller
}

// sampleSeed makes the sample one corpus: --seed is for splits and weights.
const sampleSeed = 1

// dataset finds the texts that --data names.
func (a *app) dataset(ctx context.Context, s dataSettings) (*dataset, error) {
	if len(s.Data) == 1 {
		found, paths, err := a.movies(ctx, &s)
		if err != nil {
			return nil, err
		}
		if found != nil {
			return reviews(found, paths), nil
		}
	}
	var names []string
	for _, path := range s.Data {
		names = append(names, called(path))
	}
	d := &dataset{source: strings.Join(names, ", "), files: slices.Concat(s.Data, s.ValidationData, s.TestData)}
	for _, path := range d.files {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return nil, errors.Errorf("%s: there is no such file or folder", called(path))
		}
	}
	for _, path := range s.Data {
		abs, err := filepath.Abs(path)
		if err != nil {
			return nil, errors.Wrap(err, "--data")
		}
		d.paths = append(d.paths, abs)
	}
	d.name = filepath.Base(names[0])
	d.tell = &teller{out: a.err}
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
				paths paths
				part  string
			}{{s.Data, ""}, {s.ValidationData, validationPart}, {s.TestData, testPart}} {
				if len(from.paths) == 0 {
					continue
				}
				for r, err := range datasets.Records(ctx, from.paths, options) {
					if from.part != "" {
						r.Part = from.part
					}
					if !yield(r, offer(err)) || err != nil {
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

// The parts of a dataset.
const (
	trainPart      = "train"
	validationPart = "validation"
	testPart       = "test"
)

// number reads the label of a regression.
func number(label string) (float64, bool) {
	v, err := strconv.ParseFloat(strings.TrimSpace(label), 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) || math.Abs(v) > math.MaxFloat32 {
		return 0, false
	}
	return v, true
}
