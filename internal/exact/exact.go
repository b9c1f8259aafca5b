// Package exact keeps numbers in JSON to the last bit.
package exact

import (
	"encoding/json"
	"math"
)

// Float is a float64 that JSON holds by its bits, infinities and NaN included.
type Float float64

// MarshalJSON implements json.Marshaler.
func (f Float) MarshalJSON() ([]byte, error) { return json.Marshal(math.Float64bits(float64(f))) }

// UnmarshalJSON implements json.Unmarshaler.
func (f *Float) UnmarshalJSON(data []byte) error {
	var bits uint64
	err := json.Unmarshal(data, &bits)
	*f = Float(math.Float64frombits(bits))
	return err
}

// Floats returns numbers to be written.
func Floats(x []float64) []Float {
	out := make([]Float, len(x))
	for i, v := range x {
		out[i] = Float(v)
	}
	return out
}

// Numbers returns numbers that were read.
func Numbers(x []Float) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = float64(v)
	}
	return out
}
