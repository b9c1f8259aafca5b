package main

import (
	"context"
	"fmt"
	"path/filepath"

	"unroll/cmd/sentiment/internal/run"
	"unroll/internal/answer"
	"unroll/internal/server"
)

// served is a saved model as the server takes it.
type served struct {
	*run.Saved
	info    server.ModelInfo
	history []map[string]float64
}

var _ server.Model = (*served)(nil)

// loadModel opens a model with all that the server tells of it, and compiles the
// programs for batches of up to so many texts, so that no request waits for that.
func loadModel(ctx context.Context, dir string, batch int) (*served, error) {
	s, err := run.Load(dir)
	if err != nil {
		return nil, err
	}
	m := &served{Saved: s, info: server.ModelInfo{
		Name: s.Name(), Task: server.Classes, Classes: s.Task().Classes, Parameters: s.Net().Params(), MaxWords: s.Encoder().Config().MaxLen,
	}}
	if s.Task().Number() {
		m.info.Task = server.Number
	}
	for _, c := range s.Net().Calls() {
		m.info.Layers = append(m.info.Layers, fmt.Sprintf("%s (%s)", c.Name, c.Type))
	}
	validation, test := run.Measured(filepath.Dir(dir), s.Name())
	m.info.Validation, m.info.Test = server.Metrics(validation), server.Metrics(test)
	m.history, err = run.ReadHistory(filepath.Join(dir, run.HistoryFile))
	for size := 1; err == nil && size < 2*batch; size *= 2 {
		_, err = m.Predict(ctx, make([]string, min(size, batch)))
	}
	if err != nil {
		_ = m.Close()
		return nil, err
	}
	return m, nil
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
