package export

import (
	"encoding/json"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"unroll/datasets/text"
	"unroll/train/classifier"
)

// encoders are of every step that is written in other languages.
var encoders = map[string]text.EncoderConfig{
	"keras":      {MaxLen: 12},
	"own texts":  {Text: text.Config{Tokenizer: "words", Normalize: "NFC", Case: "lower"}, MaxLen: 12, Padding: text.Post},
	"html":       {Text: text.Config{HTML: true, Tokenizer: "words", Normalize: "NFKC", Case: "lower"}, MaxLen: 9, Truncating: text.Post},
	"marks":      {Text: text.Config{Tokenizer: "marks", Case: "lower"}, MaxLen: 20},
	"characters": {Text: text.Config{Tokenizer: "chars", Normalize: "NFD", Case: "keep"}, MaxLen: 40, Padding: text.Post, Truncating: text.Post},
	"jamo":       {Text: text.Config{Tokenizer: "codepoints", Normalize: "NFKD", Case: "lower"}, MaxLen: 40},
	"pairs":      {Text: text.Config{NGrams: 2}, MaxLen: 20, NumWords: 60, SkipTop: 7},
	"by length":  {Text: text.Config{Tokenizer: "whitespace", NGrams: 3, NGramsByLength: true, StripPunctuation: true, Case: "python"}, MaxLen: 20, Unknown: 1, FirstID: 2},
	"buckets":    {Text: text.Config{Tokenizer: "words"}, MaxLen: 15, NumWords: 30, OOVBuckets: 5},
	"split":      {Text: text.Config{Tokenizer: "split", Split: text.Split{Filters: "-.\"\\^]é", At: ","}, Case: "python"}, MaxLen: 15, Unknown: 2, Start: 1},
	"whole":      {Text: text.Config{Tokenizer: "whole", Case: "lower"}, MaxLen: 2, Value: 3},
}

// messyTexts are made of what texts are cut at.
func messyTexts(n int) []string {
	parts := []string{
		"A", "wonderful", "DULL", "film,", "don't", "e-mail", "3.14", "1,000", "bad.Good", "a_b", "[x]", "\\", "^", "`", "{", "~", "\"", "'", "/", "\t", "\n", "\r\n", " ", "  ", "-",
		"café", "cafe\u0301", "ÀÉ", "İstanbul", "ΣΊΣΥΦΟΣ", "ﬁne", "x²", "안녕하세요", "세계", "世界", "ひらがな", "カタカナ", "ไทย", "😀", "!!", "...", "__", "‼\ufe0f", "#\ufe0f\u20e3", "👍🏽", "👩\u200d👩\u200d👧", "\ufffd", "№",
		"<br />", "</p>", "<!-- a -->", "<!--", "1 < 2", "a <b", "&amp;", "&#233;", "&#xe9;", "&quot;", "&nbsp;", "&", "&;", "<a href='x'>",
	}
	r := rand.New(rand.NewPCG(1, 2))
	texts := make([]string, n)
	for i := range texts {
		var b strings.Builder
		for range r.IntN(12) {
			b.WriteString(parts[r.IntN(len(parts))])
			if r.IntN(3) > 0 {
				b.WriteString(" ")
			}
		}
		texts[i] = b.String()
	}
	return texts
}

// TestPlain: Python and JavaScript give texts the ids that the encoder gives.
func TestPlain(t *testing.T) {
	texts := messyTexts(400)
	learned, asked := texts[:200], texts[100:]
	all := map[string]*text.Encoder{}
	for name, c := range encoders {
		e, err := text.LearnEncoder(text.Of(learned...), c)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		all[name] = e
	}
	for tokenizer := range steps.tokens {
		if !slices.ContainsFunc(slices.Collect(maps.Values(encoders)), func(c text.EncoderConfig) bool { return c.Text.Tokenizer == tokenizer }) {
			t.Errorf("no encoder has the tokenizer %q", tokenizer)
		}
	}
	for _, language := range []struct {
		name, missing string
		command       []string
		source        func(p plain) (string, error)
	}{
		{"Python", "PYTHON WITH ITS PACKAGE regex", python3(), pythonSource},
		{"JavaScript", "NODE", node(), jsSource},
	} {
		t.Run(language.name, func(t *testing.T) {
			if language.command == nil {
				t.Skipf("*** THERE IS NO %s: what is written for it is not run ***", language.missing)
			}
			for name, e := range all {
				p, err := plainOf(e)
				if err != nil {
					t.Errorf("%s: %v", name, err)
					continue
				}
				source, err := language.source(p)
				if err != nil {
					t.Fatal(err)
				}
				got := encoded(t, language.command, source, p.words, asked)
				for i, s := range asked {
					if want := e.Encode(s); !slices.Equal(want, got[i]) {
						t.Errorf("%s: %q is %v, want %v\n%s", name, s, got[i], want, source)
						break
					}
				}
			}
		})
	}
}

