package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"unroll/bench"
	"unroll/bench/internal/report"
	"unroll/train"
	"unroll/train/optimizers"
)

// python writes a program that stands for Python with PyTorch.
func python(t *testing.T, body string) string {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("SKIPPED, NO SHELL HERE: nothing that needs a stand-in for Python is tested")
	}
	path := filepath.Join(t.TempDir(), "python3")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+body+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestNoTorch(t *testing.T) {
	for _, path := range []string{
		python(t, `echo '{"missing": "No module named torch"}'`),
		python(t, `echo Illegal instruction >&2; exit 132`),
		"no-such-python",
	} {
		if _, err := findPeer(t.Context(), path); !errors.Is(err, errNoTorch) {
			t.Errorf("%s: error is %v, want %v", path, err, errNoTorch)
		}
	}
}

// TestPeer: answers reach the caller, and the fastest variant is chosen.
func TestPeer(t *testing.T) {
	p, err := findPeer(t.Context(), python(t, `
echo '{"version": "0", "openblas": true}'
while read line; do
	case "$line" in
	*'"kind":"gather"'*) echo '{"seconds": 0.25}' ;;
	*'"kind":"broken"'*) echo '{"error": "KeyError: n"}' ;;
	*) echo '{"seconds": 0.5}' ;;
	esac
done`))
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()
	best, err := p.fastest(t.Context(), request{Do: "epoch"}, 1, "dense", "gather")
	if err != nil || best.Kind != "gather" || best.Threads != 1 || best.BLASThreads != 1 {
		t.Errorf("fastest is %v, error %v; want gather with one thread", best, err)
	}
	if _, err := p.run(t.Context(), request{Kind: "broken"}); err == nil || !strings.Contains(err.Error(), "KeyError") {
		t.Errorf("error is %v, want the process's", err)
	}
}

// TestPeerEndsWithContext: an interrupt ends a process that is busy.
func TestPeerEndsWithContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	p, err := findPeer(ctx, python(t, `echo '{"version": "0"}'; read line; exec sleep 60`))
	if err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(20*time.Millisecond, cancel)
	start := time.Now()
	if _, err := p.run(ctx, request{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v, want context.Canceled", err)
	}
	if p.close(); time.Since(start) > 10*time.Second || p.cmd.ProcessState == nil {
		t.Error("the process still runs")
	}
}

func TestPairs(t *testing.T) {
	i := 0.0
	side := func(context.Context) (float64, error) { i++; return i, nil }
	p, err := alternate(t.Context(), 3, side, side)
	if err != nil || !slices.Equal(p.ours, []float64{1, 3, 5}) || !slices.Equal(p.theirs, []float64{2, 4, 6}) {
		t.Errorf("pairs are %v, error %v", p, err)
	}
	want := []string{"3.00 s", "4.00 s", "1.33", "1.20", "2.00"} // 2/1, 4/3, 6/5
	if got := p.cells(report.Duration); !slices.Equal(got, want) {
		t.Errorf("cells are %v, want %v", got, want)
	}
}

func TestBars(t *testing.T) {
	for got, want := range map[string]string{
		atLeast(20, 20):   "≥ 20 held",
		atLeast(19.9, 20): "≥ 20 **missed**",
		atMost(1.5, 1.5):  "≤ 1.5 held",
		atMost(1.51, 1.5): "≤ 1.5 **missed**",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestGridFits: with 512 units, 256 sequences of 500 steps are below the limit.
func TestGridFits(t *testing.T) {
	all := (&config{}).cells()
	if len(all) != 36 {
		t.Errorf("%d cells, want 36", len(all))
	}
	for _, s := range all {
		if s.memory() > maxMemory {
			t.Errorf("%v needs %s", s, report.Size(s.memory()))
		}
	}
}

// TestSteps: the measured steps are at least as many as asked for.
func TestSteps(t *testing.T) {
	tr, err := trainer(bench.Features(4), 3, train.Config{Optimizer: &optimizers.SGD{}})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	s, err := steps(tr, cell{4, 2, 3}.data(), 2, 0.01, 300)(t.Context()) // 256 are an epoch
	if err != nil || s <= 0 {
		t.Errorf("%v seconds a step, error %v", s, err)
	}
}
