package input

import (
	"context"
	"io"
	"os"

	"unroll/internal/safefile"
)

// Waiting returns a reader of r, such as a terminal or a pipe, that fails with the error of
// ctx as soon as ctx ends, even while r is waited for. A read that waits then is left
// behind, and what it will read is lost.
func Waiting(ctx context.Context, r io.Reader) io.Reader {
	return &waiting{ctx: ctx, r: r, done: make(chan int, 1)}
}

type waiting struct {
	ctx  context.Context
	r    io.Reader
	buf  [64 << 10]byte
	rest []byte // of what was read into buf
	err  error  // that came with it
	done chan int
}

func (w *waiting) Read(p []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err // and buf may be written to
	}
	if len(w.rest) == 0 && w.err == nil {
		go func() {
			var n int
			n, w.err = w.r.Read(w.buf[:])
			w.done <- n
		}()
		select {
		case <-w.ctx.Done():
			return 0, w.ctx.Err()
		case n := <-w.done:
			w.rest = w.buf[:n]
		}
	}
	n := copy(p, w.rest)
	if w.rest = w.rest[n:]; len(w.rest) == 0 {
		return n, w.err
	}
	return n, nil
}

// Open opens a file that the user names, which may be a pipe or a device. It does not wait
// for these longer than ctx lasts, nor does who reads from it.
func Open(ctx context.Context, path string) (io.ReadCloser, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.IsDir() || info.Mode().IsRegular() {
		f, err := safefile.Open(path)
		if err != nil {
			return nil, err
		}
		return file{Until(ctx, f), f}, nil
	}
	type opened struct {
		f   *os.File
		err error
	}
	done := make(chan opened, 1)
	go func() {
		f, err := os.Open(path) // waits until somebody opens a pipe to write to it
		done <- opened{f, err}
	}()
	select {
	case <-ctx.Done():
		go func() {
			if o := <-done; o.err == nil {
				o.f.Close()
			}
		}()
		return nil, ctx.Err()
	case o := <-done:
		if o.err != nil {
			return nil, o.err
		}
		return file{Waiting(ctx, o.f), o.f}, nil
	}
}

// file is a file that is read through something.
type file struct {
	io.Reader
	io.Closer
}
