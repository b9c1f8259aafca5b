package text

import (
	"cmp"
	"iter"
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/pkg/errors"
)

// LearnGrams takes the grams of a stream of texts that c keeps. Pass the texts to
// train on only. It works on all processors, and the result does not depend on their
// number. It errs if no gram is kept, and returns the stream's first error as it is.
func LearnGrams(texts iter.Seq2[string, error], c GramConfig) (*Grams, error) {
	c, err := c.check()
	if err != nil {
		return nil, err
	}
	which := c.kinds()
	workers, err := walk(texts, func(s *scratch, b batch) {
		for _, text := range b.texts {
			s.texts++
			s.takeUnits(&c, text)
			for k := range which {
				s.hashes = s.units[k].grams(s.hashes[:0], which[k])
				s.counted[k].add(s.hashes, s.texts)
			}
		}
	})
	if err != nil {
		return nil, err
	}
	g := &Grams{config: c}
	for _, w := range workers {
		g.texts += int(w.texts)
	}
	for k := range which {
		kept := keptGrams(workers, k, c)
		if len(kept) > math.MaxInt32-len(g.counts) {
			return nil, errors.Errorf("grams: there are more than %d, want a MinCount or MaxGrams that keeps fewer", math.MaxInt32)
		}
		hashes := make([]uint64, len(kept))
		for i, n := range kept {
			hashes[i] = n.hash
			g.counts = append(g.counts, n.count)
		}
		if err := g.index[k].build(hashes, 64); err != nil {
			return nil, errors.WithMessage(err, "grams")
		}
	}
	if len(g.counts) == 0 {
		return nil, errors.Errorf("grams: none occurs in MinCount %d of %d texts", max(1, c.MinCount), g.texts)
	}
	g.scratch = newScratchPool()
	return g, nil
}

// keptGrams adds up what workers counted and returns the grams that are kept, by
// falling count, then by hash.
func keptGrams(workers []*scratch, k int, c GramConfig) []gramCount {
	var parts [shards][]gramCount
	var next atomic.Int32
	var wg sync.WaitGroup
	for range min(shards, runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			var all []gramCount
			for i := int(next.Add(1)) - 1; i < shards; i = int(next.Add(1)) - 1 {
				all = all[:0]
				for _, w := range workers {
					all = w.counted[k].shard(all, i)
				}
				parts[i] = slices.Clone(sumCounts(all, c.MinCount))
			}
		})
	}
	wg.Wait()
	for _, w := range workers {
		w.counted[k] = gramCounter{} // what it took is free
	}
	kept := byCount(&parts)
	if c.MaxGrams > 0 && len(kept) > c.MaxGrams {
		kept = kept[:c.MaxGrams]
	}
	return kept
}

// sumCounts makes one of what is there for each hash, in place, and leaves those that
// least texts have, in the order of their hashes.
func sumCounts(all []gramCount, least int) []gramCount {
	slices.SortFunc(all, func(a, b gramCount) int { return cmp.Compare(a.hash, b.hash) })
	n := 0
	for i := 0; i < len(all); {
		sum := all[i]
		for i++; i < len(all) && all[i].hash == sum.hash; i++ {
			sum.count += all[i].count
		}
		if int(sum.count) >= least {
			all[n] = sum
			n++
		}
	}
	return all[:n]
}

// byCount sorts by falling count what is in the order of hashes, in linear time.
func byCount(parts *[shards][]gramCount) []gramCount {
	at := map[int32]int{} // by count: how many there are, then where the next goes
	for _, part := range parts {
		for _, n := range part {
			at[n.count]++
		}
	}
	var counts []int32
	for count := range at {
		counts = append(counts, count)
	}
	slices.SortFunc(counts, func(a, b int32) int { return cmp.Compare(b, a) })
	all := 0
	for _, count := range counts {
		at[count], all = all, all+at[count]
	}
	sorted := make([]gramCount, all)
	for _, part := range parts {
		for _, n := range part {
			sorted[at[n.count]] = n
			at[n.count]++
		}
	}
	return sorted
}
