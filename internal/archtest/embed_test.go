package archtest

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// mostForClassifier is how many packages beside Go's own a program takes along that imports
// train/classifier to use a model. Gorgonia is 93 of them by itself. Raise it only for what
// a model cannot be used without.
const mostForClassifier = 130

// notForClassifier is what such a program has no use for.
var notForClassifier = []string{
	module + "cmd", module + "internal/report", module + "internal/server", module + "internal/tfevents", module + "internal/hdf5", module + "internal/pickle",
	module + "nn/keras", module + "nn/onnx", module + "train/callbacks", module + "train/linear", module + "train/ngrams", module + "train/optimizers",
	"github.com/spf13", "github.com/chromedp", "github.com/prometheus", "gonum.org/v1/plot", "golang.org/x/net", "golang.org/x/image", "net/http", "html/template",
}

// TestClassifierIsSmall: using a model takes no plots, no server and no report along.
func TestClassifierIsSmall(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "-f", "{{.ImportPath}}\t{{.Standard}}", module+"train/classifier").Output()
	if err != nil {
		t.Fatal(err)
	}
	others := 0
	for line := range strings.Lines(string(out)) {
		path, standard, _ := strings.Cut(strings.TrimSpace(line), "\t")
		if standard == "false" {
			others++
		}
		if slices.ContainsFunc(notForClassifier, func(top string) bool { return below(path, top) }) {
			t.Errorf("train/classifier takes %s along", path)
		}
	}
	if others < 50 || others > mostForClassifier {
		t.Errorf("train/classifier takes %d packages along, want %d at most", others, mostForClassifier)
	}
	list(t) // so that a cached result is dropped when an import changes
}
