package datasets

import (
	"encoding/json"
	"flag"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"unroll/internal/choice"
)

var update = flag.Bool("update", false, "write testdata/records/*.golden.json anew")

// outcome is what a reading gives, as the golden files hold it.
type outcome struct {
	Records []Record
	Skipped []string `json:",omitempty"` // the bad rows that were passed over
	Error   string   `json:",omitempty"`
}

func readAll(t testing.TB, paths []string, o RecordOptions) (got outcome) {
	t.Helper()
	o.OnBad = func(bad *BadRow) { got.Skipped = append(got.Skipped, bad.Error()) }
	for r, err := range Records(t.Context(), paths, o) {
		if got.Error != "" {
			t.Errorf("a record or an error follows the error %s", got.Error)
		}
		if err != nil {
			got.Error = err.Error()
			if strings.Contains(got.Error, "\n") {
				t.Errorf("the error has several lines: %s", got.Error)
			}
			continue
		}
		got.Records = append(got.Records, r)
	}
	return got
}

// Each case reads files of testdata/records; NAME.golden.json is what is expected.
func TestRecordsGolden(t *testing.T) {
	t.Chdir("testdata/records")
	all := RecordOptions{SkipBad: 99}
	texts := RecordOptions{NoLabels: true}
	for _, c := range []struct {
		name  string
		paths string // separated by spaces; the name if empty
		o     RecordOptions
		stdin string // a file
	}{
		{name: "reviews.csv"},
		{name: "bom_crlf.csv"},
		{name: "no_newline.csv"},
		{name: "no_header.csv"},
		{name: "blank_lines.csv"},
		{name: "ragged.csv"},
		{name: "ragged_skipped", paths: "ragged.csv", o: all},
		{name: "ragged_too_many", paths: "ragged.csv", o: RecordOptions{SkipBad: 1}},
		{name: "semicolon.csv"},
		{name: "pipe.csv"},
		{name: "tabs.csv"},
		{name: "one_column.csv"},
		{name: "one_column_texts", paths: "one_column.csv", o: texts},
		{name: "unknown.csv"},
		{name: "unknown_texts", paths: "unknown.csv", o: texts},
		{name: "unknown_named", paths: "unknown.csv", o: RecordOptions{TextColumns: []string{"Kommentar"}, LabelColumn: "4"}},
		{name: "unknown_misnamed", paths: "unknown.csv", o: RecordOptions{TextColumns: []string{"kommentar"}}},
		{name: "doubtful.csv"},
		{name: "doubtful_no_header", paths: "doubtful.csv", o: RecordOptions{Header: "no"}},
		{name: "doubtful_header", paths: "doubtful.csv", o: RecordOptions{Header: "yes"}},
		{name: "group", paths: "group.csv", o: RecordOptions{LabelColumn: "verdict", GroupColumn: "user"}},
		{name: "group_guessed", paths: "group.csv"},
		{name: "numbered.csv"},
		{name: "numbered", paths: "numbered.csv", o: RecordOptions{TextColumns: []string{"3"}, LabelColumn: "2"}},
		{name: "numbered_too_high", paths: "numbered.csv", o: RecordOptions{TextColumns: []string{"4"}, LabelColumn: "2"}},
		{name: "empty.csv"},
		{name: "bom_only.csv"},
		{name: "newlines_only.csv"},
		{name: "header_only.csv"},
		{name: "missing", paths: "missing.csv", o: all},
		{name: "missing_texts", paths: "missing.csv", o: RecordOptions{SkipBad: 2, NoLabels: true}},
		{name: "utf16.csv"},
		{name: "latin1", paths: "latin1.csv", o: all},
		{name: "latin1_elsewhere.csv"},
		{name: "nul", paths: "nul.csv", o: all},
		{name: "quotes.csv"},
		{name: "quotes_skipped", paths: "quotes.csv", o: all},
		{name: "open_quote", paths: "open_quote.csv", o: all},
		{name: "bad_first", paths: "bad_first.csv", o: all},
		{name: "spreadsheet.csv"},
		{name: "literal.tsv"},
		{name: "literal_csv", paths: "literal.tsv", o: RecordOptions{Format: "csv"}},
		{name: "quoted.tsv"},
		{name: "no_quotes.tsv"},
		{name: "blank_lines.tsv"},
		{name: "fields", paths: "fields.jsonl", o: RecordOptions{TextColumns: []string{"review.body"}, LabelColumn: "tags.1.s", GroupColumn: "review.by.whom"}},
		{name: "fields_missing", paths: "fields.jsonl", o: RecordOptions{TextColumns: []string{"review.body"}, LabelColumn: "tags.2", SkipBad: 9}},
		{name: "fields_no_number", paths: "fields.jsonl", o: RecordOptions{TextColumns: []string{"review.body"}, LabelColumn: "tags.x.s"}},
		{name: "fields_no_object", paths: "fields.jsonl", o: RecordOptions{TextColumns: []string{"review.body"}, LabelColumn: "id.x"}},
		{name: "guess.jsonl"},
		{name: "broken.jsonl"},
		{name: "broken", paths: "broken.jsonl", o: all},
		{name: "broken_texts", paths: "broken.jsonl", o: RecordOptions{NoLabels: true, SkipBad: 99}},
		{name: "array.json"},
		{name: "unknown.jsonl"},
		{name: "fasttext.txt"},
		{name: "fasttext_bad", paths: "fasttext_bad.txt", o: all},
		{name: "fasttext_texts", paths: "fasttext_bad.txt", o: RecordOptions{NoLabels: true, SkipBad: 99}},
		{name: "prose.txt"},
		{name: "prose_texts", paths: "prose.txt", o: RecordOptions{NoLabels: true, SkipBad: 1}},
		{name: "prose_lines", paths: "prose.txt", o: RecordOptions{Format: "lines"}},
		{name: "table.txt"},
		{name: "table_texts", paths: "table.txt", o: RecordOptions{NoLabels: true, TextColumns: []string{"text"}}},
		{name: "reviews.csv.gz"},
		{name: "reviews.csv.zst"},
		{name: "members.csv.gz"},
		{name: "cut_gz", paths: "cut.csv.gz", o: all},
		{name: "cut_zst", paths: "cut.csv.zst", o: all},
		{name: "flipped_gz", paths: "flipped.csv.gz", o: all},
		{name: "flipped_zst", paths: "flipped.csv.zst", o: all},
		{name: "trailing.csv.gz"},
		{name: "named_wrong.csv"},
		{name: "several", paths: "reviews.csv no_header.csv korean"},
		{name: "several_missing", paths: "no_header.csv nowhere.csv"},
		{name: "stdin", paths: "-", stdin: "reviews.csv.zst"},
		{name: "stdin_jsonl", paths: "-", stdin: "guess.jsonl"},
		{name: "stdin_tsv", paths: "-", stdin: "no_quotes.tsv", o: RecordOptions{SkipBad: 1}},
		{name: "stdin_texts", paths: "-", stdin: "no_header.csv", o: texts},
		{name: "stdin_unknown", paths: "-", stdin: "one_column.csv"},
		{name: "stdin_empty", paths: "-", stdin: "empty.csv", o: texts},
		{name: "korean"},
		{name: "korean_texts", paths: "korean", o: texts},
		{name: "imdb"},
		{name: "imdb.tar.gz"},
		{name: "imdb.tar.zst"},
		{name: "stdin_archive", paths: "-", stdin: "imdb.tar.zst"},
		{name: "korean.tar"},
		{name: "bad_texts"},
		{name: "bad_texts_skipped", paths: "bad_texts", o: all},
		{name: "not_classes", paths: "korean/긍정"},
		{name: "folder_as_csv", paths: "korean", o: RecordOptions{Format: "csv"}},
		{name: "csv_as_folder", paths: "reviews.csv", o: RecordOptions{Format: "folder"}},
		{name: "outside.tar.gz"},
		{name: "flat.tar.gz"},
		{name: "folder_named", paths: "korean", o: RecordOptions{GroupColumn: "who"}},
		{name: "fasttext_named", paths: "fasttext.txt", o: RecordOptions{TextColumns: []string{"1"}}},
		{name: "archive_named", paths: "imdb.tar.gz", o: RecordOptions{LabelColumn: "1"}},
		{name: "mixed.tar.gz"},
		{name: "cut_tar", paths: "cut.tar.gz", o: all},
	} {
		if c.paths == "" {
			c.paths = c.name
		}
		if c.stdin != "" {
			f, err := os.Open(c.stdin)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			c.o.Stdin = io.MultiReader(f) // nothing but a Reader
		}
		got := readAll(t, strings.Fields(c.paths), c.o)
		golden := c.name + ".golden.json"
		if *update {
			data, err := json.MarshalIndent(got, "", "\t")
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(golden, append(data, '\n'), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		var want outcome
		data, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(data, &want); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestRecordsRefuseOptions(t *testing.T) {
	for _, c := range []struct {
		o    RecordOptions
		want string
	}{
		{RecordOptions{Format: "xml"}, `format: unknown "xml", want ` + choice.List(Formats())},
		{RecordOptions{Header: "maybe"}, "Header is \"maybe\", want yes, no or nothing"},
		{RecordOptions{SkipBad: -1}, "SkipBad is -1, want at least 0"},
		{RecordOptions{Delimiter: '"'}, `'"' cannot be a delimiter`},
		{RecordOptions{Delimiter: -1}, `'�' cannot be a delimiter`},
		{RecordOptions{}, "standard input: there is none"},
	} {
		if got := readAll(t, []string{"-"}, c.o); got.Error != c.want || got.Records != nil {
			t.Errorf("%+v: %+v, want %q", c.o, got, c.want)
		}
	}
}
