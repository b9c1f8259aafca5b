package server

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// TestHosts: a request is answered if its host cannot be that of another's page, on
// every route; else it is told in one line which host that was, and what to do.
func TestHosts(t *testing.T) {
	var log safeBuffer
	s, url := started(t, Config{
		Load: loading(newFake("one")), Page: fstest.MapFS{"index.html": {Data: []byte("<html>")}},
		Hosts: []string{"Model.Example.org.", "box"}, Logger: slog.New(slog.NewJSONHandler(&log, nil)),
	})
	for host, ok := range map[string]bool{
		"localhost": true, "localhost:8080": true, "LocalHost.": true, "a.localhost": true, "localhost:": true,
		"127.0.0.1": true, "127.0.0.1:1": true, "192.0.2.7": true, "[::1]": true, "[::1]:8080": true, "[fe80::1]:80": true,
		"model.example.org": true, "MODEL.example.ORG:443": true, "model.example.org.": true, "model.example.org.:80": true, "box:8080": true,

		"evil.example": false, "evil.example:8080": false, "localhost.evil.example": false, "xlocalhost": false,
		"127.0.0.1.evil.example": false, "127.1": false, "2130706433": false, "0x7f.0.0.1": false, "127.0.0.1.nip.io": false,
		"example.org": false, "a.model.example.org": false, "model.example.org..": false,
		"::1": false, "[localhost]": false, "[127.0.0.1]": false, "[x:.localhost]": false, "[::1": false, "[::1]x": false,
		"localhost:8080.evil.example": false, "localhost:80:80": false, "localhost:-1": false,
	} {
		if got := s.answersTo(host); got != ok {
			t.Errorf("%q is answered: %t", host, got)
		}
	}
	for _, r := range s.routes() {
		path := strings.Replace(r.path, "{name}", "one", 1)
		a, body := sendTo(t, "evil.example:8080", r.method, url+path, "")
		var e struct {
			Error struct{ Code, Message string }
		}
		if err := json.Unmarshal([]byte(body), &e); err != nil || a.StatusCode != 421 || e.Error.Code != "misdirected" ||
			!strings.Contains(e.Error.Message, "evil.example:8080") || !strings.Contains(e.Error.Message, "--host") {
			t.Errorf("%s: %s %s", r.path, a.Status, body)
		}
		if a, body := sendTo(t, "box", http.MethodGet, url+"/healthz", ""); a.StatusCode != 200 {
			t.Errorf("a known host: %s %s", a.Status, body)
		}
	}
	if !strings.Contains(log.String(), "evil.example") {
		t.Errorf("the log does not tell the host: %s", &log)
	}
}

// TestNoHost: HTTP/1.0 may leave it out, as some health checks do; HTTP/1.1 may not.
func TestNoHost(t *testing.T) {
	_, url := started(t, Config{Load: loading(newFake("one"))})
	for request, want := range map[string]string{
		"GET /readyz HTTP/1.0\r\n\r\n":                                                                     " 200 ",
		"GET /readyz HTTP/1.1\r\n\r\n":                                                                     " 400 ",
		"GET /readyz HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n":                            " 400 ",
		"GET http://evil.example/readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n":          " 421 ",
		"GET /readyz HTTP/1.1\r\nHost: " + strings.Repeat("x", 5000) + "\r\nConnection: close\r\n\r\n":     " 421 ",
		"GET /readyz HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: box\r\nConnection: close\r\n\r\n": " 421 ",
		"GET /readyz HTTP/1.0\r\nHost: evil.example\r\n\r\n":                                               " 421 ",
	} {
		if got := raw(t, url, request); !strings.Contains(strings.SplitN(string(got), "\r\n", 2)[0], want) || bytes.Count(got, []byte("HTTP/1.")) != 1 || len(got) > 2000 {
			t.Errorf("%.100q: %.300q, want %s", request, got, want)
		}
	}
}

// raw sends bytes over a connection of their own, and returns all that comes back
// until the server closes it.
func raw(t *testing.T, url, request string) []byte {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := fmt.Fprint(c, request); err != nil {
		t.Fatal(err)
	}
	_ = c.SetReadDeadline(time.Now().Add(time.Minute)) // so as not to wait for ever
	var b bytes.Buffer
	_, _ = b.ReadFrom(c) // a connection that is reset has told what it had to
	return b.Bytes()
}

