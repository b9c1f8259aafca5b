package server

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// asClient makes the test's executable be the clients of a server, whose address
// it is.
const asClient = "UNROLL_TEST_AS_CLIENT"

func TestMain(m *testing.M) {
	if url := os.Getenv(asClient); url != "" {
		os.Exit(clients(url))
	}
	os.Exit(m.Run())
}

// The clients of the load test, and the one that goes away before it has its
// answers.
const (
	loadClients = 64
	cancelling  = 2
)

// tally is what the clients saw. A request that found its connection closed after
// they knew of the end was not accepted: the server's model did not see its texts,
// which are counted on both sides. Before that such a request is lost.
type tally struct {
	Right, Texts, Wrong, Lost, Unaccepted, Busy, Refused, Cancelled, Slow int64
	First                                                                 string // the first that was wrong or lost
}

// clients are the other process: it asks until the server is gone, and prints
// what it saw. The end of its standard input announces the server's end; it answers
// with a line, for a process that is held up for a moment does not know yet.
func clients(url string) int {
	var t struct {
		right, texts, wrong, lost, unaccepted, busy, refused, cancelled, slow atomic.Int64
		first                                                                 sync.Once
		what                                                                  string
	}
	bad := func(counter *atomic.Int64, format string, args ...any) {
		counter.Add(1)
		t.first.Do(func() { t.what = fmt.Sprintf(format, args...) })
	}
	var ending, over atomic.Bool
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		ending.Store(true)
		fmt.Println("ready for the end")
	}()
	var wg sync.WaitGroup
	for client := range loadClients {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(client), 1))
			// In a pool of connections that clients share are some that were dialled
			// for a request that was cancelled. The server closes those that stay
			// silent, by its ReadTimeout, maybe under the next request.
			c := &http.Client{Transport: &http.Transport{MaxConnsPerHost: 1, DisableKeepAlives: client == cancelling}}
			for i := 0; !over.Load(); i++ {
				texts := make([]string, 1+r.IntN(20))
				for k := range texts {
					texts[k] = fmt.Sprintf("client %d asks %d.%d 영화", client, i, k)
				}
				list, _ := json.Marshal(texts)
				body, want := fmt.Sprintf(`{"texts":%s}`, list), http.StatusOK
				ctx, cancel := context.WithCancel(context.Background())
				switch {
				case client == 0:
					body, want = "{"+body, http.StatusBadRequest
				case client == 1:
					body, want = `{"texts":["`+strings.Repeat("x", 200_000)+`"]}`, http.StatusRequestEntityTooLarge
				case client == cancelling:
					time.AfterFunc(time.Duration(r.IntN(2000))*time.Microsecond, cancel)
				case client == 3:
					switch told := slowly(url); {
					case told:
						t.slow.Add(1)
					case ending.Load():
						over.Store(true)
					default:
						bad(&t.lost, "client %d was not told that it is slow", client)
					}
					cancel()
					continue
				case client == 4:
					body = strings.TrimSuffix(body, "}") + `,"explain":true}`
				}
				q, _ := http.NewRequestWithContext(ctx, "POST", url+"/v1/predict", strings.NewReader(body))
				q.Header.Set("Content-Type", "application/json")
				a, err := c.Do(q)
				if err != nil {
					switch {
					case client == cancelling:
						t.cancelled.Add(1)
						if ending.Load() {
							over.Store(true)
						}
					case ending.Load():
						t.unaccepted.Add(1)
						over.Store(true)
					default:
						bad(&t.lost, "client %d: %v", client, err)
					}
					cancel()
					continue
				}
				data, err := io.ReadAll(a.Body)
				a.Body.Close()
				switch {
				case err != nil && client == cancelling:
					t.cancelled.Add(1)
				case err != nil:
					bad(&t.lost, "client %d: %v", client, err)
				case a.StatusCode == http.StatusTooManyRequests:
					t.busy.Add(1)
					time.Sleep(time.Millisecond)
				case a.StatusCode == http.StatusServiceUnavailable && ending.Load():
					over.Store(true)
				case a.StatusCode != want:
					bad(&t.wrong, "client %d: %s %s", client, a.Status, data)
				case want != http.StatusOK:
					t.refused.Add(1)
				case !rightAnswer(data, texts):
					bad(&t.wrong, "client %d: %q: %s", client, texts, data)
				case client != cancelling:
					t.right.Add(1)
					t.texts.Add(int64(len(texts)))
				}
				cancel()
			}
		})
	}
	wg.Wait()
	doc, _ := json.Marshal(tally{t.right.Load(), t.texts.Load(), t.wrong.Load(), t.lost.Load(), t.unaccepted.Load(), t.busy.Load(), t.refused.Load(), t.cancelled.Load(), t.slow.Load(), t.what})
	fmt.Println(string(doc))
	return 0
}

// rightAnswer holds an answer to the fake model, of any one generation.
func rightAnswer(data []byte, texts []string) bool {
	var a struct {
		Predictions []struct{ Probability float64 }
	}
	if json.Unmarshal(data, &a) != nil || len(a.Predictions) != len(texts) {
		return false
	}
	for generation := range 2 {
		right := true
		for i, p := range a.Predictions {
			right = right && p.Probability == probability(texts[i], generation)
		}
		if right {
			return true
		}
	}
	return false
}

// slowly sends a request a byte at a time, and reports whether the server told it
// that it is too slow.
func slowly(url string) bool {
	c, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		return false
	}
	defer c.Close()
	fmt.Fprint(c, "POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 2000\r\n\r\n")
	go func() {
		for range 2000 {
			if _, err := c.Write([]byte(" ")); err != nil {
				return
			}
			time.Sleep(20 * time.Millisecond)
		}
	}()
	head := make([]byte, 12)
	_, err = io.ReadFull(c, head)
	return err == nil && string(head) == "HTTP/1.1 408"
}
