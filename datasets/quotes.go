package datasets

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"io"

	"github.com/pkg/errors"
)

// newCSV parses rows strictly by RFC 4180. Of its own it turns \r\n in quotes into
// \n and passes over empty lines.
func newCSV(r io.Reader, delimiter rune) *csv.Reader {
	cr := csv.NewReader(r)
	cr.Comma = delimiter
	cr.FieldsPerRecord = -1
	cr.ReuseRecord = true
	return cr
}

// mostOpen is how many quotes a file may leave open. The rows behind each are read
// anew, up to MaxRow.
const mostOpen = 100

// quotedRows reads rows whose fields may be quoted. Where the file ends inside a
// quote, that row is bad, and the rows go on in the line behind the quote.
func (s *source) quotedRows(delimiter rune) nextRow {
	in := &columnCounter{s: s, delimiter: []byte(string(delimiter))}
	r, before, open := newCSV(in, delimiter), 0, 0 // lines before those of r
	s.keep()
	taken := int64(0) // of what r has read
	return func() ([]string, int, error) {
		s.limit = MaxRow
		s.kept, taken = s.kept[r.InputOffset()-taken:], r.InputOffset()
		in.begin(taken)
		fields, err := r.Read()
		if err == nil {
			line, _ := r.FieldPos(0)
			if len(fields) > MaxColumns {
				return nil, before + line, &csv.ParseError{Err: errColumns}
			}
			return fields, before + line, nil
		}
		var broken *csv.ParseError
		switch {
		case !errors.As(err, &broken):
			return nil, 0, err
		case s.used() && s.err != io.EOF:
			return nil, 0, s.err
		case !s.used():
			row := s.kept[:r.InputOffset()-taken]
			return nil, before + broken.StartLine, &csv.ParseError{Err: mixedEnds(quoteError(broken), string(row))}
		}
		quote := openQuote(s.kept, string(delimiter))
		if quote < 0 {
			return nil, before + broken.StartLine, &csv.ParseError{Err: mixedEnds(quoteError(broken), string(s.kept))}
		}
		start := len(s.kept) - len(bytes.TrimLeft(s.kept, "\r\n")) // blank lines are no rows
		row := before + broken.StartLine
		line := row + bytes.Count(s.kept[start:quote], []byte("\n"))
		err = errors.Errorf("the quoted field that begins in line %d does not end", s.first+line)
		if open++; open > mostOpen {
			return nil, 0, err
		}
		_, rest, _ := bytes.Cut(s.kept[quote:], []byte("\n"))
		s.in = bufio.NewReaderSize(bytes.NewReader(rest), max(headSize, len(rest)+1))
		in.passed = 0
		r, before, taken, s.kept = newCSV(in, delimiter), line, 0, rest
		return nil, row, &csv.ParseError{Err: err}
	}
}

// openQuote is where the first quote stands that does not end in rows, -1 if all do.
func openQuote(rows []byte, delimiter string) int {
	first := true // of a field
	for i := 0; i < len(rows); {
		switch {
		case first && rows[i] == '"':
			end := i + 1
			for {
				k := bytes.IndexByte(rows[end:], '"')
				if k < 0 {
					return i
				}
				end += k + 1
				if end == len(rows) || rows[end] != '"' {
					break
				}
				end++ // a doubled one
			}
			i, first = end, false
		case bytes.HasPrefix(rows[i:], []byte(delimiter)):
			i, first = i+len(delimiter), true
		default:
			first = rows[i] == '\n'
			i++
		}
	}
	return -1
}

// quoteError is what is wrong with a row, in words.
func quoteError(err *csv.ParseError) error {
	switch err.Err {
	case csv.ErrBareQuote:
		return errors.New("a quote stands inside a field that is not quoted")
	case csv.ErrQuote:
		return errors.New("a quoted field does not end, or a quote inside it is not doubled")
	}
	return err.Err
}
