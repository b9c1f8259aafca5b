package main

import (
	"encoding/xml"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"unroll/cmd/sentiment/internal/run"
)

// TestGraph draws layers and expression graphs as well-formed SVG and as DOT: an
// unrolled recurrence has a box for each step, a fused one a box.
func TestGraph(t *testing.T) {
	read := func(args ...string) string {
		t.Helper()
		out := filepath.Join(t.TempDir(), "graph.svg")
		if args[len(args)-1] == ".dot" {
			args, out = args[:len(args)-1], strings.TrimSuffix(out, ".svg")+".dot"
		}
		succeed(t, "", append([]string{"graph", "--out", out}, args...)...)
		data, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		for d := xml.NewDecoder(strings.NewReader(string(data))); strings.HasSuffix(out, ".svg"); {
			if _, err := d.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatal(err)
			}
		}
		return string(data)
	}
	for _, e := range run.Models {
		last := ">dense<"
		if e.Grams {
			last = ">embedding_bag<"
		}
		if svg := read("--model", e.Name); !strings.Contains(svg, last) || !strings.Contains(svg, "(None, 1)") {
			t.Errorf("%s: the layers are\n%s", e.Name, svg)
		}
	}
	for rnn, want := range map[string]int{"unrolled": 4, "fused": 0} {
		svg := read("--model", "embedding", "--view", "expression", "--rnn", rnn, "--steps", "4")
		if got := strings.Count(svg, ">simple_rnn_step<"); got != want || !strings.Contains(svg, "scatter_add") {
			t.Errorf("%s: %d steps, want %d", rnn, got, want)
		}
	}
	if dot := read("--model", "lstm", ".dot"); !strings.HasPrefix(dot, "digraph") {
		t.Errorf("DOT begins %.40q", dot)
	}
	for want, args := range map[string][]string{
		`--view is "cells", want layers or expression`:                {"--view", "cells"},
		`--model is "onehot,embedding", want onehot, embedding, lstm`: {"--model", "onehot,embedding"},
		"the name must end in .svg":                                   {"--out", filepath.Join(t.TempDir(), "graph.png")},
		"--steps is 0, want at least 1":                               {"--view", "expression", "--steps", "0"},
		`--rnn is "rolled", want auto, unrolled, looped or fused`:     {"--view", "expression", "--rnn", "rolled"},
	} {
		status, stdout, stderr := command("", append([]string{"graph"}, args...)...)
		checkFailure(t, status, exitUsage, stdout, stderr, want)
	}
}
