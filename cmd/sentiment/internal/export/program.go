package export

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"unroll/datasets/text"
	"unroll/train/classifier"
)

// Program is the name of the program in Python.
const Program = "predict.py"

// program is a program in Python that predicts texts with what was exported.
func program(m *classifier.Model, f Format, name string, v vocabulary) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "# Predicts texts with %s: python %s \"a text\" \"another one\"\n", strconv.QuoteToASCII(name), Program)
	b.WriteString(imports(v.python) + "import tensorflow as tf\n\nhere = pathlib.Path(__file__).parent\n")
	fmt.Fprintf(&b, f.model, quoted(name))
	fmt.Fprintf(&b, "vocabulary = (here / %s).read_text(encoding=\"utf-8\")\n", quoted(v.name))
	b.WriteString("texts = sys.argv[1:] or [\"a text\"]\n" + v.python + answers(m.Task()))
	return []byte(b.String())
}

// imports are the modules that lines use, and those of each program.
func imports(python string) string {
	all := []string{"pathlib", "sys"}
	for _, m := range []string{"html", "json", "re", "struct", "unicodedata"} {
		if regexp.MustCompile(`\b` + m + `\.`).MatchString(python) {
			all = append(all, m)
		}
	}
	slices.Sort(all)
	lines := "import " + strings.Join(all, ", ") + "\n"
	if strings.Contains(python, "regex.") {
		lines += "import regex  # pip install regex: the words of Unicode\n"
	}
	return lines
}

// withTokenizer makes x of texts as the encoder does.
func withTokenizer(c text.EncoderConfig) string {
	start := ""
	if c.Start > 0 {
		start = fmt.Sprintf("ids = [[%d] + s for s in ids]\n", c.Start)
	}
	return "ids = tf.keras.preprocessing.text.tokenizer_from_json(vocabulary).texts_to_sequences(texts)\n" + start + padded(c, "ids")
}

// padded makes x of lists of ids.
func padded(c text.EncoderConfig, ids string) string {
	value := ""
	if c.Value != 0 {
		value = fmt.Sprintf(", value=%d", c.Value)
	}
	return fmt.Sprintf("x = tf.keras.utils.pad_sequences(%s, maxlen=%d, padding=%s, truncating=%s%s)\n", ids, c.MaxLen, quoted(c.Padding), quoted(c.Truncating), value)
}

const withVectorization = "x = tf.keras.layers.deserialize(json.loads(vocabulary))(tf.constant(texts))\n"

// answers prints what the task says of texts.
func answers(t classifier.Task) string {
	switch {
	case t.Number():
		undo := "float(y)"
		if t.Deviation != 0 {
			undo = fmt.Sprintf("float(y) * %v + %v", t.Deviation, t.Mean)
		}
		return fmt.Sprintf("for text, y in zip(texts, model.predict(x)[:, 0]):\n    print(%s, text)\n", undo)
	case t.Multi:
		return fmt.Sprintf("labels = %s\nthresholds = %s\nfor text, p in zip(texts, model.predict(x)):\n    print([(label, float(q)) for label, q, t in zip(labels, p, thresholds) if q > t], text)\n", quoted(t.Classes), quoted(thresholds(t)))
	case t.Binary():
		calibrated := ""
		if t.Factor != 0 {
			calibrated = fmt.Sprintf("    p = float(p)\n    p = p ** %v / (p ** %v + (1 - p) ** %v)  # calibrated\n", t.Factor, t.Factor, t.Factor)
		}
		return fmt.Sprintf("labels = %s\nfor text, p in zip(texts, model.predict(x)[:, 0]):\n%s    print(labels[int(p > 0.5)], max(p, 1 - p), text)\n", quoted(t.Classes), calibrated)
	}
	calibrated := ""
	if t.Factor != 0 {
		calibrated = fmt.Sprintf("    p = p.astype(float) ** %v  # calibrated\n    p /= p.sum()\n", t.Factor)
	}
	return fmt.Sprintf("labels = %s\nfor text, p in zip(texts, model.predict(x)):\n%s    print(labels[p.argmax()], p.max(), text)\n", quoted(t.Classes), calibrated)
}

// thresholds are those of a task's labels.
func thresholds(t classifier.Task) (all []float64) {
	for i := range t.Classes {
		all = append(all, t.Threshold(i))
	}
	return all
}

// quoted writes a string, or a list of them or of numbers, which JSON and Python spell alike.
func quoted(v any) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v) // strings and finite numbers can be written
	return strings.TrimSuffix(b.String(), "\n")
}
