package train

import (
	"hash/fnv"
	"iter"
	"math/rand/v2"
)

// Source gives the batches of a pass over data that does not fit into memory or
// that is made as it is read. The batches of a pass must be the same whenever
// they are asked for. All samples of a batch have one length; another batch may
// have another, and is computed by programs of its own.
//
// One pass is open at a time. Validation begins a pass of its own source; where
// StepsPerEpoch has ended the epoch in the middle of a pass, that one waits
// meanwhile, and a Stream reads nothing ahead in it. No pass is open when Fit, FitSource
// or EvaluateSource has returned, whatever ended it: they wait for the iterator
// to return. One that panics ends them with an error.
type Source interface {
	// Epoch yields the batches of a pass, which counts from 0. A pass is an
	// epoch unless StepsPerEpoch is set. An error ends the training.
	Epoch(epoch int) iter.Seq2[Data, error]
}

// place is how far a source has been read.
type place struct {
	Pass  int `json:"pass"`  // over all samples
	Batch int `json:"batch"` // batches of the pass that are done
}

// position is how far a run has come.
type position struct {
	Epoch   int     `json:"epoch"` // that are done
	Batch   int     `json:"batch"` // of the epoch after them that are done
	Step    uint64  `json:"step"`  // updates in all
	Seconds float64 `json:"seconds"`
	Source  place   `json:"source"`
}

// source returns where the source is, if it was read from the start on.
func (p position) source(stepsPerEpoch int) place {
	if stepsPerEpoch == 0 {
		return place{p.Epoch, p.Batch}
	}
	return place{0, p.Epoch*stepsPerEpoch + p.Batch}
}

// stream returns the random numbers of a seed that a name stands for.
func stream(seed uint64, name string) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(name))
	return rand.New(rand.NewPCG(seed, h.Sum64()))
}

func shuffle[T any](r *rand.Rand, x []T) {
	r.Shuffle(len(x), func(i, j int) { x[i], x[j] = x[j], x[i] })
}
