package run

import (
	"context"
	"fmt"
	"io"
	"path/filepath"

	"github.com/pkg/errors"

	"unroll/cmd/sentiment/internal/drift"
	"unroll/cmd/sentiment/internal/terminal"
	"unroll/datasets/text"
	"unroll/internal/jsonfile"
	"unroll/internal/safefile"
	"unroll/nn"
	"unroll/train"
	"unroll/train/callbacks"
	"unroll/train/classifier"
)

// trained is a model that has been run.
type trained struct {
	Saved
	history  *train.History
	last     string // path of the last checkpoint
	result   Result
	reported reported
	answers  []classifier.Answer // to the validation texts
	profile  *drift.Profile
	right    []bool // of each validation text, whether it was given its class
}

// fit trains and evaluates a model. fold names the folder of its checkpoints and
// events in a cross-validation; else they are in the model's own.
func (r *Run) fit(ctx context.Context, e Model, exec nn.Execution, l lesson, fold string) (*trained, error) {
	fit := func() (*trained, error) { return r.fitNetwork(ctx, e, exec, l, fold) }
	switch {
	case e.Name == Auto && e.given == nil:
		fit = func() (*trained, error) { return r.fitAuto(ctx, e, exec, l, fold) }
	case e.Grams:
		fit = func() (*trained, error) { return r.fitGrams(ctx, e, l, fold) }
	}
	t, err := fit()
	if err != nil {
		return nil, err
	}
	return t, r.event(resultEvent{"result", fold, t.result})
}

// fitNetwork is fit of a model that is trained in epochs.
func (r *Run) fitNetwork(ctx context.Context, e Model, exec nn.Execution, l lesson, fold string) (*trained, error) {
	place := filepath.Join(fold, e.Name)
	t := r.begun(l)
	net, err := r.network(ctx, e, l)
	if err != nil {
		return nil, err
	}
	if t.Model, err = classifier.New(e.Name, net, l.Encoded[e.Name].Encoder, l.task, classifier.Beside(l.columns)); err != nil {
		return nil, err
	}
	fitOn, validation, test, err := l.parts(e.Name)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(r.Say, "Experiment %s\n%s\n", e.Name, net.Summary())
	trainer, err := Compile(l.task, net, r.optimizer(e, fitOn.Len()), exec, r.Memory)
	if err != nil {
		return nil, err
	}
	defer func() { _ = trainer.Close() }()
	if r.Memory > 0 {
		each := make([]int, len(net.Inputs())) // what stands beside a text is no sequence
		each[0] = l.Encoded[e.Name].Encoder.Config().MaxLen
		m, err := trainer.Memory(min(r.Batch, fitOn.Len()), each...)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(r.Say, "Memory of a batch: %v\n\n", m)
	}
	weights, err := r.classWeights(l)
	if err != nil {
		return nil, err
	}
	if t.history, err = r.epochs(ctx, trainer, e, fold, l.task.Score(), fitOn, validation, weights); err != nil {
		return nil, err
	}
	if e := t.history.WeightsEpoch; e < len(t.history.Epochs) {
		fmt.Fprintf(r.Say, "Restored the weights of epoch %d, which had the best val_loss.\n", e)
	}
	if fold == "" {
		last, err := r.latest(place)
		if err != nil {
			return nil, err
		}
		t.last = last.Path
	}
	if l.task.Multi {
		if trainer, err = r.tune(ctx, t, trainer, &l, validation); err != nil {
			return nil, err
		}
	}
	t.result = newResult(e.Name, net.Params(), fitOn, validation, t.history)
	if t.result.Evaluate, err = Evaluate(ctx, trainer, validation, r.Batch); err != nil {
		return nil, err
	}
	if t.result.Before, err = e.given.before(ctx, l, validation, r.Batch); err != nil {
		return nil, err
	}
	fmt.Fprintf(r.Say, "Validation: %s.", t.result.Evaluate.Line())
	r.sayBefore(t.result, l.task)
	y, err := trainer.Predict(ctx, validation, r.Batch)
	if err != nil {
		return nil, err
	}
	if fold == "" && !l.task.Number() && !l.task.Multi {
		if err := t.Calibrate(y, validation.Targets); err != nil { // it has diverged
			r.warn("%v", err)
		}
	}
	t.answers, t.right = answersOf(t.Task(), y), judge(l.task, y, validation.Targets)
	if test.Len() > 0 {
		if t.result.Test, err = Evaluate(ctx, trainer, test, r.Batch); err != nil {
			return nil, err
		}
		t.result.tested(l)
		fmt.Fprintf(r.Say, " Test: %s.", t.result.Test.Line())
	}
	if fold == "" {
		if err := t.examine(ctx, trainer, e, l); err != nil {
			return nil, err
		}
		if w := t.reported.warning; w != "" {
			fmt.Fprintf(r.Say, "\nwarning: %s", w)
		}
	}
	fmt.Fprint(r.Say, "\n\n")
	return t, nil
}

// begun is a model that is about to be trained.
func (r *Run) begun(l lesson) *trained {
	t := &trained{Saved: Saved{Training: Training{Version: trainingVersion, Settings: r.Settings, Seed: r.Seed, Batch: r.Batch}}}
	t.Data = l.Paths
	return t
}

