package corpus

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/pkg/errors"

	"unroll/datasets"
	"unroll/internal/filelock"
	"unroll/internal/filetest"
)

// piped are settings and a console for texts of standard input.
func piped(in io.Reader) (Settings, Console) {
	return Settings{Data: Paths{"-"}}, Console{In: in, Err: io.Discard}
}

// story is all that is read by settings, the bad rows and the error with it.
func story(t testing.TB, s Settings) string {
	t.Helper()
	var b strings.Builder
	d, err := Open(t.Context(), s, Console{Err: &b})
	if err != nil {
		return err.Error()
	}
	for r, err := range d.Records(t.Context(), Console{Err: &b}, func(bad *datasets.BadRow) { fmt.Fprintln(&b, bad) }) {
		r.File = ""
		fmt.Fprintf(&b, "%+v %v\n", r, err)
	}
	return b.String()
}

// checkKept holds that what is kept of data is read as data is.
func checkKept(t testing.TB, data []byte, in io.Reader, format string) {
	t.Helper()
	s, c := piped(in)
	s.Format = format
	kept, err := s.Keep(t.Context(), c, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	whole := filepath.Join(t.TempDir(), InputFile)
	if err := os.WriteFile(whole, data, 0o644); err != nil {
		t.Fatal(err)
	}
	s.Data = Paths{whole}
	if got, want := story(t, kept), story(t, s); got != want {
		t.Errorf("%.100q: what is kept is read as\n%s\nthe whole as\n%s", data, got, want)
	}
}

var keptInputs = [][]byte{
	[]byte("text,label\ngood,a\nbad,b,c\n,a\n\"x\ny\",a\n"), []byte("text,label\ngood,a\n\"open,b\n"), []byte("__label__a good\n__label__b bad"), {},
	[]byte("text,label\n" + strings.Repeat("good,a\n", 70_000) + "don\x92t,b\n"), []byte("{\"text\": \"a\", \"label\": [\"b\"]}\n{}\n[]\n"), []byte("no columns"),
	[]byte("\x1f\x8b\x08\x00"), []byte("\xff\xfet\x00,\x00l\x00\n\x00a\x00,\x00b\x00\n\x00"), []byte("%PDF-1.7\n"),
}

// TestKeep: whatever comes, and however slowly, is read as it would be from a file.
func TestKeep(t *testing.T) {
	tar := filetest.TarOf(t, "d/pos/1.txt", "good", "d/neg/1.txt", "", "d/pos/2.txt", "\xff")
	for _, data := range append(keptInputs, tar, filetest.Gzip(t, tar), append(filetest.Gzip(t, keptInputs[0]), "behind"...)) {
		checkKept(t, data, bytes.NewReader(data), "")
		checkKept(t, data, iotest.HalfReader(bytes.NewReader(data)), "")
		checkKept(t, data, iotest.DataErrReader(bytes.NewReader(data)), "csv")
	}
}

func FuzzKeep(f *testing.F) {
	formats := []string{"", "csv", "tsv", "jsonl", "fasttext", "folder"}
	for i, data := range keptInputs {
		if len(data) < 1<<10 { // large ones are slow to vary, and TestKeep has them
			f.Add(data, byte(i))
		}
	}
	f.Add(filetest.TarOf(f, "d/pos/1.txt", "good", "d/neg/1.txt", ""), byte(5))
	f.Fuzz(func(t *testing.T, data []byte, format byte) {
		checkKept(t, data, iotest.HalfReader(bytes.NewReader(data)), formats[int(format)%len(formats)])
	})
}

// endless repeats itself for ever, and counts.
type endless struct {
	s    string
	read int
}

func (e *endless) Read(p []byte) (int, error) {
	for n := range p {
		p[n] = e.s[(e.read+n)%len(e.s)]
	}
	e.read += len(p)
	return len(p), nil
}

// TestKeepBounds: of a text without an end, no more is kept than tells so.
func TestKeepBounds(t *testing.T) {
	for start, s := range map[string]string{"text,label\ngood,a\n": "abc", "text,label\n\"": "abc,\n", "__label__a good\n__label__b ": "abc ", "\ufeff{": "\"a\":1,", "abc": "abc"} {
		settings, c := piped(nil)
		in := &endless{s: s}
		c.In = io.MultiReader(strings.NewReader(start), in)
		dir := t.TempDir()
		kept, err := settings.Keep(t.Context(), c, dir)
		if err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(kept.Data[0])
		if err != nil || info.Size() > 2*datasets.MaxRow || in.read > 2*datasets.MaxRow {
			t.Errorf("%q: %d bytes are read, error %v", start, in.read, err)
		}
		if got := story(t, kept); !strings.Contains(got, "standard input: ") || strings.Contains(got, "Text:abcabc") {
			t.Errorf("%q: %.300s", start, got)
		}
	}
}

// TestKeepFails: an error of standard input, or the end of the context while it is waited
// for, is the error, and nothing is left.
func TestKeepFails(t *testing.T) {
	idle, w := io.Pipe()
	defer w.Close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	late := errors.New("the line is dead")
	for want, in := range map[error]io.Reader{late: io.MultiReader(strings.NewReader("text,label\na,b\n"), iotest.ErrReader(late)), context.Canceled: idle} {
		s, c := piped(in)
		dir, ctx := t.TempDir(), ctx
		if in == idle {
			go cancel()
		} else {
			ctx = t.Context()
		}
		if _, err := s.Keep(ctx, c, dir); err == nil || !strings.HasSuffix(err.Error(), want.Error()) {
			t.Errorf("error %v, want %v", err, want)
		}
		if left, _ := os.ReadDir(dir); len(left) > 0 {
			t.Errorf("after %v: %v is left", want, left)
		}
	}
}

// TestSpoolSweeps: what a killed process has left goes, what another holds stays.
func TestSpoolSweeps(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	if os.TempDir() != dir {
		t.Skip("*** THE FOLDER OF TEMPORARY FILES CANNOT BE SET HERE: WHAT IS SWEPT IS NOT TESTED ***")
	}
	filetest.Write(t, dir, map[string]string{
		"sentiment-input.1/.standard-input.12": "x", "sentiment-input.2/standard-input": "x", "sentiment-input.3/standard-input": "x",
		"sentiment-input.4/another": "x", "sentiment.5/standard-input": "x",
	})
	unlock, err := filelock.Try(filepath.Join(dir, "sentiment-input.3"))
	if err != nil || unlock == nil {
		t.Fatal(err)
	}
	defer unlock()
	s, c := piped(strings.NewReader("text,label\na,b\n"))
	kept, remove, err := s.Spool(t.Context(), c)
	if err != nil || !strings.HasPrefix(kept.Data[0], dir) {
		t.Fatal(kept.Data, err)
	}
	remove()
	var left []string
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		left = append(left, e.Name())
	}
	if got := strings.Join(left, " "); got != "sentiment-input.3 sentiment-input.4 sentiment.5" {
		t.Errorf("left are %s", got)
	}
}

// TestLinesBound: a line without an end is an error before it fills the memory.
func TestLinesBound(t *testing.T) {
	in := &endless{s: "abc"}
	var lines []string
	for c := range Lines(t.Context(), io.MultiReader(strings.NewReader("a\nb\n"), in), 1) {
		if lines = append(lines, c.Lines...); c.Err != nil {
			if got := strings.Join(lines, " "); got != "a b" || c.Err.Error() != "line 3: it is larger than 16 MiB" || in.read > 2*datasets.MaxRow {
				t.Errorf("lines %q, %d bytes are read, error %v", got, in.read, c.Err)
			}
			return
		}
	}
}
