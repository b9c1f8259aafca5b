package corpus

import (
	"bufio"
	"context"
	"io"
	"strings"
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
		r := bufio.NewReader(in)
		for {
			var c Chunk
			for more := true; more; more = c.Err == nil && r.Buffered() > 0 && len(c.Lines) < most {
				var line string
				if line, c.Err = r.ReadString('\n'); line != "" {
					c.Lines = append(c.Lines, strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r"))
				}
			}
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
