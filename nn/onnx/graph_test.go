package onnx

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// testData is where Debian's libonnx-testdata has ONNX's own tests.
const testData = "/usr/share/libonnx-testdata/data/node"

// TestParsesNodeTests: the files of ONNX's own tests of nodes are read, but for those of
// values that are no tensors of numbers, and of old operators.
func TestParsesNodeTests(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(testData, "test_*", "model.onnx"))
	if len(files) == 0 {
		t.Skipf("*** %s IS NOT THERE: ONNX's own tests are not read ***", testData)
	}
	reason := regexp.MustCompile(`TypeProto has a field|AttributeProto has a field|elements of type|opset \d, |has functions of its own|an operator of`)
	read := 0
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := parse(data, nil); err == nil {
			read++
		} else if !reason.MatchString(err.Error()) {
			t.Errorf("%s: %v", f, err)
		}
	}
	if read < len(files)*9/10 {
		t.Errorf("%d of %d files were read", read, len(files))
	}
}
