package server

import (
	"bytes"
	"context"
	"log/slog"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"unroll/internal/answer"
)

// safeBuffer is a buffer that a logger may write to.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// TestLogTexts: texts are in the log if asked for, and not otherwise.
func TestLogTexts(t *testing.T) {
	for _, asked := range []bool{false, true} {
		var log safeBuffer
		_, url := started(t, Config{Load: loading(newFake("one")), LogTexts: asked, Logger: slog.New(slog.NewJSONHandler(&log, nil))})
		if a, _ := send(t, "POST", url+"/v1/predict", `{"texts":["a private matter"]}`); a.StatusCode != 200 {
			t.Fatal(a.Status)
		}
		for !strings.Contains(log.String(), `"route":"/v1/predict"`) { // it is written after the answer
			time.Sleep(time.Millisecond)
		}
		if got := strings.Contains(log.String(), "a private matter"); got != asked {
			t.Errorf("asked %t, in the log %t: %s", asked, got, &log)
		}
	}
}

// TestRequestID: a plain one comes back, any other is replaced.
func TestRequestID(t *testing.T) {
	_, url := started(t, Config{Load: loading(newFake("one"))})
	for id, plain := range map[string]bool{"mine-1": true, "A.b_9": true, "": false, "two words": false, "né": false, `"x"`: false, strings.Repeat("x", 65): false} {
		a, _ := send(t, "GET", url+"/healthz", "", "X-Request-Id", id)
		if got := a.Header.Get("X-Request-Id"); got == "" || (got == id) != plain {
			t.Errorf("%q comes back as %q", id, got)
		}
	}
}

// astray is a model whose training went astray.
type astray struct{ *fake }

func (m astray) Predict(ctx context.Context, texts []string) ([]answer.Answer, error) {
	out, err := m.fake.Predict(ctx, texts)
	for i := range out {
		if probing(texts) {
			break
		}
		out[i].Probability = math.NaN()
	}
	return out, err
}

// TestNotFinite: JSON has no NaN, so it is the model's failure.
func TestNotFinite(t *testing.T) {
	_, url := started(t, Config{Load: loading(astray{newFake("one")})})
	if a, body := send(t, "POST", url+"/v1/predict", `{"texts":["a"]}`); a.StatusCode != 500 {
		t.Errorf("%s: %s", a.Status, body)
	}
}
