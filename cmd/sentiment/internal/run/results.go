package run

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"strings"

	"github.com/pkg/errors"

	"unroll/cmd/sentiment/internal/bundle"
	"unroll/cmd/sentiment/internal/terminal"
	"unroll/internal/jsonfile"
	"unroll/internal/report"
	"unroll/internal/show"
	"unroll/train"
	"unroll/train/classifier"
)

const ResultsFile = "results.json"

// resultsVersion counts the changes of ResultsFile.
const resultsVersion = 1

// Results is the content of results.json.
type Results struct {
	Version     int      `json:"version"`
	Data        string   `json:"data"`
	Seed        uint64   `json:"seed"`
	Folds       int      `json:"folds,omitempty"` // of a cross-validation, which holds a foldResults
	Experiments []Result `json:"experiments"`
	Gain        *gain    `json:"gain,omitempty"` // of the embedding over one-hot

	task       classifier.Task
	unbalanced string // how far the classes are from being of one size; "" if not far
}

type Result struct {
	Name              string `json:"name"`
	Parameters        int    `json:"parameters"`
	TrainSamples      int    `json:"train_samples"`
	ValidationSamples int    `json:"validation_samples"`
	TestSamples       int    `json:"test_samples,omitempty"`
	// UnknownTestSamples are those of TestSamples whose label no training text has: they
	// count as wrong.
	UnknownTestSamples int     `json:"unknown_test_samples,omitempty"`
	Epochs             []Epoch `json:"epochs"`
	WeightsEpoch       int     `json:"weights_epoch"` // after which the model had the weights that are saved, from 1
	Evaluate           Scores  `json:"evaluate"`      // of these weights on the validation texts
	// Before are the scores, on the same texts, of the model that was gone on from.
	Before Scores  `json:"before,omitempty"`
	Test   Scores  `json:"test,omitempty"`   // and on the test texts, if there are any
	Trials []Trial `json:"trials,omitempty"` // of a search for its settings
	// LearningCurve tells whether more texts would help, where auto measured it.
	LearningCurve *learningCurve `json:"learning_curve,omitempty"`
	// The 95 % intervals of the two accuracies.
	EvaluateInterval *Interval `json:"evaluate_interval,omitempty"`
	TestInterval     *Interval `json:"test_interval,omitempty"`
	// Trust is of the test texts if there are any, else of the validation texts.
	Trust *report.Trust `json:"trust,omitempty"`
}

// Scores are the loss and what else was measured, by name. They are written in
// the order of train.History, what is not finite as null, which is read as NaN.
type Scores map[string]float64

