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
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/pkg/errors"
)

// TestRefused: each rule for a request, with the status, the code and a line that
// says what is wrong.
func TestRefused(t *testing.T) {
	m := newFake("one")
	m.fail = "fail"
	_, url := started(t, Config{Load: loading(m), MaxBody: 200, MaxTexts: 3, MaxTextBytes: 20, Queue: 5, BatchSize: 2, ExplainQueue: 5})
	long := strings.Repeat("x", 21)
	for _, c := range []struct {
		body   string
		status int
		code   string
		want   string
	}{
		{``, 415, "unsupported_media_type", "application/json"},
		{`{`, 400, "bad_request", "ends at byte 1"},
		{`[]`, 400, "bad_request", "want an object"},
		{`null`, 400, "bad_request", "want an object"},
		{`{}`, 400, "bad_request", "texts is missing or empty"},
		{`{"texts":[]}`, 400, "bad_request", "texts is missing or empty"},
		{`{"texts":"a"}`, 400, "bad_request", "want an array of strings"},
		{`{"texts":[1]}`, 400, "bad_request", "want a string in texts"},
		{`{"texts":["a",]}`, 400, "bad_request", "want a string in texts"},
		{`{"texts":["a"],}`, 400, "bad_request", "want a name"},
		{`{"texts":["a"]} x`, 400, "bad_request", "goes on after the object"},
		{`{"texts":["a"],"texts":["b"]}`, 400, "bad_request", `"texts" twice`},
		{`{"texts":["a"],"explain":1}`, 400, "bad_request", "true or false"},
		{`{"texts":["a"],"model":""}`, 400, "bad_request", "model is empty"},
		{`{"texts":["a"],"Model":"one"}`, 400, "bad_request", "unknown field"},
		{"{\"texts\":[\"\xff\"]}", 400, "bad_request", "not UTF-8"},
		{`{"texts":["\x"]}`, 400, "bad_request", ""},
		{"{\"texts\":[\"a\nb\"]}", 400, "bad_request", ""},
		{`{"texts":["a"],"model":"two"}`, 404, "unknown_model", "no model of that name"},
		{`{"texts":["a","b","c","d"]}`, 413, "too_large", "more than 3 texts"},
		{`{"texts":["` + long + `"]}`, 413, "too_large", "21 bytes, want at most 20"},
		{`{"texts":["` + strings.Repeat("y", 200) + `"]}`, 413, "too_large", "more than 200 bytes"},
		{`{"texts":["fail"]}`, 500, "internal", "the log has the reason"},
	} {
		a, body := send(t, "POST", url+"/v1/predict", c.body)
		var e struct {
			Error struct{ Code, Message string }
		}
		if err := json.Unmarshal([]byte(body), &e); err != nil || a.StatusCode != c.status || e.Error.Code != c.code ||
			!strings.Contains(strings.ReplaceAll(e.Error.Message, "server's log", "log"), c.want) || strings.Contains(e.Error.Message, "\n") {
			t.Errorf("%.60s: %d %s, want %d, %s, %q", c.body, a.StatusCode, body, c.status, c.code, c.want)
		}
		if strings.Contains(body, "reason for the log") || strings.Contains(body, long) {
			t.Errorf("%.60s: the answer says too much: %s", c.body, body)
		}
	}
	for _, c := range []struct {
		method, path string
		headers      []string
		status       int
	}{
		{"GET", "/v1/predict", nil, 405}, {"DELETE", "/v1/models", nil, 405}, {"POST", "/healthz", nil, 405},
		{"GET", "/v1/models/two/history", nil, 404}, {"GET", "/nothing", nil, 404}, {"HEAD", "/v1/models", nil, 200},
	} {
		a, _ := send(t, c.method, url+c.path, "", c.headers...)
		if a.StatusCode != c.status || c.status == 405 && a.Header.Get("Allow") == "" {
			t.Errorf("%s %s: %s, Allow %q", c.method, c.path, a.Status, a.Header.Get("Allow"))
		}
	}
	ok := `{"texts":["a"]}`
	if a, _ := send(t, "POST", url+"/v1/predict", ok, "Content-Type", "text/plain"); a.StatusCode != 415 {
		t.Errorf("plain text: %s", a.Status)
	}
	if a, _ := send(t, "POST", url+"/v1/predict", ok, "Content-Encoding", "gzip"); a.StatusCode != 415 {
		t.Errorf("gzip: %s", a.Status)
	}
	if a, _ := send(t, "POST", url+"/v1/predict", ok, "Content-Type", "application/json; charset=UTF-8"); a.StatusCode != 200 {
		t.Errorf("with a charset: %s", a.Status)
	}
}

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

