package datasets

import (
	"bufio"
	"slices"
	"strings"

	"github.com/pkg/errors"
)

// lineEnds makes \n of all line ends where the first of the text is \r alone: old
// Macintoshes wrote such lines, and other texts may be put behind theirs. Else it
// changes nothing: where lines end in \n or \r\n, a \r alone is a blank in a text.
type lineEnds struct {
	in   *bufio.Reader
	note func(line string) // is told of such lines

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
		if l.old = l.aloneCR(); l.old {
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

// aloneCR reports whether carriage returns come next and neither a line feed nor the
// end follows them. It waits for what does.
func (l *lineEnds) aloneCR() bool {
	for i := 0; ; i++ {
		next, err := l.in.Peek(i + 1)
		switch {
		case err == bufio.ErrBufferFull:
			return true
		case err != nil || next[i] == '\n':
			return false
		case next[i] != '\r':
			return i > 0
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
