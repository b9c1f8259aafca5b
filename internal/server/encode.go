package server

import (
	"encoding/json"
	"math"

	"github.com/pkg/errors"

	"unroll/internal/answer"
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

// encoded returns the answers of a model to texts in JSON, or an error that names
// what is not finite.
func encoded(model string, answers []answer.Answer) (b []byte, err error) {
	b = append(make([]byte, 0, 64+256*len(answers)), `{"model":`...)
	b = append(answer.AppendString(b, model), `,"predictions":[`...)
	for i := range answers {
		if i > 0 {
			b = append(b, ',')
		}
		if b, err = answers[i].Append(b); err != nil {
			return nil, errors.WithMessagef(err, "prediction %d", i)
		}
	}
	return append(b, "]}\n"...), nil
}
