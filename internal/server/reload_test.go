package server

import (
	"context"
	"log/slog"
	"math"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pkg/errors"

	"unroll/internal/answer"
)

// odd is a model that answers with what it is given.
type odd struct {
	*fake
	answer func() ([]answer.Answer, error)
}

func (o odd) Predict(context.Context, []string) ([]answer.Answer, error) { return o.answer() }

// TestFailedReloads: whatever goes wrong while models are loaded, those of before
// answer on, /readyz and the metrics tell of it until the next reload succeeds, and
// what was opened for nothing is closed.
func TestFailedReloads(t *testing.T) {
	one := func(a answer.Answer) func() ([]answer.Answer, error) {
		return func() ([]answer.Answer, error) { return []answer.Answer{a}, nil }
	}
	nan := math.NaN()
	for name, c := range map[string]struct {
		load   func() ([]Model, error)
		answer func() ([]answer.Answer, error) // of a second model, if load is nil
		want   string
	}{
		"an error":              {load: func() ([]Model, error) { return nil, errors.New("a file\nis missing") }, want: "a file is missing"},
		"a panic":               {load: func() ([]Model, error) { panic("a bug") }, want: "panic: a bug"},
		"a nil pointer":         {load: func() ([]Model, error) { var m *fake; m.closed.Store(true); return nil, nil }, want: "panic: runtime error"},
		"no models":             {load: func() ([]Model, error) { return nil, nil }, want: "there is no model"},
		"a model that fails":    {answer: func() ([]answer.Answer, error) { return nil, errors.New("weights of another size") }, want: `model "two" does not answer: weights of another size`},
		"a model that panics":   {answer: func() ([]answer.Answer, error) { panic("a bug") }, want: `model "two" does not answer: the model panicked: a bug`},
		"too few answers":       {answer: func() ([]answer.Answer, error) { return nil, nil }, want: "0 predictions for 1 texts"},
		"too many answers":      {answer: func() ([]answer.Answer, error) { return make([]answer.Answer, 2), nil }, want: "2 predictions for 1 texts"},
		"no number":             {answer: one(answer.Answer{Value: nan}), want: "NaN"},
		"an infinite number":    {answer: one(answer.Answer{Value: math.Inf(1)}), want: "Inf"},
		"no probability":        {answer: one(answer.Answer{Label: "a", Probability: nan, Probabilities: []answer.Class{{Class: "a", Probability: 1}}}), want: "NaN"},
		"no other probability":  {answer: one(answer.Answer{Label: "a", Probability: 1, Probabilities: []answer.Class{{Class: "a", Probability: nan}}}), want: "NaN"},
		"a label's probability": {answer: one(answer.Answer{Labels: []string{}, Probabilities: []answer.Class{{Class: "a", Probability: math.Inf(-1)}}}), want: "Inf"},
	} {
		t.Run(name, func(t *testing.T) {
			first, second := newFake("one"), newFake("two")
			var log safeBuffer
			var broken atomic.Bool
			s, url := started(t, Config{Logger: slog.New(slog.NewJSONHandler(&log, nil)), Load: func(context.Context) ([]Model, error) {
				switch {
				case !broken.Load():
					return []Model{newFake("one")}, nil
				case c.load != nil:
					return c.load()
				}
				return []Model{first, odd{second, c.answer}}, nil
			}})
			ready := func() string {
				t.Helper()
				if a, body := send(t, "POST", url+"/v1/predict", `{"texts":["a"]}`); a.StatusCode != 200 {
					t.Errorf("the old model does not answer: %s %s", a.Status, body)
				}
				a, body := send(t, "GET", url+"/readyz", "")
				if a.StatusCode != 200 {
					t.Errorf("%s %s", a.Status, body)
				}
				return body
			}
			broken.Store(true)
			err := s.Reload(t.Context())
			if err == nil || !strings.Contains(strings.Join(strings.Fields(err.Error()), " "), c.want) {
				t.Errorf("the error is %v, want %s", err, c.want)
			}
			if body := ready(); !strings.Contains(body, `"status":"ready","failed_reload":{"time":"`) || !strings.Contains(strings.ReplaceAll(body, `\"`, `"`), c.want) {
				t.Errorf("/readyz says %s, want %s", body, c.want)
			}
			if _, metrics := send(t, "GET", url+"/metrics", ""); !strings.Contains(metrics, `unroll_reloads_total{result="failed"} 1`) || !strings.Contains(metrics, "unroll_last_reload_successful 0") {
				t.Error("the metrics do not tell of it")
			}
			if !strings.Contains(log.String(), "the models were not loaded") {
				t.Errorf("the log is %s", &log)
			}
			if c.load == nil && (!first.closed.Load() || !second.closed.Load()) {
				t.Error("what was loaded is open")
			}
			broken.Store(false)
			if err := s.Reload(t.Context()); err != nil {
				t.Fatal(err)
			}
			if body := ready(); body != `{"status":"ready"}`+"\n" {
				t.Errorf("afterwards /readyz says %s", body)
			}
			if _, metrics := send(t, "GET", url+"/metrics", ""); !strings.Contains(metrics, "unroll_last_reload_successful 1") {
				t.Error("the metrics still tell of it")
			}
		})
	}
}

// TestHungReload: loading, or the first text, that does not end fails the reload, and
// the next one begins; what ends after all is closed; and no more than a few hang.
func TestHungReload(t *testing.T) {
	for _, where := range []string{"load", "answer"} {
		t.Run(where, func(t *testing.T) {
			var hang atomic.Bool
			release := make(chan struct{})
			late := make(chan *fake, 100)
			s, url := started(t, Config{Load: func(context.Context) ([]Model, error) {
				m := newFake("one")
				if !hang.Load() {
					return []Model{m}, nil
				}
				late <- m
				if where == "load" { // regardless of the context, as a read does
					<-release
				}
				return []Model{odd{m, func() ([]answer.Answer, error) {
					<-release
					return m.answers([]string{probeText})
				}}}, nil
			}})
			hang.Store(true)
			s.config.LoadTimeout = 20 * time.Millisecond
			for range maxHung {
				if err := s.Reload(t.Context()); err == nil || !strings.Contains(err.Error(), "it took longer than 20ms") {
					t.Fatalf("the error is %v", err)
				}
			}
			if err := s.Reload(t.Context()); err == nil || !strings.Contains(err.Error(), "4 earlier attempts") || len(late) != maxHung {
				t.Errorf("the error is %v after %d attempts", err, len(late))
			}
			if _, body := send(t, "GET", url+"/readyz", ""); !strings.Contains(body, "4 earlier attempts") {
				t.Errorf("/readyz says %s", body)
			}
			close(release)
			for range maxHung {
				m := <-late
				for end := time.Now().Add(10 * time.Second); !m.closed.Load(); time.Sleep(time.Millisecond) {
					if time.Now().After(end) {
						t.Fatal("what was loaded too late is open")
					}
				}
			}
			hang.Store(false)
			s.config.LoadTimeout = time.Minute
			for end := time.Now().Add(10 * time.Second); s.Reload(t.Context()) != nil; time.Sleep(time.Millisecond) {
				if time.Now().After(end) {
					t.Fatal("it is not loaded afterwards")
				}
			}
			if a, _ := send(t, "POST", url+"/v1/predict", `{"texts":["a"]}`); a.StatusCode != 200 {
				t.Error(a.Status)
			}
		})
	}
}
