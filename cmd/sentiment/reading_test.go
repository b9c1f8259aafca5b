package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/unicode"

	"unroll/datasets/inspect"
)

// spam is like the SMS spam collection as it is passed around: Windows-1252,
// columns v1 and v2, and three without a name.
func spam(t *testing.T, more string) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("v1,v2,,,\r\n")
	for i := range 60 {
		fmt.Fprintf(&b, "ham,\"I’m home, don’t wait – number %d\",,,\r\nspam,WIN £%d00 cash now,,,\r\n", i, i)
	}
	data, err := charmap.Windows1252.NewEncoder().String(b.String())
	if err != nil {
		t.Fatal(err)
	}
	return writeFile(t, filepath.Join(t.TempDir(), "spam.csv"), data+more)
}

func TestWindowsTexts(t *testing.T) {
	path, out := spam(t, ""), filepath.Join(t.TempDir(), "run")
	status, stdout, stderr := command("", tiny(out, "--data", path, "--model", "bow", "--maxlen", "10")...)
	want := path + ": it is not UTF-8: read as windows-1252, which its beginning looks like\n" + path + ": 3 columns without a name left out\n"
	if status != exitOK || stderr != want || !strings.Contains(stdout, "96 texts to train on, 24 to validate on") {
		t.Errorf("status %d, stderr %q, want %q; stdout\n%s", status, stderr, want, stdout)
	}
	// What the bytes leave open is asked for, and what was given is kept.
	path = spam(t, "ham,caf\xe9 \xe5\xa310 \x89\xdb\xaas,,,\r\n")
	status, stdout, stderr = command("", tiny(filepath.Join(t.TempDir(), "run"), "--data", path, "--model", "bow")...)
	checkFailure(t, status, exitFailure, stdout, stderr, path+": row ", "it is not UTF-8", "--encoding windows-1252")
	out = filepath.Join(t.TempDir(), "run")
	status, _, stderr = command("", tiny(out, "--data", path, "--model", "bow", "--encoding", "latin-1")...)
	if status != exitOK || stderr != path+": 3 columns without a name left out\n" {
		t.Fatalf("status %d, %s", status, stderr)
	}
	status, stdout, stderr = command("", "evaluate", filepath.Join(out, "bow"))
	if status != exitOK || !strings.HasPrefix(stdout, "bow on 24 validation texts") {
		t.Errorf("evaluate: status %d, %s%s", status, stdout, stderr)
	}
	status, stdout, stderr = command("", "evaluate", filepath.Join(out, "bow"), "--encoding", "nope")
	checkFailure(t, status, exitUsage, stdout, stderr, `--encoding`, `"nope"`)
}

