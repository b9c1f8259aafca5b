package server

import (
	"encoding/json"
	"math"
	"strconv"

	"github.com/pkg/errors"
)

// Metrics are named numbers. In JSON those that are not finite, as a training
// that went astray leaves them, are null.
type Metrics map[string]float64

// MarshalJSON writes the metrics by name.
func (m Metrics) MarshalJSON() ([]byte, error) {
	finite := make(map[string]*float64, len(m))
	for name, v := range m {
		finite[name] = nil
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			finite[name] = &v
		}
	}
	return json.Marshal(finite)
}

// NoKnownWord is the note of a prediction for a text of which the model knows no
// word: the model says as much of any other such text.
const NoKnownWord = "no known word"

// encoder writes the answer of POST /v1/predict.
type encoder struct {
	b   []byte
	err error // the first number that JSON does not have
}

// answer returns the predictions of a model for texts, in JSON, or an error that
// names what is not finite.
func answer(info *ModelInfo, predictions []Prediction) ([]byte, error) {
	e := encoder{b: make([]byte, 0, 64+256*len(predictions))}
	e.raw(`{"model":`).string(info.Name).raw(`,"predictions":[`)
	for i := range predictions {
		if i > 0 {
			e.raw(",")
		}
		e.prediction(info.Task, &predictions[i])
		if e.err != nil {
			return nil, errors.WithMessagef(e.err, "prediction %d", i)
		}
	}
	e.raw("]}\n")
	return e.b, nil
}

// AppendPrediction appends to b the JSON of a prediction by a model of the task
// Classes or Number, as the server answers it.
func AppendPrediction(b []byte, task string, p *Prediction) ([]byte, error) {
	e := encoder{b: b}
	e.prediction(task, p)
	return e.b, e.err
}

// verdict writes the first fields of an object: a prediction's own answer.
func (e *encoder) verdict(task string, p *Prediction) {
	if task == Number {
		e.raw(`{"value":`).number(p.Value)
	} else {
		e.raw(`{"label":`).string(p.Label).raw(`,"probability":`).number(p.Probability)
	}
}

func (e *encoder) prediction(task string, p *Prediction) {
	e.verdict(task, p)
	if task != Number {
		e.raw(`,"probabilities":[`)
		for i, c := range p.Probabilities {
			if i > 0 {
				e.raw(",")
			}
			e.raw(`{"class":`).string(c.Class).raw(`,"probability":`).number(c.Probability).raw("}")
		}
		e.raw("]")
	}
	e.raw(`,"known_words":`).int(p.KnownWords)
	if p.KnownWords == 0 {
		e.raw(`,"note":`).string(NoKnownWord)
	}
	if x := p.Explanation; x != nil {
		if task != Number {
			e.raw(`,"class":`).string(x.Class)
		}
		e.raw(`,"baseline":`).number(x.Baseline)
		if x.NoText != nil {
			e.raw(`,"no_text":`)
			e.verdict(task, x.NoText)
			e.raw("}")
		}
		e.raw(`,"words":[`)
		for i, w := range x.Words {
			if i > 0 {
				e.raw(",")
			}
			e.raw(`{"start":`).int(w.Start).raw(`,"end":`).int(w.End).raw(`,"push":`).number(w.Push).raw("}")
		}
		e.raw(`],"gap":`).number(x.Gap)
		if x.Warning != "" {
			e.raw(`,"warning":`).string(x.Warning)
		}
	}
	e.raw("}")
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
