package server

import (
	"context"
	"runtime/debug"
	"strings"
	"time"

	"github.com/pkg/errors"
)

// failure is what /readyz tells of a reload that failed.
type failure struct {
	Time  time.Time `json:"time"`
	Error string    `json:"error,omitempty"` // in one line
}

// maxHung is the number of calls of the Loader that may hang beside each other: each
// may hold the memory of its models.
const maxHung = 4

// Reload loads the models anew and asks each a text. Requests that come later get the
// new ones; the old ones are closed after their last request. If that fails, or takes
// longer than Config.LoadTimeout, the old models stay, and the error is returned,
// logged, counted and told by /readyz. Calls come one after the other.
func (s *Server) Reload(ctx context.Context) error {
	select {
	case s.reloading <- struct{}{}:
		defer func() { <-s.reloading }()
	case <-ctx.Done():
		return errors.Wrap(ctx.Err(), "reload")
	}
	start := time.Now()
	g, err := s.loadInTime(ctx)
	if err != nil {
		s.metrics.reloads.WithLabelValues("failed").Inc()
		s.failed.Store(&failure{time.Now().UTC().Truncate(time.Second), strings.Join(strings.Fields(err.Error()), " ")})
		s.config.Logger.Error("the models were not loaded", "error", err)
		return err
	}
	if !s.swap(g) {
		s.closeModels(g.models)
		return errors.New("reload: the server has ended")
	}
	s.metrics.reloads.WithLabelValues("ok").Inc()
	s.failed.Store(nil)
	s.config.Logger.Info("models loaded", "models", len(g.models), "seconds", time.Since(start).Seconds())
	return nil
}

// loadInTime is load within Config.LoadTimeout. What loads longer is left behind, and
// closed if it ends after all.
func (s *Server) loadInTime(ctx context.Context) (*generation, error) {
	if s.hung.Load() >= maxHung {
		return nil, errors.Errorf("load the models: %d earlier attempts have not ended yet", maxHung)
	}
	ctx, cancel := context.WithTimeout(ctx, s.config.LoadTimeout)
	defer cancel()
	var g *generation
	var err error
	ended := make(chan struct{})
	s.hung.Add(1)
	go func() {
		of, failed := s.load(ctx)
		s.hung.Add(-1)
		g, err = of, failed
		select {
		case ended <- struct{}{}:
		case <-ctx.Done():
			if of != nil {
				s.closeModels(of.models)
			}
		}
	}()
	select {
	case <-ended:
		if err == nil || ctx.Err() == nil {
			return g, err
		}
	case <-ctx.Done():
	}
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return nil, errors.Errorf("load the models: it took longer than %v", s.config.LoadTimeout)
	}
	return nil, errors.Wrap(ctx.Err(), "load the models")
}

// load makes a generation of what the Loader gives, each model of which has answered.
// A panic on the way is an error.
func (s *Server) load(ctx context.Context) (g *generation, err error) {
	var models []Model
	defer func() {
		if p := recover(); p != nil {
			s.config.Logger.Error("panic while the models were loaded", "panic", p, "stack", string(debug.Stack()))
			err = errors.Errorf("panic: %v", p)
		}
		if err != nil {
			for _, m := range models {
				_ = m.Close() // the reason why they are not used is the error to tell
			}
			g, err = nil, errors.WithMessage(err, "load the models")
		}
	}()
	if models, err = s.config.Load(ctx); err != nil {
		models = nil // the Loader left none open
		return nil, err
	}
	if g, err = s.generation(models); err != nil {
		return nil, err
	}
	for _, l := range g.models {
		if err := l.probe(ctx); err != nil {
			return nil, err
		}
	}
	return g, nil
}

// probeText is what each model is asked before it is taken into service.
const probeText = "is this a text"

// probe returns what is wrong with a model's answer: an error, a panic, or numbers
// that are not finite.
func (l *loaded) probe(ctx context.Context) error {
	answers, err := l.predict.guarded(&batch{texts: []string{probeText}, ctx: ctx})
	if err == nil {
		_, err = encoded(l.info.Name, answers)
	}
	return errors.WithMessagef(err, "model %q does not answer", l.info.Name)
}
