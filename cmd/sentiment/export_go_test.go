package main

import (
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"unroll/nn/onnx/onnxtest"
)

// goBinding is the binding that predict.go is tested with.
const goBinding = "github.com/yalue/onnxruntime_go@v1.27.0"

// checkGo holds predict.go to the answers of its model, in the shared library that is in
// the package for Node.
func checkGo(t *testing.T, model, dir string) {
	t.Helper()
	onnxtest.Skip(t)
	libraries, err := filepath.Glob(filepath.Join(os.Getenv(onnxtest.Folder), "node_modules/onnxruntime-node/bin/*/linux/x64/libonnxruntime.so*"))
	if err != nil || len(libraries) == 0 {
		t.Skip("*** THERE IS NO SHARED LIBRARY OF ONNX RUNTIME FOR THIS PLATFORM: predict.go is not run ***")
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	goCommand := func(args ...string) ([]byte, error) {
		c := exec.Command("go", args...)
		c.Dir = dir
		c.Env = append(os.Environ(), "CGO_ENABLED=1", "GOFLAGS=-mod=mod", "ONNXRUNTIME="+libraries[0])
		return c.CombinedOutput()
	}
	for _, args := range [][]string{
		{"mod", "init", "predict"},
		{"mod", "edit", "-require=unroll@v0.0.0", "-replace=unroll=" + root, "-require=" + goBinding},
		{"mod", "tidy"},
		{"build", "-o", "predict", "."},
	} {
		if out, err := goCommand(args...); err != nil {
			if args[0] == "mod" || strings.Contains(string(out), "C compiler") {
				t.Skipf("*** %s IS NOT TO BE HAD: predict.go is not run: %s ***", goBinding, out)
			}
			t.Fatalf("go %v: %v: %s", args, err, out)
		}
	}
	c := exec.Command(filepath.Join(dir, "predict"), messy...)
	c.Env = append(os.Environ(), "ONNXRUNTIME="+libraries[0])
	printed, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, printed)
	}
	rest := string(printed)
	for i, a := range answersTo(t, model) {
		var number string
		var ok bool
		rest, ok = strings.CutPrefix(rest, a.Label+" ")
		number, rest, _ = strings.Cut(rest, " ")
		p, err := strconv.ParseFloat(number, 64)
		if rest, _ = strings.CutPrefix(rest, messy[i]+"\n"); !ok || err != nil || !(math.Abs(p-a.Probability) <= 1e-5) {
			t.Fatalf("%q: it prints %q, want %s %v", messy[i], number, a.Label, a.Probability)
		}
	}
	if rest != "" {
		t.Errorf("it prints more: %q", rest)
	}
}
