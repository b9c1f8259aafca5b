package graph

import (
	"runtime"
	"sync/atomic"
	"time"
)

// The steps that run beside one another take some 0.1 ms, and a thread that sleeps takes
// as long to wake up. So a goroutine that waits for another looks again and again for a
// while before it sleeps, and runs itself those steps that nobody has begun.

const (
	helperIdle = 300 * time.Microsecond // after which a helper without work ends
	waitAwake  = 100 * time.Microsecond // after which a goroutine that waits for others sleeps
)

// helpers are the goroutines that run steps beside those of a program. There are none
// where there is no work for them.
type helpers struct {
	all      []*helper
	pending  atomic.Int32 // steps that have not ended
	sleeping atomic.Bool  // whether the program's own goroutine waits for wake
	wake     chan struct{}
}

// helper is a goroutine, or the place of one.
type helper struct {
	of    *helpers
	state atomic.Int32
	next  *step // beside which there is work
}

// The states of a helper.
const (
	absent  int32 = iota // there is no goroutine
	waiting              // it waits for work
	working              // it has a step
)

func newHelpers(n int) *helpers {
	h := &helpers{wake: make(chan struct{}, 1)}
	for range n {
		h.all = append(h.all, &helper{of: h})
	}
	return h
}

// run computes a step and those beside it, which have their inputs.
func (h *helpers) run(first *step) error {
	h.pending.Store(int32(len(first.beside)))
	for _, s := range first.beside {
		s.begun.Store(false) // from now on a helper that is late may begin it
	}
	for i := range min(len(first.beside), runtime.GOMAXPROCS(0)-1) {
		h.all[i].give(first)
	}
	err := first.op.compute(first.in)
	h.help(first)
	h.wait()
	for _, s := range first.beside {
		if err == nil {
			err = s.err
		}
	}
	return err
}

// help computes the steps beside one that nobody else has begun.
func (h *helpers) help(first *step) {
	for _, s := range first.beside {
		if !s.begun.CompareAndSwap(false, true) {
			continue
		}
		s.err = s.op.compute(s.in)
		if h.pending.Add(-1) == 0 {
			h.rouse()
		}
	}
}

// rouse wakes the program's goroutine if it sleeps.
func (h *helpers) rouse() {
	if h.sleeping.CompareAndSwap(true, false) {
		h.wake <- struct{}{}
	}
}

// wait returns when all steps have ended. Whoever takes sleeping back wakes it, and sends
// one token; one who was held up since an earlier group may do so too early.
func (h *helpers) wait() {
	for !awake(waitAwake, func() bool { return h.pending.Load() == 0 }) {
		h.sleeping.Store(true)
		if h.pending.Load() == 0 && h.sleeping.CompareAndSwap(true, false) {
			return // and nobody sends a token
		}
		<-h.wake
	}
}

// give makes the helper compute steps beside one.
func (w *helper) give(first *step) {
	if w.state.Load() == working {
		return // it has not yet taken what it was given before; these steps are run without it
	}
	w.next = first
	if !w.state.CompareAndSwap(waiting, working) {
		w.state.Store(working)
		go w.work()
	}
}

func (w *helper) work() {
	for {
		first := w.next
		w.state.Store(waiting)
		w.of.help(first)
		if !awake(helperIdle, func() bool { return w.state.Load() == working }) && w.state.CompareAndSwap(waiting, absent) {
			return
		}
	}
}

// awake looks again and again whether something is so, for as long as told, and reports
// whether it is.
func awake(long time.Duration, so func() bool) bool {
	var until time.Time
	for {
		for range 64 {
			if so() {
				return true
			}
		}
		switch now := time.Now(); {
		case until.IsZero():
			until = now.Add(long)
		case now.After(until):
			return false
		}
		runtime.Gosched()
	}
}
