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
		e.prediction(info, &predictions[i])
		if e.err != nil {
			return nil, errors.WithMessagef(e.err, "prediction %d", i)
		}
	}
	e.raw("]}\n")
	return e.b, nil
}

func (e *encoder) prediction(info *ModelInfo, p *Prediction) {
	if info.Task == Number {
		e.raw(`{"value":`).number(p.Value)
	} else {
		e.raw(`{"label":`).string(p.Label).raw(`,"probability":`).number(p.Probability).raw(`,"probabilities":[`)
		for i, c := range p.Probabilities {
			if i > 0 {
				e.raw(",")
			}
			e.raw(`{"class":`).string(c.Class).raw(`,"probability":`).number(c.Probability).raw("}")
		}
		e.raw("]")
	}
	e.raw(`,"known_words":`).int(p.KnownWords)
	if x := p.Explanation; x != nil {
		if info.Task != Number {
			e.raw(`,"class":`).string(x.Class)
		}
		e.raw(`,"baseline":`).number(x.Baseline).raw(`,"words":[`)
		for i, w := range x.Words {
			if i > 0 {
				e.raw(",")
			}
			e.raw(`{"start":`).int(w.Start).raw(`,"end":`).int(w.End).raw(`,"push":`).number(w.Push).raw("}")
		}
		e.raw("]")
	}
	e.raw("}")
}

func (e *encoder) raw(s string) *encoder {
	e.b = append(e.b, s...)
	return e
}

func (e *encoder) string(s string) *encoder {
	e.b = appendString(e.b, s)
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

// appendString appends s as a JSON string.
func appendString(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			quoted, _ := json.Marshal(s) // of a string it never fails
			return append(b, quoted...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}
