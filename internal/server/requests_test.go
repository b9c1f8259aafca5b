package server

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/pkg/errors"
)

// arrival is what reached the server's handler of a request.
type arrival struct {
	method, path, host, authorization, site string
	secret                                  bool // whether a token was asked for
	body                                    bytes.Buffer
}

// noted is a body that is noted while it is read.
type noted struct {
	io.Reader
	io.Closer
}

// seen notes the requests that reach a handler, by their client.
type seen struct {
	http.Handler
	s  *Server
	mu sync.Mutex
	of map[string][]*arrival
}

func (s *seen) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := &arrival{
		method: r.Method, path: r.URL.Path, host: r.Host, secret: s.s.token.Load() != nil,
		authorization: r.Header.Get("Authorization"), site: r.Header.Get("Origin") + r.Header.Get("Sec-Fetch-Site"),
	}
	s.mu.Lock()
	s.of[r.RemoteAddr] = append(s.of[r.RemoteAddr], q)
	s.mu.Unlock()
	r.Body = noted{io.TeeReader(r.Body, &q.body), r.Body}
	s.Handler.ServeHTTP(w, r)
}

// FuzzRequests: whatever clients send over two connections, and whenever, the server
// answers each request once, as openapi.json says; judges texts only for those who may
// ask, and rightly; ends every connection, and afterwards answers a good request; and
// nothing of it is left when it ends. Time is that of a bubble.
func FuzzRequests(f *testing.F) {
	const post, get, local, kind, length, chunks, token = "POST /v1/predict HTTP/1.1\r\n", "GET /v1/models HTTP/1.1\r\n", "Host: localhost\r\n",
		"Content-Type: application/json\r\n", "Content-Length: 20\r\n", "Transfer-Encoding: chunked\r\n", "Authorization: Bearer " + secret + "\r\n"
	good := []any{post, local, kind, length, "\r\n", question}
	for _, seed := range [][]any{
		good, append(slices.Clone(good), good...),
		append(append([]any{actSecret}, good...), post, local, kind, length, token, "\r\n", question),
		append(append([]any{actReload}, good...), actBroken, "GET /readyz HTTP/1.1\r\n", local, "\r\n"),
		{post, local, kind, chunks, "\r\n", "14\r\n" + question + "\r\n", "0\r\n\r\n", get, local, "\r\n"},
		{post, local, kind, length, chunks, "\r\n", question, get, local, "\r\n"},
		{post, local, kind, length, "\r\n{", actSlow, actSecond, get, local, "\r\n", actFirst, actLeave, get, local, "\r\n"},
		{post, local, kind, length, "Expect: 100-continue\r\n", "\r\n", actPause, question, post, local, kind, length, "Expect: 100-continue\r\n", "\r\n", actLeave},
		{post, local, kind, "Content-Length: ", "18\r\n\r\n", `{"texts":["wait"]}`, actLeave, post, local, kind, "Content-Length: ", "500\r\n\r\n", strings.Repeat("x", 400)},
		{get, "Host: evil.example\r\n", "\r\n", get, local, "Origin: http://evil.example\r\n", "\r\n", get, "Host: model.example.org\r\n", "\r\n"},
		{"GET / HTTP/1.1\r\n", local, "Range: bytes=1-2\r\n", "\r\n", "GET / HTTP/1.1\r\n", local, "If-None-Match: *\r\n", "\r\n", "GET ", "/..", " HTTP/1.0\r\n", "\r\n"},
		{"OPTIONS * HTTP/1.1\r\n", local, "\r\n", "GET ", "//", "/v1/models/", " HTTP/1.1\r\n", local, "\r\n"},
		{"CONNECT localhost:80 HTTP/1.1\r\n", local, "\r\n"}, {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", get},
		{"GET ", "/v1/models/", "%2f", "/history", " HTTP/1.1\r\n", local, "\r\n", "HEAD /v1/models HTTP/1.1\r\n", local, "\r\n", "DELETE ", "/v1/predict", " HTTP/1.1\r\n", local, "\r\n"},
		{get, local, strings.Repeat("X: y\r\n", 4000), "\r\n"}, {"GET ", "http://evil.example", "/v1/predict", " HTTP/1.1\r\n", local, "\r\n"},
	} {
		f.Add(script(seed...))
	}
	d := describe(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 2000 {
			return // it would take long, and find no more; no seed is as long
		}
		synctest.Test(t, func(t *testing.T) { requestsHold(t, d, data) })
	})
}

