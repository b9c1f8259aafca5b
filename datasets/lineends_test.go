package datasets

import (
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"golang.org/x/text/encoding/unicode"
	"pgregory.net/rapid"
)

// Behind lines of old Macintoshes all line ends are read, in each format; behind
// others, a row that holds several says why it is bad.
func TestRecordsMixedLineEnds(t *testing.T) {
	for _, c := range []struct{ name, format, data, want, skipped string }{
		{"old ones first", "csv", "text,label\rgood,pos\rtext,label\nbad,neg\n", "good pos, bad neg", ""},
		{"then of Windows", "", "text,label\rgood,pos\r\rtext,label\r\n\"bad\r\nfilm\",neg\r\n", "good pos, bad\nfilm neg", ""},
		{"new lines in cells", "csv", "text,label\r\"a\nb\",pos\rbad,neg\r", "a\nb pos, bad neg", ""},
		{"a delimiter of Excel", "", "sep=;\rtext;label\rgood;pos\r", "good pos", ""},
		{"JSON", "", "{\"text\":\"a\",\"label\":1}\r{\"text\":\"b\",\"label\":2}\n", "a 1, b 2", ""},
		{"fastText", "", "__label__x a\r__label__y b\n__label__x c", "a x, b y, c x", ""},
		{"old ones last", "csv", "text,label\ngood,pos\ntext,label\rbad,neg\r", "good pos",
			"standard input: row 3 (line 3): 3 columns, want 2; it holds carriage returns, perhaps line ends of another kind than the first"},
		{"old ones last, quoted", "csv", "text,label\ngood,pos\nfine,pos\r\"bad, too\",neg\rbad,neg\nso bad,neg\n", "good pos, so bad neg",
			"standard input: row 3 (line 3): a quote stands inside a field that is not quoted; it holds carriage returns, perhaps line ends of another kind than the first"},
		{"JSON last", "jsonl", "{\"text\":\"a\",\"label\":1}\n{\"text\":\"b\",\"label\":2}\r{\"text\":\"b\",\"label\":2}\r", "a 1",
			"standard input: line 2: something follows the JSON object; it holds carriage returns, perhaps line ends of another kind than the first"},
		{"fastText last", "fasttext", "__label__x a\n__label__x b\r__label__y c\r", "a x",
			"standard input: line 2: the label y is not at the beginning; it holds carriage returns, perhaps line ends of another kind than the first"},
		{"lines of old ones", "fasttext", "__label__x a\r__label__y b\r", "a x, b y", ""},
		{"a blank in the first text", "fasttext", "__label__x a\rb\n__label__x c\n", "a\rb x, c x", ""},
		{"a blank in a text", "fasttext", "__label__x a\n__label__x b\rc\r\n", "a x, b\rc x", ""},
		{"doubled ends", "csv", "text,label\r\r\ngood,pos\r\r\n", "good pos", ""},
	} {
		got := readAll(t, []string{"-"}, RecordOptions{Format: c.format, SkipBad: 1, Stdin: strings.NewReader(c.data)})
		var records []string
		for _, r := range got.Records {
			records = append(records, r.Text+" "+r.Label)
		}
		if s := strings.Join(records, ", "); s != c.want || strings.Join(got.Skipped, "|") != c.skipped || got.Error != "" {
			t.Errorf("%s: %q, skipped %q, error %q; want %q, %q", c.name, s, got.Skipped, got.Error, c.want, c.skipped)
		}
	}
}

// A decoder gives the lines of a text whatever ends they have, in whatever pieces they
// come, and says of the old ones once.
func TestDecoderLineEnds(t *testing.T) {
	utf16 := unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	rapid.Check(t, func(t *rapid.T) {
		lines := rapid.SliceOfN(rapid.StringOfN(rapid.RuneFrom([]rune("a é영")), 0, 5, -1), 2, 5).Draw(t, "lines")
		end := rapid.SampledFrom([]string{"\n", "\r\n", "\r"}).Draw(t, "end")
		data := strings.Join(lines, end) + end + "a"
		if rapid.Bool().Draw(t, "utf-16") {
			var err error
			if data, err = utf16.NewEncoder().String(data); err != nil {
				t.Fatal(err)
			}
		}
		var in io.Reader = strings.NewReader(data)
		if rapid.Bool().Draw(t, "byte by byte") {
			in = iotest.OneByteReader(in)
		}
		notes := 0
		d, err := NewDecoder(in, "", func(line string) {
			if line == oldLines {
				notes++
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(d)
		want := append(lines, "a")
		if s := strings.Split(strings.ReplaceAll(string(got), "\r\n", "\n"), "\n"); err != nil || strings.Join(s, "|") != strings.Join(want, "|") {
			t.Fatalf("%q gives %q, %v, want %q", data, s, err, want)
		}
		if (notes == 1) != (end == "\r") {
			t.Fatalf("%q: %d notes", data, notes)
		}
	})
}

// A line is given once it ends: a person may wait for its answer.
func TestDecoderWaitsForNoMore(t *testing.T) {
	in, out := io.Pipe()
	d, err := NewDecoder(in, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	go io.WriteString(out, "one\ntwo\nx")
	got := make([]byte, 8)
	if _, err := io.ReadFull(d, got); err != nil || string(got) != "one\ntwo\n" {
		t.Errorf("%q, %v", got, err)
	}
}
