package corpus

import (
	"encoding/json"
	"path/filepath"

	"github.com/pkg/errors"

	"unroll/datasets/cache"
	"unroll/datasets/text"
	"unroll/internal/safefile"
)

// cachedVersion counts the changes of what a cache's description holds.
const cachedVersion = 5

const cacheExtension = ".ids"

// cachedInfo describes the samples of an experiment in a cache.
type cachedInfo struct {
	scan
	Encoder *text.Encoder `json:"encoder"`
	Stats   text.Stats    `json:"stats"`
}

// load takes an experiment's samples from a cache. One that is not of the same
// files and settings, or that cannot be read, is as good as none.
func (set *Set) load(path, key, name string) {
	samples, meta, err := cache.Load(path, key)
	if err != nil {
		return
	}
	var info cachedInfo
	if err := json.Unmarshal(meta.Info, &info); err != nil || len(info.Parts) != len(samples.IDs) || info.Task.Width() != meta.Width {
		return
	}
	set.scan, set.Targets = info.scan, samples.Targets
	set.Encoded[name] = Encoded{Encoder: info.Encoder, IDs: samples.IDs, stats: info.Stats}
}

// save keeps an experiment's samples.
func (set *Set) save(path, key string, t Encoded) error {
	info, err := json.Marshal(cachedInfo{set.scan, t.Encoder, t.stats})
	if err != nil {
		return errors.Wrap(err, "cache")
	}
	if err := safefile.MkdirAll(filepath.Dir(path)); err != nil {
		return errors.Wrap(err, "cache")
	}
	meta := cache.Meta{Key: key, Width: set.Task.Width(), Info: info}
	all := cache.Samples{IDs: t.IDs, Targets: set.Targets}
	return errors.WithMessage(cache.Write(path, meta, func(yield func(cache.Samples, error) bool) { yield(all, nil) }), "cache")
}