func requestsHold(t *testing.T, d *description, data []byte) {
	var log safeBuffer
	var broken bool
	s, err := New(Config{
		Load: func(context.Context) ([]Model, error) {
			if broken {
				return nil, errors.New("a file is missing")
			}
			m := newFake("one")
			m.delay = time.Millisecond
			return []Model{m}, nil
		},
		Page: fstest.MapFS{"index.html": {Data: []byte("<html>")}}, Hosts: []string{"model.example.org"}, Logger: slog.New(slog.NewJSONHandler(&log, nil)),
		MaxBody: 300, MaxTexts: 3, MaxTextBytes: 100, MaxHeld: 400, Queue: 3, BatchSize: 2, ExplainQueue: 3, Parallel: 1,
	})
	if err != nil {
		t.Fatal(err)
	}
	arrived := &seen{Handler: s.handler, s: s, of: map[string][]*arrival{}}
	s.handler = arrived
	l := newPipes()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx, l) }()
	synctest.Wait()

	all := play(s, l, data, &broken)
	time.Sleep(5 * time.Minute) // which no silent connection survives
	synctest.Wait()
	s.SetToken("")
	for _, c := range all {
		select {
		case <-c.done:
		default:
			t.Errorf("the connection of %s is open", c.name)
			_ = c.Close()
			<-c.done
		}
		answersHold(t, d, c, arrived.of[c.name])
	}
	if held := s.held.Load(); held != 0 {
		t.Errorf("%d bytes are held", held)
	}
	last := l.dial("last")
	fmt.Fprintf(last, "POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s", len(question), question)
	<-last.done
	if got := answersHold(t, d, last, arrived.of["last"]); len(got) != 1 || got[0] != http.StatusOK {
		t.Errorf("a good request at the end is answered with %v", got)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("it ended with %v", err)
	}
	if strings.Contains(log.String(), "http: panic") || strings.Contains(log.String(), "superfluous") {
		t.Errorf("the log has %s", &log)
	}
}

// answersHold holds what a client got to what arrived of it, and returns the statuses.
func answersHold(t *testing.T, d *description, c *client, arrived []*arrival) (statuses []int) {
	in := bufio.NewReader(&c.got)
	for {
		if _, err := in.Peek(1); err != nil {
			break
		}
		q := &arrival{method: http.MethodGet}
		known := len(statuses) < len(arrived)
		if known {
			q = arrived[len(statuses)]
		}
		a, err := http.ReadResponse(in, &http.Request{Method: q.method})
		var body []byte
		if err == nil {
			body, err = io.ReadAll(a.Body)
		}
		if err != nil {
			if !c.left {
				t.Errorf("%s: answer %d is no HTTP: %v", c.name, len(statuses), err)
			}
			return statuses
		}
		if a.StatusCode == http.StatusContinue {
			continue
		}
		statuses = append(statuses, a.StatusCode)
		if !known {
			// net/http's own refusal of what is no request ends the connection.
			if _, err := in.Peek(1); err == nil || !a.Close || !slices.Contains([]int{400, 417, 431, 501, 505}, a.StatusCode) {
				t.Errorf("%s: answer %d, to no request, is %s, close %t: %s", c.name, len(statuses), a.Status, a.Close, body)
			}
			break
		}
		if err := q.holds(d, a, body); err != nil {
			t.Errorf("%s: request %d, %s %q of %q: %v", c.name, len(statuses), q.method, q.path, q.host, err)
		}
	}
	if len(statuses) < len(arrived) && !c.left {
		t.Errorf("%s: %d requests have %d answers", c.name, len(arrived), len(statuses))
	}
	return statuses
}

// holds holds the answer to a request to the description, and to what it may tell.
func (q *arrival) holds(d *description, a *http.Response, body []byte) error {
	route := q.path
	switch name, history := strings.CutSuffix(route, "/history"); {
	case history && strings.HasPrefix(name, "/v1/models/") && d.Paths[route] == nil:
		route = "/v1/models/{name}/history"
	case d.Paths[route] == nil:
		route = "/"
	}
	method := http.MethodGet
	if route == "/v1/predict" {
		method = http.MethodPost
	}
	file := slices.Contains([]int{206, 304, 412, 416}, a.StatusCode) && (q.path == "/" || q.path == "/index.html")
	switch {
	case file: // as any file of HTTP
	case q.method == http.MethodHead:
		if len(body) > 0 {
			return errors.Errorf("HEAD is answered with %s", body)
		}
	default:
		if err := d.check(method, route, a, string(body)); err != nil {
			return err
		}
	}
	if a.StatusCode >= 400 || q.path == "/healthz" || q.path == "/readyz" {
		return nil
	}
	if u, err := url.Parse("http://" + q.host); err == nil {
		name := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
		_, no := netip.ParseAddr(name)
		if q.host != "" && no != nil && name != "localhost" && !strings.HasSuffix(name, ".localhost") && name != "model.example.org" {
			return errors.Errorf("the host is answered: %s", a.Status)
		}
	} else {
		return errors.Errorf("what is no host is answered: %s", a.Status)
	}
	if q.path == "/v1/predict" && (strings.Contains(q.site, "evil") || strings.Contains(q.site, "cross-site")) {
		return errors.Errorf("another site's page is answered: %s", a.Status)
	}
	_, shown, _ := strings.Cut(q.authorization, " ")
	basic, _ := base64.StdEncoding.DecodeString(shown)
	if q.secret && strings.TrimSpace(shown) != secret && !strings.HasSuffix(string(basic), ":"+secret) {
		return errors.Errorf("without the token it is answered: %s", a.Status)
	}
	if q.path != "/v1/predict" {
		return nil
	}
	var asked struct{ Texts []string }
	if err := json.Unmarshal(q.body.Bytes(), &asked); err != nil || !rightAnswer(body, asked.Texts) {
		return errors.Errorf("%s is answered with %s, error %v", &q.body, body, err)
	}
	return nil
}
