package run

import (
	"unroll/cmd/sentiment/internal/corpus"
	"unroll/train"
	"unroll/train/classifier"
)

// lesson is what a model learns of: a set, how it is divided, and its task with the
// scaling of its numbers.
type lesson struct {
	*corpus.Set
	corpus.Division
	task    classifier.Task
	columns *classifier.Columns // beside the texts; nil if there are none
}

// Data are the samples of a model, with what stands beside the texts.
func (l lesson) Data(name string, rows []int) (train.Data, error) {
	beside, _, err := l.Features(l.columns, rows)
	return l.Set.Data(name, l.task, rows, beside), err
}

// tellGaps says what the texts do not have beside them.
func (l lesson) tellGaps(warn func(string, ...any)) error {
	var all []int
	for i := range l.Targets {
		all = append(all, i)
	}
	_, gaps, err := l.Features(l.columns, all)
	gaps.Tell(l.columns, warn)
	return err
}

// prepare finds what a model learns of the texts that a set is divided into.
func (r *Run) prepare(l *lesson, g *given) (err error) {
	if l.task, err = g.task(l.Set, l.Division); err != nil {
		return err
	}
	if g != nil {
		l.columns = g.Columns()
	} else if l.columns, err = l.Learn(r.Settings, l.Train); err != nil {
		return err
	}
	return nil
}

// parts are the samples to train on, to validate on and to test on.
func (l lesson) parts(name string) (fitOn, validation, test train.Data, err error) {
	for _, part := range []struct {
		rows []int
		to   *train.Data
	}{{l.Train, &fitOn}, {l.Validation, &validation}, {l.Test, &test}} {
		if *part.to, err = l.Data(name, part.rows); err != nil {
			return fitOn, validation, test, err
		}
	}
	return fitOn, validation, test, nil
}
