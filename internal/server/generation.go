package server

import (
	"encoding/json"
	"slices"
	"sync"
	"time"

	"github.com/pkg/errors"
)

// loaded is a model with its queues and what is said of it.
type loaded struct {
	model            Model
	info             ModelInfo
	history          []byte // the answer of GET /v1/models/{name}/history
	predict, explain *batcher
}

// generation is what one call of the Loader gave.
type generation struct {
	models  []*loaded // the default one first
	byName  map[string]*loaded
	listing []byte         // the answer of GET /v1/models
	users   sync.WaitGroup // requests that hold it
}

// generation makes one of the models. If it cannot, they are as they were.
func (s *Server) generation(models []Model) (*generation, error) {
	if len(models) == 0 {
		return nil, errors.New("there is no model")
	}
	g := &generation{byName: map[string]*loaded{}}
	var infos []ModelInfo
	for i, m := range models {
		l := &loaded{model: m, info: m.Info()}
		l.info.Default = i == 0
		if l.info.Loaded.IsZero() {
			l.info.Loaded = time.Now().UTC().Truncate(time.Second)
		}
		if l.info.Layers == nil {
			l.info.Layers = []string{} // not null in JSON
		}
		switch name := l.info.Name; {
		case name == "":
			return nil, errors.Errorf("model %d has no name", i)
		case g.byName[name] != nil:
			return nil, errors.Errorf("two models have the name %q", name)
		case !slices.Contains([]string{Classes, Number, Labels}, l.info.Task):
			return nil, errors.Errorf("model %q has the task %q, want %q, %q or %q", name, l.info.Task, Classes, Number, Labels)
		}
		epochs := []Metrics{}
		for _, e := range m.History() {
			epochs = append(epochs, e)
		}
		var err error
		if l.history, err = json.Marshal(map[string]any{"epochs": epochs}); err != nil {
			return nil, errors.Wrapf(err, "the history of model %q", l.info.Name)
		}
		c := &s.config
		l.predict = &batcher{
			call: m.Predict, size: c.BatchSize, limit: c.Queue, parallel: c.Parallel, wait: c.BatchWait,
			observe: s.metrics.batches(kindPredict),
		}
		l.explain = &batcher{
			call: m.Explain, size: c.ExplainBatch, limit: c.ExplainQueue, parallel: 1, wait: c.BatchWait,
			observe: s.metrics.batches(kindExplain),
		}
		g.models = append(g.models, l)
		g.byName[l.info.Name] = l
		infos = append(infos, l.info)
	}
	var err error
	if g.listing, err = json.Marshal(map[string]any{"models": infos}); err != nil {
		return nil, errors.Wrap(err, "describe the models")
	}
	return g, nil
}

// model returns the model of the name, or the default one for "".
func (g *generation) model(name string) *loaded {
	if name == "" {
		return g.models[0]
	}
	return g.byName[name]
}

// acquire returns the present generation, which stays open until release is
// called, or nil if nothing is loaded.
func (s *Server) acquire() (g *generation, release func()) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.now == nil {
		return nil, func() {}
	}
	s.now.users.Add(1)
	return s.now, s.now.users.Done
}

// swap makes g the present generation and retires the one before. After the
// last swap, which is to nil, it changes nothing and returns false.
func (s *Server) swap(g *generation) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return false
	}
	old := s.now
	s.now, s.ended = g, g == nil
	s.retiring.Go(func() { s.retire(old) }) // under the lock: none comes after the last, which drain waits for
	return true
}

// retire closes a generation that is not the present one any more, after its
// last request. A batch that nobody waits for may then still be running.
func (s *Server) retire(g *generation) {
	if g == nil {
		return
	}
	g.users.Wait()
	for _, l := range g.models {
		l.predict.idle.Wait()
		l.explain.idle.Wait()
	}
	s.closeModels(g.models)
}

// closeModels closes the models of a generation that nobody uses.
func (s *Server) closeModels(models []*loaded) {
	for _, l := range models {
		if err := l.model.Close(); err != nil {
			s.config.Logger.Error("a model did not close", "model", l.info.Name, "error", err)
		}
	}
}
