package main

import (
	"bytes"
	"log/slog"
	"os"
	"runtime/debug"
	"strings"
	"testing"
)

// TestLimitMemory: what the user sets stays, and a mistake there is told.
func TestLimitMemory(t *testing.T) {
	before := debug.SetMemoryLimit(-1)
	defer debug.SetMemoryLimit(before)
	var log bytes.Buffer
	t.Setenv("GOMEMLIMIT", "") // so that the test sets it back
	if err := os.Unsetenv("GOMEMLIMIT"); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AUTOMEMLIMIT", "2")
	limitMemory(slog.New(slog.NewJSONHandler(&log, nil)))
	if !strings.Contains(log.String(), "ratio") {
		t.Errorf("AUTOMEMLIMIT=2 is taken: %s", &log)
	}
	debug.SetMemoryLimit(123 << 20)
	t.Setenv("GOMEMLIMIT", "123MiB")
	limitMemory(slog.New(slog.DiscardHandler))
	if got := debug.SetMemoryLimit(-1); got != 123<<20 {
		t.Errorf("the limit is %d", got)
	}
}
