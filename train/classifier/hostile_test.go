package classifier

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"unroll/datasets/text"
	"unroll/internal/jsonfile"
	"unroll/nn"
)

// TestLoadRefusesLargeFiles: a file that is larger than there is room for is not read,
// whichever it is.
func TestLoadRefusesLargeFiles(t *testing.T) {
	m := learn(t, "two classes", text.Pre)
	for _, file := range []string{nn.ArchitectureFile, nn.WeightsFile, VocabularyFile, TaskFile} {
		dir := t.TempDir()
		if err := m.Save(dir); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, file)
		if err := os.Truncate(path, 8<<30); err != nil { // which takes no place on a disk
			t.Fatal(err)
		}
		if _, err := Load(dir); err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "it has 8589934592 bytes, more than the") {
			t.Errorf("%s: error %v", file, err)
		}
	}
}

// TestAnswersAreNumbers: weights of which no number comes give an error, and no answer.
func TestAnswersAreNumbers(t *testing.T) {
	m := learn(t, "number", text.Pre)
	for _, w := range m.Net().Weights() {
		large := w.Float64s()
		for i := range large {
			large[i] = 3e38
		}
		if err := w.Set(large); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	if err := m.Save(dir); err != nil {
		t.Fatal(err)
	}
	m, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	const want = "small: the model's answer to text 1 is +Inf: its weights are too large, or damaged"
	if a, err := m.Classify(t.Context(), "a good film"); err == nil || err.Error() != want {
		t.Errorf("%+v, error %v, want %s", a, err, want)
	}
	if a, err := m.Explain(t.Context(), "a good film"); err == nil || err.Error() != want {
		t.Errorf("%+v, error %v, want %s", a, err, want)
	}
}

// FuzzTask: whatever the file of a task says, with a checksum that is right, a model is
// refused by the file's name, or answers, and is saved and loaded as itself.
func FuzzTask(f *testing.F) {
	dir := f.TempDir()
	for _, task := range []string{
		`{"version":1,"name":"a","classes":["x","y"]}`,
		`{"version":1,"name":"a","classes":["x","y"],"factor":2}`,
		`{"version":2,"name":"a","classes":["x"],"multi":true,"thresholds":[0.5]}`,
		`{"version":1,"name":"a","mean":1,"deviation":2}`,
		`{"version":1,"name":"a","classes":["x","x"]}`,
	} {
		f.Add([]byte(task))
	}
	net := learn(f, "two classes", text.Pre)
	if err := net.Save(dir); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, task []byte) {
		if json.Valid(task) { // else Write would refuse it
			if err := jsonfile.Write(filepath.Join(dir, TaskFile), json.RawMessage(task)); err != nil {
				return
			}
		} else if err := os.WriteFile(filepath.Join(dir, TaskFile), task, 0o600); err != nil {
			t.Fatal(err)
		}
		m, err := Load(dir)
		if err != nil {
			if !strings.Contains(err.Error(), dir) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %q", err)
			}
			return
		}
		defer m.Close()
		if _, err := m.Classify(t.Context(), "a good film"); err != nil {
			t.Errorf("%s: %v", task, err)
		}
		again := t.TempDir()
		if err := m.Save(again); err != nil {
			t.Fatal(err)
		}
		l, err := Load(again)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		a, _ := json.Marshal(m.Task())
		b, _ := json.Marshal(l.Task())
		if !bytes.Equal(a, b) || l.Name() != m.Name() {
			t.Errorf("%s became %s", a, b)
		}
	})
}
