package parallel

import (
	"bytes"
	"runtime"
	"strconv"
	"sync"

	"github.com/pkg/errors"
)

// Lock is a sync.RWMutex that knows its owners: goroutines that have named themselves
// because they call code of others, such as an optimizer's, while they read or write. What
// that code reads is part of what they do, as is what it writes while they write; with
// sync.RWMutex it would wait for itself forever.
type Lock struct {
	rw     sync.RWMutex
	owners sync.Map // of the numbers of goroutines: true for the one that writes
}

// Read calls f while nobody writes. owner is the Goroutine that calls, or 0 if f reads and
// writes nothing by the Lock.
func (l *Lock) Read(owner uint64, f func() error) error {
	if !l.rw.TryRLock() {
		if _, mine := l.mine(); mine {
			return f()
		}
		l.rw.RLock()
	}
	defer l.rw.RUnlock()
	defer l.own(owner, false)()
	return f()
}

// Write calls f while nobody else reads or writes. owner is as for Read. It is an error if
// this goroutine reads: it would wait for itself.
func (l *Lock) Write(owner uint64, f func() error) error {
	if !l.rw.TryLock() {
		switch writes, mine := l.mine(); {
		case writes:
			return f()
		case mine:
			return errors.New("to be changed in a call that reads the model's weights")
		}
		l.rw.Lock()
	}
	defer l.rw.Unlock()
	defer l.own(owner, true)()
	return f()
}

// own names the owner until the function is called that it returns. One that is named
// already stays so.
func (l *Lock) own(owner uint64, writes bool) (end func()) {
	if owner == 0 {
		return func() {}
	}
	if _, named := l.owners.LoadOrStore(owner, writes); named {
		return func() {}
	}
	return func() { l.owners.Delete(owner) }
}

// mine reports whether this goroutine is an owner, and of a write. It is asked only by
// those who would have to wait, for the answer takes a microsecond.
func (l *Lock) mine() (writes, mine bool) {
	w, mine := l.owners.Load(Goroutine())
	return w == true, mine
}

// Goroutine returns the number of the goroutine that calls, which Go tells by its
// stack trace alone: "goroutine 18 [running]".
func Goroutine() uint64 {
	var b [64]byte
	_, rest, _ := bytes.Cut(b[:runtime.Stack(b[:], false)], []byte("goroutine "))
	id, _, _ := bytes.Cut(rest, []byte(" "))
	n, _ := strconv.ParseUint(string(id), 10, 64) // 0, which nobody is, if Go tells it otherwise
	return n
}
