package main

import (
	"encoding/json"
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"unroll/nn"
)

// nastyTexts are hard to write, to cut into words or to join.
var nastyTexts = []string{
	"", " ", "\t", "qwertz uiop", "a wonderful film", "good\r", "good\rbad", "NUL \x00 good", "<b>good</b> & \"bad\" \\ 'film'", "\u2028good\u2029",
	"\x1b[31mgood\x1b[0m", "영화 good 😀", "\uFFFD good", "{\"texts\":[]}", "-", "good,bad\tfilm", strings.Repeat("a wonderful dull film ", 5000), "e\u0301 good", "\u202egood",
}

// TestALineForEachLine: what predict prints can be joined to its input line by line.
func TestALineForEachLine(t *testing.T) {
	shared := sharedRun(t)
	model := filepath.Join(shared, "embedding")
	for _, flags := range [][]string{nil, {"--json"}, {"--explain"}, {"--json", "--explain"}} {
		rapid.Check(t, func(r *rapid.T) {
			texts := rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(nastyTexts), rapid.String()), 0, 70).Draw(r, "texts")
			end := rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(r, "end")
			var input strings.Builder
			for i, text := range texts {
				texts[i] = strings.TrimRight(strings.ReplaceAll(text, "\n", " "), "\r")
				input.WriteString(texts[i] + end)
			}
			stdin := input.String()
			if n := len(texts); n > 0 && texts[n-1] != "" && rapid.Bool().Draw(r, "no end") {
				stdin = strings.TrimSuffix(stdin, end)
			}
			if !strings.Contains(stdin, "\n") && strings.Contains(stdin, "\r") {
				stdin = texts[0] + end // without a line feed, carriage returns are the line ends
			}
			status, stdout, _ := command(stdin, append([]string{"predict", model}, flags...)...)
			lines := strings.SplitAfter(stdout, "\n")
			if status != exitOK || len(lines) != len(texts)+1 || lines[len(texts)] != "" {
				r.Fatalf("status %d, %d lines for %d texts", status, len(lines)-1, len(texts))
			}
			for i, line := range lines[:len(texts)] {
				if len(flags) > 0 && flags[0] == "--json" {
					var p struct{ Text string }
					if err := json.Unmarshal([]byte(line), &p); err != nil || i > 0 && p.Text != texts[i] { // the first may lose a byte order mark
						r.Fatalf("line %d is %q for %q, error %v", i, line, texts[i], err)
					}
					continue
				}
				for _, c := range line[:len(line)-1] {
					if c < ' ' || c == 0x7f || 0x80 <= c && c < 0xa0 || c == '\u2028' || c == '\u2029' {
						r.Fatalf("line %d has the control character %q: %q", i, c, line)
					}
				}
			}
		})
	}
}

