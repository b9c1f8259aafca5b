package datasets_test

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"unroll/datasets"
	"unroll/datasets/imdb"
)

// BenchmarkRecords reads files of 100 MB whose texts are as long as IMDB's and hold
// quotes, commas, newlines (but where a row is a line) and letters beyond ASCII.
func BenchmarkRecords(b *testing.B) {
	for _, name := range []string{"reviews.csv", "reviews.csv.zst", "reviews.tsv", "reviews.jsonl", "reviews.txt"} {
		b.Run(name, func(b *testing.B) {
			path := filepath.Join(b.TempDir(), name)
			b.SetBytes(writeReviews(b, path, 100<<20))
			for b.Loop() {
				for _, err := range datasets.Records(context.Background(), []string{path}, datasets.RecordOptions{}) {
					if err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}

// writeReviews writes about size bytes, before compression, in the format that the
// name says, and returns how many.
func writeReviews(b *testing.B, path string, size int) int64 {
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	var out io.Writer = f
	if strings.HasSuffix(path, ".zst") {
		zw, err := zstd.NewWriter(f)
		if err != nil {
			b.Fatal(err)
		}
		defer zw.Close()
		out = zw
	}
	buf := bufio.NewWriter(out)
	defer buf.Flush()
	w := &countWriter{w: buf}
	cw := csv.NewWriter(w)
	cw.Write([]string{"id", "text", "label"})
	tsv := strings.NewReplacer("\n", " ")
	if strings.HasSuffix(path, ".tsv") {
		fmt.Fprintln(w, "id\ttext\tlabel")
	}
	reviews := imdb.Sample(1).Records[:4000]
	for i := 0; w.n < int64(size); i++ {
		var text strings.Builder
		for k := 0; text.Len() < 1300; k++ {
			fmt.Fprintf(&text, "%s, \"é\"\n", reviews[(7*i+k)%len(reviews)].Text)
		}
		label := "neg"
		if i%2 == 0 {
			label = "pos"
		}
		switch {
		case strings.Contains(path, ".csv"):
			cw.Write([]string{fmt.Sprint(i), text.String(), label})
			cw.Flush()
		case strings.HasSuffix(path, ".tsv"):
			fmt.Fprintf(w, "%d\t%s\t%s\n", i, tsv.Replace(text.String()), label)
		case strings.HasSuffix(path, ".jsonl"):
			line, err := json.Marshal(map[string]any{"id": i, "text": text.String(), "label": label})
			if err != nil {
				b.Fatal(err)
			}
			fmt.Fprintf(w, "%s\n", line)
		default:
			fmt.Fprintf(w, "__label__%s %s\n", label, tsv.Replace(text.String()))
		}
	}
	return w.n
}

type countWriter struct {
	w io.Writer
	n int64
}

func (c *countWriter) Write(p []byte) (int, error) {
	c.n += int64(len(p))
	return c.w.Write(p)
}
