package callbacks_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pkg/errors"
	"pgregory.net/rapid"

	"unroll/train"
	"unroll/train/callbacks"
	"unroll/train/internal/traintest"
	"unroll/train/optimizers"
)

func readText(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// byName reads a table: of each row the fields that are not empty by their columns.
func byName(t rapid.TB, text string) []map[string]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatalf("%v:\n%s", err, text)
	}
	var all []map[string]string
	for _, row := range rows[1:] {
		fields := map[string]string{}
		for i, v := range row {
			if v != "" {
				fields[rows[0][i]] = v
			}
		}
		all = append(all, fields)
	}
	return all
}

// TestSparseValidation: columns stay where epochs lack the validation's logs, in
// what CSVLogger and the History write.
func TestSparseValidation(t *testing.T) {
	d, path := traintest.WordOrder(40, 1), filepath.Join(t.TempDir(), "log.csv")
	h, err := traintest.Trainer(t, 1).Fit(context.Background(), d, train.FitConfig{Epochs: 3, Validation: &d, ValidationEvery: 2, Callbacks: []train.Callback{&callbacks.CSVLogger{Path: path}}})
	if err != nil {
		t.Fatal(err)
	}
	l := func(epoch int) train.Logs { return h.Epochs[epoch-1].Logs }
	want := "epoch,loss,accuracy,val_loss,val_accuracy\n" +
		fmt.Sprintf("1,%v,%v,,\n", l(1)["loss"], l(1)["accuracy"]) +
		fmt.Sprintf("2,%v,%v,%v,%v\n", l(2)["loss"], l(2)["accuracy"], l(2)["val_loss"], l(2)["val_accuracy"]) +
		fmt.Sprintf("3,%v,%v,,\n", l(3)["loss"], l(3)["accuracy"])
	if diff := cmp.Diff(want, readText(t, path)); diff != "" {
		t.Error(diff)
	}
	var b bytes.Buffer
	if err := h.WriteCSV(&b); err != nil {
		t.Fatal(err)
	}
	for i, row := range byName(t, b.String()) {
		delete(row, "seconds")
		if diff := cmp.Diff(byName(t, want)[i], row); diff != "" {
			t.Error(diff)
		}
	}
	if v := h.Values("val_loss"); !math.IsNaN(v[0]) || v[1] != l(2)["val_loss"] || !math.IsNaN(v[2]) {
		t.Errorf("the values are %v, want NaN where there are none", v)
	}
}

// TestColumnsOfAnyLogs: whatever logs the epochs of some runs in one file have,
// each value stands under its own name.
func TestColumnsOfAnyLogs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dir, remove := tempDir(t)
		defer remove()
		path := filepath.Join(dir, "log.csv")
		names := rapid.SliceOfDistinct(rapid.SampledFrom([]string{"loss", "val_loss", "accuracy", "a,b", `q"`, "lr", "epoch", "π"}), rapid.ID)
		var want []map[string]string
		for range rapid.IntRange(1, 4).Draw(t, "runs") {
			l := &callbacks.CSVLogger{Path: path, Append: true}
			if err := l.Handle(&train.Event{Kind: train.TrainBegin, Epoch: 1}); err != nil {
				t.Fatal(err)
			}
			for epoch := range rapid.IntRange(0, 4).Draw(t, "epochs") {
				logs, row := train.Logs{}, map[string]string{"epoch": fmt.Sprint(epoch + 1)}
				for _, name := range names.Draw(t, "logs") {
					if name == "epoch" {
						continue // has its column already
					}
					v := rapid.Float64().Draw(t, name)
					logs[name], row[name] = v, strings.TrimSpace(fmt.Sprintf("%v", v))
				}
				if err := l.Handle(&train.Event{Kind: train.EpochEnd, Epoch: epoch + 1, Logs: logs}); err != nil {
					t.Fatal(err)
				}
				want = append(want, row)
			}
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if len(want) == 0 {
			return
		}
		if diff := cmp.Diff(want, byName(t, string(text))); diff != "" {
			t.Fatalf("%s\n%s", diff, text)
		}
	})
}

