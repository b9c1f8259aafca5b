package train

import (
	"encoding/json"
	"os"
	"strconv"
	"strings"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"
)

// BestWeights puts back, when training has ended, the weights and states of the
// epoch in which a log was best, as EarlyStopping does with RestoreBest, and stops
// nothing. If the log was NaN in each epoch there are none, and Fit returns an
// error. Keras has it as a part of EarlyStopping alone.
type BestWeights struct {
	Monitor string // "val_loss" if empty
	Mode    Mode

	state best
	kept  map[string]*tensor.Dense
}

var _ Keeper = (*BestWeights)(nil)

// Name implements Keeper.
func (b *BestWeights) Name() string { return "best_weights/" + watch(b.Monitor, b.Mode).name }

// State implements Keeper.
func (b *BestWeights) State() (map[string]*tensor.Dense, []byte, error) {
	rest, err := json.Marshal(b.state)
	return b.kept, rest, err
}

// Restore implements Keeper.
func (b *BestWeights) Restore(tensors map[string]*tensor.Dense, rest []byte) error {
	b.state, b.kept = best{}, tensors
	return json.Unmarshal(rest, &b.state)
}

// BestEpoch returns the epoch with the best value so far, from 1; 0 if there is
// none.
func (b *BestWeights) BestEpoch() int { return b.state.Epoch }

// Handle implements Hook.
func (b *BestWeights) Handle(e *Event) error { return wrapHook("best_weights", b.handle(e)) }

func (b *BestWeights) handle(e *Event) error {
	w := watch(b.Monitor, b.Mode)
	switch e.Kind {
	case TrainBegin:
		if e.Step == 0 {
			b.state, b.kept = none, nil
		}
		if err := e.willPutBack("best_weights"); err != nil {
			return err
		}
		return w.begin(e)
	case EpochEnd:
		if v, ok := e.Logs[w.name]; ok && b.state.take(w, v, 0, e.Epoch) {
			b.kept = cloneTensors(e.Model.Tensors())
		}
	case TrainEnd:
		if e.trained() {
			return e.putBack(w, b.state.Epoch, b.kept)
		}
	}
	return nil
}

// willPutBack refuses a second hook that puts back weights at the end.
func (e *Event) willPutBack(name string) error {
	if e.run == nil {
		return nil
	}
	if other := e.run.putsBack; other != "" {
		return errors.Errorf("%s puts back the best weights as well: use one of the two", other)
	}
	e.run.putsBack = name
	return nil
}

// putBack gives the model the weights and states of an epoch, 0 if none was best.
func (e *Event) putBack(w monitor, epoch int, kept map[string]*tensor.Dense) error {
	if epoch == 0 {
		return errors.Errorf("%s was a number in no epoch: there are no best weights, the model keeps the last ones", w.name)
	}
	if e.run != nil {
		e.run.history.WeightsEpoch = epoch
	}
	return copyTensors(e.Model.Tensors(), kept)
}

// trained reports whether there has been an epoch.
func (e *Event) trained() bool { return e.run == nil || len(e.run.history.Epochs) > 0 }

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
	Mode     Mode

	state best
}

var _ Keeper = (*ModelCheckpoint)(nil)

// Name implements Keeper.
func (c *ModelCheckpoint) Name() string { return "model_checkpoint/" + c.Dir }

// State implements Keeper.
func (c *ModelCheckpoint) State() (map[string]*tensor.Dense, []byte, error) {
	rest, err := json.Marshal(c.state)
	return nil, rest, err
}

// Restore implements Keeper.
func (c *ModelCheckpoint) Restore(_ map[string]*tensor.Dense, rest []byte) error {
	c.state = best{}
	return json.Unmarshal(rest, &c.state)
}

// Handle implements Hook.
func (c *ModelCheckpoint) Handle(e *Event) error {
	return wrapHook("model_checkpoint", c.handle(e))
}

func (c *ModelCheckpoint) handle(e *Event) error {
	w := watch(c.Monitor, c.Mode)
	switch e.Kind {
	case TrainBegin:
		if c.Dir == "" || c.Every < 0 {
			return errors.Errorf("Dir is %q and Every %d, want a folder and at least 0", c.Dir, c.Every)
		}
		if e.Step == 0 {
			c.state = none
		}
		if c.BestOnly {
			return w.begin(e)
		}
	case EpochEnd:
		if e.Epoch%max(c.Every, 1) != 0 {
			return nil
		}
		if c.BestOnly {
			if v, ok := e.Logs[w.name]; !ok || !c.state.take(w, v, 0, e.Epoch) {
				return nil
			}
		}
		dir := strings.ReplaceAll(c.Dir, "{epoch}", strconv.Itoa(e.Epoch))
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return errors.WithStack(err)
		}
		return e.Model.Save(dir)
	case TrainEnd:
		if c.BestOnly && c.state.Epoch == 0 && e.trained() {
			return errors.Errorf("%s was a number in no epoch to be saved: nothing is in %s", w.name, c.Dir)
		}
	}
	return nil
}
