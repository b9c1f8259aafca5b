package text

import (
	"iter"
	"runtime"
	"sync"
)

// batch is some texts of a stream, the first of them number first.
type batch struct {
	first int
	texts []string
}

// A batch is closed at either limit, so that workers rarely wait for each other
// and no more than a few megabytes are read ahead.
const (
	batchTexts = 256
	batchBytes = 1 << 18
)

// walk calls work for the texts of a stream, in batches, on all processors, each
// with a scratch of its own. It stops at the stream's first error and returns the
// scratches, in any order, when all work is done.
func walk(texts iter.Seq2[string, error], work func(*scratch, batch)) ([]*scratch, error) {
	n := runtime.GOMAXPROCS(0)
	batches := make(chan batch, n)
	workers := make([]*scratch, n)
	var wg sync.WaitGroup
	for i := range workers {
		s := new(scratch)
		workers[i] = s
		wg.Go(func() {
			for b := range batches {
				work(s, b)
			}
		})
	}
	err := deal(texts, batches)
	close(batches)
	wg.Wait()
	return workers, err
}

// deal sends the texts of a stream in batches.
func deal(texts iter.Seq2[string, error], batches chan<- batch) error {
	var b batch
	size := 0
	for text, err := range texts {
		if err != nil {
			return err
		}
		b.texts = append(b.texts, text)
		size += len(text)
		if len(b.texts) == batchTexts || size >= batchBytes {
			batches <- b
			b, size = batch{first: b.first + len(b.texts)}, 0
		}
	}
	if len(b.texts) > 0 {
		batches <- b
	}
	return nil
}

// Of yields texts that are in memory.
func Of(texts ...string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for _, text := range texts {
			if !yield(text, nil) {
				return
			}
		}
	}
}
