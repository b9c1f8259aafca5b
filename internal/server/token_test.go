package server

import (
	"context"
	"encoding/base64"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/pkg/errors"
)

// TestToken: all but the two that tell how the server is ask for it, programs show it
// as Bearer and browsers as a password, and another one can take its place.
func TestToken(t *testing.T) {
	const token, other = "correct horse battery", "another long secret"
	s, url := started(t, Config{Load: loading(newFake("one")), Page: fstest.MapFS{"index.html": {Data: []byte("<html>")}}})
	basic := func(user, password string) string {
		return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
	}
	right := []string{"Bearer " + token, "bearer " + token, "Bearer  " + token, basic("", token), basic("anybody", token)}
	wrong := []string{"", "Bearer", "Bearer " + token[:len(token)-1], "Bearer " + token + "x", "Bearer " + other, "Bearer " + strings.ToUpper(token), "Token " + token, token, basic(token, ""), basic("", other), "Basic ?"}
	ask := func(method, path, authorization string) int {
		t.Helper()
		body := ""
		if method == "POST" {
			body = `{"texts":["a"]}`
		}
		a, got := send(t, method, url+path, body, "Authorization", authorization)
		if a.StatusCode == 401 && (len(a.Header.Values("WWW-Authenticate")) != 2 || !strings.Contains(got, `"unauthorized"`)) {
			t.Errorf("%s: %v %s", path, a.Header, got)
		}
		return a.StatusCode
	}
	for _, r := range s.routes() {
		path := strings.Replace(r.path, "{name}", "one", 1)
		s.SetToken(token)
		for _, a := range right {
			if got := ask(r.method, path, a); got != 200 {
				t.Errorf("%s with %q: %d", path, a, got)
			}
		}
		want := 401
		if path == "/healthz" || path == "/readyz" {
			want = 200
		}
		for _, a := range wrong {
			if got := ask(r.method, path, a); got != want {
				t.Errorf("%s with %q: %d, want %d", path, a, got, want)
			}
		}
		s.SetToken(other)
		if got := ask(r.method, path, right[0]); got != want {
			t.Errorf("%s with the token of before: %d, want %d", path, got, want)
		}
		s.SetToken("")
		if got := ask(r.method, path, ""); got != 200 {
			t.Errorf("%s where none is asked for: %d", path, got)
		}
	}
	s.SetToken(token)
	if got := ask("GET", "/nothing", ""); got != 401 {
		t.Errorf("which paths there are is told without a token: %d", got)
	}
}

// TestReadyWithToken: why a reload failed, which may name files, is told to those who
// have the token.
func TestReadyWithToken(t *testing.T) {
	var load Loader = loading(newFake("one"))
	s, url := started(t, Config{Load: func(ctx context.Context) ([]Model, error) { return load(ctx) }})
	load = func(context.Context) ([]Model, error) {
		return nil, errors.New("/private/file is missing\nin two lines")
	}
	if s.Reload(t.Context()) == nil {
		t.Fatal("it was loaded")
	}
	s.SetToken("a long secret of this test")
	for authorization, told := range map[string]bool{"": false, "Bearer wrong": false, "Bearer a long secret of this test": true} {
		a, body := send(t, "GET", url+"/readyz", "", "Authorization", authorization)
		if a.StatusCode != 200 || !strings.Contains(body, `"failed_reload":{"time":"`) || strings.Contains(body, "/private/file is missing in two lines") != told {
			t.Errorf("%q: %s %s", authorization, a.Status, body)
		}
	}
}

// TestMetricsApart: they are at an address of their own and nowhere else, nothing else
// is there, and who asks must be admitted there as well.
func TestMetricsApart(t *testing.T) {
	listen := func() net.Listener {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	main, apart := listen(), listen()
	s, err := New(Config{Load: loading(newFake("one")), Metrics: apart, Linger: 1})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx, main) }()
	at := func(l net.Listener) string { return "http://" + l.Addr().String() }
	for _, c := range []struct {
		l      net.Listener
		path   string
		status int
	}{
		{main, "/metrics", 404}, {main, "/v1/models", 200},
		{apart, "/metrics", 200}, {apart, "/v1/models", 404}, {apart, "/", 404}, {apart, "/readyz", 404},
	} {
		if a, body := send(t, "GET", at(c.l)+c.path, ""); a.StatusCode != c.status || c.status == 404 && !strings.Contains(body, `"not_found"`) {
			t.Errorf("%s%s: %s %s", at(c.l), c.path, a.Status, body)
		}
	}
	if a, _ := sendTo(t, "evil.example", "GET", at(apart)+"/metrics", ""); a.StatusCode != http.StatusMisdirectedRequest {
		t.Errorf("another host: %s", a.Status)
	}
	s.SetToken("a long secret of this test")
	if a, _ := send(t, "GET", at(apart)+"/metrics", ""); a.StatusCode != http.StatusUnauthorized {
		t.Errorf("without a token: %s", a.Status)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("it ended with %v", err)
	}
	if c, err := net.Dial("tcp", apart.Addr().String()); err == nil {
		c.Close()
		t.Error("the metrics are still listened for")
	}
}
