package train

import (
	"context"
	"slices"

	"unroll/nn"
)

// checkLabels holds data to the model's inputs and outputs.
func (t *Trainer) checkLabels(d Data, batch int) error {
	data, err := d.inputs(t.model)
	if err != nil {
		return err
	}
	if batch, err = t.batchSize(batch, data.n); err != nil {
		return err
	}
	size, err := t.piece(min(batch, data.n), data.steps)
	if err != nil {
		return err
	}
	p, err := t.borrow(nn.Infer, size, data.steps, 1)
	if err != nil {
		return err
	}
	defer t.give(p)
	return data.outputs(d, p)
}

// infer runs d through the model and calls each for every batch, or piece of one that is
// large, in order. As many are computed at a time as there are processors free; one where
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
	rows := rowsTo(data.n)
	data.group(rows, data.n)
	size, err := t.piece(batch, data.of(rows[:batch]).steps)
	if err != nil {
		return err
	}
	places, err := t.pool.Enter(ctx, (data.n+size-1)/size)
	if err != nil {
		return err
	}
	defer t.pool.Leave(places)
	for first := 0; first < batches; { // runs of batches of one length
		part := func(b int) []int { return rows[b*batch : min((b+1)*batch, len(rows))] }
		steps, end := data.of(part(first)).steps, first+1
		for end < batches && slices.Equal(data.of(part(end)).steps, steps) {
			end++
		}
		if size, err = t.piece(batch, steps); err != nil {
			return err
		}
		run := inferRun{t, data, steps, rows[first*batch : min(end*batch, len(rows))], size, places}
		var of *Data
		if labels {
			of = &d
		}
		if err := run.infer(ctx, of, each); err != nil {
			return err
		}
		first = end
	}
	return nil
}

// inferRun are batches of one length.
type inferRun struct {
	*Trainer
	data   *table
	steps  []int
	rows   []int // of data
	batch  int   // samples that are computed together
	places int   // processors that are free
}

// infer runs the batches; labels are those of data, nil if they are not read.
func (t inferRun) infer(ctx context.Context, labels *Data, each func(*program, *table, []int) error) error {
	data, rows, batch := t.data, t.rows, t.batch
	batches := (len(rows) + batch - 1) / batch
	programs := make([]*program, 0, t.places+1)
	defer func() {
		for _, p := range programs {
			t.give(p)
		}
	}()
	borrow := func(batch int) error {
		p, err := t.borrow(nn.Infer, batch, t.steps, 1)
		if err == nil {
			programs = append(programs, p)
		}
		return err
	}
	if err := borrow(batch); err != nil {
		return err
	}
	if labels != nil && data.labels == nil {
		if err := data.outputs(*labels, programs[0]); err != nil {
			return err
		}
	}
	at := min(t.atATime(t.places, programs[0]), batches)
	if programs[0].pass.Whole() {
		at = 1
	}
	for len(programs) < at {
		if err := borrow(batch); err != nil {
			return err
		}
	}
	part := func(b int) []int { return rows[b*batch : min((b+1)*batch, len(rows))] }
	team := t.hire(at)
	defer t.dismiss(team)
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
		err := now[0].pass.Use(func() error {
			if err := team.do(n, func(i int) error { return now[i].infer(data, part(b+i)) }); err != nil {
				return err
			}
			for _, p := range now {
				if err := p.assign(); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		for i, p := range now {
			if err := each(p, data, part(b+i)); err != nil {
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
	if t.labels != nil {
		if p.masks != nil {
			if err := p.masks.Run(); err != nil {
				return err
			}
		}
		if err := weigh([]*program{p}, t, func(int) []int { return rows }); err != nil {
			return err
		}
	}
	return p.run()
}
