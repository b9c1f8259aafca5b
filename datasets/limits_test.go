package datasets

import (
	"fmt"
	"strings"
	"testing"
	"testing/iotest"
	"unsafe"
)

// TestRecordsLimits: what would take many times its size in memory is a bad row, or where
// the parser cannot pass over it, the error. What only looks like it is a text.
func TestRecordsLimits(t *testing.T) {
	const head, tail = "text,label\ngood,1\n", "bad,0\n"
	tabs := strings.NewReplacer(",", "\t")
	labels := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "__label__%d ", i)
		}
		return b.String()
	}
	object := `{"text": "x", "label": "1"`
	for _, c := range []struct {
		name, format, data string
		texts              int
		bad, err           string // in the only bad row, and the error
	}{
		{"as many columns as there may be", "csv", head + strings.Repeat(",", MaxColumns-1) + "\n" + tail, 2, "row 3 (line 3): the text is empty", ""},
		{"a column more", "csv", head + strings.Repeat(",", MaxColumns) + "\n" + tail, 2, "row 3 (line 3): it has more than 10000 columns", ""},
		{"too many to parse", "csv", head + strings.Repeat(",", 4*mostCounted) + "\n" + tail, 1, "", "row 3: it has more than 10000 columns"},
		{"too many behind a quote that does not end", "csv", head + "\"x\n" + strings.Repeat(",", 4*mostCounted) + "\n", 1,
			"row 3 (line 3): the quoted field that begins in line 3 does not end", "row 4: it has more than 10000 columns"},
		{"too many in the header", "csv", strings.Repeat("a,", MaxColumns+1) + "\n" + tail, 0, "", "row 1: it has more than 10000 columns"},
		{"commas in quotes", "csv", head + `"` + strings.Repeat("1,", 4*mostCounted) + `""x",1` + "\n" + tail, 3, "", ""},
		{"many rows", "csv", head + strings.Repeat("\"a \"\",\"\" b\",1\n", mostCounted), mostCounted + 1, "", ""},
		{"many rows behind a quote that does not end", "csv", head + "\"open,1\n" + strings.Repeat("a,1\n", 2*mostCounted), 2*mostCounted + 1,
			"row 3 (line 3): the quoted field that begins in line 3 does not end", ""},
		{"a column of tabs more", "tsv", tabs.Replace(head + strings.Repeat(",", MaxColumns) + "\n" + tail), 2, "row 3 (line 3): it has more than 10000 columns", ""},
		{"values of JSON", "jsonl", object + `}` + "\n" + object + `, "x": [` + strings.Repeat("1,", maxValues) + "1]}\n", 1, "line 2: it holds more than 1048576 values", ""},
		{"empty objects of JSON", "jsonl", object + `}` + "\n" + object + `, "x": [` + strings.Repeat("{},", maxValues) + "1]}\n", 1, "line 2: it holds more than 1048576 values", ""},
		{"what looks like values of JSON", "jsonl", object + `, "x": "` + strings.Repeat(`\",[`, maxValues) + `"}`, 1, "", ""},
		{"as many labels as there may be", "fasttext", labels(MaxColumns) + "x", 1, "", ""},
		{"a label more", "fasttext", "__label__a b\n" + labels(MaxColumns+1) + "x", 1, "line 2: it has 10001 labels, want at most 10000", ""},
	} {
		got := readAll(t, []string{"-"}, RecordOptions{Format: c.format, SkipBad: 1, Stdin: iotest.HalfReader(strings.NewReader(c.data))})
		bad := strings.Join(got.Skipped, "; ")
		if len(got.Records) != c.texts || strings.TrimPrefix(bad, "standard input: ") != c.bad || strings.TrimPrefix(got.Error, "standard input: ") != c.err {
			t.Errorf("%s: %d texts, bad %q, error %q; want %d, %q, %q", c.name, len(got.Records), bad, got.Error, c.texts, c.bad, c.err)
		}
	}
}

// TestRecordsAreCompact: a text does not keep a row in memory that is much larger.
func TestRecordsAreCompact(t *testing.T) {
	for format, data := range map[string]string{"csv": "text,label,other,more\ngood,1,%s,x\n", "tsv": "text\tlabel\tother\tmore\ngood\t1\t%s\tx\n"} {
		got := readAll(t, []string{"-"}, RecordOptions{Format: format, Columns: []string{"more"}, Stdin: strings.NewReader(fmt.Sprintf(data, strings.Repeat("z", 1000)))})
		if len(got.Records) != 1 {
			t.Fatalf("%s: %+v", format, got)
		}
		r := got.Records[0]
		text, more := uintptr(unsafe.Pointer(unsafe.StringData(r.Text))), uintptr(unsafe.Pointer(unsafe.StringData(r.Columns[0])))
		if between := max(text, more) - min(text, more); between == uintptr(len("good1")+1000) || between == uintptr(len("good\t1\t\t")+1000) {
			t.Errorf("%s: the text and the column are parts of one row", format)
		}
	}
}