// TestParseHost: what --host may name, and why not the others.
func TestParseHost(t *testing.T) {
	for name, want := range map[string]string{
		"example.org": "example.org", "Example.ORG.": "example.org", "box": "box", "a_b.c-d": "a_b.c-d", "xn--bcher-kva.example": "xn--bcher-kva.example",
	} {
		if got, err := ParseHost(name); got != want || err != nil {
			t.Errorf("%q: %q, error %v", name, got, err)
		}
	}
	for name, want := range map[string]string{
		"": "empty", ".": "empty", "http://a": "scheme", "a:80": "port", "*.a": "*", "a b": "no part", "bücher.example": "xn--", "a..b": "no characters", "-a": "no part", "a/b": "no part",
		"a\n": "no part", strings.Repeat("a", 64): "63", strings.Repeat("a.", 130): "253", "localhost": "without it", "x.localhost": "without it", "10.0.0.1": "without it", "[::1]": "without it", "::1": "without it",
	} {
		if got, err := ParseHost(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %q, error %v, want %s", name, got, err, want)
		}
	}
	if _, err := New(Config{Load: loading(), Hosts: []string{"a:80"}}); err == nil || !strings.Contains(err.Error(), `Config.Hosts has "a:80"`) {
		t.Errorf("the error is %v", err)
	}
}

// TestOrigins: the page of another origin gets nothing, by whichever method, of which
// the browser tells by one header or the other; ours and programs get their answers.
func TestOrigins(t *testing.T) {
	_, url := started(t, Config{Load: loading(newFake("one")), Page: fstest.MapFS{"index.html": {Data: []byte("<html>")}, "page.js": {}}})
	link := []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"}
	for _, c := range []struct {
		method, path string
		headers      []string
		status       int
	}{
		{"POST", "/v1/predict", nil, 200},
		{"POST", "/v1/predict", []string{"Origin", url}, 200},
		{"POST", "/v1/predict", []string{"Origin", url, "Sec-Fetch-Site", "same-origin"}, 200},
		{"POST", "/v1/predict", []string{"Sec-Fetch-Site", "none"}, 200},
		{"POST", "/v1/predict", []string{"Origin", "http://evil.example"}, 403},
		{"POST", "/v1/predict", []string{"Origin", "http://127.0.0.1:1"}, 403},
		{"POST", "/v1/predict", []string{"Origin", "null"}, 403},
		{"POST", "/v1/predict", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"POST", "/v1/predict", []string{"Sec-Fetch-Site", "same-site", "Origin", url}, 403},
		{"OPTIONS", "/v1/predict", []string{"Origin", "http://evil.example", "Access-Control-Request-Method", "POST"}, 403},
		{"GET", "/v1/models", []string{"Sec-Fetch-Site", "same-origin"}, 200},
		{"GET", "/v1/models", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"GET", "/v1/models", []string{"Origin", "http://evil.example"}, 403},
		{"GET", "/v1/models", link, 403},
		{"GET", "/metrics", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"GET", "/nothing", link, 403},
		{"GET", "/", link, 200},
		{"GET", "/", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "iframe"}, 403},
		{"GET", "/page.js", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "script"}, 403},
		{"POST", "/", link, 403},
	} {
		body := ""
		if c.method == "POST" {
			body = `{"texts":["a"]}`
		}
		a, got := send(t, c.method, url+c.path, body, c.headers...)
		if a.StatusCode != c.status || c.status == 403 && !strings.Contains(got, `"cross_origin"`) {
			t.Errorf("%s %s %v: %s %s, want %d", c.method, c.path, c.headers, a.Status, got, c.status)
		}
		for name := range a.Header {
			if strings.HasPrefix(name, "Access-Control-") {
				t.Errorf("%s %s %v: %s is allowed to read it", c.method, c.path, c.headers, name)
			}
		}
	}
}

// FuzzParseHost: a name that may be given is read as itself again, and answered in any
// case, with a dot and with a port; nothing else is.
func FuzzParseHost(f *testing.F) {
	for _, name := range []string{"model.example.org", "Box.", "a_b", "localhost", "::1", "[::1]:80", "https://a", "*.a", "-a", "a..b", "127.1", "한국"} {
		f.Add(name, name)
	}
	f.Fuzz(func(t *testing.T, name, other string) {
		host, err := ParseHost(name)
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("%q: error %q", name, err)
			}
			return
		}
		if again, err := ParseHost(host); err != nil || again != host {
			t.Errorf("%q became %q, and that %q, error %v", name, host, again, err)
		}
		s := &Server{hosts: map[string]bool{host: true}}
		for _, h := range []string{host, strings.ToUpper(host), host + ".", host + ":80", host + ".:80"} {
			if !s.answersTo(h) {
				t.Errorf("%q is not answered by %q", h, name)
			}
		}
		if (&Server{}).answersTo(other) != s.answersTo(other) && !strings.EqualFold(strings.TrimSuffix(strings.SplitN(other, ":", 2)[0], "."), host) {
			t.Errorf("%q is answered since %q is", other, name)
		}
	})
}
