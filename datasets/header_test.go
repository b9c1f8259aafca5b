package datasets

import (
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Tables as programs and people leave them: how many records each gives, the
// labels of the first and last, and what is said.
func TestRecordsOddTables(t *testing.T) {
	for _, c := range []struct {
		name, format, data string
		records            int
		labels, notes      string // the latter separated by |
		err                string
	}{
		{name: "a header's names below it", data: "text,label\ntext,pos\nlabel,label\ngood,label\n", records: 3, labels: "pos label"},
		{name: "its second name as a text", data: "review,sentiment\nsentiment,review\nreview,pos\ngood,pos\n",
			err: `standard input: row 2 (line 2): it is a header with the columns in another order ("sentiment", "review"): put the rows below it into a file of their own`},
		{name: "labels that are words", data: "text,label\ngood,pos\nbad,neg\n", records: 2, labels: "pos neg"},
		{name: "unknown names above numbers", data: "Wort,Wert\nWort,1\ngut,2\nWert,n/a\ngut,3\n" + strings.Repeat("ja,2\n", 20), records: 24, labels: "1 2"},
		{name: "no header", data: "good,pos\nbad,neg\nfine,pos\n", records: 3, labels: "pos pos"},
		{name: "no header, and a row twice", data: "good film,pos\ngood film,pos\nbad film,neg\nso good,pos\n", records: 4, labels: "pos pos"},
		{name: "a header twice", data: "text,label\ngood,1\ntext,label\nbad,0\n", records: 2, labels: "1 0",
			notes: "standard input: row 3 skipped because it repeats the header"},
		{name: "with its byte order mark", data: "\uFEFFtext,label\ngood,1\n\uFEFFtext,label\nbad,0\ntext,label\n", records: 2, labels: "1 0",
			notes: "standard input: 2 rows skipped because they repeat the header, the first is row 3"},
		{name: "in other spellings", data: "Review Text,Label\ngood,1\nreview_text, label\nbad,0\nREVIEW-TEXT,LABEL\n", records: 2, labels: "1 0",
			notes: "standard input: 2 rows skipped because they repeat the header, the first is row 3"},
		{name: "unknown names in other spellings", data: "Wort,Wert\ngut,1\nwort,Wert\nschlecht,2\n", records: 2, labels: "1 2",
			notes: "standard input: row 3 skipped because it repeats the header"},
		{name: "with fewer columns that have no name", data: "text,label,,\ngood,1,,\ntext,label\nbad,0,,\n", records: 2, labels: "1 0",
			notes: "standard input: row 3 skipped because it repeats the header|standard input: 2 columns without a name left out"},
		{name: "in another order and spelling", data: "text,label\ngood,1\nLabel,Text\n0,bad\n",
			err: `standard input: row 3 (line 3): it is a header with the columns in another order ("Label", "Text"): put the rows below it into a file of their own`},
		{name: "in another order", data: "text,label\ngood,1\nlabel,text\n0,bad\n",
			err: `standard input: row 3 (line 3): it is a header with the columns in another order ("label", "text"): put the rows below it into a file of their own`},
		{name: "columns without a name", data: "v1,v2,,,\nham,see you,,,\nspam,win \"cash\n", records: 0,
			err: "standard input: row 3 (line 3): a quote stands inside a field that is not quoted"},
		{name: "columns without a name, cut", data: "v1,v2,,,\nham,see you at home,,,\nspam,win cash,more,,\nham,later\n", records: 3, labels: "ham ham",
			notes: "standard input: 3 columns without a name left out"},
		{name: "an index without a name", data: ",text,label\n0,good,pos\n1,bad,neg\n", records: 2, labels: "pos neg"},
		{name: "empty columns beyond the header", data: "text,label\ngood,pos,,\nbad,neg\n", records: 2, labels: "pos neg"},
		{name: "full columns beyond it", data: "text,label\ngood,pos,,x\n", err: "standard input: row 2 (line 2): 4 columns, want 2"},
		{name: "Excel's delimiter", data: "sep=;\r\ntext;label\r\na, b;pos\r\n", records: 1, labels: "pos pos"},
		{name: "Excel's delimiter, quoted", format: "csv", data: "\"sep=|\"\ntext|label\na, b|pos\n", records: 1, labels: "pos pos"},
		{name: "Excel's tab", data: "sep=\t\ntext\tlabel\na, b\tpos\n", records: 1, labels: "pos pos"},
		{name: "Excel's delimiter, but another", data: "sep=;\ntext,label\ngood,pos\n",
			err: `standard input: its first line is "sep=;", which separates no columns, but ',' would: mend that line, or give the delimiter`},
		{name: "Excel's delimiter of a tsv, but another", format: "tsv", data: "sep=,\ntext\tlabel\ngood\tpos\n",
			err: `standard input: its first line is "sep=,", which separates no columns, but '\t' would: mend that line, or give the delimiter`},
		{name: "no Excel's delimiter", data: "sep=,x\ngood,pos\nfine,x\n", records: 3, labels: "x x"},
		{name: "carriage returns", data: "text,label\rgood,pos\r\"a\rb\",neg\r", records: 2, labels: "pos neg",
			notes: "standard input: its lines end in a carriage return alone, as old Macintoshes wrote them"},
		{name: "JSON with carriage returns", format: "jsonl", data: "{\"text\":\"a\",\"label\":1}\r{\"text\":\"b\",\"label\":2}\r", records: 2, labels: "1 2",
			notes: "standard input: its lines end in a carriage return alone, as old Macintoshes wrote them"},
		{name: "unbalanced quotes", format: "tsv", data: "Review\tLiked\n\"Wow... Loved it\t1\nCrust is \"not\" good\t0\n", records: 2, labels: "1 0"},
		{name: "Alexa's", format: "tsv", data: "\uFEFFrating\tdate\tverified_reviews\tfeedback\n5\tJuly\tLove it\t1\n", records: 1, labels: "5 5"},
	} {
		var notes []string
		o := RecordOptions{Format: c.format, Stdin: strings.NewReader(c.data), Note: func(line string) { notes = append(notes, line) }}
		got := readAll(t, []string{"-"}, o)
		if got.Error != c.err {
			t.Errorf("%s: error %q, want %q", c.name, got.Error, c.err)
			continue
		}
		if c.err != "" {
			continue
		}
		if s := strings.Join(notes, "|"); s != c.notes {
			t.Errorf("%s: notes %q, want %q", c.name, s, c.notes)
		}
		if len(got.Records) != c.records {
			t.Errorf("%s: %d records, want %d", c.name, len(got.Records), c.records)
			continue
		}
		if s := got.Records[0].Label + " " + got.Records[c.records-1].Label; s != c.labels {
			t.Errorf("%s: labels %q, want %q", c.name, s, c.labels)
		}
	}
}

// A header of well-known names is one whatever stands below it, and wherever it
// stands again it is no text.
func TestRecordsHeaderStays(t *testing.T) {
	word := rapid.SampledFrom([]string{"text", "label", "review", "sentiment", "good film", "1", "1.5", "", "nan", "x y", "Text", "REVIEW", "Label", "v1"})
	rapid.Check(t, func(t *rapid.T) {
		header := []string{rapid.SampledFrom(textNames).Draw(t, "text"), rapid.SampledFrom(labelNames).Draw(t, "label")}
		if rapid.Bool().Draw(t, "label first") {
			slices.Reverse(header)
		}
		header = append(header, slices.Repeat([]string{""}, rapid.IntRange(0, 3).Draw(t, "unnamed"))...)
		var b strings.Builder
		w := csv.NewWriter(&b)
		w.Write(header)
		repeats, bad, rows := 0, 0, rapid.IntRange(1, 20).Draw(t, "rows")
		for range rows {
			row := make([]string, len(header))
			for i := range row {
				row[i] = word.Draw(t, "field")
			}
			switch {
			case rapid.IntRange(0, 9).Draw(t, "repeat") == 0:
				row = header
			case strings.EqualFold(row[0], header[1]) && strings.EqualFold(row[1], header[0]):
				row[0] = "x y"
			}
			if strings.EqualFold(strings.Join(row, ","), strings.Join(header, ",")) {
				repeats++
			} else if row[0] == "" || row[1] == "" {
				bad++
			}
			w.Write(row)
		}
		w.Flush()
		records, skipped := 0, 0
		o := RecordOptions{Format: "csv", SkipBad: SkipAll, OnBad: func(*BadRow) { skipped++ }, Stdin: strings.NewReader(b.String())}
		for _, err := range Records(t.Context(), []string{"-"}, o) {
			if err != nil {
				t.Fatalf("%q: %v", b.String(), err)
			}
			records++
		}
		if skipped != bad || records != rows-repeats-bad {
			t.Fatalf("%q: %d records and %d bad rows, want %d and %d", b.String(), records, skipped, rows-repeats-bad, bad)
		}
	})
}

func FuzzRecordsTable(f *testing.F) {
	for i, seed := range []string{
		"v1,v2,,,\nham,\"a\",,,\n", "sep=;\ntext;label\na;1\n", "text,label\r1,2\rtext,label\r", "text\tlabel\n\"a\t1\n",
		",text,label\n0,a,b\nlabel,,text\n", "a,b\n\"c\n",
	} {
		f.Add([]byte(seed), byte(i), byte(i))
	}
	for _, columns := range []int{MaxColumns - 1, MaxColumns} {
		f.Add([]byte("text,label\na,1\n\"b\"\"\n"+strings.Repeat(",", columns)+"\nc,0\n"), byte(0), byte(1))
	}
	f.Fuzz(func(t *testing.T, data []byte, header, delimiter byte) {
		o := RecordOptions{Format: []string{"csv", "tsv"}[int(header)%2], Header: []string{"", "yes", "no"}[int(header)/2%3]}
		o.Delimiter = []rune{0, ',', ';', '\t', '|'}[int(delimiter)%5]
		checkRecords(t, data, o)
	})
}

func FuzzRecordsLines(f *testing.F) {
	for i, seed := range []string{
		"{\"text\": \"a\", \"label\": 1e0}\n{}\n", "__label__a b\r__label__a\r", "a\xe9\nb\n", "\xff\xfea\x00\n\x00",
		fmt.Sprintf("%s{\"text\": \"a\", \"label\": null}", "\uFEFF"),
	} {
		f.Add([]byte(seed), byte(i), i%2 == 0)
	}
	f.Add([]byte(strings.Repeat("__label__a ", MaxColumns+1)), byte(1), false)
	f.Fuzz(func(t *testing.T, data []byte, format byte, noLabels bool) {
		checkRecords(t, data, RecordOptions{Format: []string{"jsonl", "fasttext", "lines"}[int(format)%3], NoLabels: noLabels})
	})
}
