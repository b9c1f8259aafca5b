package train

import (
	"fmt"
	"iter"

	"github.com/pkg/errors"
)

// Sample is one sample of a Stream: word ids, or the features of its steps one
// after the other.
type Sample struct {
	Tokens   []int32
	Features []float32
	Targets  []float32
	Weight   float32 // 1 if 0
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
	// Buckets are lengths in rising order. A sequence of ids is padded on the
	// left with 0 to the least of them that holds it, and one that is longer
	// than all keeps its last ids. A batch is of one bucket, and computed by a
	// program of its length, so that short sequences cost little. Without
	// buckets a batch is of samples of one length each.
	Buckets []int
	// Prefetch is the number of batches that are read ahead, by a goroutine that
	// ends with the pass; 0 reads them as they are needed.
	Prefetch int
}

var _ Source = Stream{}

// Epoch implements Source. A panic of Open's iterator is passed on to whoever
// ranges over the batches.
func (s Stream) Epoch(epoch int) iter.Seq2[Data, error] { return s.read(epoch, nil) }

// read yields the batches of a pass; they are read ahead while g is open.
func (s Stream) read(epoch int, g gate) iter.Seq2[Data, error] {
	if s.Prefetch < 1 {
		return s.batches(epoch)
	}
	return ahead(s.batches(epoch), s.Prefetch, g)
}

func (s Stream) check() error {
	if s.Open == nil {
		return errors.New("stream: Open is not set")
	}
	if s.BatchSize < 0 || s.Shuffle < 0 {
		return errors.Errorf("stream: BatchSize is %d and Shuffle %d, want at least 0", s.BatchSize, s.Shuffle)
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
		open := map[int]*Data{} // by length
		var lengths []int       // in the order in which they came
		for x, err := range s.shuffled(epoch) {
			if err != nil {
				yield(Data{}, err)
				return
			}
			x = s.padded(x)
			n := len(x.Tokens) + len(x.Features)
			d := open[n]
			if d == nil {
				d = &Data{}
				open[n] = d
				lengths = append(lengths, n)
			}
			d.add(x)
			if d.Len() == size {
				full := *d
				*d = Data{}
				if !yield(full, nil) {
					return
				}
			}
		}
		for _, n := range lengths {
			if d := open[n]; d.Len() > 0 && !yield(*d, nil) {
				return
			}
		}
	}
}

// add adds a sample.
func (d *Data) add(x Sample) {
	if x.Tokens != nil {
		d.Tokens = append(d.Tokens, x.Tokens)
	} else {
		d.Features = append(d.Features, x.Features)
	}
	d.Targets = append(d.Targets, x.Targets...)
	w := x.Weight
	if w == 0 {
		w = 1
	}
	d.Weights = append(d.Weights, w)
}

// padded brings word ids to the length of their bucket.
func (s Stream) padded(x Sample) Sample {
	if len(s.Buckets) == 0 || x.Tokens == nil {
		return x
	}
	n := s.Buckets[len(s.Buckets)-1]
	for _, b := range s.Buckets {
		if b >= len(x.Tokens) {
			n = b
			break
		}
	}
	ids := make([]int32, n)
	from := max(len(x.Tokens)-n, 0)
	copy(ids[n-len(x.Tokens)+from:], x.Tokens[from:])
	x.Tokens = ids
	return x
}

// shuffled yields the samples of an epoch through the buffer.
func (s Stream) shuffled(epoch int) iter.Seq2[Sample, error] {
	if s.Shuffle < 2 {
		return s.Open(epoch)
	}
	return func(yield func(Sample, error) bool) {
		r := stream(s.Seed, fmt.Sprintf("stream/%d", epoch))
		var held []Sample
		for x, err := range s.Open(epoch) {
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
