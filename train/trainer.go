package train

import (
	"context"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"sync"

	"github.com/pkg/errors"

	"unroll/nn"
)

// Config says how a model is trained.
type Config struct {
	Optimizer Optimizer // &SGD{} if nil

	// Loss and Metrics are of the output of a model of one; Fit and Evaluate
	// want a loss. Outputs holds those of a model of several, by their names;
	// an output without a loss is computed by Predict alone.
	Loss    nn.Loss
	Metrics []Metric
	Outputs map[string]Objective

	Execution nn.Execution // overrides the recurrent layers' own

	// Shards is the number of programs that share a training batch, computed in
	// parallel where there are processors. It decides the order in which
	// gradients are summed, and so the last bits of the result. 0 chooses it by
	// the model and the batch alone, the same on every machine.
	Shards int
}

// Objective is what an output of a model is trained for. The loss of the model
// is the sum of the outputs' losses, each times its weight.
type Objective struct {
	Loss    nn.Loss
	Weight  float64 // 1 if 0
	Metrics []Metric
}

// Trainer trains, evaluates and runs a model. Fit and Evaluate run one at a
// time; Predict may be called concurrently, but not while the model is fitted.
type Trainer struct {
	model  *nn.Model
	config Config
	names  []string    // of the outputs in logs, ending in "_"; "" for the only one
	aims   []Objective // of the outputs

	mu   sync.Mutex
	free map[shape][]*program
	slot chan struct{} // bounds the programs that predict at one time
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
	if c.Optimizer == nil {
		c.Optimizer = &SGD{}
	}
	t := &Trainer{
		model:  m,
		config: c,
		free:   map[shape][]*program{},
		slot:   make(chan struct{}, runtime.GOMAXPROCS(0)),
	}
	return t, errors.WithMessage(t.setAims(), "compile")
}

// setAims puts the objectives in the order of the model's outputs.
func (t *Trainer) setAims() error {
	ports, c := t.model.Outputs(), t.config
	if len(ports) == 1 && c.Outputs == nil {
		t.names, t.aims = []string{""}, []Objective{{Loss: c.Loss, Metrics: c.Metrics}}
		return nil
	}
	if c.Loss != nil || c.Metrics != nil {
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
		case o.Loss == nil && (o.Metrics != nil || o.Weight != 0):
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

// Close releases the compiled programs.
func (t *Trainer) Close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, ps := range t.free {
		for _, p := range ps {
			if err := p.close(); err != nil {
				return err
			}
		}
	}
	t.free = map[shape][]*program{}
	return nil
}

// borrow takes a program out of the cache, or compiles one; give puts it back.
func (t *Trainer) borrow(phase nn.Phase, batch int, steps []int) (*program, error) {
	t.mu.Lock()
	defer t.mu.Unlock() // also while compiling: Gorgonia writes to the shared weights' headers
	key := shape{phase, batch, fmt.Sprint(steps)}
	if ps := t.free[key]; len(ps) > 0 {
		p := ps[len(ps)-1]
		t.free[key] = ps[:len(ps)-1]
		return p, nil
	}
	return compile(t.model, t.aims, t.config.Execution, phase, batch, steps)
}

func (t *Trainer) give(p *program) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.free[p.shape] = append(t.free[p.shape], p)
}

// Logs holds the loss and the metrics by name; those on the validation data
// have the prefix "val_", and those of one of several outputs its name, as in
// Keras: "val_priority_accuracy".
type Logs map[string]float64

// scores gathers a pass over data.
type scores struct {
	trainer       *Trainer
	loss, samples float64
	outs          []outputScores
	weights       []float32
	targets       []float32
}

type outputScores struct {
	loss    float64
	metrics []Metric
}

func (t *Trainer) newScores() *scores {
	s := &scores{trainer: t, outs: make([]outputScores, len(t.aims))}
	for i, a := range t.aims {
		for _, m := range a.Metrics {
			s.outs[i].metrics = append(s.outs[i].metrics, m.New())
		}
	}
	return s
}

