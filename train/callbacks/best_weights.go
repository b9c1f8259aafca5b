package callbacks

import (
	"encoding/json"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"

	"unroll/train"
)

// BestWeights puts back, when training has ended, the weights and states of the
// epoch in which a log was best, as EarlyStopping does with RestoreBest, and stops
// nothing. If the log was NaN in each epoch there are none, and Fit returns an
// error. Keras has it as a part of EarlyStopping alone.
type BestWeights struct {
	Monitor string // "val_loss" if empty
	Mode    train.Mode

	state best
	kept  map[string]*tensor.Dense
}

var _ train.Stateful = (*BestWeights)(nil)

// Name implements train.Stateful.
func (b *BestWeights) Name() string { return "best_weights/" + watch(b.Monitor, b.Mode).name }

// State implements train.Stateful.
func (b *BestWeights) State() (map[string]*tensor.Dense, []byte, error) {
	rest, err := json.Marshal(b.state)
	return b.kept, rest, err
}

// Restore implements train.Stateful.
func (b *BestWeights) Restore(tensors map[string]*tensor.Dense, rest []byte) error {
	b.state, b.kept = best{}, tensors
	return json.Unmarshal(rest, &b.state)
}

// BestEpoch returns the epoch with the best value so far, from 1; 0 if there is
// none.
func (b *BestWeights) BestEpoch() int { return b.state.Epoch }

// Handle implements train.Callback.
func (b *BestWeights) Handle(e *train.Event) error {
	return errors.WithMessage(b.handle(e), "best_weights")
}

func (b *BestWeights) handle(e *train.Event) error {
	w := watch(b.Monitor, b.Mode)
	switch e.Kind {
	case train.TrainBegin:
		if e.Step == 0 {
			b.state, b.kept = none, nil
		}
		if err := e.ClaimWeights("best_weights"); err != nil {
			return err
		}
		return w.begin(e)
	case train.EpochEnd:
		if v, ok := e.Logs[w.name]; ok && b.state.take(w, v, 0, e.Epoch) {
			b.kept = e.CopyWeights()
		}
	case train.TrainEnd:
		if trained(e) {
			return w.putBack(e, b.state.Epoch, b.kept)
		}
	}
	return nil
}
