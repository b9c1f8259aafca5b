package main

import (
	"bytes"
	"context"
	"fmt"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"unroll/cmd/sentiment/internal/run"
	"unroll/internal/jsonfile"
	"unroll/internal/safefile"
	"unroll/nn"
)

// modelFiles are those of a model's folder.
var modelFiles = []string{"accuracy.png", "accuracy.svg", "history.csv", "last.ckpt", "loss.png", "loss.svg", "model.json", "profile.json", "settings.json", "task.json", "vocabulary.json", "weights.safetensors"}

func TestRunFolder(t *testing.T) {
	dir := sharedRun(t)
	want := []string{dir}
	for _, file := range []string{"report.html", "report.json", "results.json", "run.json"} {
		want = append(want, filepath.Join(dir, file))
	}
	for _, model := range []string{"onehot", "embedding"} {
		want = append(want, filepath.Join(dir, model))
		for _, file := range modelFiles {
			want = append(want, filepath.Join(dir, model, file))
		}
	}
	slices.Sort(want)
	files := snapshot(t, dir)
	got := []string{}
	for path := range files {
		got = append(got, path)
	}
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
	for _, model := range []string{"onehot", "embedding"} {
		history := files[filepath.Join(dir, model, "history.csv")]
		if !strings.HasPrefix(history, "epoch,loss,accuracy,val_loss,val_accuracy,seconds\n1,") || strings.Count(history, "\n") != 3 {
			t.Errorf("%s: history.csv is %q, want a head and 2 epochs", model, history)
		}
		for _, plot := range []string{"loss.png", "accuracy.png"} {
			if _, err := png.Decode(strings.NewReader(files[filepath.Join(dir, model, plot)])); err != nil {
				t.Errorf("%s: %s: %v", model, plot, err)
			}
		}
	}
}

// TestResultsSchema compares every name in results.json with the published
// ones, in their order.
func TestResultsSchema(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(sharedRun(t), "results.json"))
	if err != nil {
		t.Fatal(err)
	}
	scores := ` loss accuracy`
	epoch := scores + ` val_loss val_accuracy seconds`
	trust := ` evaluate_interval test_interval trust samples macro_f1 balanced_accuracy brier ece ece_bound reliability` +
		strings.Repeat(` confidence accuracy samples`, 10) + ` coverage( confidence answered accuracy)+` // as many as there are ties
	experiment := ` name parameters train_samples validation_samples test_samples epochs` + epoch + epoch + ` weights_epoch evaluate` + scores + ` test` + scores + trust
	want := `version data seed experiments` + experiment + experiment + ` gain final points relative best points relative sha256`
	var names []string
	for _, m := range regexp.MustCompile(`"(\w+)":`).FindAllStringSubmatch(string(data), -1) {
		names = append(names, m[1])
	}
	if got := strings.Join(names, " "); !regexp.MustCompile("^" + want + "$").MatchString(got) {
		t.Errorf("names are\n%s\nwant\n%s", got, want)
	}
}