// TestLogsOfKilledRuns: a run that is killed after its checkpoint, some epochs on
// and in the middle of a line, and resumed, leaves the log of one that was not.
func TestLogsOfKilledRuns(t *testing.T) {
	cut := errors.New("cut")
	for _, earlier := range []bool{false, true} {
		for at := 1; at <= 5; at += 2 { // the epoch of the checkpoint
			dir := t.TempDir()
			table, lines, saved := filepath.Join(dir, "log.csv"), filepath.Join(dir, "log.jsonl"), filepath.Join(dir, "saved")
			hooks := func() []train.Callback {
				return []train.Callback{&callbacks.CSVLogger{Path: table, Append: earlier}, &callbacks.JSONLogger{Path: lines, Append: earlier}}
			}
			want := []string{}
			if earlier {
				if _, _, err := traintest.Resumable(t, "", &optimizers.SGD{}, 7, nil, hooks()...); err != nil {
					t.Fatal(err)
				}
				want = epochsOf(t, table)
			}
			stop := train.CallbackFunc(func(e *train.Event) error {
				if e.Kind == train.EpochBegin && e.Epoch == at+1 {
					data, err := train.LatestCheckpoint(filepath.Join(dir, "checkpoints"))
					if err != nil {
						return err
					}
					return os.CopyFS(saved, os.DirFS(filepath.Dir(data.Path)))
				}
				if e.Kind == train.EpochEnd && e.Epoch == 6 {
					return cut
				}
				return nil
			})
			if _, _, err := traintest.Resumable(t, filepath.Join(dir, "checkpoints"), &optimizers.SGD{}, 9, nil, append(hooks(), stop)...); !errors.Is(err, cut) {
				t.Fatal(err)
			}
			for _, path := range []string{table, lines} {
				text := readText(t, path)
				if err := os.WriteFile(path, []byte(text[:len(text)-5]), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			from, err := train.LatestCheckpoint(saved)
			if err != nil || from.Epoch() != at {
				t.Fatalf("checkpoint of epoch %d, error %v", from.Epoch(), err)
			}
			_, h, err := traintest.Resumable(t, "", &optimizers.SGD{}, 9, from, hooks()...)
			if err != nil {
				t.Fatal(err)
			}
			for i := range h.Epochs {
				want = append(want, fmt.Sprint(i+1))
			}
			if got := epochsOf(t, table); !slices.Equal(got, want) {
				t.Errorf("checkpoint after %d, earlier run %t: the table has epochs %v, want %v", at, earlier, got, want)
			}
			var got []string
			for line := range strings.Lines(readText(t, lines)) {
				got = append(got, line[len(`{"epoch":`):strings.Index(line, ",")])
			}
			if !slices.Equal(got, want) {
				t.Errorf("checkpoint after %d, earlier run %t: the lines have epochs %v, want %v", at, earlier, got, want)
			}
		}
	}
}

func epochsOf(t *testing.T, path string) (all []string) {
	t.Helper()
	for _, row := range byName(t, readText(t, path)) {
		all = append(all, row["epoch"])
	}
	return all
}

// TestLogsThatAreNone: a logger goes on with no file that is not a log.
func TestLogsThatAreNone(t *testing.T) {
	for text, want := range map[string]string{
		"text,label\na,b\n":              "its first column is not epoch",
		"epoch,loss\n1,2,3\n":            "wrong number of fields",
		"{\"epoch\":1}\nnot a line\n":    "its last line tells no epoch",
		"epoch,loss\n1,0.5\n2,0.25\nx\n": "wrong number of fields",
	} {
		path := filepath.Join(t.TempDir(), "log")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		var h train.Callback = &callbacks.CSVLogger{Path: path, Append: true}
		if strings.HasPrefix(text, "{") {
			h = &callbacks.JSONLogger{Path: path, Append: true}
		}
		_, err := traintest.Trainer(t, 1).Fit(context.Background(), traintest.WordOrder(40, 1), train.FitConfig{Callbacks: []train.Callback{h}})
		if err == nil || !strings.Contains(err.Error(), path+" is not a log that can be continued: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("the error is %v, want %q", err, want)
		}
		if got := readText(t, path); got != text {
			t.Errorf("the file has become %q", got)
		}
	}
}
