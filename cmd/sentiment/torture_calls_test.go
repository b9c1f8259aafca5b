package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"unroll/internal/safefile"
)

// callsOf counts the calls of the system by which a training writes.
func callsOf(t *testing.T, table string) int {
	t.Helper()
	var n atomic.Int64
	defer safefile.Inject(func(string, string) error { n.Add(1); return nil })()
	succeed(t, "", tortured(table, filepath.Join(t.TempDir(), "run"))...)
	if n.Load() < 100 {
		t.Fatalf("only %d calls were counted", n.Load())
	}
	return int(n.Load())
}

// TestTortureFailingCalls lets each call of the system by which a training writes fail, once
// or from then on. The program says so in one line, or needs not; what was saved before is
// as it was, and the training goes on to the bits of one to which nothing happened.
func TestTortureFailingCalls(t *testing.T) {
	table := tableOfTexts(t)
	want, calls := reference(t, table), callsOf(t, table)
	failed := map[string]int{}
	rounds(t, 12, func(round int, r *rand.Rand) {
		at, once := r.IntN(calls), r.IntN(2) == 0
		if *torture > 0 && round < calls { // all of them, before some again
			at = round
		}
		reason := []error{syscall.ENOSPC, syscall.EIO, syscall.EACCES, syscall.EDQUOT}[r.IntN(4)]
		dir := filepath.Join(t.TempDir(), "run")
		var n atomic.Int64
		var mu sync.Mutex
		var where string
		restore := safefile.Inject(func(call, path string) error {
			if i := int(n.Add(1)) - 1; i < at || once && i > at {
				return nil
			}
			mu.Lock()
			defer mu.Unlock()
			if where == "" {
				where = call + " " + strings.TrimPrefix(path, dir)
				failed[call]++
			}
			return reason
		})
		status, stdout, stderr := command("", tortured(table, dir)...)
		restore()
		what := fmt.Sprintf("call %d of %d, %s, %v, once %t", at, calls, where, reason, once)
		lines := strings.Count(stderr, "\n")
		switch {
		case status == exitOK:
		case status != exitFailure || lines == 0 || !strings.Contains(stderr, reason.Error()) || strings.Contains(stdout+stderr, "panic"):
			t.Errorf("%s: status %d, stderr %q", what, status, stderr)
		}
		finish(t, what, table, dir, want)
	})
	t.Logf("calls that failed: %v", failed)
}

// The environment of a program that ends as by kill -9, or as by a power cut, before a call
// by which it would write.
const (
	crashAt  = "SENTIMENT_TEST_CRASH_AT"
	powerCut = "SENTIMENT_TEST_POWER_CUT"
)

// crash makes the running program end where its environment says. After a power cut the
// files that were not synced are empty.
func crash() {
	at, err := strconv.Atoi(os.Getenv(crashAt))
	if err != nil {
		return
	}
	var mu sync.Mutex
	unsynced := map[string]bool{}
	n := 0
	safefile.Inject(func(call, path string) error {
		mu.Lock() // and never unlocked in the end, so that nothing else is written
		switch call {
		case safefile.CallWrite:
			unsynced[path] = true
		case safefile.CallSync:
			delete(unsynced, path)
		}
		if n++; n <= at {
			mu.Unlock()
			return nil
		}
		if os.Getenv(powerCut) != "" {
			for path := range unsynced {
				_ = os.Truncate(path, 0)
			}
		}
		os.Exit(crashed)
		return io.EOF
	})
}

const crashed = 77 // the exit status

// TestTortureCrashes ends a training before each call of the system by which it writes, as
// kill -9 or a power cut does, also while it goes on with a run that was ended so before.
func TestTortureCrashes(t *testing.T) {
	table := tableOfTexts(t)
	want, calls := reference(t, table), callsOf(t, table)
	crashes := 0
	rounds(t, 8, func(round int, r *rand.Rand) {
		dir := filepath.Join(t.TempDir(), "run")
		what := ""
		for at := r.IntN(calls); ; at = r.IntN(calls) {
			if *torture > 0 && round < calls && what == "" {
				at = round
			}
			env := []string{crashAt + "=" + strconv.Itoa(at)}
			if r.IntN(2) == 0 {
				env = append(env, powerCut+"=1")
			}
			what += fmt.Sprintf("%q ", env)
			c := process(t, env, next(table, dir)...)
			out, err := c.CombinedOutput()
			if code := c.ProcessState.ExitCode(); code != crashed && err != nil {
				t.Fatalf("%s: status %d: %s", what, code, out)
			} else if code != crashed {
				break // it came to its end before
			}
			if crashes++; r.IntN(3) == 0 {
				break
			}
		}
		finish(t, what, table, dir, want)
	})
	t.Logf("%d crashes", crashes)
}