func readResults(t *testing.T, dir string) *run.Results {
	t.Helper()
	r := &run.Results{}
	if err := jsonfile.Read(safefile.Disk, filepath.Join(dir, "results.json"), 1, r); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestResultsValues(t *testing.T) {
	r := readResults(t, sharedRun(t))
	if r.Data != "sample" || r.Seed != 42 || len(r.Experiments) != 2 {
		t.Fatalf("data %q, seed %d, %d experiments", r.Data, r.Seed, len(r.Experiments))
	}
	var finals, bests [2]float64
	for i, e := range r.Experiments {
		if name, params := []string{"onehot", "embedding"}[i], []int{4289, 32337}[i]; e.Name != name || e.Parameters != params {
			t.Errorf("experiment %d is %s with %d parameters, want %s with %d", i, e.Name, e.Parameters, name, params)
		}
		if e.TrainSamples != 4*e.ValidationSamples || e.ValidationSamples == 0 || len(e.Epochs) != 2 {
			t.Errorf("%s: %d and %d samples, %d epochs", e.Name, e.TrainSamples, e.ValidationSamples, len(e.Epochs))
		}
		last := e.Epochs[1]
		if got, want := e.Evaluate, (run.Scores{"loss": last.Scores["val_loss"], "accuracy": last.Scores["val_accuracy"]}); !cmp.Equal(got, want) {
			t.Errorf("%s: evaluate is %v, the last epoch's validation %v", e.Name, got, want)
		}
		for _, p := range e.Epochs {
			if s := p.Scores; s["loss"] <= 0 || s["val_loss"] <= 0 || s["accuracy"] <= 0 || s["accuracy"] > 1 || p.Seconds <= 0 {
				t.Errorf("%s: implausible epoch %+v", e.Name, p)
			}
		}
		finals[i], bests[i] = last.Scores["val_accuracy"], max(last.Scores["val_accuracy"], e.Epochs[0].Scores["val_accuracy"])
	}
	for _, g := range []struct {
		name     string
		got      run.Difference
		from, to float64
	}{{"final", r.Gain.Final, finals[0], finals[1]}, {"best", r.Gain.Best, bests[0], bests[1]}} {
		if math.Abs(g.got.Points-100*(g.to-g.from)) > 1e-9 || math.Abs(g.got.Relative-(g.to-g.from)/g.from) > 1e-9 {
			t.Errorf("gain %s is %+v from %g to %g", g.name, g.got, g.from, g.to)
		}
	}
}

// TestTrainOutput is about output that is not a terminal.
func TestTrainOutput(t *testing.T) {
	sharedRun(t)
	out := trainedRun.stdout
	if trainedRun.stderr != "" {
		t.Errorf("stderr is %q", trainedRun.stderr)
	}
	if strings.ContainsAny(out, "\r\x1b") {
		t.Errorf("output has carriage returns or escape codes: %q", out)
	}
	for _, want := range []string{
		"Data: sample, ", "Experiment onehot\n", "Experiment embedding\n", "Total params: 4,289\n", "Total params: 32,337\n",
		"│ onehot     │  4,289 │", "│ embedding  │ 32,337 │", "gain in validation accuracy", "in " + trainedRun.dir + "; open report.html.\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("output has no %q:\n%s", want, out)
		}
	}
	lines := regexp.MustCompile(`(?m)^Epoch (1/2|2/2) - \d+\.\ds \d+\.\d\dms/step - loss: \d\.\d{4} - accuracy: \d\.\d{4} - val_loss: \d\.\d{4} - val_accuracy: \d\.\d{4}$`)
	if n := len(lines.FindAllString(out, -1)); n != 4 {
		t.Errorf("%d lines for epochs, want 4:\n%s", n, out)
	}
	for line := range strings.Lines(out[strings.Index(out, "┌"):strings.Index(out, "Models, curves")]) {
		if n := len([]rune(strings.TrimSpace(line))); n > 80 {
			t.Errorf("%d columns in the closing table: %s", n, line)
		}
	}
}

func TestNoCommandTrains(t *testing.T) {
	dir := t.TempDir()
	succeed(t, "", tiny(dir, "--model", "onehot")[1:]...)
	r := readResults(t, dir)
	if len(r.Experiments) != 1 || r.Experiments[0].Name != "onehot" || r.Gain != nil {
		t.Errorf("results are %+v, want onehot alone, without a gain", r)
	}
	if _, err := os.Stat(filepath.Join(dir, "onehot", nn.WeightsFile)); err != nil {
		t.Error(err)
	}
}

// TestHugeBatch takes all reviews in one batch.
func TestHugeBatch(t *testing.T) {
	dir := t.TempDir()
	succeed(t, "", tiny(dir, "--model", "embedding", "--batch", "1000000000")...)
	succeed(t, "", "evaluate", filepath.Join(dir, "embedding"))
}

func TestSeeds(t *testing.T) {
	weights := func(dir string) [2]string {
		var w [2]string
		for i, model := range []string{"onehot", "embedding"} {
			data, err := os.ReadFile(filepath.Join(dir, model, nn.WeightsFile))
			if err != nil {
				t.Fatal(err)
			}
			w[i] = string(data)
		}
		return w
	}
	again, other := t.TempDir(), t.TempDir()
	succeed(t, "", tiny(again, "--epochs", "2")...)
	succeed(t, "", tiny(other, "--epochs", "2", "--seed", "7")...)
	first := weights(sharedRun(t))
	if weights(again) != first {
		t.Error("the same seed gave other weights")
	}
	if w := weights(other); w[0] == first[0] || w[1] == first[1] {
		t.Error("another seed gave the same weights")
	}
}

// TestBrokenOutput fails every write to standard output.
func TestBrokenOutput(t *testing.T) {
	dir := copyRun(t)
	before := snapshot(t, dir)
	for _, args := range [][]string{tiny(filepath.Join(t.TempDir(), "run")), {"summary"}, {"evaluate", filepath.Join(dir, "onehot")}, {"--help"}} {
		var stderr bytes.Buffer
		status := execute(context.Background(), args, strings.NewReader(""), brokenWriter{}, &stderr)
		checkFailure(t, status, exitFailure, "", stderr.String(), "standard output", "no space left")
	}
	checkUnchanged(t, dir, before)
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) {
	return 0, &os.PathError{Op: "write", Path: "/dev/stdout", Err: fmt.Errorf("no space left")}
}
