package corpus

import (
	"bufio"
	"context"
	"io"
	"strings"

	"github.com/pkg/errors"

	"unroll/datasets"
)

// Chunk is some lines of input, without their ends, and the error that ends them.
type Chunk struct {
	Lines []string
	Err   error
}

// Lines sends the lines that are there together, but at most so many, so that a person
// who types gets each answer at once. It reads in a goroutine, for a read from a
// terminal cannot be interrupted.
func Lines(ctx context.Context, in io.Reader, most int) <-chan Chunk {
	chunks := make(chan Chunk)
	go func() {
		r, lines := bufio.NewReader(in), 0
		for {
			var c Chunk
			for more := true; more; more = c.Err == nil && r.Buffered() > 0 && len(c.Lines) < most {
				var line string
				if line, c.Err = readLine(r); line != "" {
					c.Lines = append(c.Lines, strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r"))
				}
				if c.Err == errLine {
					c.Err = errors.WithMessagef(errLine, "line %d", lines+len(c.Lines)+1)
				}
			}
			lines += len(c.Lines)
			select {
			case chunks <- c:
			case <-ctx.Done():
				return
			}
			if c.Err != nil {
				return
			}
		}
	}()
	return chunks
}

var errLine = errors.Errorf("it is larger than %d MiB", datasets.MaxRow>>20)

// readLine reads a line with its end. One that is too large is none.
func readLine(r *bufio.Reader) (string, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		if line = append(line, part...); len(line) > datasets.MaxRow {
			return "", errLine
		}
		if err != bufio.ErrBufferFull {
			return string(line), err
		}
	}
}
