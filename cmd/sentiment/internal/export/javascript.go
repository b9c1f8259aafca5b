package export

import (
	"fmt"
	"strings"

	"unroll/datasets/text"
	"unroll/train/classifier"
)

// javascript is what a template of a module is filled with.
type javascript struct {
	text.EncoderConfig
	Steps                               []string
	Words, Segments, Unescape, PadAfter bool
	IDs, Cut, Input, Labels, Answer     string
}

// js fills a template with how texts become ids and what the task says of the outputs.
func (p plain) js(t classifier.Task, input string) (d javascript) {
	d = javascript{EncoderConfig: p.c, Input: input, PadAfter: p.c.Padding == text.Post}
	d.spell(p.steps)
	switch {
	case p.c.OOVBuckets > 0:
		d.IDs = "tokens.map((t) => vocabulary.get(t) ?? bucket(t))"
	case p.c.Unknown > 0:
		d.IDs = fmt.Sprintf("tokens.map((t) => vocabulary.get(t) ?? %d)", p.c.Unknown)
	default:
		d.IDs = "tokens.filter((t) => vocabulary.has(t)).map((t) => vocabulary.get(t))"
	}
	d.Cut = fmt.Sprint("-", p.c.MaxLen)
	if p.c.Truncating == text.Post {
		d.Cut = fmt.Sprint("0, ", p.c.MaxLen)
	}
	d.answer(t)
	return d
}

// spell takes the steps from a text to its tokens.
func (d *javascript) spell(steps []spelling) {
	for _, s := range steps {
		d.Steps = append(d.Steps, s.js)
		d.Words = d.Words || strings.Contains(s.js, "words(")
		d.Segments = d.Words || d.Segments || strings.Contains(s.js, "segments(")
		d.Unescape = d.Unescape || strings.Contains(s.js, "unescape(")
	}
}

// answer takes what a task says of the outputs y for a text.
func (d *javascript) answer(t classifier.Task) {
	switch {
	case t.Number() && t.Deviation != 0:
		d.Answer = fmt.Sprintf("return {text, value: y[0] * %v + %v};", t.Deviation, t.Mean)
	case t.Number():
		d.Answer = "return {text, value: y[0]};"
	case t.Multi:
		d.Answer = fmt.Sprintf("const thresholds = %s;\n  const probabilities = Array.from(y);\n  return {text, labels: labels.filter((_, i) => y[i] > thresholds[i]), probabilities};", quoted(thresholds(t)))
	case t.Binary() && t.Factor != 0:
		d.Answer = fmt.Sprintf("const second = y[0] ** %v, first = (1 - y[0]) ** %v; // calibrated\n  return {text, label: labels[Number(y[0] > 0.5)], probability: Math.max(first, second) / (first + second)};", t.Factor, t.Factor)
	case t.Binary():
		d.Answer = "return {text, label: labels[Number(y[0] > 0.5)], probability: Math.max(y[0], 1 - y[0])};"
	case t.Factor != 0:
		d.Answer = fmt.Sprintf("const best = y.indexOf(Math.max(...y)), p = y.map((v) => v ** %v); // calibrated\n  return {text, label: labels[best], probability: p[best] / p.reduce((a, b) => a + b)};", t.Factor)
	default:
		d.Answer = "const best = y.indexOf(Math.max(...y));\n  return {text, label: labels[best], probability: y[best]};"
	}
	if !t.Number() {
		d.Labels = quoted(t.Classes)
	}
}
