package train

import (
	"runtime"
	"sync/atomic"
)

// team runs the shards of a step on several processors. Its workers wait by
// spinning for a while before they sleep: a step is shorter than it takes to
// wake a thread.
type team struct {
	helpers []*helper
	f       func(i int) error
	n       int
}

// helper is one goroutine of a team; the caller of do is another.
type helper struct {
	round  atomic.Int64 // the last one given; negative to end
	done   atomic.Int64 // the last one finished
	asleep atomic.Bool
	wake   chan struct{}
	err    error
}

// spins is how often a waiting goroutine looks before it sleeps or yields:
// some tens of microseconds.
const spins = 20_000

// newTeam returns a team for n tasks at a time, of at most GOMAXPROCS
// goroutines. End it with stop.
func newTeam(n int) *team {
	t := &team{}
	for j := 1; j < min(n, runtime.GOMAXPROCS(0)); j++ {
		h := &helper{wake: make(chan struct{}, 1)}
		t.helpers = append(t.helpers, h)
		go t.help(h, j)
	}
	return t
}

// do calls f for 0 ≤ i < n, and returns when all calls have, with the error of
// the first goroutine that has one.
func (t *team) do(n int, f func(i int) error) error {
	t.f, t.n = f, n
	for _, h := range t.helpers {
		h.give(h.round.Load() + 1)
	}
	err := t.share(0)
	for _, h := range t.helpers {
		for i := 0; h.done.Load() != h.round.Load(); i++ {
			if i >= spins {
				runtime.Gosched()
			}
		}
		if err == nil {
			err = h.err
		}
	}
	return err
}

// share runs the tasks of goroutine j.
func (t *team) share(j int) error {
	for i := j; i < t.n; i += len(t.helpers) + 1 {
		if err := t.f(i); err != nil {
			return err
		}
	}
	return nil
}

func (h *helper) give(round int64) {
	h.round.Store(round)
	if h.asleep.Swap(false) {
		h.wake <- struct{}{}
	}
}

func (t *team) help(h *helper, j int) {
	for last := int64(0); ; {
		round := h.round.Load()
		for i := 0; round == last && i < spins; i++ {
			round = h.round.Load()
		}
		if round == last {
			h.asleep.Store(true)
			// A round given before the line above may not have seen it.
			if h.round.Load() != last && h.asleep.Swap(false) {
				continue
			}
			<-h.wake
			continue
		}
		if round < 0 {
			return
		}
		h.err = t.share(j)
		last = round
		h.done.Store(round)
	}
}

// stop ends the team's goroutines. No do may be under way.
func (t *team) stop() {
	for _, h := range t.helpers {
		h.give(-1)
	}
}