// Standard input of predict begins with a byte order mark, or is in another
// encoding.
func TestPredictDecodes(t *testing.T) {
	dir := filepath.Join(sharedRun(t), "embedding")
	want := succeed(t, "good film\nbad film\n", "predict", dir)
	utf16, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String("good film\nbad film\n")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		stdin, note string
		flags       []string
	}{
		"mark":     {"\uFEFFgood film\nbad film\n", "", nil},
		"UTF-16":   {utf16, "standard input: read as utf-16le, as its byte order mark says\n", nil},
		"no mark":  {utf16[2:], "standard input: it is not UTF-8: read as utf-16le, which its beginning looks like\n", nil},
		"by name":  {utf16[2:], "", []string{"--encoding", "utf-16le"}},
		"one byte": {"good film\nbad film\n", "", []string{"--encoding", "latin1"}},
		"old ends": {"good film\rbad film\r", "standard input: its lines end in a carriage return alone, as old Macintoshes wrote them\n", nil},
	} {
		status, stdout, stderr := command(c.stdin, append(append([]string{"predict"}, c.flags...), dir)...)
		if status != exitOK || stdout != want || stderr != c.note {
			t.Errorf("%s: status %d, stderr %q, want %q; stdout %q, want %q", name, status, stderr, c.note, stdout, want)
		}
	}
	status, stdout, stderr := command("", "predict", "--encoding", "latin1", dir, "good film")
	checkFailure(t, status, exitUsage, stdout, stderr, "--encoding has no effect")
	status, stdout, stderr = command("good film\ngood caf\xe9\n", "predict", dir)
	if first, _, _ := strings.Cut(want, "\n"); stdout != first+"\n" {
		t.Errorf("before a line that is not UTF-8 it prints %q, want %q", stdout, first)
	}
	checkFailure(t, status, exitFailure, "", stderr, "standard input: line 2: it is not UTF-8", "--encoding windows-1252")
	// Files too.
	text, err := korean.EUCKR.NewEncoder().String("text\ngood 영화\nbad 영화\n")
	if err != nil {
		t.Fatal(err)
	}
	path := writeFile(t, filepath.Join(t.TempDir(), "texts.csv"), text)
	if got := succeed(t, "", "predict", "--data", path, "--encoding", "cp949", dir); !strings.Contains(got, "good 영화\n") {
		t.Errorf("it prints %q", got)
	}
	status, stdout, stderr = command("", "predict", "--data", path, dir)
	checkFailure(t, status, exitFailure, stdout, stderr, path+": row 2", "--encoding euc-kr")
}

// TestLabels: what labels are one, and which are refused or warned of.
func TestLabels(t *testing.T) {
	dir := t.TempDir()
	table := func(name string, labels ...string) string {
		var b strings.Builder
		b.WriteString("text,label\n")
		for i, label := range labels {
			fmt.Fprintf(&b, "a film of the number %d,%s\n", i, label)
		}
		return writeFile(t, filepath.Join(dir, name), b.String())
	}
	repeat := func(n int, labels string) (list []string) {
		for range n {
			list = append(list, strings.Fields(labels)...)
		}
		return list
	}
	numbers := table("numbers.csv", repeat(10, "1 0 1.0 -0 01 0.0")...)
	lines := writeFile(t, filepath.Join(dir, "test.jsonl"), `{"text": "a film", "label": 1.0}`+"\n"+`{"text": "the film", "label": "1e0"}`+"\n"+`{"text": "film", "label": -0.0}`+"\n")
	two := table("two.csv", repeat(20, "neg pos")...)
	for _, c := range []struct {
		name    string
		flags   []string
		classes string // printed by the JSON event
		warning string
		err     string
	}{
		{"equal numbers", []string{"--data", numbers, "--test-data", lines}, `["0","1"]`, "", ""},
		{"numbers by value", []string{"--data", table("value.csv", repeat(10, "10 9 -1")...)}, `["-1","9","10"]`, "", ""},
		{"numbers beside a word", []string{"--data", table("mixed.csv", repeat(10, "1 1.0 x")...)}, `["1","1.0","x"]`, `the labels "1" and "1.0" are two classes, because not all labels are numbers`, ""},
		{"space around", []string{"--data", table("space.csv", append(repeat(10, "a b"), " a ", "\tb")...)}, `["a","b"]`, "", ""},
		{"case", []string{"--data", table("case.csv", repeat(10, "Pos neg pos")...)}, `["Pos","neg","pos"]`, `the labels "Pos" and "pos" are two classes, although they differ only in case or spaces`, ""},
		{"a label of the test alone", []string{"--data", two, "--test-data", table("other.csv", "neg", "neutral", "neutral")}, `["neg","pos"]`,
			`2 texts to test on have labels that are not among the model's classes: "neutral" (2 texts); they count as wrong answers`, ""},
		{"a label of the validation alone", []string{"--data", two, "--validation-data", table("typo.csv", "neg", "postive")}, "", "", `the validation data have labels that do not occur in the training data: "postive" (1 text)`},
		{"no label in common", []string{"--data", two, "--test-data", numbers}, "", "", `"1" (`},
		{"one class to train on", []string{"--data", table("one.csv", repeat(20, "pos")...), "--test-data", two}, "", "", `all 20 texts have the label "pos"; at least two classes are needed`},
		{"one class", []string{"--data", table("alone.csv", repeat(20, "pos")...)}, "", "", `all 20 texts have the label "pos"`},
		{"one number", []string{"--data", table("number.csv", repeat(20, "1 1.0")...)}, "", "", `all 40 texts have the label "1"`},
		{"a single text", []string{"--data", table("single.csv", append(repeat(20, "neg pos"), "rare")...)}, `["neg","pos","rare"]`, `a class with a single text cannot be both trained and validated on: "rare" (1 text)`, ""},
		{"an empty label", []string{"--data", table("empty.csv", append(repeat(20, "neg pos"), " ")...)}, "", "", "row 42 (line 42): the label is missing"},
	} {
		status, stdout, stderr := command("", tiny(filepath.Join(t.TempDir(), "run"), append(c.flags, "--model", "bow", "--json")...)...)
		if c.err != "" {
			checkFailure(t, status, exitFailure, stdout, stderr, c.err)
			continue
		}
		if want := `"classes":` + c.classes; status != exitOK || !strings.Contains(stdout, want) {
			t.Errorf("%s: status %d, %s, want %s in %.200s", c.name, status, stderr, want, stdout)
		}
		if strings.Count(stderr, "\n") != min(1, len(c.warning)) || !strings.Contains(stderr, c.warning) {
			t.Errorf("%s: stderr is %q, want a warning %q", c.name, stderr, c.warning)
		}
	}
}

