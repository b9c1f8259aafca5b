package parallel

import (
	"errors"
	"runtime"
	"sync"
	"testing"
)

// TestLock: what is written is read whole, by any number of readers.
func TestLock(t *testing.T) {
	var l Lock
	var a, b int
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 100 {
				_ = l.Write(0, func() error { a++; b++; return nil })
			}
		})
		all.Go(func() {
			for range 100 {
				_ = l.Read(0, func() error {
					if a != b {
						t.Errorf("%d and %d", a, b)
					}
					return nil
				})
			}
		})
	}
	all.Wait()
	if a != 400 {
		t.Errorf("%d writes, want 400", a)
	}
}

// TestOwner: the goroutine that writes reads and writes within, and does not let go by it;
// others wait until it has ended.
func TestOwner(t *testing.T) {
	var l Lock
	order := make(chan string, 8)
	var others sync.WaitGroup
	failed := errors.New("failed")
	err := l.Write(Goroutine(), func() error {
		others.Go(func() { _ = l.Read(0, func() error { order <- "other"; return nil }) })
		others.Go(func() { _ = l.Write(0, func() error { order <- "other"; return nil }) })
		for range 3 {
			_ = l.Read(0, func() error { order <- "own"; return nil })
			if err := l.Write(0, func() error { order <- "own"; return failed }); err != failed {
				t.Errorf("error %v", err)
			}
		}
		return failed
	})
	if err != failed {
		t.Errorf("error %v", err)
	}
	others.Wait()
	close(order)
	at := 0
	for who := range order {
		if want := map[bool]string{true: "own", false: "other"}[at < 6]; who != want {
			t.Errorf("turn %d is that of %s, want %s", at, who, want)
		}
		at++
	}
}

// TestNestedReads: an owner that reads may read within, though somebody waits to write,
// and is told that it cannot write.
func TestNestedReads(t *testing.T) {
	var l Lock
	var other sync.WaitGroup
	nothing := func() error { return nil }
	err := l.Read(Goroutine(), func() error {
		other.Go(func() { _ = l.Write(0, nothing) })
		for l.rw.TryRLock() { // until the other one waits
			l.rw.RUnlock()
			runtime.Gosched()
		}
		for range 2 { // the inner one does not end the outer one
			if err := l.Read(Goroutine(), nothing); err != nil {
				return err
			}
		}
		return l.Write(0, nothing)
	})
	other.Wait()
	if err == nil || err.Error() != "to be changed in a call that reads the model's weights" {
		t.Errorf("error %v", err)
	}
	if err := l.Write(Goroutine(), nothing); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

// TestGoroutine: goroutines have numbers, each its own.
func TestGoroutine(t *testing.T) {
	own := Goroutine()
	other := make(chan uint64)
	go func() { other <- Goroutine() }()
	if n := <-other; own == 0 || n == 0 || own == n || own != Goroutine() {
		t.Errorf("this goroutine is %d, then %d; another one %d", own, Goroutine(), n)
	}
}

// TestCalls: nothing is closed while it is called, or called when it is closed, and it is
// closed once.
func TestCalls(t *testing.T) {
	var c Calls
	freed := 0
	free := func() error { freed++; return nil }
	want := func(err error, text string) {
		t.Helper()
		if (err == nil) != (text == "") || err != nil && err.Error() != text {
			t.Errorf("error %v, want %q", err, text)
		}
	}
	want(c.Begin("Fit", "the trainer"), "")
	want(c.Begin("Predict", "the trainer"), "")
	want(c.Close(free), "close: Fit is running")
	want(c.Alone(free), "Fit is running")
	c.End("Fit")
	want(c.Close(free), "close: Predict is running")
	want(c.Begin("Predict", "the trainer"), "")
	c.End("Predict")
	c.End("Predict")
	want(c.Alone(func() error { return nil }), "")
	want(c.Close(free), "")
	want(c.Close(free), "")
	want(c.Begin("Fit", "the trainer"), "the trainer is closed")
	if freed != 1 {
		t.Errorf("closed %d times", freed)
	}
	broken := errors.New("broken")
	var d Calls
	if err := d.Close(func() error { return broken }); err != broken {
		t.Errorf("error %v", err)
	}
}
