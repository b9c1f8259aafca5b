package corpus

import (
	"context"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"unroll/datasets"
	"unroll/internal/filelock"
	"unroll/internal/input"
	"unroll/internal/safefile"
)

// Keep copies standard input, which can be read but once, into a file of a folder,
// if the settings name it, and returns settings that name the file.
//
// The texts are parsed while they come, and nothing more is kept once they cannot be read
// on, say for a line without an end. Who reads the file finds out the same, and tells it.
func (s Settings) Keep(ctx context.Context, c Console, dir string) (Settings, error) {
	s.Data, s.ValidationData, s.TestData = slices.Clone(s.Data), slices.Clone(s.ValidationData), slices.Clone(s.TestData)
	for _, list := range []Paths{s.Data, s.ValidationData, s.TestData} {
		for i, path := range list {
			if path != "-" {
				continue
			}
			kept := filepath.Join(dir, InputFile)
			in := &watched{r: input.Waiting(ctx, c.In)}
			err := safefile.Write(kept, func(w io.Writer) error {
				o := s.options()
				o.Check, o.KeepEmpty, o.SkipBad = nil, true, datasets.SkipAll // bad rows are the reader's
				o.Stdin = full{io.TeeReader(in, w)}
				// The reader below alone heeds ctx: nobody may write to w once this returns.
				for _, err := range datasets.Records(context.WithoutCancel(ctx), []string{"-"}, o) {
					if err != nil {
						break
					}
				}
				return in.err
			})
			switch {
			case ctx.Err() != nil:
				return s, ctx.Err()
			case err != nil:
				return s, errors.WithMessage(err, "standard input")
			}
			if list[i], err = filepath.Abs(kept); err != nil {
				return s, errors.Wrap(err, "standard input")
			}
		}
	}
	return s, nil
}

// watched keeps the error with which reading fails.
type watched struct {
	r   io.Reader
	err error
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	if err != io.EOF {
		w.err = err
	}
	return n, err
}

// full reads as much as there is room for, as from a file: what the format is told by
// must not depend on how fast the texts come.
type full struct{ r io.Reader }

func (f full) Read(p []byte) (int, error) {
	n, err := io.ReadFull(f.r, p)
	if err == io.ErrUnexpectedEOF {
		err = nil // the next read tells
	}
	return n, err
}

// spoolPrefix begins the names of the folders that Spool makes.
const spoolPrefix = "sentiment-input."

// Spool is Keep in a folder that remove takes away, and with it those that killed
// processes have left.
func (s Settings) Spool(ctx context.Context, c Console) (kept Settings, remove func(), err error) {
	if !slices.Contains(slices.Concat(s.Data, s.ValidationData, s.TestData), "-") {
		return s, func() {}, nil
	}
	dir, unlock, err := spoolFolder()
	if err != nil {
		return s, nil, errors.Wrap(err, "standard input")
	}
	remove = func() {
		_ = os.RemoveAll(dir)
		unlock()
	}
	if kept, err = s.Keep(ctx, c, dir); err != nil {
		remove()
	}
	return kept, remove, err
}

// spoolFolder makes a folder for Spool and locks it, and removes those that no process
// holds. Where there are no locks, nothing tells these, and they stay.
func spoolFolder() (dir string, unlock func(), err error) {
	for {
		if dir, err = os.MkdirTemp("", spoolPrefix); err != nil {
			return "", nil, err
		}
		unlock, err = filelock.Try(dir)
		if _, gone := os.Stat(dir); err == nil && unlock != nil && gone == nil {
			break
		} // another process has swept it before it was locked
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", nil, err
		}
	}
	if again, err := filelock.Try(dir); err != nil || again != nil {
		return dir, unlock, nil
	}
	for _, other := range beginning(filepath.Dir(dir), spoolPrefix) {
		if free, err := filelock.Try(other); err == nil && free != nil {
			SweepInput(other)
			_ = os.Remove(filepath.Join(other, InputFile))
			_ = os.Remove(other) // unless it holds something else
			free()
		}
	}
	return dir, unlock, nil
}

// SweepInput removes from a folder, which must be locked, what a killed process had begun
// to write of standard input, and reports whether there was something.
func SweepInput(dir string) bool {
	begun := beginning(dir, "."+InputFile+".")
	for _, path := range begun {
		_ = os.Remove(path)
	}
	return len(begun) > 0
}

// beginning are the paths in a folder whose names begin with prefix.
func beginning(dir, prefix string) (paths []string) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), prefix) {
			paths = append(paths, filepath.Join(dir, e.Name()))
		}
	}
	return paths
}
