package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// apart starts the server in a process of its own, and returns its address.
func apart(t *testing.T, args ...string) (c *exec.Cmd, url string, log *lines) {
	t.Helper()
	c = process(t, nil, append([]string{"serve", "--addr", "127.0.0.1:0"}, args...)...)
	out, log := newLines(), newLines()
	c.Stdout, c.Stderr = out, log
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Process.Kill() })
	select {
	case line := <-out.first:
		return c, line[strings.LastIndex(line, "http://"):], log
	case <-time.After(time.Minute):
		t.Fatalf("the server does not start: %s", log)
	}
	return nil, "", nil
}

// attacked lets hostile clients begin in a process of their own, which does not take the
// processor from the server, as those on other machines would not. end stops them, and
// returns what they did.
func attacked(t *testing.T, what string) (end func() string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(self)
	if nice, err := exec.LookPath("nice"); err == nil {
		c = exec.Command(nice, "-n", "19", self)
	}
	c.Env = append(os.Environ(), asHostile+"="+what)
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	stdin, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Process.Kill() })
	return func() string {
		_ = stdin.Close()
		if err := c.Wait(); err != nil {
			t.Errorf("the hostile clients ended with %v", err)
		}
		return out.String()
	}
}

// TestTortureServer: hostile clients hold connections, send too slowly, reset and cancel,
// and write what is no HTTP, while the models are spoilt and put back. The others are
// answered all the while, and rightly; afterwards the server has no more goroutines,
// files and memory than before.
func TestTortureServer(t *testing.T) {
	dir := copyRun(t)
	server, url, log := apart(t, "--watch", "20ms", dir)
	g := &wellBehaved{url: url, right: map[string]string{}}
	for i := range 20 {
		text := fmt.Sprintf("a %s film %d", []string{"wonderful", "dull"}[i%2], i)
		answer, status := g.ask(http.DefaultClient, text)
		if status != http.StatusOK {
			t.Fatalf("status %d: %s", status, answer)
		}
		g.right[text] = answer
	}
	idle, others, lasts, reloads := 100, 2, time.Second, 2
	if *torture > 0 {
		idle, others, lasts, reloads = 10_000, 8, 20*time.Second, 20
	}
	var first taken
	rounds(t, 1, func(round int, r *rand.Rand) {
		before := takenBy(t, url)
		end := attacked(t, fmt.Sprintf("%s %d %d %d", strings.TrimPrefix(url, "http://"), idle, others, r.Uint64()))
		stop := make(chan struct{})
		var good sync.WaitGroup
		for client := range 4 {
			good.Go(func() { g.askOn(t, stop, uint64(client)) })
		}
		for range reloads {
			time.Sleep(lasts / time.Duration(reloads))
			spoilServed(t, dir, url, r)
		}
		during := takenBy(t, url)
		close(stop)
		good.Wait()
		did := end()
		after := settled(t, url, before)
		if round == 0 {
			first = after
		}
		// What the first round took is there for the next ones.
		if after.bytes > first.bytes*3/2+64<<20 {
			t.Errorf("round %d: %d MB are held, %d MB after the first round", round, after.bytes>>20, first.bytes>>20)
		}
		t.Logf("before %v; during %v; after %v\nhostile: %s", before, during, after, did)
	})
	t.Logf("well-behaved: %v", g)
	if err := server.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := server.Wait(); err != nil {
		t.Errorf("the server ended with %v", err)
	}
	if strings.Contains(log.String(), "panic") {
		t.Errorf("the log has a panic: %s", log)
	}
}

// wellBehaved are clients who get what they ask for.
type wellBehaved struct {
	url   string
	right map[string]string // answers by text

	mu   sync.Mutex
	took []time.Duration
}

// ask asks one text.
func (g *wellBehaved) ask(c *http.Client, text string) (answer string, status int) {
	a, err := c.Post(g.url+"/v1/predict", "application/json", strings.NewReader(fmt.Sprintf(`{"texts":[%q]}`, text)))
	if err != nil {
		return err.Error(), 0
	}
	defer a.Body.Close()
	body, err := io.ReadAll(a.Body)
	if err != nil {
		return err.Error(), 0
	}
	return string(body), a.StatusCode
}

