package server

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"unroll/internal/answer"
)

// chunked sends a body without telling its length.
func chunked(t *testing.T, url string, body io.Reader) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "POST", url+"/v1/predict", struct{ io.Reader }{body})
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Error(err)
		return 0
	}
	a.Body.Close()
	return a.StatusCode
}

// TestHeldBytes: requests hold the bytes that they have sent, whether or not they
// told how many, the one that is too many gets 429, and none is held at the end.
func TestHeldBytes(t *testing.T) {
	m := newFake("one")
	m.hold, m.sizes = make(chan struct{}), make(chan int, 100)
	s, url := started(t, Config{Load: loading(m), MaxBody: 1000, MaxHeld: 1000, Parallel: 100})
	body := `{"texts":["` + strings.Repeat("x", 187) + `"]}` // 200 bytes
	send200 := func() int { a, _ := send(t, "POST", url+"/v1/predict", body); return a.StatusCode }
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			got := 0
			if i%2 == 0 {
				got = chunked(t, url, strings.NewReader(body))
			} else {
				got = send200()
			}
			if got != 200 {
				t.Errorf("request %d: %d", i, got)
			}
		})
	}
	for end := time.Now().Add(10 * time.Second); s.held.Load() != int64(4*len(body)); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d bytes are held, want %d", s.held.Load(), 4*len(body))
		}
	}
	long := `{"texts":["` + strings.Repeat("x", 500) + `"]}`
	if got := chunked(t, url, strings.NewReader(long)); got != 429 {
		t.Errorf("in chunks: %d, want 429", got)
	}
	if a, _ := send(t, "POST", url+"/v1/predict", long); a.StatusCode != 429 {
		t.Errorf("of known length: %s, want 429", a.Status)
	}
	close(m.hold)
	wg.Wait()
	for end := time.Now().Add(10 * time.Second); s.held.Load() != 0; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d bytes are held at the end", s.held.Load())
		}
	}
}

// broken is a model that panics.
type broken struct{ *fake }

func (b broken) Predict(ctx context.Context, texts []string) ([]answer.Answer, error) {
	if probing(texts) {
		return b.fake.Predict(ctx, texts)
	}
	panic("a bug")
}

// short is a model that gives too few predictions.
type short struct{ *fake }

func (s short) Predict(ctx context.Context, texts []string) ([]answer.Answer, error) {
	if probing(texts) {
		return s.fake.Predict(ctx, texts)
	}
	return nil, nil
}

// TestBrokenModels: what is wrong with one is 500 for those that ask it.
func TestBrokenModels(t *testing.T) {
	_, url := started(t, Config{Load: loading(newFake("good"), broken{newFake("broken")}, short{newFake("short")})})
	for range 3 {
		for model, want := range map[string]int{"good": 200, "broken": 500, "short": 500} {
			if a, body := send(t, "POST", url+"/v1/predict", fmt.Sprintf(`{"texts":["a"],"model":%q}`, model)); a.StatusCode != want {
				t.Errorf("%s: %s %s, want %d", model, a.Status, body, want)
			}
		}
	}
}

// TestNoSuchPath: there is nothing to be allowed at a path that there is not.
func TestNoSuchPath(t *testing.T) {
	page := fstest.MapFS{"index.html": {Data: []byte("<html>")}}
	_, url := started(t, Config{Load: loading(newFake("one")), Page: page})
	for path, want := range map[string]int{"/": 405, "/index.html": 405, "/nothing": 404, "/v1/predict/": 404} {
		if a, _ := send(t, "POST", url+path, ""); a.StatusCode != want || (want == 405) != (a.Header.Get("Allow") != "") {
			t.Errorf("POST %s: %s, Allow %q, want %d", path, a.Status, a.Header.Get("Allow"), want)
		}
	}
}

// TestEndOfConnections: while the server leaves, connections end with their answer
// and /readyz says so; one that never asked does not hold up the end.
func TestEndOfConnections(t *testing.T) {
	s, err := New(Config{Load: loading(newFake("one")), Linger: time.Second, Drain: 2 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx, l) }()
	dial := func() net.Conn {
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		return c
	}
	silent, used := dial(), dial()
	get := func(path string) *http.Response {
		fmt.Fprintf(used, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", path)
		a, err := http.ReadResponse(bufio.NewReader(used), nil)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, a.Body)
		a.Body.Close()
		return a
	}
	if a := get("/readyz"); a.StatusCode != 200 || a.Close {
		t.Errorf("before: %s, close %t", a.Status, a.Close)
	}
	cancel()
	for s.state.Load() == serving {
		time.Sleep(time.Millisecond)
	}
	if a := get("/readyz"); a.StatusCode != 503 || !a.Close {
		t.Errorf("while leaving: %s, close %t", a.Status, a.Close)
	}
	if err := <-ended; err != nil {
		t.Errorf("it ended with %v", err)
	}
	if n, err := silent.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("a silent connection got %d bytes, error %v", n, err)
	}
}

// TestReloadWhileEnding: whatever is loaded meanwhile, all models are closed.
func TestReloadWhileEnding(t *testing.T) {
	for range 50 {
		var mu sync.Mutex
		var all []*fake
		s, err := New(Config{Linger: time.Nanosecond, Load: func(context.Context) ([]Model, error) {
			mu.Lock()
			defer mu.Unlock()
			all = append(all, newFake("one"))
			return []Model{all[len(all)-1]}, nil
		}})
		if err != nil {
			t.Fatal(err)
		}
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Reload(t.Context()); err != nil { // or Run would wait for its turn to load them
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		reloads, stop := context.WithCancel(context.Background())
		var wg sync.WaitGroup
		wg.Go(func() {
			for reloads.Err() == nil && s.Reload(reloads) == nil {
			}
		})
		time.AfterFunc(time.Millisecond, cancel)
		if err := s.Run(ctx, l); err != nil {
			t.Errorf("it ended with %v", err)
		}
		stop()
		wg.Wait()
		cancel()
		mu.Lock() // a load that was left behind may still be on its way
		loaded := slices.Clone(all)
		mu.Unlock()
		for i, m := range loaded {
			for end := time.Now().Add(10 * time.Second); !m.closed.Load(); time.Sleep(time.Millisecond) {
				if time.Now().After(end) {
					t.Fatalf("model %d of %d is open", i, len(loaded))
				}
			}
		}
	}
}
