package datasets

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"io/fs"
	"math"
	"strconv"

	"github.com/klauspost/compress/zstd"
	"github.com/pkg/errors"

	"unroll/internal/input"
)

// headSize is how much of a file is looked at to tell its format and columns.
const headSize = 256 << 10

// source is one file, decompressed.
type source struct {
	name  string        // as it stands in IDs
	raw   *bufio.Reader // what is decompressed
	in    *bufio.Reader // the same as UTF-8 with \n between lines, see Decoder
	err   error         // of the file, io.EOF at its end; what is in the buffer may be unread
	limit int           // bytes that may be read before errRowSize

	plain   io.Reader // what raw reads
	decoded io.Reader // what in reads
	charset *charset  // of a text, once it is read from
	sep     rune      // that a first line sep=… names
	first   int       // lines taken off the beginning

	keeps bool
	kept  []byte // what was read since a place that the reader of rows moves, see keep

	packed  bool
	gzip    bool
	closers []func()
}

var errRowSize = errors.Errorf("a row is larger than %d MiB", MaxRow>>20)

// openSource opens path, or stdin for "-". Close must be called.
func openSource(ctx context.Context, path string, stdin io.Reader) (*source, error) {
	s := &source{name: path, limit: math.MaxInt}
	var file io.Reader
	if path == "-" {
		s.name = "stdin"
		if stdin == nil {
			return nil, errors.New("there is none")
		}
		file = input.Waiting(ctx, stdin)
	} else {
		f, err := input.Open(ctx, path)
		if err != nil {
			return nil, input.Reason(err)
		}
		s.closers = append(s.closers, func() { f.Close() })
		file = f
	}
	in := bufio.NewReaderSize(file, headSize)
	s.plain = in
	magic, _ := in.Peek(4)
	switch {
	case bytes.HasPrefix(magic, []byte("\x1f\x8b")):
		s.packed, s.gzip = true, true
		zr, err := gzip.NewReader(in)
		if err != nil {
			s.Close()
			return nil, s.cause(err)
		}
		s.plain = zr
	case string(magic) == "\x28\xb5\x2f\xfd":
		s.packed = true
		// 128 MiB is the largest window that zstd's own program accepts unasked.
		zr, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(128<<20))
		if err != nil {
			s.Close()
			return nil, s.cause(err)
		}
		s.closers = append(s.closers, zr.Close)
		s.plain = zr
	}
	s.raw = bufio.NewReaderSize(&causes{s: s}, headSize)
	return s, nil
}

// causes reads what is decompressed, with the errors in words.
type causes struct {
	s   *source
	err error // the first one, which stays
}

func (c *causes) Read(p []byte) (n int, err error) {
	if c.err == nil {
		n, err = c.s.plain.Read(p)
		c.err = c.s.cause(err)
	}
	return n, c.err
}

// bytes prepares the source to be read as it is.
func (s *source) bytes() {
	s.decoded = s.raw
	s.in = bufio.NewReaderSize(s, headSize)
}

// text prepares the source to be read as text in an encoding. It may be a table, whose
// encoding all of the beginning tells, or lines, for which what has come is enough.
func (s *source) text(encoding string, table bool, note func(line string)) {
	d := &Decoder{in: s.raw, name: encoding, table: table, note: note}
	s.decoded, s.charset = d, &d.charset
	s.in = bufio.NewReaderSize(s, headSize)
}

// Read reads the text; all of it goes through here into in.
func (s *source) Read(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	if s.limit <= 0 {
		return 0, errRowSize
	}
	n, err := s.decoded.Read(p)
	if s.keeps {
		s.kept = append(s.kept, p[:n]...)
	}
	s.limit -= n
	s.err = err
	return n, s.err
}

// keep begins to keep what is read, from what is in the buffer on.
func (s *source) keep() {
	head, _ := s.in.Peek(s.in.Buffered())
	s.keeps, s.kept = true, append([]byte(nil), head...)
}

func (s *source) Close() {
	for _, f := range s.closers {
		f()
	}
}

// head is the beginning of the source, which stays unread, and whether it is all.
func (s *source) head() (head []byte, all bool) {
	head, err := s.in.Peek(headSize)
	return head, err == io.EOF
}

// used reports whether all that can be had of the source has been parsed.
func (s *source) used() bool { return s.err != nil && s.in.Buffered() == 0 }

// id names the record that begins in line.
func (s *source) id(line int) string { return s.name + ":" + strconv.Itoa(line) }

// lines is a scanner of the source's lines, without their ends (\n or \r\n). It
// never gives the part of a line that a damaged file ends in.
func (s *source) lines() *bufio.Scanner {
	sc := bufio.NewScanner(s.in)
	sc.Buffer(make([]byte, 64<<10), MaxRow)
	sc.Split(func(data []byte, atEOF bool) (int, []byte, error) {
		if atEOF && s.err != io.EOF && bytes.IndexByte(data, '\n') < 0 {
			return 0, nil, s.err
		}
		return bufio.ScanLines(data, atEOF)
	})
	return sc
}

// linesError is why a scanner of lines stopped, nil at the end of the source.
func linesError(sc *bufio.Scanner) error {
	if sc.Err() == bufio.ErrTooLong {
		return errRowSize
	}
	return sc.Err()
}

// cause puts the errors of reading into words.
func (s *source) cause(err error) error {
	var path *fs.PathError
	switch {
	case err == nil, err == io.EOF, errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded), errors.As(err, &path), !s.packed:
		return input.Reason(err)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the file is cut short")
	}
	return errors.Errorf("the file is damaged (%v)", err)
}
