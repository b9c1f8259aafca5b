package server

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/pkg/errors"
)

// TestAnswers: escapes, emoji and any field's order come through, and every
// header that keeps a browser safe.
func TestAnswers(t *testing.T) {
	number := newFake("number")
	number.info.Task, number.info.Classes = Number, nil
	_, url := started(t, Config{Load: loading(newFake("one"), number), Page: fstest.MapFS{"index.html": {Data: []byte("<html>")}, "page.js": {Data: []byte("1")}}})
	texts := []string{"a b", "", "né 영화 👍 \"\\\n\t\u2028", "same"}
	list, err := json.Marshal(texts)
	if err != nil {
		t.Fatal(err)
	}
	for _, model := range []string{"one", "number"} {
		a, body := send(t, "POST", url+"/v1/predict", fmt.Sprintf(`{ "explain" : true, "model":%q, "texts":%s }`, model, list), "X-Request-Id", "mine-1")
		var got struct {
			Model       string
			Predictions []struct {
				Label       string
				Probability float64
				Value       float64
				KnownWords  int `json:"known_words"`
				Words       []struct{ Start, End int }
			}
		}
		if err := json.Unmarshal([]byte(body), &got); err != nil || a.StatusCode != 200 || got.Model != model || len(got.Predictions) != len(texts) {
			t.Fatalf("%s %s, error %v", a.Status, body, err)
		}
		for i, p := range got.Predictions {
			if want := probability(texts[i], 0); p.Probability+p.Value != want || p.KnownWords != len(strings.Fields(texts[i])) || len(p.Words) != 1 {
				t.Errorf("%s: %q: %+v, want %g", model, texts[i], p, want)
			}
		}
		if a.Header.Get("X-Request-Id") != "mine-1" || a.Header.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(a.Header.Get("Content-Security-Policy"), "default-src 'self'") {
			t.Errorf("headers %v", a.Header)
		}
	}
	a, body := send(t, "GET", url+"/", "")
	if body != "<html>" || !strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") {
		t.Errorf("the page is %q, %v", body, a.Header)
	}
	if again, _ := send(t, "GET", url+"/", "", "If-None-Match", a.Header.Get("ETag")); again.StatusCode != http.StatusNotModified {
		t.Errorf("the page again: %s", again.Status)
	}
	if a, body := send(t, "GET", url+"/page.js", ""); body != "1" || !strings.Contains(a.Header.Get("Content-Type"), "javascript") {
		t.Errorf("the script is %q, %v", body, a.Header)
	}
}

// TestReload: old models are closed after their last request, a failed load keeps
// them, and both are counted and logged.
func TestReload(t *testing.T) {
	old := newFake("one")
	old.hold, old.sizes = make(chan struct{}), make(chan int, 1)
	next := newFake("one")
	next.generation = 1
	var load Loader = loading(old)
	var log bytes.Buffer
	s, url := started(t, Config{Load: func(ctx context.Context) ([]Model, error) { return load(ctx) }, Logger: slog.New(slog.NewJSONHandler(&log, nil))})
	held := make(chan string, 1)
	go func() {
		_, body := send(t, "POST", url+"/v1/predict", `{"texts":["a"]}`)
		held <- body
	}()
	<-old.sizes
	load = func(context.Context) ([]Model, error) { return nil, errors.New("a file is missing") }
	if err := s.Reload(context.Background()); err == nil || !strings.Contains(err.Error(), "a file is missing") {
		t.Errorf("the error is %v", err)
	}
	load = loading(next)
	if err := s.Reload(context.Background()); err != nil {
		t.Fatal(err)
	}
	if _, body := send(t, "POST", url+"/v1/predict", `{"texts":["a"]}`); !strings.Contains(body, fmt.Sprint(probability("a", 1))) {
		t.Errorf("the new model says %s", body)
	}
	if old.closed.Load() {
		t.Error("the old model was closed under a request")
	}
	close(old.hold)
	if body := <-held; !strings.Contains(body, fmt.Sprint(probability("a", 0))) {
		t.Errorf("the old model says %s", body)
	}
	for !old.closed.Load() {
		time.Sleep(time.Millisecond)
	}
	_, metrics := send(t, "GET", url+"/metrics", "")
	for _, want := range []string{`unroll_reloads_total{result="failed"} 1`, `unroll_reloads_total{result="ok"} 2`, "unroll_models_loaded 1", `unroll_http_requests_total{code="200",route="/v1/predict"} 2`} {
		if !strings.Contains(metrics, want) {
			t.Errorf("no %s in the metrics", want)
		}
	}
	if !strings.Contains(log.String(), "a file is missing") || strings.Contains(log.String(), `"content"`) {
		t.Errorf("the log is\n%s", &log)
	}
}

// TestRun: slow clients are told 408, and the end answers what was accepted and
// closes the models.
func TestRun(t *testing.T) {
	m := newFake("one")
	m.hold, m.sizes = make(chan struct{}), make(chan int, 1)
	s, err := New(Config{Load: loading(m), ReadTimeout: 300 * time.Millisecond, Linger: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx, l) }()
	url := "http://" + l.Addr().String()
	slow, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer slow.Close()
	fmt.Fprint(slow, "POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n{")
	head := make([]byte, 20)
	if _, err := slow.Read(head); err != nil || !strings.HasPrefix(string(head), "HTTP/1.1 408") {
		t.Errorf("a slow client is told %q, error %v", head, err)
	}
	answer := make(chan int, 1)
	go func() {
		a, _ := send(t, "POST", url+"/v1/predict", `{"texts":["a"]}`)
		answer <- a.StatusCode
	}()
	<-m.sizes
	cancel()
	for {
		a, err := http.Get(url + "/readyz")
		if err != nil {
			break // the listener is closed
		}
		a.Body.Close()
		time.Sleep(time.Millisecond)
	}
	close(m.hold)
	if status := <-answer; status != 200 {
		t.Errorf("an accepted request got %d", status)
	}
	if err := <-ended; err != nil || !m.closed.Load() {
		t.Errorf("it ended with %v, the model closed: %t", err, m.closed.Load())
	}
	if err := s.Reload(context.Background()); err == nil {
		t.Error("it reloads after its end")
	}
}
