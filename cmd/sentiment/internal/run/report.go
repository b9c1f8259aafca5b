package run

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"math"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/pkg/errors"

	"unroll/cmd/sentiment/internal/bundle"
	"unroll/cmd/sentiment/internal/corpus"
	"unroll/internal/answer"
	"unroll/internal/jsonfile"
	"unroll/internal/report"
	"unroll/internal/safefile"
	"unroll/nn"
	"unroll/train"
	"unroll/train/classifier"
	"unroll/train/metrics"
)

// The files of a run's report: the page, and what it was made of, of which
// "sentiment compare" makes one page of several runs.
const (
	ReportFile = "report.html"
	ReportData = "report.json"
)

// reported is what a report tells of an experiment beside its result.
type reported struct {
	experiment report.Experiment
	samples    corpus.Encoded // what the texts are to it
	of         []int          // the texts that are its examples: most wrong, then least sure
	wrong      int            // so many of them are wrong
	y          []float32
	rows       []int  // the texts that it is of, those of unknown labels last
	warning    string // about its answer to no text
}

// examine gathers what a report tells of the predictions for the test texts, or
// else the validation texts.
func (t *trained) examine(ctx context.Context, trainer *train.Trainer, e Model, l lesson) error {
	of, r := t.Task(), &t.reported
	r.samples = l.Encoded[e.Name]
	rows := l.Test
	if len(rows) == 0 {
		rows = l.Validation
	}
	d, err := l.Data(e.Name, rows)
	if err != nil {
		return err
	}
	var unknown train.Data
	if len(l.Test) > 0 {
		if unknown, err = l.Data(e.Name, l.Unknown); err != nil {
			return err
		}
	}
	judged, err := Judge(ctx, trainer, of, d, unknown, t.Batch, answer.Rule{})
	if err != nil {
		return err
	}
	y := judged.y
	x := &r.experiment
	*x = t.result.report(of)
	x.Description, x.Baseline, x.Layers = e.About, e.Name == "bow", layers(t.Net())
	var svg bytes.Buffer
	if err := t.Net().Diagram().WriteSVG(&svg); err != nil {
		return errors.Wrap(err, "diagram")
	}
	x.Diagram = svg.String()
	start, err := t.NoText(ctx)
	if err != nil {
		return err
	}
	if x.NoText = fmt.Sprintf("%s, %.2f", start.Label, start.Probability); of.Number() {
		x.NoText = of.Text(of.Target(start.Value))
	}
	if of.Multi {
		x.NoText = answer.Listed(start.Labels)
	}
	r.warning = start.NoTextWarning()
	n := of.Outputs()
	switch {
	case of.Multi:
		report := metrics.Labels(y, d.Targets, slices.Repeat([]float32{1}, len(rows)), of.Thresholds, of.Classes...)
		x.PerClass = classScores(append(report.Labels, report.Averages()...))
	case of.Number():
		for i := range rows {
			x.Predictions = append(x.Predictions, report.Prediction{True: of.Answer([]float32{d.Targets[i]}).Value, Predicted: of.Answer([]float32{y[i]}).Value})
		}
	default:
		if r.rows = rows; len(l.Test) > 0 {
			r.rows = slices.Concat(rows, l.Unknown)
		}
		t.classes(judged)
	}
	r.y = y
	r.of, r.wrong = notable(of, y, d.Targets, n)
	for i, k := range r.of {
		verdict := of.Answer(y[k*n : (k+1)*n])
		width := of.Width()
		example := report.Example{True: of.Text(d.Targets[k*width : (k+1)*width]...), Predicted: verdict.Label, Probability: report.Number(verdict.Probability)}
		if of.Number() {
			example.Predicted = of.Text(y[k])
		}
		if of.Multi {
			example.Predicted, example.Probability = answer.Listed(verdict.Labels), 0
		}
		if i < r.wrong {
			x.Wrong = append(x.Wrong, example)
		} else {
			x.Unsure = append(x.Unsure, example)
		}
		r.of[i] = rows[k]
	}
	return nil
}

func classScores(of []metrics.ClassReport) (all []report.ClassScore) {
	for _, c := range of {
		all = append(all, report.ClassScore{Name: c.Name, Precision: c.Precision, Recall: c.Recall, F1: c.F1, Support: c.Support})
	}
	return all
}

