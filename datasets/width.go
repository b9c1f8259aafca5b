package datasets

import (
	"bytes"

	"github.com/pkg/errors"
)

// MaxColumns is how many columns a table may have, and how many labels a text.
const MaxColumns = 10_000

var errColumns = errors.Errorf("it has more than %d columns", MaxColumns)

// mostCounted is how many delimiters a row may have outside of quotes before the parsing
// ends: a parser takes some hundred bytes for each. A row with fewer, but more than
// MaxColumns, is bad alone, such as one of prose without the quotes that it should have.
const mostCounted = 1 << 17

// columnCounter reads the rows of a source, and errs in one that has too many columns
// before they are parsed.
type columnCounter struct {
	s         *source // its kept begins where the row does
	delimiter []byte
	passed    int64 // bytes to the parser
	row       int64 // of these, before the row

	scanned int  // of the row
	quoted  bool // in what was scanned, a quote is open
	found   int  // delimiters outside of quotes
}

// begin begins a row.
func (c *columnCounter) begin(row int64) { c.row, c.scanned, c.quoted, c.found = row, 0, false, 0 }

func (c *columnCounter) Read(p []byte) (int, error) {
	n, err := c.s.in.Read(p)
	c.passed += int64(n)
	end := int(c.passed - c.row)
	for rest := c.s.kept[c.scanned:end]; len(rest) > 0; {
		part, after, more := bytes.Cut(rest, []byte{'"'})
		if !c.quoted {
			c.found += bytes.Count(part, c.delimiter)
		}
		c.quoted, rest = c.quoted != more, after
	}
	if c.scanned = end; c.found > mostCounted {
		return 0, errColumns
	}
	return n, err
}
