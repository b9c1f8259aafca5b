package server

import (
	"context"
	"hash/fnv"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/pkg/errors"

	"unroll/internal/answer"
)

// fake is a model whose answers follow from the text and its generation, so that
// a wrong one is noticed.
type fake struct {
	info       ModelInfo
	generation int
	delay      time.Duration
	hold       chan struct{} // if not nil, a call waits until it is closed, or ctx ends
	fail       string        // a text for which it fails
	running    atomic.Int64
	closed     atomic.Bool
	sizes      chan int // of batches, if not nil
	judged     func(text string)
}

// probability of a text by the models of a generation.
func probability(text string, generation int) float64 {
	h := fnv.New32a()
	_, _ = io.WriteString(h, text)
	return float64(h.Sum32()%1000)/2000 + float64(generation%2)*0.5
}

func (f *fake) Info() ModelInfo { return f.info }

func (f *fake) History() []map[string]float64 {
	return []map[string]float64{{"epoch": 1, "loss": 0.5, "val_loss": 0.6}}
}

func (f *fake) Predict(ctx context.Context, texts []string) ([]answer.Answer, error) {
	f.running.Add(1)
	defer f.running.Add(-1)
	if probing(texts) {
		return f.answers(texts)
	}
	if f.closed.Load() {
		return nil, errors.New("it is closed")
	}
	if f.sizes != nil {
		f.sizes <- len(texts)
	}
	if f.hold != nil {
		select {
		case <-f.hold:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	time.Sleep(f.delay)
	return f.answers(texts)
}

// probing reports whether it is the server that asks, before the model is in service:
// the tests' models then answer as if there were nothing wrong with them.
func probing(texts []string) bool { return len(texts) == 1 && texts[0] == probeText }

func (f *fake) answers(texts []string) ([]answer.Answer, error) {
	out := make([]answer.Answer, len(texts))
	for i, text := range texts {
		if text == f.fail && text != "" {
			return nil, errors.New("a reason for the log alone")
		}
		if f.judged != nil && text != probeText {
			f.judged(text)
		}
		p := probability(text, f.generation)
		out[i] = answer.Answer{Value: p, KnownWords: len(strings.Fields(text))}
		if f.info.Task == Classes {
			out[i].Label, out[i].Probability = "yes", p
			out[i].Probabilities = []answer.Class{{Class: "no", Probability: 1 - p}, {Class: "yes", Probability: p}}
		}
		if f.info.Task == Labels {
			out[i].Labels, out[i].Probabilities = []string{"b"}, []answer.Class{{Class: "a", Probability: 0}, {Class: "b", Probability: p}}
		}
	}
	return out, nil
}

func (f *fake) Explain(ctx context.Context, texts []string) ([]answer.Answer, error) {
	out, err := f.Predict(ctx, texts)
	for i := range out {
		_, first := utf8.DecodeRuneInString(texts[i])
		out[i].Explanation = &answer.Explanation{Class: "yes", Baseline: -0.5, Words: []answer.Word{{Start: 0, End: first, Push: 0.25}}}
	}
	return out, err
}

func (f *fake) Close() error {
	if f.running.Load() != 0 || f.closed.Swap(true) {
		return errors.New("closed under a call, or twice")
	}
	return nil
}

func newFake(name string) *fake {
	return &fake{info: ModelInfo{Name: name, Task: Classes, Classes: []string{"no", "yes"}, Parameters: 9, MaxWords: 5, Validation: Metrics{"accuracy": 0.5}}}
}

// loading returns a Loader of the given models, once.
func loading(models ...Model) Loader {
	return func(context.Context) ([]Model, error) { return models, nil }
}

// started returns a server that has loaded its models, behind a test listener.
func started(t testing.TB, c Config) (*Server, string) {
	t.Helper()
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Reload(context.Background()); err != nil {
		t.Fatal(err)
	}
	h := httptest.NewServer(s.Handler())
	t.Cleanup(h.Close)
	return s, h.URL
}

// send sends a request and returns the answer with its body.
func send(t testing.TB, method, url, body string, headers ...string) (*http.Response, string) {
	t.Helper()
	return sendTo(t, "", method, url, body, headers...)
}

// sendTo is send with another host than the address's in the request.
func sendTo(t testing.TB, host, method, url, body string, headers ...string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if host != "" {
		r.Host = host
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	data, err := io.ReadAll(a.Body)
	if err != nil {
		t.Fatal(err)
	}
	return a, string(data)
}