// A model's classes are found in other files under other spellings.
func TestLabelsOfOtherData(t *testing.T) {
	var b strings.Builder
	for i := range 40 {
		fmt.Fprintf(&b, "{\"text\": \"a film %d\", \"label\": %d}\n", i, i%2)
	}
	out := filepath.Join(t.TempDir(), "run")
	succeed(t, "", tiny(out, "--data", writeFile(t, filepath.Join(t.TempDir(), "a.jsonl"), b.String()), "--model", "bow")...)
	other := writeFile(t, filepath.Join(t.TempDir(), "b.csv"), "text,label\na film,1.0\nfilm,-0\n")
	if got := succeed(t, "", "evaluate", filepath.Join(out, "bow"), "--data", other); !strings.HasPrefix(got, "bow on 2 texts") {
		t.Errorf("evaluate prints %s", got)
	}
}

// TestOneLabelToValidateOn: scores over texts of one class say little, which is told.
func TestOneLabelToValidateOn(t *testing.T) {
	table := func(name string, labels ...string) string {
		return writeFile(t, filepath.Join(t.TempDir(), name), "text,label\n"+strings.Join(labels, ""))
	}
	both := table("both.csv", slices.Repeat([]string{"a film,a\n", "the film,b\n"}, 20)...)
	one := table("one.csv", slices.Repeat([]string{"a film,a\n"}, 3)...)
	for _, c := range []struct {
		flag, file string
		warns      bool
	}{{"--validation-data", one, true}, {"--test-data", one, true}, {"--validation-data", both + "2", false}} {
		if c.file == both+"2" {
			c.file = table("other.csv", "a film,a\n", "film,b\n")
		}
		status, _, stderr := command("", tiny(filepath.Join(t.TempDir(), "run"), "--data", both, c.flag, c.file, "--model", "bow")...)
		if status != exitOK || strings.Contains(stderr, `texts have one label, "a" (3 texts): their scores say little`) != c.warns {
			t.Errorf("%s %s: status %d, %s", c.flag, c.file, status, stderr)
		}
	}
}

