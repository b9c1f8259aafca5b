package export

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/pkg/errors"

	"unroll/datasets/text"
)

// plainName is the name of a file that maps words to ids, for a program that encodes
// texts by itself.
const plainName = "vocabulary.json"

// spelling is a step from a text to ids in Python and in JavaScript. Both are lines of a
// function of the string text, which tokens, a list, replaces.
type spelling struct{ python, js string }

// tag is what text.Config.HTML takes for a tag or a comment, or for a reference.
const tag = `<!--(?:(?!<!--)[^])*?-->|<(?:[A-Za-z!?]|\/[A-Za-z])[^<>]*>|&#?[A-Za-z0-9]+;?`

// mark is what the tokenizer marks takes where there is no word.
const mark = `[^\s\p{M}\p{Cc}\p{Cf}][\p{M}\p{Cf}]*`

var steps = struct {
	html, ascii, each, whole, strip spelling
	normalize                       string
	tokens                          map[string]spelling
	grams, byLength                 string
}{
	html: spelling{
		`text = re.sub(r"` + strings.NewReplacer("[^]", `[\s\S]`, `\/`, "/").Replace(tag) + `", lambda m: " " if m[0][0] == "<" else html.unescape(m[0]), text)`,
		`text = text.replace(/` + tag + `/g, (m) => (m[0] === "<" ? " " : unescape(m)));`,
	},
	ascii: spelling{
		`text = re.sub("[A-Z]+", lambda m: m[0].lower(), text)`,
		`text = text.replace(/[A-Z]+/g, (m) => m.toLowerCase());`,
	},
	// A letter's lower case can be a letter and a mark: the letter alone is left.
	each:  spelling{`text = "".join(c.lower()[0] for c in text)`, `text = [...text].map((c) => [...c.toLowerCase()][0]).join("");`},
	whole: spelling{`text = text.lower()`, `text = text.toLowerCase();`},
	strip: spelling{"text = re.sub(r\"[!-/:-@\\[-`{-~]\", \"\", text)", "text = text.replace(/[!-\\/:-@[-`{-~]/g, \"\");"},
	tokens: map[string]spelling{
		"": {
			"tokens = [t for t in re.split(r\"[!-&(-/:-@\\[-`{-~\\t\\n ]+\", text) if t]",
			"let tokens = text.split(/[!-&(-\\/:-@[-`{-~\\t\\n ]+/).filter((t) => t);",
		},
		"words": {
			`tokens = [t for t in regex.split(r"(?V1)(?w)\b", text) if regex.search(r"[\p{L}\p{N}\p{So}]", t.replace("\ufffd", ""))]`,
			`let tokens = words(text);`,
		},
		"marks": {
			`tokens = [m for t in regex.split(r"(?V1)(?w)\b", text) for m in ([t] if regex.search(r"[\p{L}\p{N}\p{So}]", t.replace("\ufffd", "")) else regex.findall(r"` + mark + `", t))]`,
			`let tokens = words(text, /` + mark + `/gu);`,
		},
		"chars":      {`tokens = regex.findall(r"\X", text)`, `let tokens = segments(text, "grapheme");`},
		"codepoints": {`tokens = list(text)`, `let tokens = [...text];`},
		"whitespace": {`tokens = [t for t in re.split(r"[\t\n\v\f\r ]+", text) if t]`, `let tokens = text.split(/[\t\n\v\f\r ]+/).filter((t) => t);`},
		"whole":      {`tokens = [text] if text else []`, `let tokens = text ? [text] : [];`},
	},
}

// grams takes runs of tokens, in one of two orders.
func grams(n int, byLength bool) spelling {
	python, js := "for i in range(len(tokens)) for n in range(1, %d)", "tokens.flatMap((_, i) => lengths.map((n) => [i, n]))"
	if byLength {
		python, js = "for n in range(1, %d) for i in range(len(tokens))", "lengths.flatMap((n) => tokens.map((_, i) => [i, n]))"
	}
	return spelling{
		fmt.Sprintf("tokens = [\" \".join(tokens[i:i + n]) "+python+" if i + n <= len(tokens)]", n+1),
		fmt.Sprintf("const lengths = Array.from({length: %d}, (_, i) => i + 1);\n", n) +
			"  tokens = " + js + ".filter(([i, n]) => i + n <= tokens.length).map(([i, n]) => tokens.slice(i, i + n).join(\" \"));",
	}
}

