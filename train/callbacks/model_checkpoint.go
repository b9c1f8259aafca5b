package callbacks

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"

	"unroll/train"
)

// ModelCheckpoint saves the model at the end of epochs, as Model.Save does: each
// of its files is replaced as a whole or not at all. "{epoch}" in the folder's
// name stands for the epoch. For going on with a run see Checkpointing. Keras:
// ModelCheckpoint.
type ModelCheckpoint struct {
	Dir   string // is made if it is not there
	Every int    // epochs, 1 if 0
	// BestOnly saves only when a log is the best so far, which NaN never is. If
	// nothing was saved to the end, Fit returns an error.
	BestOnly bool
	Monitor  string // that log, "val_loss" if empty
	Mode     train.Mode

	state best
}

var _ train.Stateful = (*ModelCheckpoint)(nil)

// Name implements train.Stateful.
func (c *ModelCheckpoint) Name() string { return "model_checkpoint/" + c.Dir }

// State implements train.Stateful.
func (c *ModelCheckpoint) State() (map[string]*tensor.Dense, []byte, error) {
	rest, err := json.Marshal(c.state)
	return nil, rest, err
}

// Restore implements train.Stateful.
func (c *ModelCheckpoint) Restore(_ map[string]*tensor.Dense, rest []byte) error {
	c.state = best{}
	return json.Unmarshal(rest, &c.state)
}

// Handle implements train.Callback.
func (c *ModelCheckpoint) Handle(e *train.Event) error {
	return errors.WithMessage(c.handle(e), "model_checkpoint")
}

func (c *ModelCheckpoint) handle(e *train.Event) error {
	w := watch(c.Monitor, c.Mode)
	switch e.Kind {
	case train.TrainBegin:
		if c.Dir == "" || c.Every < 0 {
			return errors.Errorf("Dir is %q and Every %d, want a folder and at least 0", c.Dir, c.Every)
		}
		if e.Step == 0 {
			c.state = none
		}
		if c.BestOnly {
			return w.begin(e)
		}
	case train.EpochEnd:
		if e.Epoch%max(c.Every, 1) != 0 {
			return nil
		}
		if c.BestOnly {
			if v, ok := e.Logs[w.name]; !ok || !c.state.take(w, v, 0, e.Epoch) {
				return nil
			}
		}
		return e.Model.Save(strings.ReplaceAll(c.Dir, "{epoch}", strconv.Itoa(e.Epoch)))
	case train.TrainEnd:
		if c.BestOnly && c.state.Epoch == 0 && trained(e) {
			return errors.Errorf("%s was not a number in any epoch to be saved: nothing is in %s", w.name, c.Dir)
		}
	}
	return nil
}
