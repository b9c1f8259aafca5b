package train

import (
	"encoding/json"
	"strings"
	"time"

	"gorgonia.org/tensor"

	"unroll/internal/exact"
	"unroll/internal/kernel"
	"unroll/internal/tensorfile"
)

// Checkpointing says when and where Fit writes checkpoints: after each epoch,
// after every Every batches of one, and at the end, also if it is cancelled.
type Checkpointing struct {
	Dir      string        // is made if it is not there
	Every    int           // batches; 0: none within an epoch
	Interval time.Duration // that must pass since the last one, but at the end
	Keep     int           // the last ones that are kept, 3 if 0
}

// Checkpoint is all of a run between two batches: weights, states, the
// optimizer, the epoch's scores so far, the history, and the callbacks that are
// Stateful. A run that resumes from it ends in the same bits as one that was not
// interrupted. The random numbers of the order of samples and of dropout follow
// from the seed and the position.
type Checkpoint struct {
	Path string
	// PassedOver tells why the newer ones in its folder could not be read, the newest
	// first; see LatestCheckpoint.
	PassedOver []error

	meta checkpointMeta
	file *tensorfile.File
}

// Finished reports whether the run had come to its end.
func (c *Checkpoint) Finished() bool { return c.meta.Finished }

// Stopped reports whether a callback had ended the run, which then goes no further.
func (c *Checkpoint) Stopped() bool { return c.meta.Stopped != "" }

// Epoch returns the number of epochs that were done.
func (c *Checkpoint) Epoch() int { return c.meta.At.Epoch }

// Batch returns the number of batches that were done of the epoch after them.
func (c *Checkpoint) Batch() int { return c.meta.At.Batch }

// Kernels returns the family of kernels that computed the run. Under another
// one a resumed run rounds differently, see Kernels.
func (c *Checkpoint) Kernels() string { return c.meta.Kernels }

// Kernels returns the family of kernels of this program: "avx" for AVX2 and
// AVX-512, which give the same bits, or "portable".
func Kernels() string { return kernel.Family() }

// History returns the record of the epochs that were done.
func (c *Checkpoint) History() *History {
	h := &History{WeightsEpoch: c.meta.At.Epoch, Stopped: c.meta.Stopped}
	for _, e := range c.meta.History {
		h.Epochs = append(h.Epochs, Epoch{e.Logs.logs(), float64(e.Seconds)})
	}
	return h
}

// checkpointVersion is that of the files; one with another is refused.
const checkpointVersion = 3

type checkpointMeta struct {
	Version   int                        `json:"version"`
	Model     string                     `json:"model"` // the architecture's digest
	Kernels   string                     `json:"kernels"`
	Settings  runSettings                `json:"settings"`
	At        position                   `json:"at"`
	Finished  bool                       `json:"finished"`
	Stopped   string                     `json:"stopped,omitempty"` // why a callback ended it
	Scores    scoresState                `json:"scores"`
	History   []epochState               `json:"history"`
	Optimizer json.RawMessage            `json:"optimizer,omitempty"`
	Rate      *exact.Float               `json:"rate,omitempty"`
	Callbacks map[string]json.RawMessage `json:"callbacks,omitempty"`
}

// runSettings are what a run must have in common with the one it resumes.
type runSettings struct {
	Seed          uint64 `json:"seed"`
	BatchSize     int    `json:"batch_size"`
	NoShuffle     bool   `json:"no_shuffle,omitempty"`
	StepsPerEpoch int    `json:"steps_per_epoch,omitempty"`
	Samples       int    `json:"samples,omitempty"`
	Optimizer     string `json:"optimizer"`
	Shards        int    `json:"shards,omitempty"` // 0: by the model and the batch
}

const (
	weightsIn   = "weights/"
	optimizerIn = "optimizer/"
	callbacksIn = "callbacks/"
)

// under returns the tensors that addUnder added.
func (c *Checkpoint) under(prefix string) (map[string]*tensor.Dense, error) {
	some := map[string]*tensor.Dense{}
	for _, name := range c.file.Names() {
		short, ok := strings.CutPrefix(name, prefix)
		if !ok {
			continue
		}
		var err error
		if some[short], err = c.file.Tensor(name); err != nil {
			return nil, err
		}
	}
	return some, nil
}
