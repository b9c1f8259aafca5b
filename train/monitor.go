package train

import (
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/pkg/errors"
)

// Mode says which values of a log are better.
type Mode string

// The modes.
const (
	// AutoMode goes by the log's name: greater for accuracies, AUC, precision,
	// recall, F1 and R2, less for losses and errors. Other logs need a mode.
	AutoMode Mode = ""
	MinMode  Mode = "min" // less
	MaxMode  Mode = "max" // greater
)

// Improves reports whether v is better than best by more than delta: greater in
// MaxMode, else less. A best of NaN stands for none so far, on which every number
// improves, infinite ones too; a v of NaN improves on nothing. All that compares
// values of logs compares them so.
func (m Mode) Improves(v, best, delta float64) bool {
	switch {
	case math.IsNaN(v):
		return false
	case math.IsNaN(best):
		return true
	case m == MaxMode:
		return v-delta > best
	}
	return v+delta < best
}

// of returns m, or for AutoMode the mode that the log's name tells, AutoMode if
// it tells none.
func (m Mode) of(name string) Mode {
	if m != AutoMode {
		return m
	}
	// Ends come first: "recall_loss" is the loss of an output called recall.
	for _, less := range []string{"loss", "error"} {
		if strings.HasSuffix(name, less) {
			return MinMode
		}
	}
	for _, score := range []string{"accuracy", "auc", "precision", "recall", "f1_score", "r2_score"} {
		if strings.Contains(name, score) {
			return MaxMode
		}
	}
	return AutoMode
}

// monitor is a log that a hook watches.
type monitor struct {
	name string
	mode Mode // never AutoMode, if begin has found nothing wrong
}

// watch returns the monitor of a hook's fields: "val_loss" if there is no name.
func watch(name string, mode Mode) monitor {
	if name == "" {
		name = "val_loss"
	}
	return monitor{name, mode.of(name)}
}

// begin refuses, at the start of Fit, what could not be watched.
func (w monitor) begin(e *Event) error {
	if w.mode != AutoMode && w.mode != MinMode && w.mode != MaxMode {
		return errors.Errorf("unknown mode %q, want min, max or none", w.mode)
	}
	if e.run != nil {
		logs := e.run.logNames()
		if _, ok := logs[w.name]; !ok {
			err := errors.Errorf("no log %q, there are %s", w.name, strings.Join(slices.Sorted(maps.Keys(logs)), ", "))
			if e.run.fit.validates() && !e.run.reachesValidation() {
				err = errors.Errorf("%v: ValidationEvery is %d, of %d epochs none is validated", err, e.run.fit.ValidationEvery, e.run.fit.Epochs)
			}
			return err
		}
	}
	if w.mode == AutoMode {
		return errors.Errorf("the name %q does not tell whether less or more of it is better: set Mode", w.name)
	}
	return nil
}

// best is the best value of a log so far.
type best struct {
	Best  bits
	Epoch int // from 1; 0: there is none
}

// none is best before any epoch.
var none = best{Best: bits(math.NaN())}

// take makes v the best if it improves by more than delta.
func (b *best) take(w monitor, v, delta float64, epoch int) bool {
	if !w.mode.Improves(v, float64(b.Best), delta) {
		return false
	}
	*b = best{bits(v), epoch}
	return true
}