// TestNoKnownWord marks a text that the model knows nothing of, wherever it comes
// from, and counts them.
func TestNoKnownWord(t *testing.T) {
	shared := sharedRun(t)
	model := filepath.Join(shared, "embedding")
	file := writeFile(t, filepath.Join(t.TempDir(), "texts.csv"), "text,label\r\ngood,x\r\n\"\",x\r\nqwertz,x\r\ngood,x")
	lines := writeFile(t, filepath.Join(t.TempDir(), "texts.txt"), "good\n\nqwertz\ngood")
	good := strings.TrimSpace(succeed(t, "", "predict", model, "good"))
	want := good + "\n-  -\n-  -  qwertz\n" + good + "\n"
	for _, c := range []struct {
		stdin, where string
		args         []string
	}{
		{"good\n\nqwertz\ngood\n", "standard input: line 2", nil},
		{"good\r\n\r\nqwertz\r\ngood", "standard input: line 2", nil},
		{"", file + ":3", []string{"--data", file}},
		{"", lines + ":2", []string{"--data", lines, "--format", "lines"}},
		{"", "text 2", []string{"good", "", "qwertz", "good"}},
	} {
		status, stdout, stderr := command(c.stdin, append([]string{"predict", model}, c.args...)...)
		if warning := "warning: 2 of 4 texts have no word that the model knows, the first is " + c.where + ": \"\"\n"; status != exitOK || stdout != want || stderr != warning {
			t.Errorf("%q: status %d, stdout %q, want %q; stderr %q, want %q", c.args, status, stdout, want, stderr, warning)
		}
		// In JSON it is the model's answer to no text, with a note.
		_, stdout, _ = command(c.stdin, append([]string{"predict", "--json", model}, c.args...)...)
		answers := map[string]bool{}
		for i, line := range strings.Split(strings.TrimSpace(stdout), "\n") {
			var p struct {
				Note, Label string
				Probability float64
			}
			if err := json.Unmarshal([]byte(line), &p); err != nil || (p.Note == "no known word") != (i == 1 || i == 2) {
				t.Errorf("line %d is %s, error %v", i, line, err)
			}
			if p.Note != "" {
				answers[fmt.Sprint(p.Label, p.Probability)] = true
			}
		}
		if len(answers) != 1 {
			t.Errorf("texts without a known word are %v", answers)
		}
	}
	// A bad row that is passed over has its line.
	bad := writeFile(t, filepath.Join(t.TempDir(), "bad.csv"), "text,label\ngood,x\na,b,c,d\ngood,x\n")
	status, stdout, stderr := command("", "predict", model, "--data", bad, "--skip-bad", "1")
	if want := good + "\n-  -\n" + good + "\n"; status != exitOK || stdout != want || !strings.HasPrefix(stderr, "skipped: "+bad) {
		t.Errorf("status %d, stdout %q, want %q; stderr %q", status, stdout, want, stderr)
	}
}

// TestCommandAndServerAgree: the command's JSON is the server's, to the byte, with
// the text in front.
func TestCommandAndServerAgree(t *testing.T) {
	shared := sharedRun(t)
	numbers := filepath.Join(t.TempDir(), "numbers")
	var csv strings.Builder
	csv.WriteString("text,stars\n")
	for i := range 60 {
		fmt.Fprintf(&csv, "%s film number %d,%d\n", []string{"awful", "fair", "superb"}[i%3], i%7, 1+i%3)
	}
	stars := writeFile(t, filepath.Join(t.TempDir(), "stars.csv"), csv.String())
	succeed(t, "", "train", "--data", stars, "--label-column", "stars", "--regression", "--model", "bow", "--epochs", "2", "--out", numbers)
	classes := filepath.Join(t.TempDir(), "classes")
	succeed(t, "", "train", "--data", tickets(t, 120, "", nothingMore), "--model", "bow,conv", "--maxlen", "20", "--epochs", "2", "--out", classes)
	for dir, models := range map[string][]string{shared: {"onehot", "embedding", ""}, numbers: {"bow", ""}, classes: {"bow", "conv", ""}} {
		url, stop := serving(t, dir)
		for _, model := range models {
			for _, explain := range []bool{false, true} {
				args := []string{"predict", "--json", filepath.Join(dir, model)}
				request := map[string]any{"texts": nastyTexts, "explain": explain}
				if explain {
					args = append(args, "--explain")
				}
				if model != "" { // else the run's best, which is the server's default
					request["model"] = model
				}
				body, err := json.Marshal(request)
				if err != nil {
					t.Fatal(err)
				}
				var answer struct{ Predictions []json.RawMessage }
				if err := json.Unmarshal(posted(t, url, string(body)), &answer); err != nil {
					t.Fatal(err)
				}
				_, stdout, _ := command("", append(append(args, "--"), nastyTexts...)...)
				lines := strings.Split(strings.TrimSuffix(stdout, "\n"), "\n")
				if len(lines) != len(nastyTexts) || len(answer.Predictions) != len(nastyTexts) {
					t.Fatalf("%d lines and %d predictions for %d texts", len(lines), len(answer.Predictions), len(nastyTexts))
				}
				for i, line := range lines {
					text, err := json.Marshal(nastyTexts[i])
					if err != nil {
						t.Fatal(err)
					}
					if want := `{"text":` + string(text) + "," + string(answer.Predictions[i][1:]); line != want {
						t.Errorf("%s %s, %.40q:\n%.400s\n, the server says\n%.400s", dir, model, nastyTexts[i], line, want)
					}
				}
			}
		}
		stop()
	}
}

