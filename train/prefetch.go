package train

import (
	"iter"

	"github.com/pkg/errors"
)

// gate holds a token while a goroutine that reads ahead may enter. A nil gate
// is always open.
type gate chan struct{}

// enter waits for the token and takes it; it returns false if stop is closed
// first.
func (g gate) enter(stop <-chan struct{}) bool {
	if g == nil {
		return true
	}
	select {
	case <-g:
		return true
	case <-stop:
		return false
	}
}

// leave gives the token back.
func (g gate) leave() {
	if g != nil {
		g <- struct{}{}
	}
}

// ahead reads n batches ahead in a goroutine, while the gate is open. The
// goroutine has ended when the loop over the batches has; its panic becomes
// one of the loop.
func ahead(batches iter.Seq2[Data, error], n int, g gate) iter.Seq2[Data, error] {
	type batch struct {
		data Data
		err  error
	}
	return func(yield func(Data, error) bool) {
		full, stop := make(chan batch, n), make(chan struct{})
		var broken error
		read := func() {
			defer close(full)
			if !g.enter(stop) {
				return
			}
			inside, whole := true, false
			defer func() {
				if p := recover(); p != nil {
					broken = asError(p)
				} else if !whole {
					broken = errors.New("the iterator ended its goroutine")
				}
				if inside {
					g.leave()
				}
			}()
			for d, err := range batches {
				g.leave()
				inside = false
				select {
				case full <- batch{d, err}:
					inside = g.enter(stop)
				case <-stop:
				}
				if !inside {
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
