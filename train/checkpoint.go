package train

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"

	"unroll/internal/kernel"
	"unroll/internal/safefile"
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
// optimizer, the epoch's scores so far, the history, and the hooks that are
// Keepers. A run that resumes from it ends in the same bits as one that was not
// interrupted. The random numbers of the order of samples and of dropout follow
// from the seed and the position.
type Checkpoint struct {
	Path string
	meta checkpointMeta
	file *tensorfile.File
}

// Finished reports whether the run had come to its end.
func (c *Checkpoint) Finished() bool { return c.meta.Finished }

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
	h := &History{}
	for _, e := range c.meta.History {
		h.Epochs = append(h.Epochs, Epoch{e.Logs.logs(), float64(e.Seconds)})
	}
	return h
}

// checkpointVersion is that of the files; a file with a greater one is refused.
const checkpointVersion = 1

type checkpointMeta struct {
	Version   int                        `json:"version"`
	Model     string                     `json:"model"` // the architecture's digest
	Kernels   string                     `json:"kernels"`
	Settings  runSettings                `json:"settings"`
	At        position                   `json:"at"`
	Finished  bool                       `json:"finished"`
	Stopped   bool                       `json:"stopped,omitempty"` // by a hook
	Scores    scoresState                `json:"scores"`
	History   []epochState               `json:"history"`
	Optimizer json.RawMessage            `json:"optimizer,omitempty"`
	Rate      *bits                      `json:"rate,omitempty"`
	Hooks     map[string]json.RawMessage `json:"hooks,omitempty"`
}

// runSettings are what a run must have in common with the one it resumes.
type runSettings struct {
	Seed          uint64 `json:"seed"`
	BatchSize     int    `json:"batch_size"`
	NoShuffle     bool   `json:"no_shuffle,omitempty"`
	StepsPerEpoch int    `json:"steps_per_epoch,omitempty"`
	Samples       int    `json:"samples,omitempty"`
	Optimizer     string `json:"optimizer"`
}

// bits is a float64 in JSON, to the last bit, infinities and NaN included.
type bits float64

func (b bits) MarshalJSON() ([]byte, error) { return json.Marshal(math.Float64bits(float64(b))) }

func (b *bits) UnmarshalJSON(data []byte) error {
	var u uint64
	err := json.Unmarshal(data, &u)
	*b = bits(math.Float64frombits(u))
	return err
}

type logsState map[string]bits

func (s logsState) logs() Logs {
	l := Logs{}
	for name, v := range s {
		l[name] = float64(v)
	}
	return l
}

type epochState struct {
	Logs    logsState `json:"logs"`
	Seconds bits      `json:"seconds"`
}

type scoresState struct {
	Loss    bits          `json:"loss"`
	Samples bits          `json:"samples"`
	Outputs []outputState `json:"outputs"`
}

type outputState struct {
	Loss    bits              `json:"loss"`
	Metrics []json.RawMessage `json:"metrics"`
}

// state returns what has been gathered.
func (s *scores) state() (scoresState, error) {
	st := scoresState{Loss: bits(s.loss), Samples: bits(s.samples)}
	for _, o := range s.outs {
		out := outputState{Loss: bits(o.loss)}
		for _, m := range o.metrics {
			saver, ok := m.(interface {
				json.Marshaler
				json.Unmarshaler
			})
			if !ok {
				return st, errors.Errorf("metric %s cannot save what it has gathered", m.Name())
			}
			raw, err := saver.MarshalJSON()
			if err != nil {
				return st, errors.WithMessagef(err, "metric %s", m.Name())
			}
			out.Metrics = append(out.Metrics, raw)
		}
		st.Outputs = append(st.Outputs, out)
	}
	return st, nil
}

func (s *scores) restore(st scoresState) error {
	if len(st.Outputs) != len(s.outs) {
		return errors.Errorf("scores of %d outputs, the model has %d", len(st.Outputs), len(s.outs))
	}
	s.loss, s.samples = float64(st.Loss), float64(st.Samples)
	for i, o := range st.Outputs {
		if len(o.Metrics) != len(s.outs[i].metrics) {
			return errors.Errorf("%d metrics, this run has %d", len(o.Metrics), len(s.outs[i].metrics))
		}
		s.outs[i].loss = float64(o.Loss)
		for k, raw := range o.Metrics {
			if err := json.Unmarshal(raw, s.outs[i].metrics[k]); err != nil {
				return errors.Wrapf(err, "metric %s", s.outs[i].metrics[k].Name())
			}
		}
	}
	return nil
}