// TestBatches: one request alone does not wait; those that come while a batch
// runs are gathered into one, and a large one does not hold up a small one.
func TestBatches(t *testing.T) {
	m := newFake("one")
	m.hold, m.sizes = make(chan struct{}), make(chan int, 100)
	_, url := started(t, Config{Load: loading(m), BatchSize: 4, Parallel: 1, BatchWait: time.Hour, Queue: 64, MaxTexts: 32, ExplainQueue: 32})
	var wg sync.WaitGroup
	ask := func(n int, name string) {
		texts := make([]string, n)
		for i := range texts {
			texts[i] = fmt.Sprintf("%s %d", name, i)
		}
		list, _ := json.Marshal(texts)
		wg.Go(func() {
			a, body := send(t, "POST", url+"/v1/predict", fmt.Sprintf(`{"texts":%s}`, list))
			if a.StatusCode != 200 || strings.Count(body, `"label"`) != n {
				t.Errorf("%s: %s %s", name, a.Status, body)
			}
		})
	}
	ask(1, "first")
	if n := <-m.sizes; n != 1 {
		t.Errorf("the first batch has %d texts", n)
	}
	for i := range 7 {
		ask(1, fmt.Sprint("next ", i))
	}
	for m.queued(t, url) != 7 {
		time.Sleep(time.Millisecond)
	}
	close(m.hold)
	a, b := <-m.sizes, <-m.sizes
	if a != 4 || b != 3 {
		t.Errorf("batches of %d and %d, want 4 and 3", a, b)
	}
	wg.Wait()
	ask(11, "large")
	wg.Wait()
}

// queued reads the number of waiting texts from the metrics.
func (f *fake) queued(t *testing.T, url string) (n int) {
	_, body := send(t, "GET", url+"/metrics", "")
	for line := range strings.Lines(body) {
		if rest, ok := strings.CutPrefix(line, `unroll_queued_texts{kind="predict"} `); ok {
			if _, err := fmt.Sscan(rest, &n); err != nil {
				t.Fatal(err)
			}
			return n
		}
	}
	t.Fatalf("no queue in\n%s", body)
	return 0
}

// TestBackPressure: a full queue is answered by 429 at once, a time limit by 504,
// and a client that leaves takes its texts out of the queue.
func TestBackPressure(t *testing.T) {
	m := newFake("one")
	m.hold, m.sizes = make(chan struct{}), make(chan int, 100)
	_, url := started(t, Config{Load: loading(m), BatchSize: 2, Parallel: 1, Queue: 4, MaxTexts: 4, ExplainQueue: 4, BatchWait: time.Hour, Timeout: 500 * time.Millisecond})
	var wg sync.WaitGroup
	status := func(body string) int {
		a, _ := send(t, "POST", url+"/v1/predict", body)
		if a.StatusCode == 429 && a.Header.Get("Retry-After") == "" {
			t.Error("429 without Retry-After")
		}
		return a.StatusCode
	}
	wg.Go(func() {
		if got := status(`{"texts":["a","b"]}`); got != 504 {
			t.Errorf("held: %d, want 504", got)
		}
	})
	<-m.sizes
	ctx, leave := context.WithCancel(context.Background())
	wg.Go(func() {
		r, _ := http.NewRequestWithContext(ctx, "POST", url+"/v1/predict", strings.NewReader(`{"texts":["c","d"]}`))
		r.Header.Set("Content-Type", "application/json")
		if a, err := http.DefaultClient.Do(r); err == nil {
			a.Body.Close()
			t.Errorf("a client that left got %s", a.Status)
		}
	})
	for m.queued(t, url) != 2 {
		time.Sleep(time.Millisecond)
	}
	if got := status(`{"texts":["e","f","g"]}`); got != 429 {
		t.Errorf("beyond the queue: %d, want 429", got)
	}
	leave()
	for m.queued(t, url) != 0 {
		time.Sleep(time.Millisecond)
	}
	wg.Wait()
	close(m.hold)
	if got := status(`{"texts":["e","f","g"]}`); got != 200 {
		t.Errorf("afterwards: %d", got)
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
	fmt.Fprint(slow, "POST /v1/predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n{")
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

func TestWrongConfig(t *testing.T) {
	for want, c := range map[string]Config{
		"Config.Load is nil":   {},
		"Config.BatchSize":     {Load: loading(), BatchSize: -1},
		"at least Config.MaxT": {Load: loading(), Queue: 2, MaxTexts: 3},
		"no index.html":        {Load: loading(), Page: fstest.MapFS{"a.html": {}}},
	} {
		if _, err := New(c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error is %v, want %s", err, want)
		}
	}
	for want, models := range map[string][]Model{"there is no model": nil, `two models have the name "one"`: {newFake("one"), newFake("one")}, "has no name": {newFake("")}} {
		s, err := New(Config{Load: loading(models...)})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Reload(context.Background()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error is %v, want %s", err, want)
		}
		for _, m := range models {
			if !m.(*fake).closed.Load() {
				t.Errorf("%s: a model is open", want)
			}
		}
	}
}
