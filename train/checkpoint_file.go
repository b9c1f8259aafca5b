package train

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"unroll/internal/jsonfile"
	"unroll/internal/safefile"
	"unroll/internal/tensorfile"
)

// files returns the folder's checkpoints, the newest first.
func (c Checkpointing) files() ([]string, error) {
	all, err := filepath.Glob(filepath.Join(c.Dir, "step-*.ckpt"))
	slices.Sort(all)
	slices.Reverse(all)
	return all, err
}

// prune removes the oldest checkpoints, and what a process that was killed left
// of one that it was writing.
func (c Checkpointing) prune() error {
	unfinished, err := filepath.Glob(filepath.Join(c.Dir, ".step-*.ckpt.*"))
	if err != nil {
		return err
	}
	for _, path := range unfinished {
		_ = os.Remove(path)
	}
	keep := c.Keep
	if keep < 1 {
		keep = 3
	}
	all, err := c.files()
	if err != nil || len(all) <= keep {
		return err
	}
	for _, path := range all[keep:] {
		if err := os.Remove(path); err != nil {
			return errors.Wrap(err, "checkpoint")
		}
	}
	return nil
}

// LatestCheckpoint reads the newest checkpoint in a folder that can be read, or
// returns nil if there is none. Damaged ones are passed over if an older one is
// whole, which then tells of them.
func LatestCheckpoint(dir string) (*Checkpoint, error) {
	all, err := Checkpointing{Dir: dir}.files()
	if err != nil {
		return nil, err
	}
	var damaged []error
	for _, path := range all {
		c, err := ReadCheckpoint(path)
		if err == nil {
			c.PassedOver = damaged
			return c, nil
		}
		damaged = append(damaged, err)
	}
	if len(damaged) > 0 {
		return nil, damaged[0]
	}
	return nil, nil
}

// ReadCheckpoint reads a checkpoint. A file that is damaged or of another
// version is an error that names it.
func ReadCheckpoint(path string) (*Checkpoint, error) {
	data, err := safefile.ReadFile(path, safefile.Room())
	if err != nil {
		return nil, errors.Wrap(err, "checkpoint")
	}
	c := &Checkpoint{Path: path}
	if c.file, err = tensorfile.Read(data); err != nil {
		return nil, errors.WithMessage(err, path)
	}
	doc := []byte(c.file.Meta["checkpoint"])
	var head struct {
		Version int `json:"version"`
	}
	if err := json.Unmarshal(doc, &head); err != nil {
		return nil, errors.Wrapf(err, "%s: damaged", path)
	}
	if head.Version != checkpointVersion {
		return nil, errors.Errorf("%s: version %d, this program reads version %d", path, head.Version, checkpointVersion)
	}
	if err := jsonfile.Strict(doc, &c.meta); err != nil {
		return nil, errors.Wrapf(err, "%s: damaged", path)
	}
	if at := c.meta.At; min(at.Epoch, at.Batch, at.Source.Pass, at.Source.Batch) < 0 || len(c.meta.History) > at.Epoch {
		return nil, errors.Errorf("%s: damaged: batch %d after epoch %d, with the scores of %d epochs", path, at.Batch, at.Epoch, len(c.meta.History))
	}
	return c, nil
}

// difference names the settings that differ.
func difference(want, got runSettings) string {
	var w, g map[string]any
	a, _ := json.Marshal(want)
	b, _ := json.Marshal(got)
	_, _ = json.Unmarshal(a, &w), json.Unmarshal(b, &g)
	var out []string
	for name := range w {
		if fmt.Sprint(w[name]) != fmt.Sprint(g[name]) {
			out = append(out, fmt.Sprintf("%s was %v and is %v", name, w[name], g[name]))
		}
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}
