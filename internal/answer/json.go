package answer

import (
	"encoding/json"
	"math"
	"strconv"

	"github.com/pkg/errors"
)

// NoKnownWord is the note of an answer to a text of which the model knows no word:
// the model says as much of any other such text.
const NoKnownWord = "no known word"

// MarshalJSON implements json.Marshaler. A number that is not finite is an error.
func (a Answer) MarshalJSON() ([]byte, error) { return a.Append(nil) }

// Append appends the answer's JSON to b. A number that is not finite is an error.
func (a *Answer) Append(b []byte) ([]byte, error) {
	e := encoder{b: b}
	e.answer(a)
	return e.b, e.err
}

// encoder writes JSON.
type encoder struct {
	b   []byte
	err error // the first number that JSON does not have
}

// verdict writes the first fields of an object: the answer itself.
func (e *encoder) verdict(a *Answer) {
	switch {
	case a.IsNumber():
		e.raw(`{"value":`).number(a.Value)
	case a.Multi():
		e.raw(`{"labels":[`)
		for i, l := range a.Labels {
			if i > 0 {
				e.raw(",")
			}
			e.string(l)
		}
		e.raw("]")
	default:
		e.raw(`{"label":`).string(a.Label).raw(`,"probability":`).number(a.Probability)
	}
}

func (e *encoder) answer(a *Answer) {
	e.verdict(a)
	if !a.IsNumber() {
		if a.Unsure {
			e.raw(`,"unsure":true`)
		}
		e.raw(`,"probabilities":[`)
		for i, c := range a.Probabilities {
			if i > 0 {
				e.raw(",")
			}
			e.raw(`{"class":`).string(c.Class).raw(`,"probability":`).number(c.Probability).raw("}")
		}
		e.raw("]")
	}
	e.raw(`,"known_words":`).int(a.KnownWords)
	if a.KnownWords == 0 {
		e.raw(`,"note":`).string(NoKnownWord)
	}
	for i, g := range a.Gaps {
		e.raw([]string{`,"gaps":[{"column":`, `,{"column":`}[min(i, 1)]).string(g.Column)
		if g.Value != "" {
			e.raw(`,"value":`).string(g.Value)
		}
		e.raw("}")
	}
	if len(a.Gaps) > 0 {
		e.raw("]")
	}
	if a.Explanation != nil {
		e.explanation(a.Explanation, a.IsNumber())
	}
	e.raw("}")
}

func (e *encoder) explanation(x *Explanation, number bool) {
	if !number {
		e.raw(`,"class":`).string(x.Class)
	}
	e.raw(`,"baseline":`).number(x.Baseline)
	if x.NoText != nil {
		e.raw(`,"no_text":`)
		e.verdict(x.NoText)
		e.raw("}")
	}
	e.raw(`,"words":[`)
	for i, w := range x.Words {
		if i > 0 {
			e.raw(",")
		}
		e.raw(`{"start":`).int(w.Start).raw(`,"end":`).int(w.End).raw(`,"push":`).number(w.Push).raw("}")
	}
	for i, c := range x.Columns {
		e.raw([]string{`],"columns":[{"column":`, `,{"column":`}[min(i, 1)]).string(c.Column).raw(`,"push":`).number(c.Push).raw("}")
	}
	e.raw(`],"gap":`).number(x.Gap)
	if x.Warning != "" {
		e.raw(`,"warning":`).string(x.Warning)
	}
}

func (e *encoder) raw(s string) *encoder {
	e.b = append(e.b, s...)
	return e
}

func (e *encoder) string(s string) *encoder {
	e.b = AppendString(e.b, s)
	return e
}

func (e *encoder) int(n int) *encoder {
	e.b = strconv.AppendInt(e.b, int64(n), 10)
	return e
}

func (e *encoder) number(v float64) *encoder {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		e.err = errors.Errorf("%v is no number for JSON", v)
		return e
	}
	e.b = strconv.AppendFloat(e.b, v, 'g', -1, 64)
	return e
}

// AppendString appends s to b as a JSON string.
func AppendString(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			quoted, _ := json.Marshal(s) // of a string it never fails
			return append(b, quoted...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}
