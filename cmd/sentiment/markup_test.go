package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestMarkupIsNotShown: texts from the web are read as on the web, in the report and
// in the terminal, whether the model reads their tags as words or not.
func TestMarkupIsNotShown(t *testing.T) {
	var csv strings.Builder
	csv.WriteString("text,label\n")
	for i := range 80 {
		label, word := "good", "wonderful"
		if i%2 == 0 {
			label, word = "bad", "dull"
		}
		if i%7 == 0 {
			word = "odd" // so that some are wrong
		}
		fmt.Fprintf(&csv, "A %s film %d.<br /><br />It &amp; the caf&eacute; <i>are</i> &lt;b&gt;%s&lt;/b&gt;.,%s\n", word, i, word, label)
	}
	file := filepath.Join(t.TempDir(), "reviews.csv")
	if err := os.WriteFile(file, []byte(csv.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, flag := range []string{"--html=false", "--html"} {
		dir := filepath.Join(t.TempDir(), "run")
		succeed(t, "", "train", "--data", file, "--model", "bow", "--epochs", "2", "--min-count", "1", "--out", dir, flag)
		page, err := os.ReadFile(filepath.Join(dir, "report.html"))
		if err != nil {
			t.Fatal(err)
		}
		shown := map[string]string{"the report": string(page)}
		texts := strings.Split(string(page), "<blockquote")[1:]
		for _, text := range texts {
			if text, _, _ = strings.Cut(text, "</blockquote>"); !strings.Contains(text, "café") {
				t.Errorf("%s: the report shows %q", flag, text)
			}
		}
		if len(texts) == 0 {
			t.Errorf("%s: the report shows no text", flag)
		}
		text := "It is<br /><br />dull &amp; wonderful, a &lt;b&gt;caf&eacute;&lt;/b&gt;"
		shown["predict"] = succeed(t, "", "predict", filepath.Join(dir, "bow"), text)
		shown["predict --explain"] = succeed(t, "", "predict", "--explain", filepath.Join(dir, "bow"), text)
		for of, s := range shown {
			if of != "the report" && !strings.Contains(s, "It is dull & wonderful, a café") {
				t.Errorf("%s, %s: the text is not read as it is on the web:\n%s", flag, of, s)
			}
			for _, raw := range []string{"<br /", "&lt;br", "&lt;b&gt;", "&amp;lt;", "&amp;amp;", "eacute"} {
				if strings.Contains(s, raw) {
					t.Errorf("%s, %s: there is %q", flag, of, raw)
				}
			}
		}
	}
}