// add gathers the samples of which the program computed the outputs and the
// loss, a sum over the batch's number of samples.
func (s *scores) add(p *program, t *table, rows []int, batch int) error {
	loss, err := p.value(p.loss)
	if err != nil {
		return err
	}
	s.loss += loss * float64(batch)
	s.samples += float64(len(rows))
	for k := range s.outs {
		if p.outs[k].loss == nil {
			continue
		}
		if len(s.outs) > 1 {
			if loss, err = p.value(p.outs[k].loss); err != nil {
				return err
			}
			s.outs[k].loss += loss * float64(batch)
		}
		if err := s.update(p, k, t, rows); err != nil {
			return err
		}
	}
	return nil
}

// update gives the metrics of an output its rows: the samples, or the steps of
// their sequences.
func (s *scores) update(p *program, k int, t *table, rows []int) error {
	if len(s.outs[k].metrics) == 0 {
		return nil
	}
	y, err := p.output(k, len(rows))
	if err != nil {
		return err
	}
	var valid []float32
	if p.outs[k].mask != nil {
		if valid, err = p.valid(k, len(rows)); err != nil {
			return err
		}
	}
	l, steps := t.labels[k], p.outs[k].steps
	each := steps * p.outs[k].width
	s.targets, s.weights = s.targets[:0], s.weights[:0]
	for i, r := range rows {
		s.targets = append(s.targets, l.Targets[r*each:(r+1)*each]...)
		for step := range steps {
			w := l.weight(r, step, steps, t.n)
			if valid != nil {
				w *= valid[i*steps+step]
			}
			s.weights = append(s.weights, w)
		}
	}
	for _, m := range s.outs[k].metrics {
		m.Update(y, s.targets, s.weights)
	}
	return nil
}

func (s *scores) write(prefix string, into Logs) {
	into[prefix+"loss"] = s.loss / s.samples
	for k, o := range s.outs {
		if len(s.outs) > 1 && s.trainer.aims[k].Loss != nil {
			into[prefix+s.trainer.names[k]+"loss"] = o.loss / s.samples
		}
		for _, m := range o.metrics {
			into[prefix+s.trainer.names[k]+m.Name()] = m.Value()
		}
	}
}

// Evaluate returns the mean loss and the metrics over d. It changes nothing in
// the model but the states of stateful layers. batch is 32 if 0.
func (t *Trainer) Evaluate(ctx context.Context, d Data, batch int) (Logs, error) {
	logs := Logs{}
	return logs, t.evaluate(ctx, d, batch, "", logs)
}

func (t *Trainer) evaluate(ctx context.Context, d Data, batch int, prefix string, into Logs) error {
	if err := t.wantLoss(); err != nil {
		return errors.WithMessage(err, "evaluate")
	}
	s := t.newScores()
	err := t.infer(ctx, d, batch, true, func(p *program, data *table, rows []int) error {
		return s.add(p, data, rows, len(rows))
	})
	if err != nil {
		return errors.WithMessage(err, "evaluate")
	}
	s.write(prefix, into)
	return nil
}

// EvaluateSource returns the mean loss and the metrics over one epoch of a
// source.
func (t *Trainer) EvaluateSource(ctx context.Context, s Source) (Logs, error) {
	logs := Logs{}
	return logs, t.evaluateSource(ctx, s, "", logs)
}

func (t *Trainer) evaluateSource(ctx context.Context, s Source, prefix string, into Logs) error {
	if err := t.wantLoss(); err != nil {
		return errors.WithMessage(err, "evaluate")
	}
	scores := t.newScores()
	for d, err := range s.Epoch(0) {
		if err == nil {
			err = t.infer(ctx, d, d.Len(), true, func(p *program, data *table, rows []int) error {
				return scores.add(p, data, rows, len(rows))
			})
		}
		if err != nil {
			return errors.WithMessage(err, "evaluate")
		}
	}
	if scores.samples == 0 {
		return errors.New("evaluate: the source gives no batches")
	}
	scores.write(prefix, into)
	return nil
}

// Predict returns the outputs of a model of one output for d, [samples·outputs].
// batch is 32 if 0.
func (t *Trainer) Predict(ctx context.Context, d Data, batch int) ([]float32, error) {
	if n := len(t.names); n != 1 {
		return nil, errors.Errorf("predict: the model has %d outputs, use PredictOutputs", n)
	}
	all, err := t.PredictOutputs(ctx, d, batch)
	return all[t.model.Outputs()[0].Name], err
}