// Saver is an optimizer or a hook whose state belongs in checkpoints.
type Saver interface {
	// State returns tensors by names that end in a weight's path, and the rest
	// as JSON.
	State() (tensors map[string]*tensor.Dense, rest []byte, err error)
	// Restore takes what State returned.
	Restore(tensors map[string]*tensor.Dense, rest []byte) error
}

const (
	weightsIn   = "weights/"
	optimizerIn = "optimizer/"
	hooksIn     = "hooks/"
)

func (r *fitRun) settings() runSettings {
	s := runSettings{
		Seed: r.fit.Seed, BatchSize: r.fit.BatchSize, NoShuffle: r.fit.NoShuffle, StepsPerEpoch: r.fit.StepsPerEpoch,
		Optimizer: fmt.Sprintf("%T", r.config.Optimizer),
	}
	if m, ok := r.source.(*memory); ok {
		s.Samples = m.t.n
	}
	return s
}

// save writes a checkpoint if one is due; last says that it is the run's last.
func (r *fitRun) save(last, finished bool) error {
	c := r.fit.Checkpoint
	if c == nil || !last && r.at.Batch > 0 && (c.Every < 1 || r.at.Batch%c.Every != 0) {
		return nil
	}
	if !last && time.Since(r.saved) < c.Interval {
		return nil
	}
	r.saved = time.Now()
	tensors, meta, err := r.snapshot()
	if err != nil {
		return errors.WithMessage(err, "checkpoint")
	}
	meta.Finished, meta.Stopped = finished, r.stopped
	doc, err := json.Marshal(meta)
	if err != nil {
		return errors.Wrap(err, "checkpoint")
	}
	if err := os.MkdirAll(c.Dir, 0o755); err != nil {
		return errors.Wrap(err, "checkpoint")
	}
	path := filepath.Join(c.Dir, fmt.Sprintf("step-%012d.ckpt", r.at.Step))
	err = safefile.Write(path, func(w io.Writer) error {
		return tensorfile.Write(w, tensors, map[string]string{"checkpoint": string(doc)})
	})
	if err != nil {
		return errors.WithMessage(err, "checkpoint")
	}
	return c.prune()
}

// snapshot returns the run's state.
func (r *fitRun) snapshot() (map[string]*tensor.Dense, checkpointMeta, error) {
	tensors := map[string]*tensor.Dense{}
	for path, t := range r.model.Tensors() {
		tensors[weightsIn+path] = t
	}
	meta := checkpointMeta{Version: checkpointVersion, Kernels: kernel.Family(), Settings: r.settings(), At: r.at, Hooks: map[string]json.RawMessage{}}
	var err error
	if meta.Model, err = r.model.Digest(); err != nil {
		return nil, meta, err
	}
	o, ok := r.config.Optimizer.(Saver)
	if !ok {
		return nil, meta, errors.Errorf("optimizer %T cannot save its state", r.config.Optimizer)
	}
	state, rest, err := o.State()
	if err != nil {
		return nil, meta, err
	}
	meta.Optimizer = rest
	if rated, ok := r.config.Optimizer.(Rated); ok {
		rate := bits(rated.Rate())
		meta.Rate = &rate
	}
	addUnder(tensors, optimizerIn, state)
	if meta.Scores, err = r.scores.state(); err != nil {
		return nil, meta, err
	}
	for _, e := range r.history.Epochs {
		logs := logsState{}
		for name, v := range e.Logs {
			logs[name] = bits(v)
		}
		meta.History = append(meta.History, epochState{logs, bits(e.Seconds)})
	}
	for _, h := range r.fit.Hooks {
		k, ok := h.(Keeper)
		if !ok {
			continue
		}
		if meta.Hooks[k.Name()] != nil {
			return nil, meta, errors.Errorf("two hooks are called %q", k.Name())
		}
		state, rest, err := k.State()
		if err != nil {
			return nil, meta, errors.WithMessage(err, k.Name())
		}
		meta.Hooks[k.Name()] = rest
		addUnder(tensors, hooksIn+k.Name()+"/", state)
	}
	return tensors, meta, nil
}

