package text

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pkg/errors"
	"pgregory.net/rapid"
)

// writeVectors writes vectors in one of the formats that ReadVectors names; end
// follows each vector of the binary one.
func writeVectors(format, end string, words []string, rows [][]float32) []byte {
	var b bytes.Buffer
	if format != "GloVe text" {
		fmt.Fprintf(&b, "%d %d\n", len(words), len(rows[0]))
	}
	for i, w := range words {
		b.WriteString(w)
		if format == "word2vec binary" {
			b.WriteByte(' ')
			binary.Write(&b, binary.LittleEndian, rows[i])
			b.WriteString(end)
			continue
		}
		for _, x := range rows[i] {
			b.WriteString(" " + strconv.FormatFloat(float64(x), 'g', -1, 32))
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}

func zipped(t testing.TB, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func vectorsOf(t testing.TB, data []byte, words []string, o VectorOptions) (*Vectors, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "vectors")
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	v, err := ReadVectors(t.Context(), path, words, o)
	if err != nil && (strings.Count(err.Error(), "\n") > 0 || !strings.HasPrefix(err.Error(), "reading vectors from "+path+": ")) {
		t.Errorf("error %q is not one line with the path in it", err)
	}
	return v, err
}

func TestReadVectors(t *testing.T) {
	rows := [][]float32{{0.1, -2, 3e-8}, {1, 2, 3}, {-0.5, 0, 4}}
	words := []string{"the", "été", "영화"}
	asked := []string{"", "영화", "", "the", "missing"}
	for _, format := range []string{"GloVe text", "word2vec text", "word2vec binary"} {
		for _, end := range []string{"\n", ""} {
			data := writeVectors(format, end, words, rows)
			for _, data := range [][]byte{data, zipped(t, data)} {
				got, err := vectorsOf(t, data, asked, VectorOptions{Counts: []int{100, 1, 100, 6, 3}})
				if err != nil {
					t.Fatal(err)
				}
				want := &Vectors{
					Dim: 3, Rows: [][]float32{nil, rows[2], nil, rows[0], nil},
					Format: format, InFile: 3, Words: 3, Found: 2, Tokens: 0.7,
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s (-want +got):\n%s", format, diff)
				}
			}
		}
	}
}

// The nasty cases of text files.
func TestReadVectorsText(t *testing.T) {
	for name, c := range map[string]struct {
		file string
		want map[string][]float32
	}{
		"spaces in words, as in GloVe's 840B": {
			". . . 1 2\nat name@domain.com 3 4\nat 5 6\n2 7 8\n",
			map[string][]float32{". . .": {1, 2}, "at name@domain.com": {3, 4}, "at": {5, 6}, "2": {7, 8}},
		},
		"a space at the end, as word2vec writes it": {"2 2\nof 1 2 \nin 3 4 \n", map[string][]float32{"of": {1, 2}, "in": {3, 4}}},
		"the first of two":                          {"of 1 2\nof 3 4\nin 5 6\n", map[string][]float32{"of": {1, 2}, "in": {5, 6}}},
		"no newline at the end":                     {"of 1 2\nin 3 4", map[string][]float32{"of": {1, 2}, "in": {3, 4}}},
		"Windows":                                   {"2 2\r\nof 1 2\r\nin 3 4\r\n", map[string][]float32{"of": {1, 2}, "in": {3, 4}}},
		"smaller than a float32":                    {"of 1e-60 -2\n", map[string][]float32{"of": {0, -2}}},
		"a number for a word":                       {"1 2 3\n4 5 6\n", map[string][]float32{"1": {2, 3}, "4": {5, 6}}},
		"a word that is no UTF-8, further down":     {"of 1 2\n" + strings.Repeat("in 1 2\n", 100) + "\xff 3 4\n", map[string][]float32{"of": {1, 2}, "\xff": {3, 4}}},
		"nan in a word that nobody wants":           {"of 1 2\nnan NaN 2\n", map[string][]float32{"of": {1, 2}}},
	} {
		var words []string
		var rows [][]float32
		for w, row := range c.want {
			words, rows = append(words, w), append(rows, row)
		}
		got, err := vectorsOf(t, []byte(c.file), words, VectorOptions{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got.Found != len(words) {
			t.Errorf("%s: %d of %d words found", name, got.Found, len(words))
		}
		for i, w := range words {
			if !slices.Equal(got.Rows[i], rows[i]) {
				t.Errorf("%s: %q has %v, want %v", name, w, got.Rows[i], rows[i])
			}
		}
	}
}

// A word's own vector comes before that of its lower case form, wherever in the
// file they are.
func TestReadVectorsLower(t *testing.T) {
	file := "paris 1\nParis 2\nrome 3\nROME 4\nlyon 5\n"
	words := []string{"Paris", "Rome", "RoMe", "Lima", "lyon"}
	got, err := vectorsOf(t, []byte(file), words, VectorOptions{Lower: true})
	if err != nil {
		t.Fatal(err)
	}
	want := &Vectors{Dim: 1, Rows: [][]float32{{2}, {3}, {3}, nil, {5}}, Format: "GloVe text", InFile: 5, Words: 5, Found: 4, Lowered: 2}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got, err = vectorsOf(t, []byte(file), words, VectorOptions{}); err != nil || got.Found != 2 {
		t.Errorf("as they are: %v, %v, want 2 found", got, err)
	}
}

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
		"is a directory": func() error {
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

// What is written in any format is read back, bit by bit.
func TestReadVectorsProperties(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		words := rapid.SliceOfNDistinct(rapid.StringMatching(`[a-zé영]{1,5}`), 1, 20, rapid.ID).Draw(r, "words")
		dim := rapid.IntRange(4, 9).Draw(r, "dim")
		rows := make([][]float32, len(words))
		for i := range rows {
			rows[i] = rapid.SliceOfN(rapid.Float32Range(-1e30, 1e30), dim, dim).Draw(r, "row")
			rows[i][0] = 0.5 // so that no binary file looks like text
		}
		format := rapid.SampledFrom([]string{"GloVe text", "word2vec text", "word2vec binary"}).Draw(r, "format")
		got, err := vectorsOf(t, writeVectors(format, "\n", words, rows), words, VectorOptions{})
		if err != nil {
			r.Fatal(err)
		}
		if diff := cmp.Diff(rows, got.Rows); diff != "" || got.Format != format {
			r.Fatalf("%s was read as %s (-want +got):\n%s", format, got.Format, diff)
		}
	})
}

func FuzzReadVectors(f *testing.F) {
	for _, format := range []string{"GloVe text", "word2vec text", "word2vec binary"} {
		data := writeVectors(format, "\n", []string{"of", "in"}, [][]float32{{1, 2}, {3, 4}})
		f.Add(data)
		f.Add(zipped(f, data))
	}
	f.Add([]byte("99999999 65536\n\x00"))
	f.Add([]byte("a b c 1 2\n 3 4\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := vectorsOf(t, data, []string{"of", "in", "In"}, VectorOptions{Lower: true})
		if err != nil {
			return
		}
		for i, row := range v.Rows {
			if row != nil && (len(row) != v.Dim || v.Dim < 1) {
				t.Errorf("row %d has %d values, want %d", i, len(row), v.Dim)
			}
		}
	})
}

// 20,000 vectors of width 100, of which one in four is wanted.
func BenchmarkReadVectors(b *testing.B) {
	var words, asked []string
	rows := make([][]float32, 20_000)
	for i := range rows {
		words = append(words, "word"+strconv.Itoa(i))
		if i%4 == 0 {
			asked = append(asked, words[i])
		}
		for j := range 100 {
			rows[i] = append(rows[i], float32(int32(i*100+j)*1_103_515_245)/(1<<31))
		}
	}
	for _, format := range []string{"GloVe text", "word2vec binary"} {
		b.Run(strings.ReplaceAll(format, " ", "_"), func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "vectors")
			data := writeVectors(format, "\n", words, rows)
			if err := os.WriteFile(path, data, 0o644); err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				if _, err := ReadVectors(b.Context(), path, asked, VectorOptions{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// TestIsTextWithinALetter: the first bytes of a text may end in any letter's
// middle.
func TestIsTextWithinALetter(t *testing.T) {
	text := []byte("a영é👍")
	for n := range text {
		if !isText(text[:n]) {
			t.Errorf("%q is no text", text[:n])
		}
	}
	if isText([]byte("a\xed\x98b")) || isText([]byte("a\x00")) {
		t.Error("what is not UTF-8 is text")
	}
}
