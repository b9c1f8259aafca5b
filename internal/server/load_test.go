package server

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// loadSeconds is how long the load test runs, UNROLL_LOAD_SECONDS if it is set.
func loadSeconds() time.Duration {
	if s, err := strconv.ParseFloat(os.Getenv("UNROLL_LOAD_SECONDS"), 64); err == nil {
		return time.Duration(s * float64(time.Second))
	}
	return 3 * time.Second
}

// TestLoad: 64 clients in another process, among them malformed, oversized, slow
// and cancelled ones, the models reloaded all the while, and the server ended under
// them: no wrong answer, and none lost.
func TestLoad(t *testing.T) {
	generation := 0
	var judged atomic.Int64 // texts of those that stay for their answers
	s, err := New(Config{
		Load: func(context.Context) ([]Model, error) {
			m := newFake("one")
			m.generation, m.delay = generation, 200*time.Microsecond
			m.judged = func(text string) {
				if !strings.HasPrefix(text, fmt.Sprintf("client %d ", cancelling)) {
					judged.Add(1)
				}
			}
			generation++
			return []Model{m}, nil
		},
		MaxTextBytes: 100_000, MaxTexts: 20, Queue: 128, // which the clients together overfill
		// Longer than a busy machine holds up a process: a body that is not read by
		// then is slow, also when it was the server that slept.
		ReadTimeout: 2 * time.Second,
		Linger:      100 * time.Millisecond,
	})
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

	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), asClient+"=http://"+l.Addr().String())
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(loadSeconds()); time.Now().Before(end); {
		time.Sleep(100 * time.Millisecond)
		if err := s.Reload(ctx); err != nil {
			t.Error(err)
		}
	}
	stdin.Close()
	out := bufio.NewScanner(stdout)
	out.Scan() // the line that says that the clients know
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("the server ended with %v", err)
	}
	out.Scan()
	var saw tally
	bad := json.Unmarshal(out.Bytes(), &saw)
	if err := cmd.Wait(); err != nil || bad != nil {
		t.Fatalf("the clients ended with %q, error %v, %v: %s", out.Text(), err, bad, &stderr)
	}
	t.Logf("%d reloads, the clients saw %+v", generation, saw)
	if saw.Texts != judged.Load() {
		t.Errorf("the clients have the answers for %d texts, the models judged %d", saw.Texts, judged.Load())
	}
	if saw.Wrong > 0 || saw.Lost > 0 || saw.Right < 1000 || saw.Busy == 0 || saw.Refused == 0 || saw.Cancelled == 0 || saw.Slow == 0 {
		t.Errorf("the clients saw %+v", saw)
	}
}

// BenchmarkServe measures texts a second over loopback with a model that costs
// nothing: the server's own price.
func BenchmarkServe(b *testing.B) {
	for _, n := range []int{1, 64} {
		b.Run(fmt.Sprintf("texts=%d", n), func(b *testing.B) {
			_, url := started(b, Config{Load: loading(newFake("one"))})
			list, err := json.Marshal(make([]string, n))
			if err != nil {
				b.Fatal(err)
			}
			body := strings.ReplaceAll(fmt.Sprintf(`{"texts":%s}`, list), `""`, `"`+strings.Repeat("some word ", 100)+`"`)
			b.SetParallelism(4)
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					a, err := http.Post(url+"/v1/predict", "application/json", strings.NewReader(body))
					if err != nil {
						b.Error(err)
						return
					}
					_, _ = io.Copy(io.Discard, a.Body)
					a.Body.Close()
				}
			})
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "texts/s")
		})
	}
}
