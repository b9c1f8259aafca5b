package train

import (
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"strconv"
	"strings"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"
)

// CSVLogger writes a line for each epoch into a file: the epoch and the logs, in
// the order of their names. Each line is on the disk when the epoch ends. A run
// that is resumed appends. Keras: CSVLogger, whose epochs count from 0.
type CSVLogger struct {
	Path   string
	Append bool // go on with a file of an earlier run

	names []string
}

// Handle implements Hook.
func (l *CSVLogger) Handle(e *Event) error {
	switch e.Kind {
	case TrainBegin:
		l.names = nil
		if e.Step == 0 && !l.Append {
			return errors.Wrap(os.WriteFile(l.Path, nil, 0o644), "csv_logger")
		}
		return nil
	case EpochEnd:
	default:
		return nil
	}
	var b strings.Builder
	w := csv.NewWriter(&b)
	if l.names == nil {
		l.names = (&History{Epochs: []Epoch{{Logs: e.Logs}}}).Names()
		if info, err := os.Stat(l.Path); err != nil || info.Size() == 0 {
			_ = w.Write(append([]string{"epoch"}, l.names...)) // into memory
		}
	}
	line := []string{strconv.Itoa(e.Epoch)}
	for _, name := range l.names {
		text := "" // an epoch without validation
		if v, ok := e.Logs[name]; ok {
			text = strconv.FormatFloat(v, 'g', -1, 64)
		}
		line = append(line, text)
	}
	_ = w.Write(line)
	w.Flush()
	return errors.WithMessage(appendTo(l.Path, b.String()), "csv_logger")
}

// JSONLogger writes a line of JSON for each epoch into a file:
//
//	{"epoch":1,"step":625,"seconds":0.07,"learning_rate":0.001,"logs":{"loss":0.48}}
//
// A value that is NaN or infinite is written as a string. The learning rate is
// left out where the optimizer tells none. A run that is resumed appends.
type JSONLogger struct {
	Path   string
	Append bool // go on with a file of an earlier run
}

// Handle implements Hook.
func (l *JSONLogger) Handle(e *Event) error {
	switch e.Kind {
	case TrainBegin:
		if e.Step == 0 && !l.Append {
			return errors.Wrap(os.WriteFile(l.Path, nil, 0o644), "json_logger")
		}
		return nil
	case EpochEnd:
	default:
		return nil
	}
	line := struct {
		Epoch   int            `json:"epoch"`
		Step    uint64         `json:"step"`
		Seconds float64        `json:"seconds"`
		Rate    *float64       `json:"learning_rate,omitempty"`
		Logs    map[string]any `json:"logs"`
	}{e.Epoch, e.Step, e.Seconds, nil, map[string]any{}}
	if lr, err := e.LearningRate(); err == nil {
		line.Rate = &lr
	}
	for name, v := range e.Logs {
		line.Logs[name] = v
		if math.IsNaN(v) || math.IsInf(v, 0) {
			line.Logs[name] = strconv.FormatFloat(v, 'g', -1, 64)
		}
	}
	doc, err := json.Marshal(line)
	if err != nil {
		return errors.Wrap(err, "json_logger")
	}
	return errors.WithMessage(appendTo(l.Path, string(doc)+"\n"), "json_logger")
}

// appendTo adds text to a file and brings it to the disk.
func appendTo(path, text string) error {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return errors.WithStack(err)
	}
	_, err = f.WriteString(text)
	if err == nil {
		err = f.Sync()
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	return errors.WithStack(err)
}

// ModelCheckpoint saves the model at the end of epochs, as Model.Save does: each
// of its files is replaced as a whole or not at all. "{epoch}" in the folder's
// name stands for the epoch. For going on with a run see Checkpointing. Keras:
// ModelCheckpoint.
type ModelCheckpoint struct {
	Dir      string // is made if it is not there
	Every    int    // epochs, 1 if 0
	BestOnly bool   // only when a log is the best so far
	Monitor  string // that log, "val_loss" if empty
	Mode     Mode

	best bestState
}

type bestState struct {
	Seen bool
	Best bits
}

var _ Keeper = (*ModelCheckpoint)(nil)

// Name implements Keeper.
func (c *ModelCheckpoint) Name() string { return "model_checkpoint/" + c.Dir }

// State implements Keeper.
func (c *ModelCheckpoint) State() (map[string]*tensor.Dense, []byte, error) {
	rest, err := json.Marshal(c.best)
	return nil, rest, err
}

// Restore implements Keeper.
func (c *ModelCheckpoint) Restore(_ map[string]*tensor.Dense, rest []byte) error {
	return json.Unmarshal(rest, &c.best)
}

// Handle implements Hook.
func (c *ModelCheckpoint) Handle(e *Event) error {
	return wrapHook("model_checkpoint", c.handle(e))
}

func (c *ModelCheckpoint) handle(e *Event) error {
	switch {
	case e.Kind == TrainBegin:
		if c.Dir == "" || c.Every < 0 {
			return errors.Errorf("Dir is %q and Every %d, want a folder and at least 0", c.Dir, c.Every)
		}
		if e.Step == 0 {
			c.best = bestState{}
		}
		return c.Mode.check()
	case e.Kind != EpochEnd || e.Epoch%max(c.Every, 1) != 0:
		return nil
	}
	if c.BestOnly {
		w := watched{orName(c.Monitor), c.Mode}
		if w.pauses(e) {
			return nil
		}
		v, err := w.value(e.Logs)
		if err != nil {
			return err
		}
		if c.best.Seen && !w.better(v, float64(c.best.Best), 0) {
			return nil
		}
		c.best = bestState{true, bits(v)}
	}
	dir := strings.ReplaceAll(c.Dir, "{epoch}", strconv.Itoa(e.Epoch))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return errors.WithStack(err)
	}
	return e.Model.Save(dir)
}
