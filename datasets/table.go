package datasets

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/pkg/errors"

	"unroll/internal/show"
	"unroll/internal/textparts"
)

// nextRow gives the fields of the next row, valid until the one after, and the line
// it begins in. The error is io.EOF at the end, a *csv.ParseError if the row is
// broken, or one that ends the reading.
type nextRow func() (fields []string, line int, err error)

// table reads the rows of CSV or TSV.
func (o RecordOptions) table(path string, s *source, format string, yield func(row, error) bool) {
	t, err := o.layout(s, format)
	if err != nil {
		yield(row{}, err)
		return
	}
	next := s.literalRows(t.delimiter)
	if t.quoted {
		next = s.quotedRows(t.delimiter)
	}
	var repeated []int
	for number := 1; ; number++ {
		fields, line, err := next()
		if err == io.EOF {
			t.tell(o, path, repeated)
			return
		}
		line += s.first
		r := row{number: number, line: line}
		again, otherOrder := false, error(nil)
		if err == nil && number > 1 {
			if again, otherOrder = t.repeatedHeader(fields); again {
				repeated = append(repeated, number)
				continue
			}
		}
		var broken *csv.ParseError
		switch {
		case errors.As(err, &broken):
			r.bad = quoteError(broken)
		case err != nil:
			yield(row{}, errors.Wrapf(err, "row %d", number))
			return
		case t.header && number == 1:
			continue
		case otherOrder != nil:
			r.bad = otherOrder
		case len(fields) < t.least || len(fields) > t.width && strings.Join(fields[t.width:], "") != "":
			r.bad = mixedEnds(errors.Errorf("%s, want %d", show.Plural(len(fields), "column"), t.width), strings.Join(fields, ""))
		default:
			r.Record = t.record(fields)
			r.compact(fields)
			r.ID = s.id(line)
			if t.label >= 0 && o.LabelDelimiter != "" {
				r.Labels, r.Label = o.splitLabels(r.Label), ""
			}
		}
		if !yield(r, nil) {
			return
		}
	}
}

// record takes what is asked for out of a row.
func (c columns) record(fields []string) (r Record) {
	at := func(i int) string {
		if i < 0 || i >= len(fields) {
			return ""
		}
		return fields[i]
	}
	r = Record{Text: at(c.texts[0]), Label: at(c.label), Group: at(c.group)}
	if len(c.texts) > 1 {
		var parts []string
		for _, i := range c.texts {
			parts = append(parts, at(i))
		}
		r.Text = textparts.Join(parts...)
	}
	for _, i := range c.others {
		r.Columns = append(r.Columns, at(i))
	}
	return r
}

// compact frees the text from a row that is much larger: who keeps the text would keep
// all of that.
func (r *Record) compact(fields []string) {
	size := 0
	for _, f := range fields {
		size += len(f)
	}
	if 2*len(r.Text) < size {
		r.Text = strings.Clone(r.Text)
	}
	for i, v := range r.Columns {
		if 2*len(v) < size {
			r.Columns[i] = strings.Clone(v)
		}
	}
}

// literalRows reads rows of one line each, in which quotes are text.
func (s *source) literalRows(delimiter rune) nextRow {
	lines, line, fields := s.lines(), 0, []string(nil)
	separator := []byte(string(delimiter))
	return func() ([]string, int, error) {
		for lines.Scan() {
			line++
			if len(lines.Bytes()) == 0 {
				continue
			}
			if bytes.Count(lines.Bytes(), separator) >= MaxColumns {
				return nil, line, &csv.ParseError{Err: errColumns}
			}
			fields = slices.AppendSeq(fields[:0], strings.SplitSeq(lines.Text(), string(separator)))
			return fields, line, nil
		}
		if err := linesError(lines); err != nil {
			return nil, 0, err
		}
		return nil, 0, io.EOF
	}
}

// layout is how the rows of a table are to be read.
type layout struct {
	columns
	delimiter      rune
	quoted, header bool
	width, least   int      // columns of the first row, and how many a row must have
	names          []string // of a header
	plain, sorted  []string // those that have one, by plainName
}

// tell says what of a table was not read.
func (t *layout) tell(o RecordOptions, path string, repeated []int) {
	switch n := len(repeated); {
	case n == 1:
		o.note(path, "row "+strconv.Itoa(repeated[0])+" skipped because it repeats the header")
	case n > 1:
		o.note(path, show.Plural(n, "row")+" skipped because they repeat the header, the first is row "+strconv.Itoa(repeated[0]))
	}
	if n := t.width - len(trimUnnamed(t.names)); t.header && n > 0 {
		o.note(path, show.Plural(n, "column")+" without a name left out")
	}
}

// layout finds it out by the beginning of the source.
func (o RecordOptions) layout(s *source, format string) (t layout, err error) {
	head, all := s.head()
	t.delimiter = cmp.Or(o.Delimiter, s.sep)
	if t.delimiter == 0 && format == "tsv" {
		t.delimiter = '\t'
	}
	if t.delimiter == 0 {
		t.delimiter = detectDelimiter(head, all, o.LabelDelimiter)
	}
	if t.delimiter == 0 {
		t.delimiter = ',' // of a single column
	}
	rows, broken := headRows(head, all, t.delimiter, true)
	t.quoted = true
	if format == "tsv" {
		// Much TSV is written without quoting, then a quote is text.
		t.quoted = broken == nil && bytes.ContainsRune(head, '"') && !slices.ContainsFunc(rows, func(r []string) bool { return len(r) != len(rows[0]) })
		if !t.quoted {
			rows, broken = headRows(head, all, t.delimiter, false)
		}
	}
	switch {
	case s.err != nil && s.err != io.EOF && len(rows) == 0:
		return t, s.err
	case len(rows) == 0 && broken != nil:
		var parse *csv.ParseError
		if errors.As(broken, &parse) {
			broken = quoteError(parse)
		}
		return t, errors.Wrap(broken, "row 1")
	case len(rows) == 0:
		return t, errors.New("it has no rows")
	}
	if t.width = len(rows[0]); t.width > MaxColumns {
		return t, errors.WithMessage(errColumns, "row 1")
	}
	if s.sep != 0 && o.Delimiter == 0 && t.width == 1 {
		if other := detectDelimiter(head, all, o.LabelDelimiter); other != 0 {
			return t, errors.Errorf("its first line is %q, which separates no columns, but %q would: mend that line, or give the delimiter", "sep="+string(s.sep), other)
		}
	}
	t.header, _ = headers.Find(o.Header)
	if o.Header == "" {
		if t.header, err = o.detectHeader(rows); err != nil {
			return t, err
		}
	}
	t.least = t.width
	if t.columns, err = o.chooseColumns(rows, t.header); err == nil && t.header {
		t.names = slices.Clone(rows[0])
		t.plain = plainNames(trimUnnamed(t.names))
		t.sorted = slices.Sorted(slices.Values(t.plain))
		t.least = max(len(trimUnnamed(t.names)), slices.Max(t.taken())+1)
	}
	return t, err
}
