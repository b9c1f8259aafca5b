package train

import (
	"context"
	"runtime"
	"sync"

	"github.com/pkg/errors"

	"unroll/nn"
)

// Config says how a model is trained.
type Config struct {
	Optimizer Optimizer    // &SGD{} if nil
	Loss      nn.Loss      // required by Fit and Evaluate
	Metrics   []Metric     // scores beside the loss
	Execution nn.Execution // overrides the recurrent layers' own

	// Shards is the number of programs that share a training batch, computed in
	// parallel where there are processors. It decides the order in which
	// gradients are summed, and so the last bits of the result. 0 chooses it by
	// the model and the batch alone, the same on every machine.
	Shards int
}

// Trainer trains, evaluates and runs a model. Fit and Evaluate run one at a
// time; Predict may be called concurrently, but not while the model is fitted.
type Trainer struct {
	model  *nn.Model
	config Config

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
	return &Trainer{
		model:  m,
		config: c,
		free:   map[shape][]*program{},
		slot:   make(chan struct{}, runtime.GOMAXPROCS(0)),
	}, nil
}

// Model returns the trainer's model.
func (t *Trainer) Model() *nn.Model { return t.model }

// Close releases the compiled programs.
func (t *Trainer) Close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, ps := range t.free {
		for _, p := range ps {
			if err := p.prog.Close(); err != nil {
				return err
			}
		}
	}
	t.free = map[shape][]*program{}
	return nil
}

// borrow takes a program out of the cache, or compiles one; give puts it back.
func (t *Trainer) borrow(s shape) (*program, error) {
	t.mu.Lock()
	defer t.mu.Unlock() // also while compiling: Gorgonia writes to the shared weights' headers
	if ps := t.free[s]; len(ps) > 0 {
		p := ps[len(ps)-1]
		t.free[s] = ps[:len(ps)-1]
		return p, nil
	}
	return compile(t.model, t.config.Loss, t.config.Execution, s)
}

func (t *Trainer) give(p *program) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.free[p.shape] = append(t.free[p.shape], p)
}

// Logs holds the loss and the metrics by name; those on the validation data
// have the prefix "val_", as in Keras.
type Logs map[string]float64

// scores gathers a pass over data.
type scores struct {
	loss, samples float64
	metrics       []Metric
}

func (t *Trainer) newScores() *scores {
	s := &scores{}
	for _, m := range t.config.Metrics {
		s.metrics = append(s.metrics, m.New())
	}
	return s
}

// add gathers the samples of which the program computed the outputs and the
// loss, a sum over the batch's number of samples.
func (s *scores) add(p *program, d Data, rows []int, batch int, buf *batchBuffers) error {
	loss, err := p.lossValue()
	if err != nil {
		return err
	}
	s.loss += loss * float64(batch)
	s.samples += float64(len(rows))
	if len(s.metrics) == 0 {
		return nil
	}
	y, err := p.output(len(rows))
	if err != nil {
		return err
	}
	targets, weights := buf.collect(d, rows)
	for _, m := range s.metrics {
		m.Update(y, targets, weights)
	}
	return nil
}

func (s *scores) write(prefix string, into Logs) {
	into[prefix+"loss"] = s.loss / s.samples
	for _, m := range s.metrics {
		into[prefix+m.Name()] = m.Value()
	}
}

// batchBuffers hold a batch's targets and weights for the metrics.
type batchBuffers struct{ targets, weights []float32 }

func (b *batchBuffers) collect(d Data, rows []int) (targets, weights []float32) {
	outputs := len(d.Targets) / d.Len()
	b.targets, b.weights = b.targets[:0], b.weights[:0]
	for _, r := range rows {
		b.targets = append(b.targets, d.Targets[r*outputs:(r+1)*outputs]...)
		w := float32(1)
		if d.Weights != nil {
			w = d.Weights[r]
		}
		b.weights = append(b.weights, w)
	}
	return b.targets, b.weights
}

// Evaluate returns the mean loss and the metrics over d. It changes nothing in
// the model. batch is 32 if 0.
func (t *Trainer) Evaluate(ctx context.Context, d Data, batch int) (Logs, error) {
	logs := Logs{}
	return logs, t.evaluate(ctx, d, batch, "", logs)
}

func (t *Trainer) evaluate(ctx context.Context, d Data, batch int, prefix string, into Logs) error {
	if t.config.Loss == nil {
		return errors.New("evaluate: no loss was configured")
	}
	s := t.newScores()
	buf := &batchBuffers{}
	err := t.infer(ctx, d, batch, true, func(p *program, rows []int) error { return s.add(p, d, rows, len(rows), buf) })
	if err != nil {
		return errors.WithMessage(err, "evaluate")
	}
	s.write(prefix, into)
	return nil
}

// Predict returns the model's outputs for d, [samples·outputs]. batch is 32 if
// 0.
func (t *Trainer) Predict(ctx context.Context, d Data, batch int) ([]float32, error) {
	var y []float32
	err := t.infer(ctx, d, batch, false, func(p *program, rows []int) error {
		out, err := p.output(len(rows))
		y = append(y, out...)
		return err
	})
	return y, errors.WithMessage(err, "predict")
}

// infer runs d through the model and calls each for every batch, in order. As
// many batches are computed at a time as there are processors free.
func (t *Trainer) infer(ctx context.Context, d Data, batch int, targets bool, each func(*program, []int) error) error {
	if batch == 0 {
		batch = 32
	}
	if batch < 1 {
		return errors.Errorf("batch of %d", batch)
	}
	steps, err := d.check(t.model, targets)
	if err != nil {
		return err
	}
	batch = min(batch, d.Len())
	batches := (d.Len() + batch - 1) / batch
	places, err := t.acquire(ctx, batches)
	if err != nil {
		return err
	}
	defer t.release(places)
	programs := make([]*program, places)
	for i := range programs {
		if programs[i], err = t.borrow(shape{nn.Infer, batch, steps}); err != nil {
			return err
		}
		defer t.give(programs[i])
	}
	rows := make([]int, d.Len())
	for i := range rows {
		rows[i] = i
	}
	part := func(b int) []int { return rows[b*batch : min((b+1)*batch, len(rows))] }
	team := newTeam(places)
	defer team.stop()
	for b := 0; b < batches; b += places {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(places, batches-b)
		err := team.do(n, func(i int) error {
			rows := part(b + i)
			programs[i].in.fill(d, rows, len(rows), targets)
			return programs[i].run()
		})
		if err != nil {
			return err
		}
		for i := range n {
			if err := each(programs[i], part(b+i)); err != nil {
				return err
			}
		}
	}
	return nil
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
