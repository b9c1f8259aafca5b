package train

import (
	"runtime"
	"sync/atomic"
)

// team runs the shards of a step on several processors. Its helpers wait by
// spinning for a while before they sleep: a step is shorter than it takes to
// wake a thread. Whoever is free takes the next task, so that a helper whose
// processor is busy elsewhere holds up nobody.
type team struct {
	helpers []*helper
}

// helper is one goroutine of a team; the caller of do is another.
type helper struct {
	round  atomic.Pointer[round]
	asleep atomic.Bool
	wake   chan struct{}
}

// round is one call of do.
type round struct {
	f    func(i int) error
	task []atomic.Bool // taken
	left atomic.Int64  // tasks that are not done
	err  atomic.Pointer[error]
}

// spins is how often a waiting goroutine looks before it sleeps or yields:
// about a tenth of a millisecond.
const spins = 100_000

// ended is the round that ends a helper.
var ended = &round{}

// newTeam returns a team for n tasks at a time, of at most GOMAXPROCS
// goroutines. End it with stop.
func newTeam(n int) *team {
	t := &team{}
	for j := 1; j < min(n, runtime.GOMAXPROCS(0)); j++ {
		h := &helper{wake: make(chan struct{}, 1)}
		t.helpers = append(t.helpers, h)
		go h.help(j)
	}
	return t
}

// do calls f for 0 ≤ i < n, and returns when all calls have, with one of their
// errors.
func (t *team) do(n int, f func(i int) error) error {
	r := &round{f: f, task: make([]atomic.Bool, n)}
	r.left.Store(int64(n))
	for _, h := range t.helpers {
		h.give(r)
	}
	r.share(0)
	for i := 0; r.left.Load() > 0; i++ {
		if i >= spins {
			runtime.Gosched()
		}
	}
	r.f = nil // a helper keeps its last round
	if err := r.err.Load(); err != nil {
		return *err
	}
	return nil
}

// share runs tasks that nobody has taken. Goroutine j looks at task j first:
// as a rule it finds in its cache what it left there in the round before.
func (r *round) share(j int) {
	for k := range r.task {
		i := (j + k) % len(r.task)
		if r.task[i].Swap(true) {
			continue
		}
		if err := r.f(i); err != nil {
			r.err.CompareAndSwap(nil, &err)
		}
		r.left.Add(-1)
	}
}

func (h *helper) give(r *round) {
	h.round.Store(r)
	if h.asleep.Swap(false) {
		h.wake <- struct{}{}
	}
}

func (h *helper) help(j int) {
	var last *round
	for {
		r := h.round.Load()
		for i := 0; r == last && i < spins; i++ {
			r = h.round.Load()
		}
		switch r {
		case ended:
			return
		case last:
			h.asleep.Store(true)
			// A round given before the line above has not seen it.
			if h.round.Load() == last || !h.asleep.Swap(false) {
				<-h.wake
			}
		default:
			r.share(j)
			last = r
		}
	}
}

// hire returns a team for n tasks at a time: the one that is idle, if there is one. It takes
// longer to wake a processor than to answer a few texts, and helpers of a moment ago are
// still awake.
func (t *Trainer) hire(n int) *team {
	if n < 2 {
		return &team{}
	}
	select {
	case m := <-t.idle:
		return m
	default:
		return newTeam(runtime.GOMAXPROCS(0))
	}
}

// dismiss lets a team wait for the next call.
func (t *Trainer) dismiss(m *team) {
	if len(m.helpers) == 0 {
		return
	}
	select {
	case t.idle <- m:
	default:
		m.stop()
	}
}

// stop ends the team's goroutines.
func (t *team) stop() {
	for _, h := range t.helpers {
		h.give(ended)
	}
}