// report is a result as a report shows it.
func (r *Result) report(t classifier.Task) report.Experiment {
	x := report.Experiment{Name: r.Name, Parameters: r.Parameters}
	x.LearningCurve = r.LearningCurve.report()
	x.Trials = r.trials()
	epochs := r.Epochs
	if x.Epoch = r.WeightsEpoch; !r.inEpochs() {
		x.Epoch, epochs = 0, nil
	}
	for _, e := range epochs {
		x.Curves.Loss = append(x.Curves.Loss, e.Scores["loss"])
		x.Curves.Score = append(x.Curves.Score, e.Scores[t.Score()])
		x.Curves.ValLoss = append(x.Curves.ValLoss, e.Scores["val_loss"])
		x.Curves.ValScore = append(x.Curves.ValScore, e.Scores["val_"+t.Score()])
		x.Curves.Seconds = append(x.Curves.Seconds, e.Seconds)
	}
	evaluation := func(s Scores, samples int) *report.Evaluation {
		if s == nil {
			return nil
		}
		return &report.Evaluation{Loss: report.Number(s["loss"]), Score: report.Number(s[t.Score()]), Samples: samples}
	}
	x.Validation, x.Test = evaluation(r.Evaluate, r.ValidationSamples), evaluation(r.Test, r.TestSamples)
	return x
}

// trials are those of a search as a report shows them.
func (r *Result) trials() (list []report.Trial) {
	for _, t := range r.Trials {
		list = append(list, report.Trial{Setting: t.Setting, Samples: t.Texts, Score: report.Number(t.Score), Chosen: t.Chosen})
	}
	return list
}

// layers are the rows of a model's summary.
func layers(m *nn.Model) []report.Layer {
	var all []report.Layer
	for _, c := range m.Calls() {
		l := report.Layer{Name: c.Name, Type: c.Type}
		for _, s := range c.Shapes {
			l.Shape = strings.TrimPrefix(l.Shape+", "+s.String(), ", ")
		}
		for path, w := range m.Tensors() {
			if strings.HasPrefix(path, c.Name+"/") {
				l.Params += w.Shape().TotalSize()
			}
		}
		all = append(all, l)
	}
	return all
}

// report makes the report of a run.
func (r *Run) report(l lesson, runs []*trained, started time.Time) (report.Report, error) {
	settings, err := r.settings()
	if err != nil {
		return report.Report{}, err
	}
	page := report.Run{
		Name: filepath.Base(r.Dir), Data: l.Name, Source: l.Line, When: started.UTC().Truncate(time.Second),
		Seconds: math.Round(time.Since(started).Seconds()*10) / 10, Command: r.Command, Seed: r.Seed,
		Settings: settings, Classes: l.task.Classes, Versions: versions(r.Version),
	}
	for _, t := range runs {
		page.Experiments = append(page.Experiments, t.reported.experiment)
	}
	return report.Report{Version: report.Version, Title: "Experiments on " + l.Name, Score: measure(l.task), Runs: []report.Run{page}}, nil
}

// versions are those of the program and of what it runs on.
func versions(program string) []report.Setting {
	list := []report.Setting{
		{Name: "sentiment", Value: program}, {Name: "Go", Value: runtime.Version() + " " + runtime.GOOS + "/" + runtime.GOARCH},
		{Name: "kernels", Value: train.Kernels()},
	}
	if cpu := processor(); cpu != "" {
		list = append(list, report.Setting{Name: "processor", Value: cpu})
	}
	return list
}

func measure(t classifier.Task) report.Measure {
	return report.Measure{Name: t.Score(), Percent: !t.Number() && !t.Multi, Lower: t.Number()}
}

// settings are those of the run, in their order, as run.json has them.
func (r *Run) settings() ([]report.Setting, error) {
	doc, err := json.Marshal(r.Plan)
	if err != nil {
		return nil, errors.Wrap(err, "settings")
	}
	d := json.NewDecoder(bytes.NewReader(doc))
	var list []report.Setting
	if _, err := d.Token(); err != nil {
		return nil, errors.Wrap(err, "settings")
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, errors.Wrap(err, "settings")
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, errors.Wrap(err, "settings")
		}
		list = append(list, report.Setting{Name: strings.ReplaceAll(name.(string), "_", "-"), Value: plain(value)})
	}
	return list, nil
}

// plain is a value without the marks of JSON.
func plain(value json.RawMessage) string {
	var list []string
	if json.Unmarshal(value, &list) == nil {
		return strings.Join(list, ", ")
	}
	var text string
	if json.Unmarshal(value, &text) == nil {
		return text
	}
	return string(value)
}

// writeReport writes the page and its data into a folder.
func writeReport(dir string, r report.Report) error {
	if err := jsonfile.Write(filepath.Join(dir, ReportData), r); err != nil {
		return err
	}
	return safefile.Write(filepath.Join(dir, ReportFile), func(w io.Writer) error { return report.Write(w, r) })
}

// ReadReport reads the report of a run's folder.
func ReadReport(dir string) (r report.Report, err error) {
	path := filepath.Join(dir, ReportData)
	err = jsonfile.Read(bundle.Files, path, report.Version, &r)
	if errors.Is(err, fs.ErrNotExist) {
		if results, e := readRunResults(dir); e == nil && results.Folds > 0 {
			return r, errors.Errorf("%s holds a cross-validation in %d folds, which has no report to compare", dir, results.Folds)
		}
		return r, errors.Errorf("%s: not a run with a report: there is no %s", dir, path)
	}
	return r, errors.WithMessage(err, "report")
}