// encoded runs a program that encodes texts, beside its words.
func encoded(t *testing.T, command []string, source string, words []byte, texts []string) (rows [][]int32) {
	t.Helper()
	dir := t.TempDir()
	for name, data := range map[string][]byte{"program.mjs": []byte(source), plainName: words} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	in, err := json.Marshal(texts)
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(command[0], append(command[1:], "program.mjs")...)
	c.Dir, c.Stdin = dir, strings.NewReader(string(in))
	c.Env = append(os.Environ(), "PYTHONIOENCODING=utf-8", "PYTHONUTF8=1")
	var stderr strings.Builder
	c.Stderr = &stderr
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%v: %s\n%s", err, stderr.String(), source)
	}
	if err := json.Unmarshal(out, &rows); err != nil || len(rows) != len(texts) {
		t.Fatalf("%v: %d rows of %d texts", err, len(rows), len(texts))
	}
	return rows
}

func pythonSource(p plain) (string, error) {
	lines := p.python()
	return imports(lines) + `import json
class tf:
    class keras:
        class utils:
            def pad_sequences(rows, maxlen, padding, truncating, value=0):
                rows = [r[-maxlen:] if truncating == "pre" else r[:maxlen] for r in rows]
                fill = [[value] * (maxlen - len(r)) for r in rows]
                return [f + r if padding == "pre" else r + f for f, r in zip(fill, rows)]
vocabulary = (pathlib.Path(__file__).parent / "vocabulary.json").read_text(encoding="utf-8")
texts = json.load(sys.stdin)
` + lines + "print(json.dumps(x))\n", nil
}

func jsSource(p plain) (string, error) {
	module, err := p.module(classifier.Task{Classes: []string{"a", "b"}}, "rows")
	source := strings.Replace(string(module), `import * as tf from "@tensorflow/tfjs";`, "", 1)
	return source + `
import {readFileSync} from "node:fs";
const known = new Map(Object.entries(JSON.parse(readFileSync("vocabulary.json", "utf8"))));
console.log(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map((text) => encode(text, known))));
`, err
}

// python3 is a Python that has the package regex, nil if there is none.
func python3() []string {
	for _, name := range []string{"python3", "/usr/bin/python3"} {
		if exec.Command(name, "-c", "import regex").Run() == nil {
			return []string{name}
		}
	}
	return nil
}

func node() []string {
	if _, err := exec.LookPath("node"); err != nil {
		return nil
	}
	return []string{"node"}
}

// TestPlainRefused: what cannot be written is named.
func TestPlainRefused(t *testing.T) {
	for want, c := range map[string]text.EncoderConfig{
		"the tokenizer bpe":            {Text: text.Config{Tokenizer: "bpe"}, MaxLen: 5},
		"--skip-top and --oov-buckets": {MaxLen: 5, NumWords: 30, SkipTop: 6, OOVBuckets: 3},
	} {
		e, err := text.LearnEncoder(text.Of(messyTexts(50)...), c)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := plainOf(e); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// TestCalibratedPrograms: where a model is calibrated the programs are, too, and else they
// have no such line.
func TestCalibratedPrograms(t *testing.T) {
	for want, of := range map[string]classifier.Task{
		"    p = p ** 0.5 / (p ** 0.5 + (1 - p) ** 0.5)  # calibrated\n": {Classes: []string{"a", "b"}, Factor: 0.5},
		"    p = p.astype(float) ** 2  # calibrated\n    p /= p.sum()\n": {Classes: []string{"a", "b", "c"}, Factor: 2},
	} {
		if got := answers(of); !strings.Contains(got, want) {
			t.Errorf("the program lacks %q:\n%s", want, got)
		}
		if of.Factor = 0; strings.Contains(answers(of), "calibrated") {
			t.Errorf("without a factor:\n%s", answers(of))
		}
	}
}
