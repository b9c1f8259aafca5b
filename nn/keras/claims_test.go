package keras_test

import (
	"bytes"
	"runtime"
	"strings"
	"testing"

	"unroll/nn/keras"
)

// TestClaims: what a file says of its sizes takes no memory before it is found to be so.
func TestClaims(t *testing.T) {
	const dense = `{"class_name": "Sequential", "config": {"name": "s", "layers": [{"class_name": "InputLayer", "config": {"batch_shape": [null, 4], "name": "x"}},
		{"class_name": "Dense", "config": {"name": "d", "units": 2000000000}}]}}`
	weights := string(written(t, weights, small(t)))
	for _, c := range []struct{ name, file, want string }{
		{"a layer that is larger than its file", zipOf(t, "config.json", dense, "model.weights.h5", weights), "d/kernel: shape [4 2000000000] has more values than the"},
		{"a long configuration", zipOf(t, "config.json", strings.Repeat(" ", 40<<20), "model.weights.h5", weights), "config.json is of 40.0 MB, more than the 32.0 MB that are allowed"},
		{"long weights", zipOf(t, "config.json", dense, "model.weights.h5", strings.Repeat(" ", 4<<20)), "model.weights.h5 is of 4.0 MB, more than the"},
		{"another archive's weights", zipOf(t, "config.json", strings.ReplaceAll(dense, "2000000000", "3"), "model.weights.h5", weights), "the file has weights that the model has not: layers/embedding/vars/0, "},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := keras.OpenReader(bytes.NewReader([]byte(c.file)), int64(len(c.file)))
		if runtime.ReadMemStats(&after); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
		if taken := after.TotalAlloc - before.TotalAlloc; taken > 32<<20 {
			t.Errorf("%s: it took %d MB", c.name, taken>>20)
		}
	}
}
