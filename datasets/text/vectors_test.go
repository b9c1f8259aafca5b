package text

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
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
	f.Add([]byte("a" + strings.Repeat(" 1", maxDim+1) + "\n"))
	f.Add([]byte("9000000000000 65536\na 1\n"))
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