// PredictOutputs returns the outputs of the model for d by their names,
// [samples·outputs] each. batch is 32 if 0.
func (t *Trainer) PredictOutputs(ctx context.Context, d Data, batch int) (map[string][]float32, error) {
	all := map[string][]float32{}
	ports := t.model.Outputs()
	err := t.infer(ctx, d, batch, false, func(p *program, _ *table, rows []int) error {
		for k, port := range ports {
			y, err := p.output(k, len(rows))
			if err != nil {
				return err
			}
			all[port.Name] = append(all[port.Name], y...)
		}
		return nil
	})
	if err != nil {
		return nil, errors.WithMessage(err, "predict")
	}
	return all, nil
}

// checkLabels holds data to the model's inputs and outputs.
func (t *Trainer) checkLabels(d Data, batch int) error {
	data, err := d.inputs(t.model)
	if err != nil {
		return err
	}
	if batch, err = t.batchSize(batch, data.n); err != nil {
		return err
	}
	p, err := t.borrow(nn.Infer, min(batch, data.n), data.steps)
	if err != nil {
		return err
	}
	defer t.give(p)
	return data.outputs(d, p)
}

// infer runs d through the model and calls each for every batch, in order. As
// many batches are computed at a time as there are processors free; one where
// the batches depend on one another.
func (t *Trainer) infer(ctx context.Context, d Data, batch int, labels bool, each func(*program, *table, []int) error) error {
	data, err := d.inputs(t.model)
	if err != nil {
		return err
	}
	if batch, err = t.batchSize(batch, data.n); err != nil {
		return err
	}
	batch = min(batch, data.n)
	batches := (data.n + batch - 1) / batch
	places, err := t.acquire(ctx, batches)
	if err != nil {
		return err
	}
	defer t.release(places)
	programs := make([]*program, 0, places+1)
	defer func() {
		for _, p := range programs {
			t.give(p)
		}
	}()
	borrow := func(batch int) error {
		p, err := t.borrow(nn.Infer, batch, data.steps)
		if err == nil {
			programs = append(programs, p)
		}
		return err
	}
	if err := borrow(batch); err != nil {
		return err
	}
	if labels {
		if err := data.outputs(d, programs[0]); err != nil {
			return err
		}
	}
	at := places
	if programs[0].pass.Whole() {
		at = 1
	}
	for len(programs) < at {
		if err := borrow(batch); err != nil {
			return err
		}
	}
	rows := make([]int, data.n)
	for i := range rows {
		rows[i] = i
	}
	part := func(b int) []int { return rows[b*batch : min((b+1)*batch, len(rows))] }
	team := newTeam(at)
	defer team.stop()
	for b := 0; b < batches; b += at {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(at, batches-b)
		now := programs[:n]
		if last := part(b); now[0].pass.Whole() && len(last) < batch {
			if err := borrow(len(last)); err != nil {
				return err
			}
			now = programs[at:]
		}
		err := team.do(n, func(i int) error { return now[i].infer(data, part(b+i)) })
		if err != nil {
			return err
		}
		for i, p := range now {
			if err := each(p, data, part(b+i)); err != nil {
				return err
			}
			if err := p.assign(); err != nil {
				return err
			}
		}
	}
	return nil
}

// infer computes the outputs of the samples t[rows], and the loss if t has
// labels.
func (p *program) infer(t *table, rows []int) error {
	p.fill(p.in, t, rows, len(rows))
	if p.masks != nil && t.labels != nil {
		if err := p.masks.Run(); err != nil {
			return err
		}
		if err := weigh([]*program{p}, func(int) int { return len(rows) }); err != nil {
			return err
		}
	}
	return p.run()
}

// acquire waits for one of the trainer's places, takes up to n of those that
// are free, and returns how many it took.
func (t *Trainer) acquire(ctx context.Context, n int) (int, error) {
	select {
	case t.slot <- struct{}{}:
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	for taken := 1; taken < n; taken++ {
		select {
		case t.slot <- struct{}{}:
		default:
			return taken, nil
		}
	}
	return n, nil
}

func (t *Trainer) release(n int) {
	for range n {
		<-t.slot
	}
}