// spellings returns the steps of an encoder up to its tokens.
func spellings(c text.Config) (s []spelling, err error) {
	if c.HTML {
		s = append(s, steps.html)
	}
	if c.Normalize != "" {
		s = append(s, spelling{fmt.Sprintf("text = unicodedata.normalize(%q, text)", c.Normalize), fmt.Sprintf("text = text.normalize(%q);", c.Normalize)})
	}
	switch c.Case {
	case "":
		s = append(s, steps.ascii)
	case "lower":
		s = append(s, steps.each)
	case "python":
		s = append(s, steps.whole)
	}
	if c.StripPunctuation {
		s = append(s, steps.strip)
	}
	if c.Tokenizer == "split" {
		filters, at := quoted(c.Split.Filters), quoted(c.Split.At)
		s = append(s, spelling{
			fmt.Sprintf("tokens = [t for t in \"\".join(%s if c in %s else c for c in text).split(%[1]s) if t]", at, filters),
			fmt.Sprintf("let tokens = [...text].map((c) => (%s.includes(c) ? %s : c)).join(\"\").split(%[2]s).filter((t) => t);", filters, at),
		})
	} else if cut, ok := steps.tokens[c.Tokenizer]; ok {
		s = append(s, cut)
	} else {
		return nil, errors.Errorf("the tokenizer %s cannot be written for other programs", c.Tokenizer)
	}
	if c.NGrams > 1 {
		s = append(s, grams(c.NGrams, c.NGramsByLength))
	}
	return s, nil
}

// plain is what programs need to know of an encoder.
type plain struct {
	c     text.EncoderConfig
	steps []spelling
	words []byte // JSON of the words with their ids
}

func plainOf(e *text.Encoder) (p plain, err error) {
	p.c = e.Config()
	if p.steps, err = spellings(p.c.Text); err != nil {
		return plain{}, err
	}
	if p.c.OOVBuckets > 0 && p.c.SkipTop > 0 {
		return plain{}, errors.New("a vocabulary with --skip-top and --oov-buckets cannot be written for other programs")
	}
	var out bytes.Buffer
	sep := "{"
	for id := range int32(e.Depth()) {
		if word := e.WordOf(id); word != "" {
			fmt.Fprintf(&out, "%s%s: %d", sep, quoted(word), id)
			sep = ",\n"
		}
	}
	out.WriteString("}\n")
	p.words = out.Bytes()
	return p, nil
}

// python makes x of texts.
func (p plain) python() string {
	return "vocabulary = json.loads(vocabulary)\n" + p.encodePython() + "\n" + padded(p.c, "[encode(t) for t in texts]")
}

// encodePython is the function encode, which makes ids of a text by its vocabulary.
func (p plain) encodePython() string {
	var b strings.Builder
	ids := "[vocabulary[t] for t in tokens if t in vocabulary]"
	switch c := p.c; {
	case c.OOVBuckets > 0:
		fmt.Fprintf(&b, `
def bucket(token):
    h = 2166136261
    for byte in token.encode():
        h = (h ^ byte) * 16777619 %% 2**32
    return %d + h %% %d
`, c.NumWords, c.OOVBuckets)
		ids = "[vocabulary[t] if t in vocabulary else bucket(t) for t in tokens]"
	case c.Unknown > 0:
		ids = fmt.Sprintf("[vocabulary.get(t, %d) for t in tokens]", c.Unknown)
	}
	b.WriteString("\ndef encode(text):\n")
	for _, s := range p.steps {
		b.WriteString("    " + s.python + "\n")
	}
	start := ""
	if p.c.Start > 0 {
		start = fmt.Sprintf("[%d] + ", p.c.Start)
	}
	fmt.Fprintf(&b, "    return %s%s\n", start, ids)
	return b.String()
}

// padPython makes rows of texts, each of as many ids.
func (p plain) padPython() string {
	cut, row := fmt.Sprintf("[-%d:]", p.c.MaxLen), "fill + ids"
	if p.c.Truncating == text.Post {
		cut = fmt.Sprintf("[:%d]", p.c.MaxLen)
	}
	if p.c.Padding == text.Post {
		row = "ids + fill"
	}
	return fmt.Sprintf("\ndef pad(ids):\n    ids = ids%s\n    fill = [%d] * (%d - len(ids))\n    return %s\n\nrows = [pad(encode(t)) for t in texts]\n", cut, p.c.Value, p.c.MaxLen, row)
}
