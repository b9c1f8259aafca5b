package exact

import (
	"encoding/json"
	"math"
	"testing"
)

func TestFloat(t *testing.T) {
	want := []float64{0, math.Copysign(0, -1), 0.1, math.Inf(1), math.Inf(-1), math.Float64frombits(0x7ff8_0000_0000_0abc), math.SmallestNonzeroFloat64}
	data, err := json.Marshal(Floats(want))
	if err != nil {
		t.Fatal(err)
	}
	var read []Float
	if err := json.Unmarshal(data, &read); err != nil {
		t.Fatal(err)
	}
	for i, v := range Numbers(read) {
		if math.Float64bits(v) != math.Float64bits(want[i]) {
			t.Errorf("%v was read as %v", want[i], v)
		}
	}
	if err := json.Unmarshal([]byte(`["x"]`), &read); err == nil {
		t.Error("a word was read as a number")
	}
}
