package train

import (
	"fmt"
	"iter"
	"slices"

	"github.com/pkg/errors"
)

// Sample is one sample of a Stream: word ids, none of which are an empty text,
// or the features of its steps one after the other.
type Sample struct {
	Tokens   []int32
	Features []float32
	Targets  []float32
	// Weights is one weight, or one for each step of a sequence; nil is 1.
	Weights []float32
}

// Stream is a Source of samples that are read one after the other, for data
// that does not fit into memory. It holds Shuffle samples, a batch of each
// bucket, and Prefetch batches.
type Stream struct {
	// Open yields the samples of a pass, which counts from 0, the same ones
	// whenever it is called. One iterator of Fit's is open at a time, see
	// Source.
	Open func(epoch int) iter.Seq2[Sample, error]

	BatchSize int // 32 if 0; Fit's must not be less
	// Shuffle is the size of the buffer from which samples are drawn at
	// random while it is filled again; 0 keeps their order. An order as random
	// as Fit's own wants a buffer of all samples.
	Shuffle int
	Seed    uint64
	// Buckets are lengths in rising order. A sequence of ids is padded to the
	// least of them that holds it, and one that is longer than all is cut to the
	// last, as Padding says: on the left with 0 if it is empty. A batch is of one
	// bucket, and computed by a program of its length, so that short sequences
	// cost little. Without buckets a batch is of samples of one length each.
	Buckets []int
	Padding Padding // of buckets; without MaxLen
	// Prefetch is the number of batches that are read ahead, by a goroutine that
	// ends with the pass; 0 reads them as they are needed.
	Prefetch int
}

var _ Source = Stream{}

// Epoch implements Source. A panic of Open's iterator is passed on to whoever
// ranges over the batches.
func (s Stream) Epoch(epoch int) iter.Seq2[Data, error] { return s.read(epoch, nil) }

// read yields the batches of a pass; a goroutine that reads ahead holds the permit
// while it reads.
func (s Stream) read(epoch int, permit permit) iter.Seq2[Data, error] {
	if s.Prefetch < 1 {
		return s.batches(epoch)
	}
	return ahead(s.batches(epoch), s.Prefetch, permit)
}

func (s Stream) check() error {
	if s.Open == nil {
		return errors.New("stream: Open is not set")
	}
	if s.BatchSize < 0 || s.Shuffle < 0 {
		return errors.Errorf("stream: BatchSize is %d and Shuffle %d, want at least 0", s.BatchSize, s.Shuffle)
	}
	if s.Padding.MaxLen != 0 {
		return errors.Errorf("stream: Padding.MaxLen is %d; Buckets are the lengths", s.Padding.MaxLen)
	}
	if s.Padding != (Padding{}) && len(s.Buckets) == 0 {
		return errors.New("stream: Padding is set without Buckets")
	}
	for i, n := range s.Buckets {
		if n < 1 || i > 0 && n <= s.Buckets[i-1] {
			return errors.Errorf("stream: buckets %v, want lengths in rising order", s.Buckets)
		}
	}
	return nil
}

// batches yields the batches of an epoch.
func (s Stream) batches(epoch int) iter.Seq2[Data, error] {
	return func(yield func(Data, error) bool) {
		if err := s.check(); err != nil {
			yield(Data{}, err)
			return
		}
		size := s.BatchSize
		if size == 0 {
			size = 32
		}
		open := map[int][]Sample{} // by length
		var lengths []int          // in the order in which they came
		for x, err := range s.shuffled(epoch) {
			if err != nil {
				yield(Data{}, err)
				return
			}
			n := s.length(x)
			held, ok := open[n]
			if !ok {
				lengths = append(lengths, n)
			}
			held = append(held, x)
			open[n] = held
			if len(held) == size {
				open[n] = nil
				if !yield(s.batch(held, n)) {
					return
				}
			}
		}
		for _, n := range lengths {
			if held := open[n]; held != nil && !yield(s.batch(held, n)) {
				return
			}
		}
	}
}

