package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestGraphProfile colours the expression graph of a training step, prints the table and
// writes a trace, at the model's own length or that of --steps.
func TestGraphProfile(t *testing.T) {
	dir := t.TempDir()
	svg, trace := filepath.Join(dir, "graph.svg"), filepath.Join(dir, "trace.json")
	read := func(path string) string {
		t.Helper()
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	table := succeed(t, "", "graph", "--view", "expression", "--profile", "--rnn", "looped", "--steps", "4", "--out", svg, "--trace", trace)
	for _, want := range []string{"20 runs of ", "simple_rnn/loop_grad ", "simple_rnn/loop/tanh ", " 80 ", "between the nodes"} {
		if !strings.Contains(table, want) {
			t.Errorf("%q is missing in\n%s", want, table)
		}
	}
	for _, want := range []string{"for a batch of 32 and 4 steps; ", ">Share of the time:<", "heat heat", " µs<"} {
		if !strings.Contains(read(svg), want) {
			t.Errorf("the picture lacks %q", want)
		}
	}
	var events struct {
		TraceEvents []struct{ Name string }
	}
	if err := json.Unmarshal([]byte(read(trace)), &events); err != nil {
		t.Fatal(err)
	}
	steps := 0
	for _, e := range events.TraceEvents {
		if e.Name == "step" {
			steps++
		}
	}
	if steps != 20*4*2 {
		t.Errorf("%d steps are in the trace, want those of 20 runs forward and back", steps)
	}
	succeed(t, "", "graph", "--view", "expression", "--profile", "--model", "bow", "--out", svg)
	if !strings.Contains(read(svg), "and 400 steps; ") {
		t.Error("the picture is not of the model's own length")
	}
	status, stdout, stderr := command("", "graph", "--view", "expression", "--profile", "--out", svg, "--trace", dir)
	checkFailure(t, status, exitFailure, stdout, stderr, "--trace")
}
