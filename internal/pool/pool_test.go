package pool

import (
	"context"
	"errors"
	"runtime"
	"testing"
)

// closed counts how often it is closed.
type closed int

func (c *closed) Close() error { *c++; return nil }

// TestPool: what was given back is borrowed again under its own key alone, and
// closed with the pool.
func TestPool(t *testing.T) {
	p, made := New[string, *closed](), 0
	borrow := func(key string) *closed {
		x, err := p.Borrow(key, func() (*closed, error) { made++; return new(closed), nil })
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	a := borrow("a")
	p.Give("a", a)
	b := borrow("b")
	if again := borrow("a"); again != a || made != 2 {
		t.Errorf("%d were made, the same one came back: %v", made, again == a)
	}
	p.Give("a", a)
	if err := p.Close(); err != nil || *a != 1 || *b != 0 {
		t.Errorf("closed %d and %d times, want the one that nobody has: %v", *a, *b, err)
	}
	if borrow("a"); made != 3 {
		t.Errorf("%d were made, want one after Close", made)
	}
	broken := errors.New("broken")
	if _, err := p.Borrow("c", func() (*closed, error) { return nil, broken }); !errors.Is(err, broken) {
		t.Errorf("the error is %v", err)
	}
}

// TestPoolBounds: there are as many places as processors, and waiting for one ends
// with the context.
func TestPoolBounds(t *testing.T) {
	p, all := New[int, *closed](), runtime.GOMAXPROCS(0)
	ctx, cancel := context.WithCancel(context.Background())
	if n, err := p.Enter(ctx, all+1); n != all || err != nil {
		t.Errorf("%d places of %d: %v", n, all, err)
	}
	cancel()
	if n, err := p.Enter(ctx, 1); n != 0 || !errors.Is(err, context.Canceled) {
		t.Errorf("%d places more, error %v", n, err)
	}
	p.Leave(all)
	if n, err := p.Enter(context.Background(), 1); n != 1 || err != nil {
		t.Errorf("%d places after all were left: %v", n, err)
	}
}
