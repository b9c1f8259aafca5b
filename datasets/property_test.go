package datasets

import (
	"bytes"
	"context"
	"encoding/csv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/pkg/errors"
	"pgregory.net/rapid"
)

// What encoding/csv writes is read back equal, but for what Records promises to
// change: space around labels, and \r\n in quotes, which RFC 4180 readers fold.
func TestRecordsReadBackCSV(t *testing.T) {
	field := rapid.StringOfN(rapid.RuneFrom([]rune("ab ,;|\t\"\"\n\r\\.é한👍\u2028\uFEFF")), 0, 12, -1)
	filled := field.Filter(func(s string) bool { return strings.TrimSpace(s) != "" })
	folded := strings.NewReplacer("\r\n", "\n")
	rapid.Check(t, func(t *rapid.T) {
		delimiter := rapid.SampledFrom([]rune(",;\t|")).Draw(t, "delimiter")
		var buf bytes.Buffer
		w := csv.NewWriter(&buf)
		w.Comma = delimiter
		w.Write([]string{"text", "label", "who"})
		var want []Record
		for range rapid.IntRange(0, 8).Draw(t, "rows") {
			text, label, group := filled.Draw(t, "text"), filled.Draw(t, "label"), field.Draw(t, "group")
			w.Write([]string{text, label, group})
			want = append(want, Record{
				Text:  folded.Replace(text),
				Label: strings.TrimSpace(folded.Replace(label)),
				Group: strings.TrimSpace(folded.Replace(group)),
				File:  "-",
			})
		}
		w.Flush()
		o := RecordOptions{Format: "csv", Delimiter: delimiter, Header: "yes", GroupColumn: "who", Stdin: &buf}
		if delimiter == '\t' && rapid.Bool().Draw(t, "tsv") {
			o.Format, o.Delimiter = "tsv", 0
		}
		var got []Record
		for r, err := range Records(context.Background(), []string{"-"}, o) {
			if err != nil {
				t.Fatal(err)
			}
			r.ID = ""
			got = append(got, r)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("(-written +read):\n%s", diff)
		}
	})
}

// Whatever is read, the reading ends, with records as promised or an error.
func FuzzRecords(f *testing.F) {
	formats := []string{"csv", "tsv", "jsonl", "fasttext", "lines", ""}
	for i, seed := range []string{
		"text,label\n\"a\n\"\"b\",1\r\nc,\"0\"\n",
		"text\tlabel\n\"a\t1\n",
		"{\"text\": \"a\\u00e9\", \"label\": 1.0}\n[]\n{\"text\": {\"0\": [1]}}\n",
		"__label__a b\n__label__a __label__b c\n__label__ __label__ d\n",
		"a\n\nb",
		"a;b;c\n1;2;3\n\"\n",
		"\x1f\x8b\x08\x00", "\x28\xb5\x2f\xfd\x04\x00", "\uFEFFtext|label\n",
	} {
		f.Add([]byte(seed), byte(i), i%2 == 0, "")
	}
	f.Add([]byte(`{"a": [{"b": "c"}]}`), byte(2), true, "a.0.b")
	f.Fuzz(func(t *testing.T, data []byte, format byte, noLabels bool, column string) {
		checkRecords(t, data, RecordOptions{Format: formats[int(format)%len(formats)], TextColumns: []string{column}, NoLabels: noLabels})
	})
}

// checkRecords holds the records of data to what Records promises of any.
func checkRecords(t *testing.T, data []byte, o RecordOptions) {
	t.Helper()
	o.Stdin = bytes.NewReader(data)
	readFuzzed(t, []string{"-"}, o)
}