// MarshalJSON implements json.Marshaler.
func (s Scores) MarshalJSON() ([]byte, error) {
	h := train.History{Epochs: []train.Epoch{{Logs: train.Logs(s)}}}
	var b bytes.Buffer
	b.WriteByte('{')
	for i, name := range h.Names() {
		if i > 0 {
			b.WriteByte(',')
		}
		value, err := json.Marshal(report.Number(s[name]))
		if err != nil {
			return nil, errors.Wrap(err, name)
		}
		fmt.Fprintf(&b, "%q:%s", name, value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// UnmarshalJSON implements json.Unmarshaler.
func (s *Scores) UnmarshalJSON(data []byte) error {
	var all map[string]report.Number
	if err := json.Unmarshal(data, &all); err != nil {
		return err
	}
	*s = Scores{}
	for name, v := range all {
		(*s)[name] = float64(v)
	}
	return nil
}

// Line writes Scores for people: "loss 0.4945, accuracy 0.7600".
func (s Scores) Line() string {
	return strings.NewReplacer(": ", " ", " - ", ", ", "_", " ").Replace(terminal.Listed(train.Logs(s)))
}

// WithUnknown makes the accuracy on texts of known labels that on all, of which those
// with unknown labels are wrong, and keeps the other beside it.
func (s Scores) WithUnknown(known, unknown int) {
	if a, ok := s["accuracy"]; ok && unknown > 0 {
		s["known_label_accuracy"] = a
		s["accuracy"] = a * float64(known) / float64(known+unknown)
	}
}

// tested says on how many texts the scores of the test are.
func (r *Result) tested(l lesson) {
	r.TestSamples, r.UnknownTestSamples = len(l.Test)+len(l.Unknown), len(l.Unknown)
	r.Test.WithUnknown(len(l.Test), len(l.Unknown))
}

// Epoch is the Scores of an epoch on the texts that are trained on and, under
// "val_" and their names, on the validation texts, with "seconds" at the end.
type Epoch struct {
	Scores
	Seconds float64
}

// MarshalJSON implements json.Marshaler.
func (e Epoch) MarshalJSON() ([]byte, error) {
	doc, err := e.Scores.MarshalJSON()
	if err != nil {
		return nil, err
	}
	return fmt.Appendf(doc[:len(doc)-1], `,"seconds":%v}`, e.Seconds), nil
}

// UnmarshalJSON implements json.Unmarshaler.
func (e *Epoch) UnmarshalJSON(data []byte) error {
	e.Scores = nil
	if err := json.Unmarshal(data, &e.Scores); err != nil {
		return err
	}
	e.Seconds = e.Scores["seconds"]
	delete(e.Scores, "seconds")
	return nil
}

// gain compares the validation accuracies of the weights that are saved and of the
// best epochs.
type gain struct {
	Final Difference `json:"final"`
	Best  Difference `json:"best"`
}

type Difference struct {
	Points   float64 `json:"points"`   // of 100
	Relative float64 `json:"relative"` // to the accuracy of one-hot: 0.1 is a tenth more
}

// newResult holds what a history and its data tell; Evaluate and Test are for
// the caller to measure.
func newResult(name string, params int, fit, validation train.Data, h *train.History) Result {
	r := Result{Name: name, Parameters: params, TrainSamples: fit.Len(), ValidationSamples: validation.Len(), WeightsEpoch: h.WeightsEpoch}
	for _, e := range h.Epochs {
		r.Epochs = append(r.Epochs, Epoch{Scores(e.Logs), e.Seconds})
	}
	return r
}

// Best returns the best score of any epoch on the validation texts and the epoch,
// from 1; NaN and 0 if it was a number in none.
func (r *Result) Best(t classifier.Task) (score float64, at int) {
	score = math.NaN()
	for i, e := range r.Epochs {
		if v := e.Scores["val_"+t.Score()]; t.Better(v, score) {
			score, at = v, i+1
		}
	}
	return score, at
}

// inEpochs reports whether the model was trained in epochs, and not at once.
func (r *Result) inEpochs() bool { return r.Trials == nil || len(r.Epochs) > 1 }

func (r *Result) secondsPerEpoch() float64 {
	var s float64
	for _, e := range r.Epochs {
		s += e.Seconds
	}
	return s / float64(len(r.Epochs))
}

// compare fills in the gain where both models were run.
func (r *Results) compare() {
	by := map[string]*Result{}
	for i := range r.Experiments {
		by[r.Experiments[i].Name] = &r.Experiments[i]
	}
	from, to := by["onehot"], by["embedding"]
	if from == nil || to == nil || r.task.Number() || r.task.Multi {
		return
	}
	fromBest, _ := from.Best(r.task)
	toBest, _ := to.Best(r.task)
	score := r.task.Score()
	g := gain{differ(from.Evaluate[score], to.Evaluate[score]), differ(fromBest, toBest)}
	if finite(g.Final.Points) && finite(g.Best.Points) {
		r.Gain = &g
	}
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

func differ(from, to float64) Difference {
	d := Difference{Points: 100 * (to - from)}
	if from > 0 { // else nothing is relative to it
		d.Relative = to/from - 1
	}
	return d
}

// print writes the closing table, within 80 columns.
func (r *Results) print(w io.Writer) {
	short := "acc"
	if r.task.Number() {
		short = "mae"
	}
	if r.task.Multi {
		short = "f1"
	}
	head := []any{"experiment", "params", "val " + short, "epoch", "best", "at", "test " + short, "s/epoch"}
	var rows [][]any
	for _, e := range r.Experiments {
		best, at := e.Best(r.task)
		test := "-"
		if e.Test != nil {
			test = show.Score(e.Test[r.task.Score()])
		}
		row := []any{
			e.Name, show.Thousands(e.Parameters), show.Score(e.Evaluate[r.task.Score()]), e.WeightsEpoch, show.Score(best), at,
			test, fmt.Sprintf("%.2f", e.secondsPerEpoch()),
		}
		if !e.inEpochs() {
			row[3], row[4], row[5], row[7] = "-", "-", "-", "-"
		}
		rows = append(rows, row)
	}
	fmt.Fprintf(w, "%s\nval %s and test %s are of the saved weights, those after that epoch;\nbest is the best val %s of all epochs, reached in the epoch under at.\n", show.Table(head, rows, 1), short, short, short)
	if r.task.Multi {
		fmt.Fprintln(w, "f1 is the micro F1 of all labels. A threshold for each label is chosen after the\ntraining; best is of epochs before that.")
	}
	r.printTrust(w)
	if g := r.Gain; g != nil {
		fmt.Fprintf(w, "The embedding's gain in validation accuracy: %+.1f points (%+.1f %%) as saved,\n%+.1f points (%+.1f %%) from best epoch to best epoch.\n",
			g.Final.Points, 100*g.Final.Relative, g.Best.Points, 100*g.Best.Relative)
	}
}

// readRunResults reads the results of a run's folder.
func readRunResults(dir string) (*Results, error) {
	path := filepath.Join(dir, ResultsFile)
	var of foldsOrResults
	if err := jsonfile.Read(bundle.Files, path, resultsVersion, &of); err != nil {
		return nil, errors.WithMessage(err, "results")
	}
	return of.Results, nil
}

// foldsOrResults are those of a run, which are only Folds if it was a cross-validation.
type foldsOrResults struct{ *Results }

// UnmarshalJSON implements json.Unmarshaler.
func (f *foldsOrResults) UnmarshalJSON(data []byte) error {
	f.Results = &Results{}
	var folds struct{ Folds int }
	if err := json.Unmarshal(data, &folds); err != nil {
		return err
	}
	if folds.Folds > 0 {
		of := FoldResults{}
		err := jsonfile.Strict(data, &of)
		f.Results = &Results{Version: of.Version, Data: of.Data, Seed: of.Seed, Folds: of.Folds}
		return err
	}
	return jsonfile.Strict(data, f.Results)
}