// epochs trains, from a checkpoint if the run is resumed.
func (r *Run) epochs(ctx context.Context, trainer *train.Trainer, e Model, fold, score string, data, validation train.Data, weights []float64) (*train.History, error) {
	place := filepath.Join(fold, e.Name)
	progress := terminal.NewProgress(r.Say, score, data.Len())
	defer progress.Close()
	tell := func(at *train.Event) error {
		if at.Kind != train.EpochEnd {
			return nil
		}
		return r.event(epochEvent{"epoch", e.Name, fold, at.Epoch, at.Epochs, at.Seconds, Scores(at.Logs)})
	}
	c := train.FitConfig{
		Epochs: r.Epochs, BatchSize: r.Batch, Validation: &validation, Seed: r.Seed, Checkpoint: r.checkpointing(place),
		Callbacks: []train.Callback{callbacks.TerminateOnNaN{}, progress, train.CallbackFunc(tell)},
	}
	for class, w := range weights {
		if c.ClassWeights == nil {
			c.ClassWeights = map[int]float64{}
		}
		c.ClassWeights[class] = w
	}
	patience, least := r.EarlyStop, 0.0
	switch {
	case patience == ownPatience && r.Best:
		patience = 0
	case patience == ownPatience:
		patience, least = e.patience, leastGain
	}
	switch {
	case patience > 0:
		c.Callbacks = append(c.Callbacks, &callbacks.EarlyStopping{Patience: patience, MinDelta: least, RestoreBest: true})
	case r.Best:
		c.Callbacks = append(c.Callbacks, &callbacks.BestWeights{})
	}
	if r.TensorBoard {
		c.Callbacks = append(c.Callbacks, &callbacks.TensorBoard{Dir: filepath.Join(r.Dir, eventsDir, place), HistogramEvery: 1, WriteGraph: true})
	}
	if r.Resume != "" {
		var err error
		if c.Resume, err = r.checkpoint(place); err != nil {
			return nil, err
		}
		progress.Resume(c.Resume)
	}
	return trainer.Fit(ctx, data, c)
}

// Evaluate measures a model.
func Evaluate(ctx context.Context, t *train.Trainer, d train.Data, batch int) (Scores, error) {
	logs, err := t.Evaluate(ctx, d, batch)
	return Scores(logs), err
}

// network builds a model's network, with the pretrained vectors if there are
// any.
func (r *Run) network(ctx context.Context, e Model, l lesson) (*nn.Model, error) {
	if e.given != nil {
		return e.given.network()
	}
	encoder, t := l.Encoded[e.Name].Encoder, l.task
	if r.Vectors == "" || !e.Embeds() {
		words := encoder.Depth()
		if e.pooled != nil { // not those that there might be, which are many
			words = int(encoder.LargestID()) + 1
		}
		o := e.sizing(words, r.Layout)
		o.columns = l.columns.Width()
		return e.build(t, o, encoder.Config().MaxLen, r.Seed)
	}
	words := make([]string, encoder.Depth())
	for id := range words {
		words[id] = encoder.WordOf(int32(id))
	}
	vectors, err := text.ReadVectors(ctx, r.Vectors, words, text.VectorOptions{Lower: true})
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(r.Say, "%s: %s: %s\n", e.Name, r.Vectors, vectors)
	if vectors.Warning != "" {
		r.warn("%s: %s", r.Vectors, vectors.Warning)
	}
	if vectors.Found == 0 {
		return nil, errors.Errorf("%s: none of the vocabulary's words has a vector", r.Vectors)
	}
	o := e.sizing(encoder.Depth(), r.Layout)
	o.EmbeddingDim, o.given, o.frozen, o.columns = vectors.Dim, true, r.Frozen, l.columns.Width()
	m, err := e.build(t, o, encoder.Config().MaxLen, r.Seed)
	if err != nil {
		return nil, err
	}
	w, err := m.Weight("embedding/embeddings")
	if err != nil {
		return nil, err
	}
	for id, row := range vectors.Rows {
		if row == nil {
			continue
		}
		if err := w.SetRow(id, row); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// save makes the model's folder.
func (t *trained) save(dir string) error {
	if err := t.Saved.save(dir); err != nil {
		return err
	}
	if t.profile != nil {
		if err := jsonfile.Write(filepath.Join(dir, profileFile), t.profile); err != nil {
			return err
		}
	}
	if t.last != "" {
		checkpoint, err := safefile.ReadFile(t.last, safefile.Room())
		if err != nil {
			return errors.Wrap(err, "the last checkpoint")
		}
		err = safefile.Write(filepath.Join(dir, lastFile), func(w io.Writer) error {
			_, err := w.Write(checkpoint)
			return err
		})
		if err != nil {
			return err
		}
	}
	if err := safefile.Write(filepath.Join(dir, HistoryFile), func(w io.Writer) error { return t.history.WriteCSV(w) }); err != nil {
		return err
	}
	return plotHistory(dir, t.result.Name, t.Task().Score(), t.history)
}
