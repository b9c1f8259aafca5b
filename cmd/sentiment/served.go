package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"math/bits"
	"os"
	"path/filepath"
	"strconv"

	"github.com/pkg/errors"

	"unroll/internal/answer"
	"unroll/internal/server"
	"unroll/nn"
	"unroll/train"
)

// served is a saved model as the server takes it, and the command line.
type served struct {
	*saved
	trainer   *train.Trainer
	explainer *explainer
	info      server.ModelInfo
	history   []map[string]float64
	noText    answer.Answer // its answer to no text
}

var _ server.Model = (*served)(nil)

// openModel reads a model's folder.
func openModel(ctx context.Context, dir string) (*served, error) {
	s, err := load(dir)
	if err != nil {
		return nil, err
	}
	m := &served{saved: s, info: server.ModelInfo{
		Name: s.Model, Task: server.Classes, Classes: s.Task.Classes, Parameters: s.model.Params(), MaxWords: s.encoder.Config().MaxLen,
	}}
	if s.Task.number() {
		m.info.Task = server.Number
	}
	if m.trainer, err = s.Task.compile(s.model, nil, nn.Auto); err != nil {
		return nil, err
	}
	if m.explainer, err = newExplainer(s); err != nil {
		return nil, err
	}
	answer, err := m.Predict(ctx, []string{""})
	if err != nil {
		_ = m.Close()
		return nil, err
	}
	m.noText = answer[0]
	return m, nil
}

// loadModel opens a model with all that the server tells of it, and compiles the
// programs for batches of up to so many texts, so that no request waits for that.
func loadModel(ctx context.Context, dir string, batch int) (*served, error) {
	m, err := openModel(ctx, dir)
	if err != nil {
		return nil, err
	}
	for _, c := range m.model.Calls() {
		m.info.Layers = append(m.info.Layers, fmt.Sprintf("%s (%s)", c.Name, c.Type))
	}
	m.info.Validation, m.info.Test = measured(filepath.Dir(dir), m.Model)
	m.history, err = readHistory(filepath.Join(dir, historyFile))
	for size := 2; err == nil && size < 2*batch; size *= 2 {
		_, err = m.Predict(ctx, make([]string, min(size, batch)))
	}
	if err != nil {
		_ = m.Close()
		return nil, err
	}
	return m, nil
}

// strongAnswer is the probability at which an answer to no text is worth a warning.
const strongAnswer = 0.9

// warning says that the model has made up its mind before it reads, "" if it has not.
func (m *served) warning() string {
	return warning(m.noText.Label, m.noText.Probability)
}

// warning is about a model that gives no text a label, "" for a number, with the
// given probability.
func warning(label string, probability float64) string {
	if label == "" || probability < strongAnswer {
		return ""
	}
	return fmt.Sprintf("to no text the model answers %s, %.2f: little of that comes from the words", label, probability)
}

// measured returns what a run's results.json says of a model, nothing where
// there is none.
func measured(run, model string) (validation, test server.Metrics) {
	r, err := readRunResults(run)
	if err != nil {
		return nil, nil
	}
	for _, e := range r.Experiments {
		if e.Name == model {
			return server.Metrics(e.Evaluate), server.Metrics(e.Test)
		}
	}
	return nil, nil
}

// readHistory reads a model's history.csv.
func readHistory(path string) ([]map[string]float64, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, errors.Wrap(err, "history")
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || len(rows) == 0 {
		return nil, errors.Errorf("%s: damaged", path)
	}
	var epochs []map[string]float64
	for _, row := range rows[1:] {
		epoch := map[string]float64{}
		for i, text := range row {
			v, err := strconv.ParseFloat(text, 64)
			if err != nil {
				return nil, errors.Wrapf(err, "%s: damaged", path)
			}
			epoch[rows[0][i]] = v
		}
		epochs = append(epochs, epoch)
	}
	return epochs, nil
}

// Info implements server.Model.
func (m *served) Info() server.ModelInfo { return m.info }

// History implements server.Model.
func (m *served) History() []map[string]float64 { return m.history }

// Close implements server.Model.
func (m *served) Close() error {
	if err := m.explainer.close(); err != nil {
		return err
	}
	return m.trainer.Close()
}

// Predict implements server.Model. Programs are of a size each, so batches are
// filled up to the next power of two.
func (m *served) Predict(ctx context.Context, texts []string) ([]answer.Answer, error) {
	out := make([]answer.Answer, len(texts))
	words := int32(m.encoder.Config().NumWords)
	size := 1 << bits.Len(uint(len(texts)-1))
	d := train.Data{Tokens: make([][]int32, 0, size)}
	for i, text := range texts {
		ids := m.encoder.Encode(text)
		for _, id := range ids {
			if id > 0 && id < words {
				out[i].KnownWords++
			}
		}
		d.Tokens = append(d.Tokens, ids)
	}
	for len(d.Tokens) < size {
		d.Tokens = append(d.Tokens, d.Tokens[0])
	}
	y, err := m.trainer.Predict(ctx, d, size)
	if err != nil {
		return nil, err
	}
	n := m.Task.outputs()
	for i := range out {
		v := m.Task.verdict(y[i*n : (i+1)*n])
		if v.Value != nil {
			out[i].Value = *v.Value
			continue
		}
		out[i].Label, out[i].Probability = v.Label, v.Probability
		for c, p := range v.Probabilities {
			out[i].Probabilities = append(out[i].Probabilities, answer.Class{Class: m.Task.Classes[c], Probability: p})
		}
	}
	return out, nil
}

// Explain implements server.Model.
func (m *served) Explain(ctx context.Context, texts []string) ([]answer.Answer, error) {
	out, err := m.Predict(ctx, texts)
	if err != nil {
		return nil, err
	}
	why, err := m.explainer.explain(ctx, texts)
	if err != nil {
		return nil, err
	}
	for i := range why {
		why[i].NoText, why[i].Warning = &m.noText, m.warning()
		out[i].Explanation = &why[i]
	}
	return out, nil
}