// TestSkipBad: none, some, all; and data counts them all, and does not stop.
func TestSkipBad(t *testing.T) {
	var b strings.Builder
	b.WriteString("\uFEFFrating\tvariation\tverified_reviews\n")
	for i := range 60 {
		text := fmt.Sprintf("love it %d", i)
		if i%3 == 0 {
			text = " "
		}
		fmt.Fprintf(&b, "%d\tblack\t%s\n", i%2, text)
	}
	b.WriteString("1\tblack\n")
	path := writeFile(t, filepath.Join(t.TempDir(), "alexa.tsv"), b.String())
	train := func(skip string) (int, string, string) {
		return command("", tiny(filepath.Join(t.TempDir(), "run"), "--data", path, "--model", "bow", "--skip-bad", skip)...)
	}
	for skip, want := range map[string]string{"0": "row 2 (line 2): the text is empty", "20": "row 62 (line 62): 2 columns, want 3, after 20 bad rows skipped"} {
		status, _, stderr := train(skip)
		if status != exitFailure || !strings.HasSuffix(stderr, want+"\n") {
			t.Errorf("--skip-bad %s: status %d, %s", skip, status, stderr)
		}
	}
	status, stdout, stderr := train("all")
	if status != exitOK || !strings.Contains(stdout, "32 texts to train on, 8 to validate on") || strings.Count(stderr, "\n") != mostNamed+1 ||
		!strings.HasSuffix(stderr, "skipped: 21 bad rows in total (20: the text is empty; 1: 2 columns, want 3)\n") {
		t.Errorf("--skip-bad all: status %d, %s%s", status, stderr, stdout)
	}
	for _, skip := range []string{"some", "-1", ""} {
		status, stdout, stderr = train(skip)
		checkFailure(t, status, exitUsage, stdout, stderr, "--skip-bad")
	}
	report := succeed(t, "", "data", path, "--examples", "1")
	want := regexp.MustCompile(`(?m)^20 bad rows skipped: the text is empty\n  .*row 2 \(line 2\)\n1 bad row skipped: 2 columns, want 3\n`)
	if !strings.HasPrefix(report, "40 texts\n") || !want.MatchString(report) {
		t.Errorf("data prints\n%s", report)
	}
	var r inspect.Report
	if err := json.Unmarshal([]byte(succeed(t, "", "data", "--json", path)), &r); err != nil || len(r.Bad) != 2 || r.Bad[0].Rows != 20 || len(r.Bad[0].First) != 5 {
		t.Errorf("data --json: %+v, %v", r.Bad, err)
	}
	status, stdout, stderr = command("", "data", "--skip-bad", "3", path)
	if status != exitOK || !strings.HasPrefix(stdout, "40 texts\n") || !strings.HasPrefix(stderr, "warning: data counts all bad rows") {
		t.Errorf("data --skip-bad: status %d, %s%s", status, stderr, stdout)
	}
	// All bad is still an answer.
	if got := succeed(t, "", "data", writeFile(t, filepath.Join(t.TempDir(), "bad.csv"), "text,label\n,a\n,b\n")); !strings.Contains(got, "2 bad rows skipped") {
		t.Errorf("data prints\n%s", got)
	}
}

// TestArchiveOfClasses: an archive of class folders is one, whatever its name, and
// the settings are not those of the movie reviews.
func TestArchiveOfClasses(t *testing.T) {
	dir := t.TempDir()
	for i := range 30 {
		for _, class := range []string{"sport", "tech"} {
			writeFile(t, filepath.Join(dir, "news", class, fmt.Sprint(i)+[]string{".txt", ".TXT", ""}[i%3]), fmt.Sprintf("%s news number %d", class, i))
		}
	}
	writeFile(t, filepath.Join(dir, "news", "tech", ".DS_Store"), "\x00")
	packed := archive(t, filepath.Join(dir, "news"))
	for _, path := range []string{packed, filepath.Join(dir, "news")} {
		got := succeed(t, "", tiny(filepath.Join(t.TempDir(), "run"), "--data", path, "--model", "bow")...)
		if !strings.Contains(got, "48 texts to train on, 12 to validate on") {
			t.Errorf("of %s it prints\n%s", path, got)
		}
	}
}
