package train

import (
	"maps"
	"slices"
	"sync"

	"github.com/pkg/errors"

	"unroll/internal/parallel"
	"unroll/internal/pool"
	"unroll/nn"
)

// Config says how a model is trained.
type Config struct {
	Optimizer Optimizer // of train/optimizers, or any other; nil: the model is not trained

	// Loss, Metrics and WeightedMetrics are of the output of a model of one; Fit
	// and Evaluate want a loss. Outputs holds those of a model of several, by
	// their names; an output without a loss is computed by Predict alone.
	//
	// Metrics take all samples and steps alike. WeightedMetrics are weighed by
	// their weights and, in training, those of their classes. Neither counts
	// steps that are masked or that padding added, nor what has no label: a
	// class that the loss ignores, which Keras counts as wrong, or, at weight 0,
	// a target that the loss cannot work with.
	Loss            nn.Loss
	Metrics         []Metric
	WeightedMetrics []Metric
	Outputs         map[string]Objective

	Execution nn.Execution // overrides the recurrent layers' own

	// Shards is the number of programs that share a training batch, computed in
	// parallel where there are processors. It decides the order in which
	// gradients are summed, and so the last bits of the result. 0 chooses it by
	// the model and the batch alone, the same on every machine.
	Shards int

	// MemoryLimit is the most bytes that a batch may need for what the programs that
	// share it compute and read; 0 is no limit. The weights, what an optimizer keeps
	// and the data are not counted, and programs of batches of other lengths and of
	// validation each have the limit for themselves.
	//
	// A program that would need more is compiled so that its recurrent layers
	// recompute on the way back what they do not keep, as if their Remat were set:
	// outputs are the same bits, gradients agree to rounding, see nn.RNN. If that is
	// too much, too, it is refused before it runs. Evaluate and Predict compute no
	// more batches at a time than keep within it. Trainer.Memory tells what a batch
	// needs.
	MemoryLimit int64
}

// Trainer trains, evaluates and runs a model. Its methods may be called concurrently,
// from callbacks, too, but for two things, which are errors: one call of Fit, FitSource,
// RateRange or OverfitBatch at a time trains a model, by whatever trainer; and Close wants
// no other call to run, after which there are none. A second Close does nothing.
//
// Evaluate, Predict and Profile beside a call of another goroutine that trains the model
// wait for the update at hand, as the next update waits for the batch that they compute.
// So each batch is of the weights between two updates, and several batches may be of
// different ones.
//
// An Optimizer, and the callbacks of a Fit, have a state: they serve one Fit at a time.
type Trainer struct {
	model  *nn.Model
	config Config
	names  []string    // of the outputs in logs, ending in "_"; "" for the only one
	aims   []Objective // of the outputs

	calls  parallel.Calls
	pool   *pool.Pool[shape, *program]
	idle   chan *team
	pieces sync.Map // of batches where nothing is learned: shape to samples
}

// Compile puts a model together with what it is trained by. Programs are
// compiled on first use, one for each phase, batch size and length.
func Compile(m *nn.Model, c Config) (*Trainer, error) {
	if m == nil {
		return nil, errors.New("compile: no model")
	}
	if c.Shards < 0 {
		return nil, errors.Errorf("compile: %d shards", c.Shards)
	}
	if c.MemoryLimit < 0 {
		return nil, errors.Errorf("compile: MemoryLimit is %d, want at least 0", c.MemoryLimit)
	}
	t := &Trainer{
		model:  m,
		config: c,
		pool:   pool.New[shape, *program](),
		idle:   make(chan *team, 1),
	}
	if err := t.setAims(); err != nil {
		return nil, errors.WithMessage(err, "compile")
	}
	for i, a := range t.aims {
		if slices.Contains(slices.Concat(a.Metrics, a.WeightedMetrics), nil) {
			return nil, errors.Errorf("compile: a metric of output %q is nil", m.Outputs()[i].Name)
		}
	}
	return t, nil
}

// setAims puts the objectives in the order of the model's outputs.
func (t *Trainer) setAims() error {
	ports, c := t.model.Outputs(), t.config
	if len(ports) == 1 && c.Outputs == nil {
		t.names, t.aims = []string{""}, []Objective{{Loss: c.Loss, Metrics: c.Metrics, WeightedMetrics: c.WeightedMetrics}}
		return nil
	}
	if c.Loss != nil || c.Metrics != nil || c.WeightedMetrics != nil {
		return errors.New("the model has several outputs: set Outputs, not Loss and Metrics")
	}
	for _, p := range ports {
		t.names, t.aims = append(t.names, p.Name+"_"), append(t.aims, c.Outputs[p.Name])
	}
	for _, name := range slices.Sorted(maps.Keys(c.Outputs)) {
		o := c.Outputs[name]
		switch {
		case !slices.Contains(t.names, name+"_"):
			return errors.Errorf("the model has no output %q", name)
		case o.Loss == nil && (o.Metrics != nil || o.WeightedMetrics != nil || o.Weight != 0):
			return errors.Errorf("output %q has no loss", name)
		}
	}
	return nil
}

// wantLoss returns an error if there is nothing to train for.
func (t *Trainer) wantLoss() error {
	for _, a := range t.aims {
		if a.Loss != nil {
			return nil
		}
	}
	return errors.New("no loss was configured")
}

// batchSize returns the size of a batch for n samples: want, or a default if it
// is 0.
func (t *Trainer) batchSize(want, n int) (int, error) {
	fixed := t.model.Batch()
	switch {
	case want < 0:
		return 0, errors.Errorf("batch of %d", want)
	case fixed == 0 && want == 0:
		return 32, nil
	case fixed == 0:
		return want, nil
	case want != 0 && want != fixed:
		return 0, errors.Errorf("batches of %d, the model's are of %d", want, fixed)
	case n%fixed != 0:
		return 0, errors.Errorf("%d samples are not whole batches of %d", n, fixed)
	}
	return fixed, nil
}

// Model returns the trainer's model.
func (t *Trainer) Model() *nn.Model { return t.model }

// Close releases the compiled programs. It is an error if a call is running, a Fit whose
// callback calls it among them.
func (t *Trainer) Close() error {
	return t.calls.Close(func() error {
		select {
		case m := <-t.idle:
			m.stop()
		default:
		}
		return t.pool.Close()
	})
}

// begin begins a call of a name, which t.calls.End ends.
func (t *Trainer) begin(call string) error { return t.calls.Begin(call, "the trainer") }

// borrow takes a program out of the pool, or compiles one; give puts it back.
func (t *Trainer) borrow(phase nn.Phase, batch int, steps []int, programs int, watched ...string) (*program, error) {
	return t.pool.Borrow(shapeOf(phase, batch, steps, programs, watched), func() (*program, error) {
		return t.compile(phase, batch, steps, programs, watched...)
	})
}

func (t *Trainer) give(p *program) { t.pool.Give(p.shape, p) }
