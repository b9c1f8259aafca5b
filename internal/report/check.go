package report

import (
	"math"

	"github.com/pkg/errors"
)

// check refuses what would make a page that misleads.
func (r Report) check() error {
	if len(r.Runs) == 0 {
		return errors.New("no runs")
	}
	names := map[string]bool{}
	for _, run := range r.Runs {
		if names[run.Name] {
			return errors.Errorf("two runs are called %q", run.Name)
		}
		names[run.Name] = true
		if err := run.check(); err != nil {
			return errors.WithMessagef(err, "run %q", run.Name)
		}
	}
	return nil
}

func (r Run) check() error {
	if len(r.Experiments) == 0 {
		return errors.New("no experiments")
	}
	names := map[string]bool{}
	for _, e := range r.Experiments {
		if names[e.Name] {
			return errors.Errorf("two experiments are called %q", e.Name)
		}
		names[e.Name] = true
		if err := e.check(r.Classes); err != nil {
			return errors.WithMessagef(err, "experiment %q", e.Name)
		}
	}
	return nil
}

func (e Experiment) check(classes []string) error {
	epochs := len(e.Curves.Loss)
	for _, c := range []struct {
		name   string
		values Floats
		needed bool
	}{
		{"score", e.Curves.Score, true},
		{"val_loss", e.Curves.ValLoss, len(e.Curves.ValScore) > 0},
		{"val_score", e.Curves.ValScore, len(e.Curves.ValLoss) > 0},
		{"seconds", e.Curves.Seconds, false},
	} {
		if n := len(c.values); n != epochs && (c.needed || n > 0) {
			return errors.Errorf("%s has %d epochs, loss has %d", c.name, n, epochs)
		}
	}
	if e.Epoch < 0 || e.Epoch > epochs {
		return errors.Errorf("the weights are those after epoch %d of %d", e.Epoch, epochs)
	}
	if n := len(e.Confusion); n > 0 && n != len(classes) {
		return errors.Errorf("the confusion matrix has %d rows, want one for each of %d classes", n, len(classes))
	}
	for i, row := range e.Confusion {
		if len(row) != len(classes) {
			return errors.Errorf("row %d of the confusion matrix has %d numbers, want %d", i, len(row), len(classes))
		}
		for _, v := range row {
			if !(v >= 0) || math.IsInf(v, 0) {
				return errors.Errorf("row %d of the confusion matrix counts %v samples", i, v)
			}
		}
	}
	for _, c := range e.PerClass {
		for _, v := range []float64{c.Precision, c.Recall, c.F1, c.Support} {
			if !Number(v).finite() {
				return errors.Errorf("the scores of class %q have %v", c.Name, v)
			}
		}
	}
	if e.ROC != nil {
		if err := e.ROC.check(); err != nil {
			return err
		}
	}
	if e.Trust != nil {
		if err := e.Trust.check(); err != nil {
			return err
		}
	}
	for i, p := range e.Predictions {
		if !Number(p.True).finite() || !Number(p.Predicted).finite() || !Number(p.Predicted-p.True).finite() {
			return errors.Errorf("prediction %d is %v of %v", i, p.Predicted, p.True)
		}
	}
	for kind, examples := range map[string][]Example{"wrong": e.Wrong, "unsure": e.Unsure} {
		for i, x := range examples {
			if err := x.check(); err != nil {
				return errors.WithMessagef(err, "%s example %d", kind, i)
			}
		}
	}
	return nil
}

// checkShares refuses numbers that are not from 0 to 1.
func checkShares(of string, shares ...float64) error {
	for _, v := range shares {
		if !(v >= 0 && v <= 1) {
			return errors.Errorf("a point of the %s curve has %v, want 0 to 1", of, v)
		}
	}
	return nil
}

func (c ROC) check() error {
	last := [2]float64{}
	for i, p := range c.Points {
		if !(p[0] >= last[0] && p[1] >= last[1] && p[0] <= 1 && p[1] <= 1) {
			return errors.Errorf("point %d of the ROC curve is %v after %v, want both to rise from 0 to 1", i, p, last)
		}
		last = p
	}
	return nil
}

func (x Example) check() error {
	for i, w := range x.Words {
		switch {
		case w.Start < 0 || w.End > len(x.Text) || w.Start > w.End:
			return errors.Errorf("word %d is of bytes %d to %d of %d", i, w.Start, w.End, len(x.Text))
		case !Number(w.Push).finite():
			return errors.Errorf("word %d pushes by %v", i, w.Push)
		}
	}
	return nil
}
