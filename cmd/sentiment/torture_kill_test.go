package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"
)

// TestTortureKills kills a training at random moments, in every third round one that
// searches n-grams, and finds the bits of a run that was never killed.
func TestTortureKills(t *testing.T) {
	table := tableOfTexts(t)
	kinds := []struct {
		more []string
		want map[string]string
		took time.Duration
	}{{}, {more: []string{"--model", "auto"}}}
	for i := range kinds {
		k := &kinds[i]
		dir := filepath.Join(t.TempDir(), "run")
		begun := time.Now()
		if out, err := process(t, nil, tortured(table, dir, k.more...)...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		k.took, k.want = time.Since(begun), weights(t, dir)
	}
	killed := 0
	rounds(t, 9, func(round int, r *rand.Rand) {
		k := kinds[max(0, round%3-1)]
		dir := filepath.Join(t.TempDir(), "run")
		kills := 0
		for n := 1 + r.IntN(4); kills < n; {
			c := process(t, nil, next(table, dir, k.more...)...)
			var out bytes.Buffer
			c.Stdout, c.Stderr = &out, &out
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			timer := time.AfterFunc(time.Duration(r.Float64()*float64(k.took)), func() { _ = c.Process.Kill() })
			err := c.Wait()
			if timer.Stop() || err == nil {
				if err != nil {
					t.Fatalf("%v: %s", err, &out)
				}
				break // it came to its end before
			}
			kills++
		}
		killed += kills
		finish(t, fmt.Sprintf("%d kills of %q", kills, k.more), table, dir, k.want, k.more...)
	})
	t.Logf("killed %d times", killed)
}
