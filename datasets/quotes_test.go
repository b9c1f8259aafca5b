package datasets

import (
	"fmt"
	"strings"
	"testing"
)

// A quote that is open to the end of the file costs its row alone.
func TestRecordsOpenQuotes(t *testing.T) {
	const skipped = "standard input: row %d (line %d): the quoted field that begins in line %d does not end"
	for _, c := range []struct{ rows, texts, bad string }{
		{"good,1\n\"open,0\nlast,1\n", "good last", fmt.Sprintf(skipped, 3, 3, 3)},
		{"good,1\n\n\n\"a\nb\",\"open\nc,1\nd,0\n", "good c d", fmt.Sprintf(skipped, 3, 5, 6)},
		{"\"say \"\"hi\"\"\",1\r\nx,\"open\r\n\r\nc,1\r\n", "say \"hi\" c", fmt.Sprintf(skipped, 3, 3, 3)},
		{"\"open,1\n\"closed\",0\n\"open,1\nlast,0\n", "", ""},
		{"good,1\n\"open,0\n", "good", fmt.Sprintf(skipped, 3, 3, 3)},
		{strings.Repeat("good,1\n", 60_000) + "\"open\nlast,0\n", strings.Repeat("good ", 60_000) + "last", fmt.Sprintf(skipped, 60_002, 60_002, 60_002)},
	} {
		o := RecordOptions{Format: "csv", Header: "yes", SkipBad: SkipAll, Stdin: strings.NewReader("text,label\n" + c.rows)}
		got := readAll(t, []string{"-"}, o)
		var texts []string
		for _, r := range got.Records {
			texts = append(texts, r.Text)
		}
		if got.Error != "" {
			t.Errorf("%.40q: %s", c.rows, got.Error)
		}
		if c.bad == "" {
			if len(got.Skipped) == 0 || texts[len(texts)-1] != "last" {
				t.Errorf("%.40q: %q, passed over %q", c.rows, texts, got.Skipped)
			}
			continue
		}
		if strings.Join(texts, " ") != c.texts || len(got.Skipped) != 1 || got.Skipped[0] != c.bad {
			t.Errorf("%.40q: %.60q, passed over %q, want %.60q and %q", c.rows, texts, got.Skipped, c.texts, c.bad)
		}
	}
	// Without leave to pass over it, it ends the reading.
	got := readAll(t, []string{"-"}, RecordOptions{Format: "csv", Header: "yes", Stdin: strings.NewReader("text,label\n\"open,0\nlast,1\n")})
	if got.Error != fmt.Sprintf(skipped, 2, 2, 2) || len(got.Records) > 0 {
		t.Errorf("%+v", got)
	}
	// Whatever stands behind quotes that are open, it is not read for ever.
	got = readAll(t, []string{"-"}, RecordOptions{Format: "csv", Header: "yes", SkipBad: SkipAll, Stdin: strings.NewReader("text,label\n" + strings.Repeat("\"open,1\n\n,", 1001))})
	if len(got.Skipped) == 0 {
		t.Errorf("%+v", got)
	}
}
