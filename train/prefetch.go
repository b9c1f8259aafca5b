package train

import (
	"iter"

	"github.com/pkg/errors"
)

// permit is what a goroutine that reads ahead holds while it reads. There is one;
// between the epochs the run holds it. A nil permit is there for anyone.
type permit chan struct{}

// take waits for the permit; it returns false if stop is closed first.
func (p permit) take(stop <-chan struct{}) bool {
	if p == nil {
		return true
	}
	select {
	case <-p:
		return true
	case <-stop:
		return false
	}
}

// give makes the permit free.
func (p permit) give() {
	if p != nil {
		p <- struct{}{}
	}
}

// ahead reads n batches ahead in a goroutine that holds the permit meanwhile. The
// goroutine has ended when the loop over the batches has; its panic becomes
// one of the loop.
func ahead(batches iter.Seq2[Data, error], n int, permit permit) iter.Seq2[Data, error] {
	type batch struct {
		data Data
		err  error
	}
	return func(yield func(Data, error) bool) {
		full, stop := make(chan batch, n), make(chan struct{})
		var broken error
		read := func() {
			defer close(full)
			if !permit.take(stop) {
				return
			}
			held, whole := true, false
			defer func() {
				if p := recover(); p != nil {
					broken = asError(p)
				} else if !whole {
					broken = errors.New("the iterator ended its goroutine")
				}
				if held {
					permit.give()
				}
			}()
			for d, err := range batches {
				permit.give()
				held = false
				select {
				case full <- batch{d, err}:
					held = permit.take(stop)
				case <-stop:
				}
				if !held {
					break
				}
			}
			whole = true
		}
		go read()
		defer func() {
			close(stop)
			for range full { // until the goroutine has ended
			}
			if broken != nil {
				panic(broken)
			}
		}()
		for b := range full {
			if !yield(b.data, b.err) {
				return
			}
		}
	}
}

// asError returns the value of a panic as an error.
func asError(p any) error {
	if err, ok := p.(error); ok {
		return errors.WithStack(err)
	}
	return errors.Errorf("%v", p)
}
