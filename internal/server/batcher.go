package server

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/pkg/errors"

	"unroll/internal/answer"
)

// batcher gathers the texts of concurrent requests into batches for one function
// of a model.
//
//	a batch starts  when texts wait and none is running,
//	             or when fewer than parallel are running and
//	                the batch is full or its oldest text has waited for wait.
//
// Requests take turns: one puts up to size texts into batches and then goes behind
// the others, so a request of many texts holds up a small one by one batch.
type batcher struct {
	call     func(ctx context.Context, texts []string) ([]answer.Answer, error)
	size     int // texts of a batch
	limit    int // texts that wait
	parallel int
	wait     time.Duration
	observe  func(texts int) // each batch that starts

	mu      sync.Mutex
	queue   []*job // those with texts that wait
	waiting int    // texts of queue
	running int    // batches
	timer   *time.Timer
	armed   bool // the timer will call
	idle    sync.WaitGroup
}

// job is the part of a request that a batcher sees.
type job struct {
	texts   []string
	next    int       // texts[next:] wait
	turn    int       // texts that it may still add before it is the others' turn
	since   time.Time // it waits for its turn
	out     []answer.Answer
	missing int // predictions until done
	err     error
	over    bool // finished, failed or left
	done    chan struct{}
	batches []*batch // that are running
}

// batch is a call of the model.
type batch struct {
	texts  []string
	parts  []part
	wanted int // parts whose job is not over
	ctx    context.Context
	cancel context.CancelFunc
}

// part is texts[from:to] of a job in a batch.
type part struct {
	job      *job
	from, to int
}

// do returns the predictions of the texts, errBusy if they find no room, or ctx's
// error. With ctx done, texts that did not run are dropped.
func (b *batcher) do(ctx context.Context, texts []string) ([]answer.Answer, error) {
	j := &job{
		texts: texts, turn: b.size, since: time.Now(),
		out: make([]answer.Answer, len(texts)), missing: len(texts), done: make(chan struct{}),
	}
	b.mu.Lock()
	if len(texts) > b.limit-b.waiting {
		b.mu.Unlock()
		return nil, errBusy
	}
	b.queue = append(b.queue, j)
	b.waiting += len(texts)
	b.start()
	b.mu.Unlock()
	select {
	case <-j.done:
		return j.out, j.err
	case <-ctx.Done():
		b.mu.Lock()
		defer b.mu.Unlock()
		b.end(j, ctx.Err())
		return nil, ctx.Err()
	}
}

// end takes the job out of the queue, cancels the batches that nobody else waits
// for, and lets its request go on. The lock is held.
func (b *batcher) end(j *job, err error) {
	if j.over {
		return
	}
	j.over, j.err = true, err
	if i := slices.Index(b.queue, j); i >= 0 {
		b.queue = slices.Delete(b.queue, i, i+1)
		b.waiting -= len(j.texts) - j.next
	}
	for _, r := range j.batches {
		if r.wanted--; r.wanted == 0 {
			r.cancel()
		}
	}
	j.batches = nil
	close(j.done)
}

// start starts what may start, and else sets the timer. The lock is held.
func (b *batcher) start() {
	for b.waiting > 0 && b.running < b.parallel {
		if b.running > 0 && b.waiting < b.size {
			if left := b.wait - time.Since(b.queue[0].since); left > 0 {
				b.wake(left)
				return
			}
		}
		b.running++
		b.idle.Add(1)
		go b.run(b.take())
	}
}

// wake sets the timer unless it is set, in which case it comes no later and sets
// itself again. The lock is held.
func (b *batcher) wake(in time.Duration) {
	switch {
	case b.armed:
		return
	case b.timer == nil:
		b.timer = time.AfterFunc(in, func() {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.armed = false
			b.start()
		})
	default:
		b.timer.Reset(in)
	}
	b.armed = true
}

// take makes a batch of what waits. The lock is held.
func (b *batcher) take() *batch {
	r := &batch{texts: make([]string, 0, min(b.size, b.waiting))}
	r.ctx, r.cancel = context.WithCancel(context.Background())
	for len(b.queue) > 0 && len(r.texts) < b.size {
		j := b.queue[0]
		n := min(j.turn, len(j.texts)-j.next, b.size-len(r.texts))
		r.parts = append(r.parts, part{j, j.next, j.next + n})
		r.texts = append(r.texts, j.texts[j.next:j.next+n]...)
		j.next += n
		j.turn -= n
		b.waiting -= n
		j.batches = append(j.batches, r)
		switch {
		case j.next == len(j.texts):
			b.queue = slices.Delete(b.queue, 0, 1)
		case j.turn == 0:
			j.turn, j.since = b.size, time.Now()
			b.queue = append(slices.Delete(b.queue, 0, 1), j)
		}
	}
	r.wanted = len(r.parts)
	return r
}

// run calls the model, gives each job its part and starts what may start then.
func (b *batcher) run(r *batch) {
	defer b.idle.Done()
	defer r.cancel()
	b.observe(len(r.texts))
	out, err := b.guarded(r)
	b.mu.Lock()
	defer b.mu.Unlock()
	at := 0
	for _, p := range r.parts {
		n := p.to - p.from
		if !p.job.over {
			if err == nil {
				copy(p.job.out[p.from:p.to], out[at:at+n])
				p.job.missing -= n
			}
			p.job.batches = slices.DeleteFunc(p.job.batches, func(o *batch) bool { return o == r })
			if err != nil || p.job.missing == 0 {
				b.end(p.job, err)
			}
		}
		at += n
	}
	b.running--
	b.start()
}

// guarded calls the model. A panic in it must not end the requests of other models.
func (b *batcher) guarded(r *batch) (out []answer.Answer, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = errors.Errorf("the model panicked: %v", p)
		}
	}()
	out, err = b.call(r.ctx, r.texts)
	if err == nil && len(out) != len(r.texts) {
		err = errors.Errorf("the model gave %d predictions for %d texts", len(out), len(r.texts))
	}
	return out, err
}

// length returns the number of texts that wait.
func (b *batcher) length() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.waiting
}
