package graph

import (
	"math/rand/v2"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// TestHelpers: in each round every step is run once, whoever runs it, whether the others
// are quick, or so slow that one who waits goes to sleep, or come so late that the
// helpers have ended; an error is that of a step that failed.
func TestHelpers(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	r := rand.New(rand.NewPCG(1, 2))
	failed := errors.New("failed")
	const most = 5
	var runs [most]atomic.Int32
	var pause [most]time.Duration
	fails := -1
	b := New(tensor.Float64)
	var firsts []*step // each with one more beside it
	for n := 2; n <= most; n++ {
		var group []*step
		for i := range n {
			group = append(group, &step{op: &op{b: b, name: "step", view: true, run: func(*op, []gorgonia.Value) error {
				time.Sleep(pause[i])
				runs[i].Add(1)
				if i == fails {
					return failed
				}
				return nil
			}}})
		}
		group[0].beside = group[1:]
		firsts = append(firsts, group[0])
	}
	h := newHelpers(most - 1)
	for round := range 400 {
		first := firsts[r.IntN(len(firsts))]
		n := 1 + len(first.beside)
		for i := range pause {
			pause[i] = 0
			if r.IntN(4) == 0 {
				pause[i] = time.Duration(r.IntN(3)) * waitAwake
			}
			runs[i].Store(0)
		}
		fails = r.IntN(40) // few rounds fail
		if r.IntN(10) == 0 {
			time.Sleep(2 * helperIdle)
		}
		err := h.run(first)
		if (err != nil) != (fails < n) || err != nil && errors.Cause(err) != failed {
			t.Fatalf("round %d of %d steps, of which %d fails: %v", round, n, fails, err)
		}
		for i := range runs {
			if got := runs[i].Load(); (got == 1) != (i < n) || got > 1 {
				t.Fatalf("round %d: step %d of %d ran %d times", round, i, n, got)
			}
		}
	}
	for _, w := range h.all {
		for began := time.Now(); w.state.Load() != absent; time.Sleep(helperIdle) {
			if time.Since(began) > time.Minute {
				t.Fatal("a helper without work does not end")
			}
		}
	}
}

// TestHelpersWokenTooEarly: one who was held up since an earlier group wakes the program
// before the last step has ended.
func TestHelpersWokenTooEarly(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	b := New(tensor.Float64)
	h := newHelpers(1)
	var begun, ended atomic.Bool
	stepOf := func(run func()) *step {
		return &step{op: &op{b: b, name: "step", view: true, run: func(*op, []gorgonia.Value) error { run(); return nil }}}
	}
	first := stepOf(func() {
		for !begun.Load() { // until the helper has the other one
			time.Sleep(waitAwake)
		}
	})
	first.beside = []*step{stepOf(func() {
		begun.Store(true)
		for range 20 {
			time.Sleep(2 * waitAwake)
			h.rouse()
		}
		ended.Store(true)
	})}
	if err := h.run(first); err != nil || !ended.Load() {
		t.Errorf("the run ended, %v, before the other step had: %t", err, ended.Load())
	}
}