// TestStartsAtNoText: an explanation starts at what the model says of no text, in
// each form, and warns where that is much.
func TestStartsAtNoText(t *testing.T) {
	dir := copyRun(t)
	model := filepath.Join(dir, "embedding")
	for _, bias := range []float64{0, 6} {
		m, err := nn.Load(model)
		if err != nil {
			t.Fatal(err)
		}
		w, err := m.Weight("dense/bias")
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Set([]float64{bias}); err != nil {
			t.Fatal(err)
		}
		if err := m.Save(model); err != nil {
			t.Fatal(err)
		}
		status, text, stderr := command("", "predict", "--explain", model, "a wonderful film")
		if status != exitOK || !strings.Contains(text, "| without text: ") {
			t.Errorf("status %d, %s", status, text)
		}
		_, line, _ := command("", "predict", "--explain", "--json", model, "a wonderful film")
		var p struct {
			Probabilities []struct{ Probability float64 }
			Baseline, Gap float64
			NoText        struct {
				Label       string
				Probability float64
			} `json:"no_text"`
			Warning string
			Words   []struct{ Push float64 }
		}
		if err := json.Unmarshal([]byte(line), &p); err != nil {
			t.Fatal(err)
		}
		_, nothing, _ := command("", "predict", "--json", model, "")
		var no struct {
			Label       string
			Probability float64
		}
		if err := json.Unmarshal([]byte(nothing), &no); err != nil || no != p.NoText {
			t.Errorf("to no text it says %s, and explains from %+v, error %v", nothing, p.NoText, err)
		}
		sum := p.Baseline
		for _, w := range p.Words {
			sum += w.Push
		}
		if positive := 1 / (1 + math.Exp(-sum)); math.Abs(positive-p.Probabilities[1].Probability) > 0.01+p.Gap {
			t.Errorf("start and pushes make %g, the answer is %g", positive, p.Probabilities[1].Probability)
		}
		warning, printed := "", ""
		if bias > 1 {
			warning = fmt.Sprintf("even without any text the model answers positive (%.2f): explanations start from that answer", p.NoText.Probability)
			printed = "warning: " + warning + "\n"
		}
		if p.Warning != warning || stderr != printed {
			t.Errorf("at the bias %g the warning is %q, stderr %q", bias, p.Warning, stderr)
		}
	}
}

// TestUnknownWords names the words that the model does not know, and answers for the
// others.
func TestUnknownWords(t *testing.T) {
	shared := sharedRun(t)
	dir := filepath.Join(shared, "embedding")
	want := succeed(t, "", "words", dir, "good", "bad")
	status, stdout, stderr := command("", "words", dir, "good", "qwertz", "bad", "the", "good film", "")
	if status != exitOK || stdout != want || strings.Count(stderr, "\n") != 4 {
		t.Errorf("status %d, stdout %q, want %q; stderr %q", status, stdout, want, stderr)
	}
	for _, w := range []string{`"qwertz"`, `"the"`, `"good film" is 2 words`, `"" is 0 words`} {
		if !strings.Contains(stderr, w) {
			t.Errorf("stderr is %q, want %s in it", stderr, w)
		}
	}
	for _, c := range [][]string{
		{"qwertz", dir, `"qwertz"`}, {"the", dir, `"the"`}, // among the most frequent, which are left out
		{"good film", dir, `"good film" is 2 words`}, {"good", filepath.Join(shared, "onehot"), "no embedding"},
	} {
		status, stdout, stderr := command("", "words", c[1], c[0])
		checkFailure(t, status, exitFailure, stdout, stderr, c[2])
	}
}