// restore puts the run where the checkpoint was taken.
func (r *fitRun) restore(c *Checkpoint) error {
	digest, err := r.model.Digest()
	if err != nil {
		return err
	}
	if digest != c.meta.Model {
		return errors.Errorf("%s is of another model", c.Path)
	}
	if got, want := r.settings(), c.meta.Settings; got != want {
		return errors.Errorf("%s is of a run with other settings: %s", c.Path, difference(want, got))
	}
	fail := func(err error) error { return errors.WithMessage(err, c.Path) }
	for path, t := range r.model.Tensors() {
		ok, err := c.file.Into(weightsIn+path, t)
		if err == nil && !ok {
			err = errors.Errorf("no weight %q", path)
		}
		if err != nil {
			return fail(err)
		}
	}
	o, ok := r.config.Optimizer.(Saver)
	if !ok {
		return errors.Errorf("optimizer %T cannot restore its state", r.config.Optimizer)
	}
	state, err := c.under(optimizerIn)
	if err != nil {
		return fail(err)
	}
	if err := o.Restore(state, c.meta.Optimizer); err != nil {
		return fail(err)
	}
	if rated, ok := r.config.Optimizer.(Rated); ok && c.meta.Rate != nil {
		rated.SetRate(float64(*c.meta.Rate)) // a hook may have set it
	}
	if err := r.scores.restore(c.meta.Scores); err != nil {
		return fail(err)
	}
	for _, h := range r.fit.Hooks {
		k, ok := h.(Keeper)
		if !ok {
			continue
		}
		rest, ok := c.meta.Hooks[k.Name()]
		if !ok {
			return fail(errors.Errorf("no state of the hook %q", k.Name()))
		}
		state, err := c.under(hooksIn + k.Name() + "/")
		if err != nil {
			return fail(err)
		}
		if err := k.Restore(state, rest); err != nil {
			return fail(errors.WithMessage(err, k.Name()))
		}
	}
	r.at, r.history, r.stopped = c.meta.At, *c.History(), c.meta.Stopped
	return nil
}

func addUnder(all map[string]*tensor.Dense, prefix string, some map[string]*tensor.Dense) {
	for name, t := range some {
		all[prefix+name] = t
	}
}

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

// cloneTensors copies tensors; copyTensors writes them into others of the same
// names.
func cloneTensors(all map[string]*tensor.Dense) map[string]*tensor.Dense {
	out := map[string]*tensor.Dense{}
	for name, t := range all {
		out[name] = t.Clone().(*tensor.Dense)
	}
	return out
}

func copyTensors(into, from map[string]*tensor.Dense) error {
	for name, t := range from {
		to, ok := into[name]
		if !ok {
			return errors.Errorf("no weight %q", name)
		}
		if err := tensor.Copy(to, t); err != nil {
			return errors.Wrap(err, name)
		}
	}
	return nil
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
// whole.
func LatestCheckpoint(dir string) (*Checkpoint, error) {
	all, err := Checkpointing{Dir: dir}.files()
	if err != nil {
		return nil, err
	}
	var first error
	for _, path := range all {
		c, err := ReadCheckpoint(path)
		if err == nil {
			return c, nil
		}
		if first == nil {
			first = err
		}
	}
	return nil, first
}

// ReadCheckpoint reads a checkpoint. A file that is damaged or of a newer
// version is an error that names it.
func ReadCheckpoint(path string) (*Checkpoint, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, errors.Wrap(err, "checkpoint")
	}
	c := &Checkpoint{Path: path}
	if c.file, err = tensorfile.Read(data); err != nil {
		return nil, errors.WithMessage(err, path)
	}
	if !c.file.Sealed {
		return nil, errors.Errorf("%s: damaged: it has no checksum", path)
	}
	doc := []byte(c.file.Meta["checkpoint"])
	var head struct {
		Version int `json:"version"`
	}
	if err := json.Unmarshal(doc, &head); err != nil {
		return nil, errors.Wrapf(err, "%s: damaged", path)
	}
	if head.Version < 1 || head.Version > checkpointVersion {
		return nil, errors.Errorf("%s: version %d, this program reads up to %d", path, head.Version, checkpointVersion)
	}
	if err := json.Unmarshal(doc, &c.meta); err != nil {
		return nil, errors.Wrapf(err, "%s: damaged", path)
	}
	return c, nil
}