// readFuzzed returns the records of paths by ID, and holds them to what Records
// promises.
func readFuzzed(t *testing.T, paths []string, o RecordOptions) map[string]Record {
	t.Helper()
	o.SkipBad = SkipAll
	o.Note = func(line string) {
		if strings.ContainsAny(line, "\r\n") {
			t.Fatalf("a note has several lines: %q", line)
		}
	}
	o.OnBad = func(b *BadRow) {
		if b.Reason == nil || b.Place == "" {
			t.Fatalf("a bad row without place or reason: %+v", b)
		}
	}
	seen := make(map[string]Record)
	ended := false
	for r, err := range Records(context.Background(), paths, o) {
		if ended {
			t.Fatal("something follows the error")
		}
		if ended = err != nil; ended {
			if strings.ContainsAny(err.Error(), "\r\n") && o.Format != "" {
				t.Fatalf("the error has several lines: %q", err.Error())
			}
			continue
		}
		_, again := seen[r.ID]
		switch {
		case again:
			t.Fatalf("two records have the ID %s", r.ID)
		case strings.TrimSpace(r.Text) == "" || !utf8.ValidString(r.Text+r.Label+r.Group) || strings.Contains(r.Text, "\x00"):
			t.Fatalf("a bad record: %+v", r)
		case len(r.Text) > MaxRow || len(r.Labels) > MaxColumns:
			t.Fatalf("%d bytes and %d labels are more than there may be", len(r.Text), len(r.Labels))
		case r.Label == "" && r.Labels == nil && !o.NoLabels || r.Label != "" && r.Labels != nil:
			t.Fatalf("no label: %+v", r)
		}
		seen[r.ID] = r
	}
	return seen
}

// endless repeats s for ever, but for a beginning.
type endless struct {
	start, s string
	read     int
}

func (e *endless) Read(p []byte) (int, error) {
	n := copy(p, e.start)
	e.start = e.start[n:]
	for n < len(p) {
		k := copy(p[n:], e.s)
		n, e.start = n+k, e.s[k:] // the next read goes on there
	}
	e.read += n
	return n, nil
}

// A row without an end is an error before it fills the memory.
func TestRecordsBoundRows(t *testing.T) {
	for _, c := range []struct{ format, start, s, want string }{
		{"csv", "text,label\ngood,1\n\"", "abc,\n", "standard input: row 3: a row is larger than 16 MiB"},
		{"csv", "text,label\ngood,1\n", "abc", "standard input: row 3: a row is larger than 16 MiB"},
		{"tsv", "text\tlabel\ngood\t1\n", "abc", "standard input: row 3: a row is larger than 16 MiB"},
		{"jsonl", "{\"text\": \"good\", \"label\": 1}\n{\"text\": \"", "abc", "standard input: line 2: a row is larger than 16 MiB"},
		{"fasttext", "__label__1 good\n", "abc", "standard input: line 2: a row is larger than 16 MiB"},
	} {
		in := &endless{start: c.start, s: c.s}
		got := readAll(t, []string{"-"}, RecordOptions{Format: c.format, SkipBad: 9, Stdin: in})
		if len(got.Records) != 1 || len(got.Skipped) != 0 || got.Error != c.want {
			t.Errorf("%s: %+v, want %q", c.format, got, c.want)
		}
		if in.read > 2*MaxRow {
			t.Errorf("%s: %d bytes are read", c.format, in.read)
		}
	}
}

// A stream is read as it is used: a row, not a file.
func TestRecordsStream(t *testing.T) {
	for format, row := range map[string]string{
		"csv": "good,1\n", "tsv": "good\t1\n", "jsonl": "{\"text\": \"good\", \"label\": 1}\n", "fasttext": "__label__1 good\n",
	} {
		in := &endless{s: row}
		ctx, cancel := context.WithCancel(t.Context())
		n := 0
		for r, err := range Records(ctx, []string{"-"}, RecordOptions{Format: format, Header: "no", Stdin: in}) {
			if err != nil {
				if !errors.Is(err, context.Canceled) {
					t.Errorf("%s: error %v, want context.Canceled", format, err)
				}
				break
			}
			if r.Text != "good" || r.Label != "1" {
				t.Fatalf("%s: %+v", format, r)
			}
			if n++; n == 1000 {
				cancel()
			}
		}
		if n < 1000 || in.read > 4*headSize {
			t.Errorf("%s: %d records of %d bytes", format, n, in.read)
		}
		cancel()
	}
	for r, err := range Records(t.Context(), []string{"testdata/records/imdb", "nowhere"}, RecordOptions{}) {
		if err != nil || r.ID != "train/neg/0_1.txt" {
			t.Errorf("%+v, %v", r, err)
		}
		break
	}
}
