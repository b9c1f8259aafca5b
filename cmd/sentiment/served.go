package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/pkg/errors"

	"unroll/internal/answer"
	"unroll/internal/server"
)

// served is a saved model as the server takes it.
type served struct {
	*saved
	info    server.ModelInfo
	history []map[string]float64
}

var _ server.Model = (*served)(nil)

// loadModel opens a model with all that the server tells of it, and compiles the
// programs for batches of up to so many texts, so that no request waits for that.
func loadModel(ctx context.Context, dir string, batch int) (*served, error) {
	s, err := load(dir)
	if err != nil {
		return nil, err
	}
	m := &served{saved: s, info: server.ModelInfo{
		Name: s.Name(), Task: server.Classes, Classes: s.Task().Classes, Parameters: s.Net().Params(), MaxWords: s.Encoder().Config().MaxLen,
	}}
	if s.Task().Number() {
		m.info.Task = server.Number
	}
	for _, c := range s.Net().Calls() {
		m.info.Layers = append(m.info.Layers, fmt.Sprintf("%s (%s)", c.Name, c.Type))
	}
	m.info.Validation, m.info.Test = measured(filepath.Dir(dir), s.Name())
	m.history, err = readHistory(filepath.Join(dir, historyFile))
	for size := 1; err == nil && size < 2*batch; size *= 2 {
		_, err = m.Predict(ctx, make([]string, min(size, batch)))
	}
	if err != nil {
		_ = m.Close()
		return nil, err
	}
	return m, nil
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

// Predict implements server.Model.
func (m *served) Predict(ctx context.Context, texts []string) ([]answer.Answer, error) {
	return m.Classify(ctx, texts...)
}

// Explain implements server.Model.
func (m *served) Explain(ctx context.Context, texts []string) ([]answer.Answer, error) {
	return m.Model.Explain(ctx, texts...)
}
