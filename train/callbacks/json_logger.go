package callbacks

import (
	"bytes"
	"encoding/json"
	"math"
	"slices"
	"strconv"

	"github.com/pkg/errors"

	"unroll/train"
)

// JSONLogger writes a line of JSON for each epoch into a file:
//
//	{"epoch":1,"step":625,"seconds":0.07,"learning_rate":0.001,"logs":{"loss":0.48}}
//
// A value that is NaN or infinite is written as a string. The learning rate is
// left out where the optimizer tells none. A run that is resumed goes on in its
// file, and writes the lines of epochs that it does again once. A line that was cut
// off in the middle is taken away.
type JSONLogger struct {
	Path   string
	Append bool // go on with a file of an earlier run
}

// Handle implements train.Callback.
func (l *JSONLogger) Handle(e *train.Event) error {
	return errors.WithMessage(l.handle(e), "json_logger")
}

func (l *JSONLogger) handle(e *train.Event) error {
	switch e.Kind {
	case train.TrainBegin:
		return l.begin(e)
	case train.EpochEnd:
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
		return errors.WithStack(err)
	}
	return appendTo(l.Path, string(doc)+"\n")
}

// begin opens the file.
func (l *JSONLogger) begin(e *train.Event) error {
	text, err := openLog(l.Path, e, l.Append)
	if err != nil || len(text) == 0 {
		return err
	}
	lines := slices.Collect(bytes.Lines(text))
	epoch := func(i int) (int, bool) {
		var line struct{ Epoch int }
		err := json.Unmarshal(lines[i], &line)
		return line.Epoch, err == nil && line.Epoch > 0
	}
	if _, ok := epoch(len(lines) - 1); !ok {
		return errors.Errorf("%s is not a log that can be continued: its last line tells no epoch", l.Path)
	}
	keep := len(lines)
	if goesOn(e, l.Append) {
		keep = linesBefore(len(lines), 0, e.Epoch, epoch)
	}
	return rewrite(l.Path, text, bytes.Join(lines[:keep], nil))
}
