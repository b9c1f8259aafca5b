package callbacks

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"unroll/internal/tfevents"
	"unroll/train"
)

// TensorBoard is a callback that writes what TensorBoard shows: run
// "tensorboard --logdir logs" beside the training. It leaves the training as it
// is, to the bit. Each call of Fit writes files of its own into the folders
// Dir/train and Dir/validation, so a run that is resumed goes on in the same
// curves. What was told is in the files even if the program is killed.
//
//	epoch_loss, epoch_accuracy        by epoch, both
//	epoch_learning_rate               by epoch, train
//	evaluation_loss_vs_iterations     by update, validation
//	batch_loss, batch_accuracy        by update, train
//	dense/kernel/histogram            by epoch, train
//	dense/kernel/gradient             by epoch, train
//
// As in Keras, epochs count from 0, and batch_loss is the mean since the epoch's
// start. Keras: TensorBoard; the fields are its log_dir, histogram_freq,
// write_graph and update_freq. Histograms of gradients are Keras 2.2's
// write_grads.
type TensorBoard struct {
	Dir string // "logs" if empty; is made if it is not there
	// HistogramEvery is the number of epochs from one histogram of each weight,
	// state and gradient to the next, from the first epoch on; 0: none. The
	// gradients are those of the epoch's last update.
	HistogramEvery int
	// WriteGraph writes the graph of the layers and, in a box called program, the
	// expression graph of the first update: what computes the outputs, the loss,
	// the states and the gradients, each in a box.
	WriteGraph bool
	// UpdateEvery is the number of updates from one batch_loss to the next; 0:
	// none, as update_freq="epoch".
	UpdateEvery int

	train, validation *tfevents.Writer
	drawn             bool
}

// Handle implements train.Callback. A folder that cannot be written is an error that names
// it, before the first update.
func (b *TensorBoard) Handle(e *train.Event) error {
	return errors.WithMessage(b.handle(e), "tensorboard")
}

func (b *TensorBoard) handle(e *train.Event) (err error) {
	switch e.Kind {
	case train.TrainBegin:
		if b.HistogramEvery < 0 || b.UpdateEvery < 0 {
			return errors.Errorf("HistogramEvery is %d and UpdateEvery %d, want none below 0", b.HistogramEvery, b.UpdateEvery)
		}
		b.drawn = !b.WriteGraph
		b.train, err = tfevents.Create(filepath.Join(b.dir(), "train"))
		return err
	case train.BatchEnd:
		if !b.drawn {
			b.drawn = true
			if err := b.train.Graph(draw(e)); err != nil {
				return err
			}
		}
		if b.UpdateEvery > 0 && e.Step%uint64(b.UpdateEvery) == 0 {
			if err := scalars(b.train, "batch_%s", int64(e.Step), e.Logs); err != nil {
				return err
			}
		}
	case train.EpochEnd:
		if err := b.epoch(e); err != nil {
			return err
		}
	case train.TrainEnd:
		return b.Close()
	}
	return b.train.Flush()
}

func (b *TensorBoard) dir() string {
	if b.Dir == "" {
		return "logs"
	}
	return b.Dir
}

// epoch writes the series that have a point for each epoch.
func (b *TensorBoard) epoch(e *train.Event) error {
	epoch := int64(e.Epoch - 1)
	training, validation := train.Logs{}, train.Logs{}
	if lr, err := e.LearningRate(); err == nil {
		training["learning_rate"] = lr
	}
	for name, v := range e.Logs {
		if short, ok := strings.CutPrefix(name, "val_"); ok {
			validation[short] = v
		} else {
			training[name] = v
		}
	}
	if err := scalars(b.train, "epoch_%s", epoch, training); err != nil {
		return err
	}
	if b.HistogramEvery > 0 && epoch%int64(b.HistogramEvery) == 0 {
		if err := b.histograms(e, epoch); err != nil {
			return err
		}
	}
	if len(validation) == 0 {
		return nil
	}
	if b.validation == nil {
		var err error
		if b.validation, err = tfevents.Create(filepath.Join(b.dir(), "validation")); err != nil {
			return err
		}
	}
	if err := scalars(b.validation, "evaluation_%s_vs_iterations", int64(e.Step), validation); err != nil {
		return err
	}
	if err := scalars(b.validation, "epoch_%s", epoch, validation); err != nil {
		return err
	}
	return b.validation.Flush()
}

// scalars writes the logs under names of the given form.
func scalars(w *tfevents.Writer, form string, step int64, logs train.Logs) error {
	for _, name := range slices.Sorted(maps.Keys(logs)) {
		if err := w.Scalar(fmt.Sprintf(form, name), step, logs[name]); err != nil {
			return err
		}
	}
	return nil
}

// histograms writes the distributions of weights, states and gradients.
func (b *TensorBoard) histograms(e *train.Event, epoch int64) error {
	for _, w := range append(e.Model.Weights(), e.Model.States()...) {
		if err := b.train.Histogram(w.Name()+"/histogram", epoch, w.Float64s()); err != nil {
			return err
		}
	}
	gradients, err := e.Gradients()
	if err != nil {
		return err
	}
	for _, w := range e.Model.Weights() {
		g, ok := gradients[w.Name()] // none if the run was resumed after the epoch's last update
		if !ok {
			continue
		}
		if err := b.train.Histogram(w.Name()+"/gradient", epoch, g); err != nil {
			return err
		}
	}
	return nil
}

// Close closes the files, if there are any: Fit calls it in the end.
func (b *TensorBoard) Close() (err error) {
	for _, w := range []**tfevents.Writer{&b.train, &b.validation} {
		if *w != nil {
			if closed := (*w).Close(); err == nil {
				err = closed
			}
			*w = nil
		}
	}
	return err
}
