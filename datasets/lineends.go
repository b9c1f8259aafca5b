package datasets

import (
	"bufio"
	"slices"
	"strings"

	"github.com/pkg/errors"
)

// lineEnds makes \n of all line ends where the first is \r alone, as old Macintoshes
// wrote them. In lines of prose it may also be a blank in a text, so there no \n may
// follow within the buffer; a table's first line has none, and lines of another kind
// may be put behind it. Else nothing is changed.
type lineEnds struct {
	in    *bufio.Reader
	table bool
	note  func(line string) // is told of such lines

	known, old bool
	cr         bool // the last byte was \r, and is \n now
}

const oldLines = "its lines end in a carriage return alone, as old Macintoshes wrote them"

func (l *lineEnds) Read(p []byte) (n int, err error) {
	if !l.known {
		if _, err := l.in.Peek(1); err != nil {
			return 0, err
		}
		come, _ := l.in.Peek(l.in.Buffered())
		i := slices.IndexFunc(come, func(c byte) bool { return c == '\n' || c == '\r' })
		if i < 0 {
			i = len(come)
		}
		if i > 0 {
			return l.in.Read(p[:min(i, len(p))])
		}
		l.known = true
		if l.old = l.endInCR(); l.old {
			l.note(oldLines)
		}
	}
	if !l.old {
		return l.in.Read(p)
	}
	for n == 0 && err == nil && len(p) > 0 {
		var read int
		read, err = l.in.Read(p)
		for _, c := range p[:read] {
			if c == '\n' && l.cr {
				l.cr = false
				continue
			}
			if l.cr = c == '\r'; l.cr {
				c = '\n'
			}
			p[n] = c
			n++
		}
	}
	return n, err
}

// endInCR reports whether lines end in \r alone, of what begins with a line end. It
// waits for what it must see.
func (l *lineEnds) endInCR() bool {
	alone := false
	for i := 0; ; i++ {
		next, err := l.in.Peek(i + 1)
		switch {
		case err != nil:
			return alone || err == bufio.ErrBufferFull
		case next[i] == '\n':
			return false
		case next[i] != '\r':
			alone = true
		}
		if alone && l.table {
			return true
		}
	}
}

// mixedEnds adds to what is wrong with a row a cause that is not seen in it.
func mixedEnds(err error, row string) error {
	if strings.Contains(strings.TrimRight(strings.ReplaceAll(row, "\r\n", "\n"), "\r\n"), "\r") {
		return errors.Errorf("%v; it holds carriage returns, perhaps line ends of another kind than the first", err)
	}
	return err
}
