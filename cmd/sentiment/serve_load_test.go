package main

import (
	"bytes"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"unroll/cmd/sentiment/internal/run"
	"unroll/internal/answer"
)

// The clients of the load test. Together they ask for more than the queue holds.
const loadClients = 64

// loadFor is how long the load test runs at the least, UNROLL_LOAD_SECONDS if it
// is set.
func loadFor() time.Duration {
	if s, err := strconv.ParseFloat(os.Getenv("UNROLL_LOAD_SECONDS"), 64); err == nil {
		return time.Duration(s * float64(time.Second))
	}
	return 2 * time.Second
}

// asked is a text of a model.
type asked struct{ model, text string }

// TestServeUnderLoad: 64 clients ask the program, in a process of its own, while
// its models are trained anew, and it is ended under them. Every answer has the
// bits of the models before or of those after, and the clients have all answers
// that the server's log has.
func TestServeUnderLoad(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "latest")
	trainBehind(t, dir)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program := exec.Command(self, "serve", "--addr", "127.0.0.1:0", "--watch", "20ms",
		"--batch", "16", "--max-texts", "20", "--queue", "64", dir)
	program.Env = append(os.Environ(), asProgram+"=1")
	out, log := newLines(), newLines()
	program.Stdout, program.Stderr = out, log
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- program.Wait() }()
	var url string
	select {
	case line := <-out.first:
		url = line[strings.LastIndex(line, "http://"):]
	case err := <-ended:
		t.Fatalf("the server ended with %v: %s", err, &log.text)
	}
	defer program.Process.Kill()

	models := []string{"onehot", "embedding"}
	vocabulary := strings.Fields("a an the wonderful terrible dull film story actor plot was is not never very best worst love hate boring great")
	texts := make([]string, 200)
	r := rand.New(rand.NewPCG(3, 3))
	for i := range texts {
		words := make([]string, 1+r.IntN(12))
		for k := range words {
			words[k] = vocabulary[r.IntN(len(vocabulary))]
		}
		texts[i] = strings.Join(words, " ")
	}
	// said returns what the models of the folder say of each text, alone.
	said := func() map[asked]float64 {
		served, err := run.LoadAll(t.Context(), dir, 1, answer.Rule{})
		if err != nil {
			t.Fatal(err)
		}
		all := map[asked]float64{}
		for _, m := range served {
			for _, text := range texts {
				p, err := m.Predict(t.Context(), []string{text})
				if err != nil {
					t.Fatal(err)
				}
				all[asked{m.Info().Name, text}] = p[0].Probability
			}
			if err := m.Close(); err != nil {
				t.Error(err)
			}
		}
		return all
	}
	before := said()

	var (
		stop, ending  atomic.Bool
		busy, answers atomic.Int64
		mu            sync.Mutex
		heard         = map[asked]map[float64]int{} // probabilities that the clients were told
		wg            sync.WaitGroup
	)
	for client := range loadClients {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(client), 2))
			c := &http.Client{Transport: &http.Transport{MaxConnsPerHost: 1}}
			for !stop.Load() {
				model, list := models[r.IntN(2)], make([]string, 1+r.IntN(20))
				for i := range list {
					list[i] = texts[r.IntN(len(texts))]
				}
				body, _ := json.Marshal(map[string]any{"texts": list, "model": model})
				a, err := c.Post(url+"/v1/predict", "application/json", bytes.NewReader(body))
				if err != nil {
					if !ending.Load() {
						t.Errorf("client %d: %v", client, err)
					}
					return
				}
				data, err := io.ReadAll(a.Body)
				a.Body.Close()
				switch {
				case err != nil:
					t.Errorf("client %d: %v", client, err)
					return
				case a.StatusCode == http.StatusTooManyRequests:
					busy.Add(1)
					time.Sleep(time.Millisecond)
					continue
				case a.StatusCode == http.StatusServiceUnavailable && ending.Load():
					return
				}
				var got reply
				if err := json.Unmarshal(data, &got); err != nil || a.StatusCode != http.StatusOK || got.Model != model || len(got.Predictions) != len(list) {
					t.Errorf("client %d: %s %.200s", client, a.Status, data)
					return
				}
				answers.Add(int64(len(list)))
				mu.Lock()
				for i, p := range got.Predictions {
					key := asked{model, list[i]}
					if heard[key] == nil {
						heard[key] = map[float64]int{}
					}
					heard[key][p.Probability]++
				}
				mu.Unlock()
			}
		})
	}
	start := time.Now()
	trainBehind(t, dir, "--seed", "7", "--epochs", "2")
	after := said()
	for _, m := range models { // until the new one is served
		key := asked{m, texts[0]}
		for deadline := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
			mu.Lock()
			served := heard[key][after[key]] > 0
			mu.Unlock()
			if served {
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("the new %s is not served: %s", m, &log.text)
			}
		}
	}
	time.Sleep(loadFor() - time.Since(start))
	ending.Store(true) // to those of this process, before the server knows
	if err := program.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Errorf("the server ended with %v: %s", err, &log.text)
	}
	stop.Store(true)
	wg.Wait()
	for key, probabilities := range heard {
		for p, n := range probabilities {
			if p != before[key] && p != after[key] {
				t.Errorf("%s says %g of %q, %d times, want %g or %g", key.model, p, key.text, n, before[key], after[key])
			}
		}
	}
	var logged int64
	for line := range strings.Lines(log.text.String()) {
		var l struct {
			Msg, Route  string
			Code, Texts int64
		}
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Errorf("%s: %v", line, err)
		}
		if l.Msg == "request" && l.Code == http.StatusOK {
			logged += l.Texts
		}
	}
	if answers.Load() != logged || busy.Load() == 0 {
		t.Errorf("the clients have answers for %d texts, the server's log %d; %d times it was busy", answers.Load(), logged, busy.Load())
	}
	t.Logf("%d answers, %d times busy, %s", answers.Load(), busy.Load(), program.ProcessState)
}