// askOn asks until stop is closed.
func (g *wellBehaved) askOn(t *testing.T, stop <-chan struct{}, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 1))
	c := &http.Client{Transport: &http.Transport{}}
	defer c.CloseIdleConnections()
	var texts []string
	for text := range g.right {
		texts = append(texts, text)
	}
	slices.Sort(texts)
	for {
		select {
		case <-stop:
			return
		case <-time.After(time.Duration(5+r.IntN(20)) * time.Millisecond):
		}
		text := texts[r.IntN(len(texts))]
		begun := time.Now()
		answer, status := g.ask(c, text)
		took := time.Since(begun)
		if status != http.StatusOK || answer != g.right[text] {
			t.Errorf("%q: status %d, %s, want %s", text, status, answer, g.right[text])
			return
		}
		g.mu.Lock()
		g.took = append(g.took, took)
		g.mu.Unlock()
	}
}

// String tells how long the answers took.
func (g *wellBehaved) String() string {
	slices.Sort(g.took)
	at := func(share float64) time.Duration { return g.took[int(share*float64(len(g.took)-1))] }
	if len(g.took) == 0 {
		return "no answers"
	}
	return fmt.Sprintf("%d answers, p50 %v, p99 %v, p99.9 %v, most %v", len(g.took), at(0.5), at(0.99), at(0.999), at(1))
}

// spoilServed damages a model that is served, waits until the server has seen it, puts it
// back and waits again.
func spoilServed(t *testing.T, dir, url string, r *rand.Rand) {
	t.Helper()
	path := filepath.Join(dir, []string{"onehot", "embedding"}[r.IntN(2)], []string{"model.json", "weights.safetensors", "task.json", "vocabulary.json"}[r.IntN(4)])
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	switch r.IntN(4) {
	case 0:
		err = os.Remove(path)
	case 1:
		err = os.Truncate(path, 8<<30) // which takes no place on a disk
	default:
		for now := whole; err == nil && bytes.Equal(now, whole); now, err = os.ReadFile(path) {
			spoil(t, r, path)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	failed(t, url, true)
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	failed(t, url, false)
}

// failed waits until the last reload failed, or did not.
func failed(t *testing.T, url string, want bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		a, err := http.Get(url + "/readyz")
		if err != nil {
			t.Fatal(err)
		}
		var ready struct {
			FailedReload *struct{} `json:"failed_reload"`
		}
		err = json.NewDecoder(a.Body).Decode(&ready)
		a.Body.Close()
		if err != nil || a.StatusCode != http.StatusOK {
			t.Fatalf("/readyz: %s, error %v", a.Status, err)
		}
		if (ready.FailedReload != nil) == want {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("the last reload failed: %t, want %t", !want, want)
		}
	}
}

// taken is what a server takes of the machine, 0 where its metrics do not tell.
type taken struct{ goroutines, files, bytes int }

func (u taken) String() string {
	return fmt.Sprintf("%d goroutines, %d files, %d MB", u.goroutines, u.files, u.bytes>>20)
}

func takenBy(t *testing.T, url string) (u taken) {
	t.Helper()
	a, err := http.Get(url + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	for s := bufio.NewScanner(a.Body); s.Scan(); {
		name, value, _ := strings.Cut(s.Text(), " ")
		into := map[string]*int{"go_goroutines": &u.goroutines, "process_open_fds": &u.files, "process_resident_memory_bytes": &u.bytes}[name]
		if into == nil {
			continue
		}
		v, err := strconv.ParseFloat(value, 64)
		if err != nil {
			t.Fatal(err)
		}
		*into = int(v)
	}
	return u
}

// settled waits until a server has given back its goroutines and files.
func settled(t *testing.T, url string, before taken) taken {
	t.Helper()
	const slack = 16 // for the connections that the test itself keeps
	for end := time.Now().Add(3 * time.Minute); ; time.Sleep(100 * time.Millisecond) {
		now := takenBy(t, url)
		if now.goroutines <= before.goroutines+slack && now.files <= before.files+slack {
			return now
		}
		if time.Now().After(end) {
			t.Fatalf("there were %v, and at the end %v", before, now)
		}
	}
}
