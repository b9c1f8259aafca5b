package train

import (
	"context"
	"iter"

	"github.com/pkg/errors"
)

// Evaluate returns the mean loss and the metrics over d. It changes nothing in
// the model but the states of stateful layers. batch is 32 if 0.
func (t *Trainer) Evaluate(ctx context.Context, d Data, batch int) (Logs, error) {
	logs := Logs{}
	if err := t.begin("Evaluate"); err != nil {
		return logs, errors.WithMessage(err, "evaluate")
	}
	defer t.calls.End("Evaluate")
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
	if err := t.begin("EvaluateSource"); err != nil {
		return logs, errors.WithMessage(err, "evaluate")
	}
	defer t.calls.End("EvaluateSource")
	return logs, t.evaluateSource(ctx, s, "", logs)
}

func (t *Trainer) evaluateSource(ctx context.Context, s Source, prefix string, into Logs) error {
	if err := t.wantLoss(); err != nil {
		return errors.WithMessage(err, "evaluate")
	}
	if s == nil {
		return errors.New("evaluate: no source")
	}
	scores := t.newScores()
	var late error // after the error that ended the loop
	for d, err := range guarded(func() iter.Seq2[Data, error] { return s.Epoch(0) }, &late) {
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
	if err := t.begin("Predict"); err != nil {
		return nil, errors.WithMessage(err, "predict")
	}
	defer t.calls.End("Predict")
	all := map[string][]float32{}
	ports := t.model.Outputs()
	err := t.infer(ctx, d, batch, false, func(p *program, data *table, rows []int) error {
		for k, port := range ports {
			y, err := p.output(k, len(rows))
			if err != nil {
				return err
			}
			n := len(y) / len(rows)
			if all[port.Name] == nil {
				all[port.Name] = make([]float32, data.n*n)
			}
			for i, row := range rows {
				copy(all[port.Name][row*n:(row+1)*n], y[i*n:])
			}
		}
		return nil
	})
	if err != nil {
		return nil, errors.WithMessage(err, "predict")
	}
	return all, nil
}
