package callbacks_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"unroll/train"
	"unroll/train/callbacks"
	"unroll/train/internal/traintest"
	"unroll/train/optimizers"
)

// TestLoggers: what stands in the files, also of a run that was resumed.
func TestLoggers(t *testing.T) {
	dir := t.TempDir()
	table, lines := filepath.Join(dir, "log.csv"), filepath.Join(dir, "log.jsonl")
	hooks := func() []train.Callback {
		return []train.Callback{&callbacks.CSVLogger{Path: table}, &callbacks.JSONLogger{Path: lines}}
	}
	checkpoints := filepath.Join(dir, "checkpoints")
	if _, _, err := traintest.Resumable(t, checkpoints, &optimizers.SGD{}, 2, nil, hooks()...); err != nil {
		t.Fatal(err)
	}
	from, err := train.LatestCheckpoint(checkpoints)
	if err != nil {
		t.Fatal(err)
	}
	_, h, err := traintest.Resumable(t, checkpoints, &optimizers.SGD{}, 3, from, hooks()...)
	if err != nil {
		t.Fatal(err)
	}
	read := func(path string) []string {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Split(strings.TrimSpace(string(data)), "\n")
	}
	rows := read(table)
	if len(rows) != 4 || rows[0] != "epoch,loss,accuracy,val_loss,val_accuracy" || !strings.HasPrefix(rows[3], fmt.Sprintf("3,%v,", h.Epochs[2].Logs["loss"])) {
		t.Errorf("the table is\n%s", strings.Join(rows, "\n"))
	}
	if rows := read(lines); len(rows) != 3 || !strings.HasPrefix(rows[1], `{"epoch":2,"step":14,`) || !strings.Contains(rows[1], `"learning_rate":0.01,"logs":{"accuracy":`) {
		t.Errorf("the lines are\n%s", strings.Join(rows, "\n"))
	}
	_, _, err = traintest.Resumable(t, "", &optimizers.SGD{}, 1, nil, &callbacks.CSVLogger{Path: filepath.Join(dir, "no", "log.csv")})
	if err == nil || !strings.Contains(err.Error(), "csv_logger: open "+filepath.Join(dir, "no", "log.csv")) {
		t.Errorf("the error is %v", err)
	}
}