// length returns the length that a sample gets: that of its bucket, or its own.
func (s Stream) length(x Sample) int {
	n := len(x.Tokens)
	switch {
	case x.Features != nil:
		return len(x.Features)
	case len(s.Buckets) == 0:
		return n
	}
	for _, b := range s.Buckets {
		if b >= n {
			return b
		}
	}
	return s.Buckets[len(s.Buckets)-1]
}

// batch returns the data of samples that get a length.
func (s Stream) batch(samples []Sample, length int) (Data, error) {
	d := Data{}
	if samples[0].Features == nil && len(s.Buckets) > 0 {
		p := s.Padding
		p.MaxLen = length
		d.Padding = &p
	}
	weighed := false
	for _, x := range samples {
		if x.Features != nil {
			d.Features = append(d.Features, x.Features)
		} else {
			d.Tokens = append(d.Tokens, x.Tokens)
		}
		d.Targets, d.counts = append(d.Targets, x.Targets...), append(d.counts, len(x.Targets))
		weighed, d.stepped = weighed || x.Weights != nil, d.stepped || len(x.Weights) > 1
	}
	if !weighed {
		return d, nil
	}
	d.Weights = []float32{}
	steps := 1
	for _, x := range samples {
		steps = max(steps, len(x.Weights)) // of features, which have one length
	}
	for i, x := range samples {
		if d.stepped && x.Features == nil {
			steps = len(x.Tokens)
		}
		if n := len(x.Weights); n > 1 && n != steps {
			return d, errors.Errorf("stream: sample %d of a batch: %d weights, another has %d", i, n, steps)
		}
		switch len(x.Weights) {
		case 0:
			d.Weights = append(d.Weights, slices.Repeat([]float32{1}, steps)...)
		case 1:
			d.Weights = append(d.Weights, slices.Repeat(x.Weights, steps)...)
		default:
			d.Weights = append(d.Weights, x.Weights...)
		}
	}
	return d, nil
}

// samples yields those of Open that can be used.
func (s Stream) samples(epoch int) iter.Seq2[Sample, error] {
	return func(yield func(Sample, error) bool) {
		n := -1
		for x, err := range s.Open(epoch) {
			n++
			if err == nil {
				err = errors.WithMessagef(s.checkSample(x), "stream: sample %d", n)
			}
			if !yield(x, err) || err != nil {
				return
			}
		}
	}
}

func (s Stream) checkSample(x Sample) error {
	switch {
	case x.Tokens != nil && x.Features != nil:
		return errors.New("it has word ids and features")
	case len(x.Tokens)+len(x.Features) == 0 && (x.Features != nil || len(s.Buckets) == 0):
		return errors.New("it is empty; with Buckets an empty text is padded")
	case len(x.Weights) > 1 && x.Features == nil && len(x.Weights) != len(x.Tokens):
		return errors.Errorf("%d weights for %d steps", len(x.Weights), len(x.Tokens))
	}
	for _, w := range x.Weights {
		if !(w >= 0 && w-w == 0) {
			return errors.Errorf("weight %v, want a number of at least 0", w)
		}
	}
	return nil
}

// shuffled yields the samples of an epoch through the buffer.
func (s Stream) shuffled(epoch int) iter.Seq2[Sample, error] {
	if s.Shuffle < 2 {
		return s.samples(epoch)
	}
	return func(yield func(Sample, error) bool) {
		r := stream(s.Seed, fmt.Sprintf("stream/%d", epoch))
		var held []Sample
		for x, err := range s.samples(epoch) {
			if err != nil {
				yield(x, err)
				return
			}
			if len(held) < s.Shuffle {
				held = append(held, x)
				continue
			}
			i := r.IntN(len(held))
			out := held[i]
			held[i] = x
			if !yield(out, nil) {
				return
			}
		}
		shuffle(r, held)
		for _, x := range held {
			if !yield(x, nil) {
				return
			}
		}
	}
}
