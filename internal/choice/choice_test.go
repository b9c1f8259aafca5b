package choice

import "testing"

var formats = Table[int]{{"csv", "commas", 1}, {"tsv", "tabs", 2}, {"jsonl", "objects", 3}}

// TestList: as a sentence has them, however many there are.
func TestList(t *testing.T) {
	for n, want := range []string{"", "csv", "csv or tsv", "csv, tsv or jsonl"} {
		if got := List(formats[:n].All()); got != want {
			t.Errorf("%d names: %q, want %q", n, got, want)
		}
	}
}

// TestCheck: a setting that is not set is right, and one that is wrong is told
// what there is.
func TestCheck(t *testing.T) {
	for name, want := range map[string]string{
		"": "", "tsv": "",
		"TSV":  `format: unknown "TSV", want csv, tsv or jsonl`,
		"csv ": `format: unknown "csv ", want csv, tsv or jsonl`,
	} {
		got := ""
		if err := Check("format", name, formats.All()); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
	if v, ok := formats.Find("jsonl"); !ok || v != 3 {
		t.Errorf("jsonl is %d, found %t", v, ok)
	}
	if v, ok := formats.Find("xml"); ok || v != 0 {
		t.Errorf("xml is %d, found %t", v, ok)
	}
}
