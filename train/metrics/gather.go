package metrics

import (
	"encoding/json"
	"reflect"

	"github.com/pkg/errors"

	"unroll/internal/exact"
	"unroll/train"
)

// merge gives take what other is, if it is of m's type and settings.
func merge[M train.Metric](m M, other train.Metric, take func(M)) error {
	o, ok := other.(M)
	if !ok {
		return errors.Errorf("metric %s: a %T cannot be merged into a %T", m.Name(), other, m)
	}
	if !reflect.DeepEqual(m.New(), o.New()) {
		return errors.Errorf("metric %s: cannot be merged with one of other settings", m.Name())
	}
	take(o)
	return nil
}

// ratio is a weighted mean that is gathered, Σ w·v / Σ w.
type ratio struct{ sum, total float64 }

func (r *ratio) add(v, w float64) {
	r.sum += w * v
	r.total += w
}

func (r *ratio) take(o ratio) {
	r.sum += o.sum
	r.total += o.total
}

// Value returns the mean; 0 before any update.
func (r *ratio) Value() float64 { return quotient(r.sum, r.total) }

// MarshalJSON returns what has been gathered.
func (r *ratio) MarshalJSON() ([]byte, error) { return marshalBits(r.sum, r.total) }

// UnmarshalJSON goes on from what MarshalJSON returned.
func (r *ratio) UnmarshalJSON(data []byte) error {
	x, err := unmarshalBits(data)
	if err == nil && len(x) != 2 {
		err = errors.Errorf("%d numbers, want 2", len(x))
	}
	if err == nil {
		r.sum, r.total = x[0], x[1]
	}
	return err
}

func marshalBits(x ...float64) ([]byte, error) { return json.Marshal(exact.Floats(x)) }

func unmarshalBits(data []byte) ([]float64, error) {
	var x []exact.Float
	err := json.Unmarshal(data, &x)
	return exact.Numbers(x), err
}

// eachRow calls f for the rows that count.
func eachRow(y, targets, weights []float32, f func(y, t []float32, w float64)) {
	rows := len(weights)
	if rows == 0 || len(y) < rows || len(targets) < rows {
		return
	}
	outputs, width := len(y)/rows, len(targets)/rows
	for i, w := range weights {
		if w != 0 {
			f(y[i*outputs:(i+1)*outputs], targets[i*width:(i+1)*width], float64(w))
		}
	}
}

// eachOutput calls f for output j of the rows that count.
func eachOutput(y, targets, weights []float32, f func(j int, y, t float32, w float64)) {
	eachRow(y, targets, weights, func(y, t []float32, w float64) {
		class := -1
		if len(t) != len(y) {
			class = classOf(t, len(y))
		}
		for j, v := range y {
			if len(t) == len(y) {
				f(j, v, t[j], w)
			} else {
				f(j, v, float32(hit(j == class)), w)
			}
		}
	})
}

// classOf returns which of n classes a row's targets name, −1 for none.
func classOf(t []float32, n int) int {
	switch {
	case len(t) == n:
		return largest(t)
	case len(t) == 1 && t[0] >= 0 && t[0] < float32(n) && t[0] == float32(int(t[0])):
		return int(t[0])
	}
	return -1
}

// largest returns the place of the first largest value, −1 if one is NaN.
func largest(x []float32) int {
	at := 0
	for i, v := range x {
		if v != v {
			return -1
		}
		if v > x[at] {
			at = i
		}
	}
	return at
}

func hit(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// quotient is a/b, and 0 where b is.
func quotient(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}
