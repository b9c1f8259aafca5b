package callbacks

import (
	"math"
	"slices"
	"strings"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"

	"unroll/internal/exact"
	"unroll/train"
)

// monitor is a log that a callback watches.
type monitor struct {
	name string
	mode train.Mode // never train.AutoMode, if begin has found nothing wrong
}

// watch returns the monitor of a callback's fields: "val_loss" if there is no name.
func watch(name string, mode train.Mode) monitor {
	if name == "" {
		name = "val_loss"
	}
	return monitor{name, mode.Of(name)}
}

// begin refuses, at the start of Fit, what could not be watched.
func (w monitor) begin(e *train.Event) error {
	if w.mode != train.AutoMode && w.mode != train.MinMode && w.mode != train.MaxMode {
		return errors.Errorf("unknown mode %q, want min, max or none", w.mode)
	}
	if names := e.LogNames(); names != nil && !slices.Contains(names, w.name) {
		slices.Sort(names)
		err := errors.Errorf("no log %q, there are %s", w.name, strings.Join(names, ", "))
		if c := e.Config(); c.Validates() && c.ValidationEvery > c.Epochs {
			err = errors.Errorf("%v: ValidationEvery is %d, so none of %d epochs is validated", err, c.ValidationEvery, c.Epochs)
		}
		return err
	}
	if w.mode == train.AutoMode {
		return errors.Errorf("the name %q does not tell whether lower or higher is better: set Mode", w.name)
	}
	return nil
}

// best is the best value of a log so far.
type best struct {
	Best  exact.Float
	Epoch int // from 1; 0: there is none
}

// none is best before any epoch.
var none = best{Best: exact.Float(math.NaN())}

// take makes v the best if it improves by more than delta.
func (b *best) take(w monitor, v, delta float64, epoch int) bool {
	if !w.mode.Improves(v, float64(b.Best), delta) {
		return false
	}
	*b = best{exact.Float(v), epoch}
	return true
}

// putBack gives the model the weights and states of the best epoch, 0 if there was
// none.
func (w monitor) putBack(e *train.Event, epoch int, kept map[string]*tensor.Dense) error {
	if epoch == 0 {
		return errors.Errorf("%s was not a number in any epoch: there are no best weights, the model keeps the last ones", w.name)
	}
	return e.PutBackWeights(epoch, kept)
}

// trained reports whether there has been an epoch, also where an event was made by
// hand.
func trained(e *train.Event) bool {
	h := e.History()
	return h == nil || len(h.Epochs) > 0
}
