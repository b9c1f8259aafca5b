package server

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

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
