package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
)

// TestQuietAndJSON: the table alone, or lines of JSON alone.
func TestQuietAndJSON(t *testing.T) {
	out := succeed(t, "", tiny(filepath.Join(t.TempDir(), "run"), "--quiet")...)
	if !strings.HasPrefix(out, "┌") || strings.Contains(out, "Epoch") || strings.Contains(out, "Models, curves") {
		t.Errorf("--quiet prints\n%s", out)
	}
	dir := filepath.Join(t.TempDir(), "run")
	var events []string
	for line := range strings.Lines(succeed(t, "", tiny(dir, "--json", "--epochs", "2", "--model", "embedding")...)) {
		var e map[string]any
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		events = append(events, e["event"].(string))
		switch e["event"] {
		case "epoch":
			if e["scores"].(map[string]any)["val_loss"] == nil || e["experiment"] != "embedding" {
				t.Errorf("%s", line)
			}
		case "result":
			if e["parameters"].(float64) != 32337 || e["test"].(map[string]any)["accuracy"] == nil {
				t.Errorf("%s", line)
			}
		case "done":
			if e["out"] != dir {
				t.Errorf("%s", line)
			}
		}
	}
	if got := strings.Join(events, " "); got != "data epoch epoch result done" {
		t.Errorf("the events are %s", got)
	}
	status, stdout, stderr := command("", tiny(dir, "--json", "--quiet")...)
	checkFailure(t, status, exitUsage, stdout, stderr, "give either --quiet or --json, not both")
}

// TestCompletion offers models and flags.
func TestCompletion(t *testing.T) {
	for want, args := range map[string][]string{
		"embedding,conv": {"train", "--model", "embedding,"}, "rmsprop": {"train", "--optimizer", ""}, "validation": {"evaluate", "--split", ""},
		"stratified": {"train", "--split", ""}, "predict": {""},
	} {
		if out := succeedQuietly(t, append([]string{"__complete"}, args...)...); !strings.Contains(out, want) {
			t.Errorf("%q completes to %q, want %s", args, out, want)
		}
	}
	if script := succeed(t, "", "completion", "bash"); !strings.Contains(script, "sentiment") {
		t.Errorf("the script is %q", script)
	}
}

// succeedQuietly is succeed for a command that may write to stderr.
func succeedQuietly(t *testing.T, args ...string) string {
	t.Helper()
	status, stdout, stderr := command("", args...)
	if status != exitOK {
		t.Fatalf("%q: status %d, stderr %q", args, status, stderr)
	}
	return stdout
}
