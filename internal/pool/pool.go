// Package pool keeps compiled programs for whoever runs them next.
package pool

import (
	"context"
	"io"
	"runtime"
	"sync"
)

// Pool keeps programs by what they were compiled for, and bounds how many of them
// run at one time: as many as there are processors.
type Pool[K comparable, P io.Closer] struct {
	mu     sync.Mutex
	free   map[K][]P
	places chan struct{}
}

// New returns an empty pool.
func New[K comparable, P io.Closer]() *Pool[K, P] {
	return &Pool[K, P]{free: map[K][]P{}, places: make(chan struct{}, runtime.GOMAXPROCS(0))}
}

// Enter waits for a place to run in, takes up to n of those that are free, and
// returns how many it took. Leave gives them back.
func (p *Pool[K, P]) Enter(ctx context.Context, n int) (int, error) {
	select {
	case p.places <- struct{}{}:
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	for taken := 1; taken < n; taken++ {
		select {
		case p.places <- struct{}{}:
		default:
			return taken, nil
		}
	}
	return n, nil
}

// Leave gives back n places.
func (p *Pool[K, P]) Leave(n int) {
	for range n {
		<-p.places
	}
}

// Borrow takes a program out of the pool, or compiles one; Give puts it back.
func (p *Pool[K, P]) Borrow(key K, compile func() (P, error)) (P, error) {
	p.mu.Lock()
	defer p.mu.Unlock() // also while compiling: Gorgonia writes to the shared weights' headers
	if xs := p.free[key]; len(xs) > 0 {
		p.free[key] = xs[:len(xs)-1]
		return xs[len(xs)-1], nil
	}
	return compile()
}

// Alone calls f while nothing is compiled.
func (p *Pool[K, P]) Alone(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f()
}

// Give puts a program back that Borrow returned for the key.
func (p *Pool[K, P]) Give(key K, x P) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.free[key] = append(p.free[key], x)
}

// Close releases the programs that nobody has borrowed.
func (p *Pool[K, P]) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, xs := range p.free {
		for _, x := range xs {
			if err := x.Close(); err != nil {
				return err
			}
		}
	}
	p.free = map[K][]P{}
	return nil
}
