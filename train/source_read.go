package train

import (
	"iter"

	"github.com/pkg/errors"
)

// streamed is a source of a user's batches. A pass stays open from one epoch to
// the next where StepsPerEpoch ends epochs.
type streamed struct {
	Source
	table  func(Data) (*table, error) // holds a batch against the model
	permit permit                     // of those who read ahead

	at   place
	next func() (Data, error, bool) // nil if no pass is open
	stop func()
	late error // of the iterator after it was stopped
}

func newStreamed(s Source, held func(Data) (*table, error)) *streamed {
	return &streamed{Source: s, table: held, permit: make(permit, 1)}
}

func (s *streamed) passes() int { return 0 }

func (s *streamed) jobs(from place, n int) iter.Seq2[job, error] {
	return func(yield func(job, error) bool) {
		s.permit.give()
		defer s.permit.take(nil)
		if err := s.seek(from, n >= 0); err != nil {
			yield(job{}, err)
			return
		}
		for ; n != 0; n-- {
			d, ok, err := s.read(n > 0)
			if err == nil && !ok {
				return
			}
			var t *table
			if err == nil {
				t, err = s.table(d)
				err = errors.WithMessagef(err, "batch %d", s.at.Batch)
			}
			if err != nil {
				yield(job{}, err)
				return
			}
			if !yield(job{t: t, rows: rowsTo(t.n), end: s.at}, nil) {
				return
			}
		}
	}
}

// seek brings the source to a place, by reading what is before it.
func (s *streamed) seek(to place, on bool) error {
	if s.at == to && (s.next != nil || to.Batch == 0) {
		return nil
	}
	if err := s.close(); err != nil {
		return err
	}
	s.at = place{Pass: to.Pass}
	for n := range to.Batch {
		_, ok, err := s.read(on)
		if err != nil {
			return err
		}
		if !ok {
			return errors.Errorf("the source ended after %d batches of a pass, the run had read %d: it is not the one that the run began with", n, to.Batch)
		}
	}
	return nil
}

// read returns the next batch of the pass, and after its last one, if on is
// set, the first of the next.
func (s *streamed) read(on bool) (Data, bool, error) {
	for {
		if s.next == nil {
			s.next, s.stop = iter.Pull2(guarded(s.open, &s.late))
		}
		d, err, ok := s.next()
		if err != nil {
			return d, false, err
		}
		if ok {
			s.at.Batch++
			return d, true, nil
		}
		if err := s.close(); err != nil {
			return d, false, err
		}
		empty := s.at.Batch == 0
		s.at = place{Pass: s.at.Pass + 1}
		if !on {
			return d, false, nil
		}
		if empty {
			return d, false, errors.Errorf("the source gives no batches in pass %d", s.at.Pass)
		}
	}
}

func (s *streamed) open() iter.Seq2[Data, error] {
	switch x := s.Source.(type) {
	case Stream:
		return x.read(s.at.Pass, s.permit)
	case *Stream:
		return x.read(s.at.Pass, s.permit)
	}
	return s.Epoch(s.at.Pass)
}

// close ends the pass, and waits for its iterator to return.
func (s *streamed) close() error {
	if s.next == nil {
		return nil
	}
	s.stop()
	err := s.late
	s.next, s.stop, s.late = nil, nil, nil
	return err
}

// guarded yields what a user's iterator does, and its panic as an error; one
// that comes after the loop has ended is left in late.
func guarded(open func() iter.Seq2[Data, error], late *error) iter.Seq2[Data, error] {
	return func(yield func(Data, error) bool) {
		theirs, more := true, true // whether their code runs, and the loop
		defer func() {
			if !theirs {
				return // a panic of the loop's body
			}
			p := recover()
			if p == nil {
				return
			}
			err := errors.WithMessage(asError(p), "the source panicked")
			if !more {
				*late = err
				return
			}
			yield(Data{}, err)
		}()
		for d, err := range open() {
			theirs = false
			more = yield(d, err)
			theirs = true
			if !more {
				return
			}
		}
	}
}
