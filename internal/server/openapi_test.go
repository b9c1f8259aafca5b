package server

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestOpenAPI holds the handlers to the description: every route is in it, every
// status that it tells of is exercised, none other is given, and each answer fits
// its schema.
func TestOpenAPI(t *testing.T) {
	d := describe(t)
	wanted := d.all()
	check := func(method, path string, a *http.Response, body string) {
		t.Helper()
		delete(wanted, fmt.Sprintf("%s %s %d", method, path, a.StatusCode))
		if err := d.check(method, path, a, body); err != nil {
			t.Error(err)
		}
	}

	number := newFake("number")
	number.info.Task, number.info.Classes, number.fail = Number, nil, "fail"
	labels := newFake("labels")
	labels.info.Task, labels.info.Classes, labels.info.Thresholds = Labels, []string{"a", "b"}, []float64{0.5, 0}
	s, url := started(t, Config{Load: loading(newFake("one"), number, labels), Page: fstest.MapFS{"index.html": {Data: []byte("<html>")}}, MaxTexts: 2})
	var routes []string
	for _, r := range s.routes() {
		routes = append(routes, r.path)
		if d.Paths[r.path][strings.ToLower(r.method)].Responses == nil {
			t.Errorf("%s %s is not described", r.method, r.path)
		}
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(d.Paths)), slices.Sorted(slices.Values(routes))); diff != "" {
		t.Errorf("described and routed: %s", diff)
	}
	for _, r := range s.routes() {
		path := strings.Replace(r.path, "{name}", "one", 1)
		if r.method == http.MethodGet {
			a, body := send(t, "GET", url+path, "")
			check("GET", r.path, a, body)
		}
		// The answer to another method is described where the path is.
		a, body := send(t, "DELETE", url+path, "")
		check(r.method, r.path, a, body)
	}
	// Those that are not answered at all, by the routes before their methods.
	for _, r := range s.routes() {
		path := strings.Replace(r.path, "{name}", "one", 1)
		a, body := sendTo(t, "evil.example", r.method, url+path, "")
		check(r.method, r.path, a, body) // 421
		a, body = send(t, r.method, url+path, "", "Origin", "http://evil.example")
		check(r.method, r.path, a, body) // 403
		if !r.open {
			s.SetToken("a long secret of this test")
			a, body = send(t, r.method, url+path, "")
			check(r.method, r.path, a, body) // 401
			s.SetToken("")
		}
	}
	a, body := send(t, "GET", url+"/v1/models/two/history", "")
	check("GET", "/v1/models/{name}/history", a, body)
	a, body = send(t, "GET", url+"/nothing", "")
	check("GET", "/", a, body)
	for _, request := range []string{
		`{"texts":["a","b c"]}`, `{"texts":["a"],"explain":true}`, `{"texts":["a"],"model":"number","explain":true}`, `{"texts":["a"],"model":"labels","explain":true}`,
		`{`, `{"texts":["a"],"model":"two"}`, `{"texts":["a","b","c"]}`, ``, `{"texts":["fail"],"model":"number"}`,
	} {
		a, body := send(t, "POST", url+"/v1/predict", request)
		check("POST", "/v1/predict", a, body)
	}

	// Those that take a server in trouble.
	s.failed.Store(&failure{time.Now(), "a file is missing"})
	a, body = send(t, "GET", url+"/readyz", "")
	check("GET", "/readyz", a, body)
	empty, err := New(Config{Load: loading()})
	if err != nil {
		t.Fatal(err)
	}
	h := httptest.NewServer(empty.Handler())
	defer h.Close()
	for _, path := range []string{"/v1/models", "/v1/models/{name}/history", "/readyz"} {
		a, body := send(t, "GET", h.URL+path, "")
		check("GET", path, a, body)
	}
	a, body = send(t, "POST", h.URL+"/v1/predict", `{"texts":["a"]}`)
	check("POST", "/v1/predict", a, body)

	held := newFake("one")
	held.hold, held.sizes = make(chan struct{}), make(chan int, 100)
	_, url = started(t, Config{Load: loading(held), Parallel: 1, BatchSize: 1, Queue: 1, MaxTexts: 1, ExplainQueue: 1, Timeout: 300 * time.Millisecond})
	var late [2]*http.Response
	done := make(chan int)
	for i := range late {
		go func() {
			late[i], _ = send(t, "POST", url+"/v1/predict", `{"texts":["a"]}`)
			done <- i
		}()
		if i == 0 {
			<-held.sizes
		}
	}
	for held.queued(t, url) != 1 {
		time.Sleep(time.Millisecond)
	}
	a, body = send(t, "POST", url+"/v1/predict", `{"texts":["a"]}`) // 429
	check("POST", "/v1/predict", a, body)
	<-done
	<-done
	close(held.hold)
	check("POST", "/v1/predict", late[0], `{"error":{"code":"timeout","message":"as above"}}`)

	slow := httptest.NewUnstartedServer(empty.Handler())
	slow.Config.ReadTimeout = 100 * time.Millisecond
	slow.Start()
	defer slow.Close()
	r, err := http.NewRequestWithContext(context.Background(), "POST", slow.URL+"/v1/predict", neverEnding{})
	if err != nil {
		t.Fatal(err)
	}
	r.ContentLength = 100
	r.Header.Set("Content-Type", "application/json")
	if a, err := http.DefaultClient.Do(r); err != nil {
		t.Fatal(err)
	} else {
		var b bytes.Buffer
		_, _ = b.ReadFrom(a.Body)
		a.Body.Close()
		check("POST", "/v1/predict", a, b.String()) // 408
	}
	if len(wanted) > 0 {
		t.Errorf("described and never given: %v", slices.Sorted(maps.Keys(wanted)))
	}
}

// neverEnding is a body that does not arrive.
type neverEnding struct{}

func (neverEnding) Read([]byte) (int, error) {
	time.Sleep(time.Second)
	return 0, nil
}
