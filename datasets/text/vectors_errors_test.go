package text

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pkg/errors"
)

func TestReadVectorsErrors(t *testing.T) {
	binary := string(writeVectors("word2vec binary", "\n", []string{"of", "in"}, [][]float32{{1, 2}, {3, 4}}))
	gz := string(zipped(t, []byte(strings.Repeat("of 1 2\n", 1000))))
	for _, c := range []struct{ name, file, want string }{
		{"empty", "", "the file is empty"},
		{"fewer numbers", "of 1 2\nin 3\n", "line 2: a word and 1 numbers, want 2"},
		{"more numbers", "of 1 2\nin 3 4 5\n", "line 2: a word and 3 numbers, want 2"},
		{"blank line", "of 1 2\n\nin 3 4\n", "line 2: a word and 0 numbers, want 2"},
		{"no numbers", "of\n", "line 1: a word and 0 numbers, want 1"},
		{"prose", "It is a truth universally acknowledged\n", "line 1: a word and 5 numbers, want 1"},
		{"no number", "of 1 2\nin x 4\n", `line 2: "x" is not a number`},
		{"NaN", "of 1 2\nin 3 NaN\n", `line 2: the vector of "in" holds NaN`},
		{"infinite", "of 1 2\nin 1e99 3\n", `line 2: the vector of "in" holds +Inf`},
		{"header of another width", "2 3\nof 1 2\nin 3 4\n", "line 2: a word and 2 numbers, want 3"},
		{"header alone", "2 3\n", "line 1 is a header, and no vectors follow"},
		{"header of a negative number", "-1 3\n", "line 1 announces -1 vectors of width 3, want at least 0 of 1 to 65536"},
		{"header of a huge width", "1 999999999\nof 1\n", "line 1 announces 1 vectors of width 999999999, want at least 0 of 1 to 65536"},
		{"long line", "of 1 2\n" + strings.Repeat("x", longestLine+1), "line 2 is longer than 1048576 bytes"},
		{"another kind", "PK\x03\x04\x00\x00", "it is neither text nor word2vec's binary format"},
		{"binary in a vector", binary[:len(binary)-3], `the file is cut short in vector 2, that of "in"`},
		{"binary with more", binary + "it", "the file is cut short in the word of vector 3"},
		{"binary long word", "2 2\n\x00" + strings.Repeat("x", longestLine+1), "vector 1: its word is longer than 1048576 bytes"},
		{"binary NaN", strings.Replace(binary, "\x00\x00\x40\x40", "\x00\x00\xc0\x7f", 1), `vector 2: the vector of "in" holds NaN`},
		{"gzip cut short", gz[:len(gz)-9], "the file is cut short"},
		{"gzip damaged", gz[:len(gz)-8] + "12345678", "the file is damaged (gzip: invalid checksum)"},
		{"gzip header", "\x1f\x8bxxxxxxxxxxx", "the file is damaged (gzip: invalid header)"},
	} {
		_, err := vectorsOf(t, []byte(c.file), []string{"of", "in"}, VectorOptions{})
		if err == nil || !strings.HasSuffix(err.Error(), ": "+c.want) {
			t.Errorf("%s: error %v, want %q", c.name, err, c.want)
		}
	}
	for want, read := range map[string]func() error{
		`the word "of" is asked for twice, as 0 and 2`: func() error {
			_, err := vectorsOf(t, []byte("of 1"), []string{"of", "in", "of"}, VectorOptions{})
			return err
		},
		"1 counts for 2 words": func() error {
			_, err := vectorsOf(t, []byte("of 1"), []string{"of", "in"}, VectorOptions{Counts: []int{1}})
			return err
		},
		"reading vectors from missing: no such file or directory": func() error {
			_, err := ReadVectors(t.Context(), "missing", nil, VectorOptions{})
			return err
		},
		"it is a folder": func() error {
			_, err := ReadVectors(t.Context(), t.TempDir(), nil, VectorOptions{})
			return err
		},
	} {
		if err := read(); err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	path := filepath.Join(t.TempDir(), "vectors")
	if err := os.WriteFile(path, []byte("of 1\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := ReadVectors(ctx, path, nil, VectorOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the context's", err)
	}
}

// A header that is off by some vectors costs none of them, and is told of.
func TestReadVectorsOfAWrongHeader(t *testing.T) {
	words, rows := []string{"of", "in", "to"}, [][]float32{{0.5, 2}, {3, 4}, {5, 6}}
	for _, format := range []string{"word2vec text", "word2vec binary"} {
		for _, header := range []int{0, 1, 2, 4, 1000} {
			data := bytes.Replace(writeVectors(format, "\n", words, rows), []byte("3 2\n"), fmt.Appendf(nil, "%d 2\n", header), 1)
			v, err := vectorsOf(t, data, words, VectorOptions{})
			if err != nil {
				t.Errorf("%s, header of %d: %v", format, header, err)
				continue
			}
			want := fmt.Sprintf("line 1 announces %d vectors, 3 follow", header)
			if diff := cmp.Diff(rows, v.Rows); diff != "" || v.Warning != want || v.Format != format {
				t.Errorf("%s, header of %d: %s, warning %q, want %q (-want +got):\n%s", format, header, v.Format, v.Warning, want, diff)
			}
		}
	}
	for _, format := range []string{"GloVe text", "word2vec text", "word2vec binary"} {
		v, err := vectorsOf(t, writeVectors(format, "\n", words, rows), words, VectorOptions{})
		if err != nil || v.Warning != "" {
			t.Errorf("%s: error %v, warning %q", format, err, v.Warning)
		}
	}
}

// TestReadVectorsBoundsWidth: a line of more numbers than a header may announce is no
// vector either.
func TestReadVectorsBoundsWidth(t *testing.T) {
	path := filepath.Join(t.TempDir(), "wide.txt")
	for width, want := range map[int]string{maxDim: "", maxDim + 1: "line 1: a word and 65537 numbers, want at most 65536"} {
		if err := os.WriteFile(path, []byte("a"+strings.Repeat(" 1", width)+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		v, err := ReadVectors(t.Context(), path, []string{"a"}, VectorOptions{})
		if want == "" && (err != nil || v.Dim != width) || want != "" && (err == nil || !strings.HasSuffix(err.Error(), want)) {
			t.Errorf("width %d: error %v, want %q", width, err, want)
		}
	}
}
