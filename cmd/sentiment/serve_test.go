package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"unroll/internal/answer"
)

// lines is a writer of which the first line can be waited for.
type lines struct {
	mu    sync.Mutex
	text  bytes.Buffer
	first chan string
}

func newLines() *lines { return &lines{first: make(chan string, 1)} }

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	before := bytes.Contains(l.text.Bytes(), []byte("\n"))
	n, err := l.text.Write(p)
	if line, _, ok := strings.Cut(l.text.String(), "\n"); ok && !before {
		l.first <- line
	}
	return n, err
}

// serving starts the server on a run, and returns its address and a function
// that ends it as Ctrl-C does.
func serving(t *testing.T, args ...string) (url string, stop func()) {
	t.Helper()
	url, stop, _, _ = served(t, args...)
	return url, stop
}

// served is serving, with what the server prints and logs.
func served(t *testing.T, args ...string) (url string, stop func(), out, stderr *lines) {
	t.Helper()
	if !slices.Contains(args, "--addr") {
		args = append([]string{"--addr", "127.0.0.1:0"}, args...)
	}
	ctx, cancel := context.WithCancel(context.Background())
	out, stderr = newLines(), newLines()
	ended := make(chan int, 1)
	go func() {
		ended <- execute(ctx, append([]string{"serve"}, args...), strings.NewReader(""), out, stderr)
	}()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			if status := <-ended; status != exitOK {
				t.Errorf("the server ended with status %d: %s", status, &stderr.text)
			}
		})
	}
	t.Cleanup(stop)
	select {
	case line := <-out.first:
		return line[strings.LastIndex(line, " on ")+len(" on "):], stop, out, stderr
	case status := <-ended:
		ended <- status
		t.Fatalf("the server ended with status %d: %s", status, &stderr.text)
	}
	return "", nil, nil, nil
}

// reply is the server's to a prediction.
type reply struct {
	Model       string
	Predictions []struct {
		Label       string
		Probability float64
		KnownWords  int `json:"known_words"`
		Baseline    float64
		Class       string
		Words       []answer.Word
	}
}

func post(t *testing.T, url, body string) (a reply) {
	t.Helper()
	data := posted(t, url, body)
	if err := json.Unmarshal(data, &a); err != nil {
		t.Fatalf("%s: %v", data, err)
	}
	return a
}

// posted is the body of the server's answer.
func posted(t *testing.T, url, body string) []byte {
	t.Helper()
	r, err := http.Post(url+"/v1/predict", "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	data, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, error %v", r.Status, data, err)
	}
	return data
}

// TestServe: the server says what predict says, for any number of texts, and
// why.
func TestServe(t *testing.T) {
	dir := sharedRun(t)
	url, stop := serving(t, dir)
	text := "a wonderful film, the story is not dull"
	for _, model := range []string{"onehot", "embedding"} {
		want := succeed(t, "", "predict", filepath.Join(dir, model), text)
		for _, n := range []int{1, 3, 64, 100} {
			texts := make([]string, n)
			for i := range texts {
				texts[i] = text
			}
			body, err := json.Marshal(map[string]any{"texts": texts, "model": model})
			if err != nil {
				t.Fatal(err)
			}
			a := post(t, url, string(body))
			if len(a.Predictions) != n || a.Model != model {
				t.Fatalf("%d predictions of %s", len(a.Predictions), a.Model)
			}
			for _, p := range a.Predictions {
				if got := fmt.Sprintf("%s  %.4f  %s\n", p.Label, p.Probability, text); got != want {
					t.Fatalf("%s of %d: %q, want %q", model, n, got, want)
				}
			}
		}
		p := post(t, url, fmt.Sprintf(`{"texts":[%q],"model":%q,"explain":true}`, text, model)).Predictions[0]
		sum := p.Baseline
		for _, w := range p.Words {
			sum += w.Push
		}
		logit := math.Log(p.Probability / (1 - p.Probability))
		if p.Label == "negative" {
			logit = -logit
		}
		if p.Class != "positive" || p.KnownWords != len(p.Words) || math.Abs(sum-logit) > 0.05 {
			t.Errorf("%s: class %s, %d words of %d, pushes to %g, want %g", model, p.Class, len(p.Words), p.KnownWords, sum, logit)
		}
	}
	for path, want := range map[string]string{"/": "<html", "/v1/models": `"parameters":4289`, "/v1/models/onehot/history": `"val_accuracy"`, "/readyz": "", "/metrics": "# TYPE", "/openapi.json": `"/v1/predict"`} {
		r, err := http.Get(url + path)
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r.Body)
		r.Body.Close()
		if err != nil || r.StatusCode != http.StatusOK || !strings.Contains(string(data), want) {
			t.Errorf("%s: %s, error %v, no %q in %.200s", path, r.Status, err, want, data)
		}
	}
	stop()
	if _, err := http.Get(url + "/readyz"); err == nil {
		t.Error("it still answers")
	}
}

// trainBehind trains in a folder beside a link, and makes it name that.
func trainBehind(t *testing.T, link string, more ...string) {
	t.Helper()
	to, fresh := link+"-run"+strings.Join(more, ""), link+".new"
	succeed(t, "", tiny(to, more...)...)
	if err := os.Symlink(to, fresh); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(fresh, link); err != nil {
		t.Fatal(err)
	}
}

// TestServeReload: a run that is trained anew is served without a failed request.
func TestServeReload(t *testing.T) {
	t.Chdir(t.TempDir())
	succeed(t, "", tiny("", "--model", "embedding")...)
	url, _ := serving(t, "--watch", "20ms", latest)
	ask := func() float64 {
		return post(t, url, `{"texts":["a wonderful film"]}`).Predictions[0].Probability
	}
	before := ask()
	trained := make(chan int, 1)
	go func() {
		status, _, _ := command("", tiny("", "--model", "embedding", "--seed", "7", "--epochs", "2")...)
		trained <- status
	}()
	var deadline time.Time // set when the training has ended
	for ask() == before {
		select {
		case status := <-trained:
			if status != exitOK {
				t.Fatalf("training ended with status %d", status)
			}
			deadline = time.Now().Add(5 * time.Minute)
		case <-time.After(5 * time.Millisecond):
		}
		if !deadline.IsZero() && time.Now().After(deadline) {
			t.Fatal("the new model is not served")
		}
	}
	if deadline.IsZero() { // the new run is served before its training's process has ended
		if status := <-trained; status != exitOK {
			t.Errorf("training ended with status %d", status)
		}
	}
}

// TestServeFinishedRun: the models of a run are in their places a moment before the
// run is finished, and are served from then on.
func TestServeFinishedRun(t *testing.T) {
	t.Chdir(t.TempDir())
	succeed(t, "", tiny("", "--model", "embedding")...)
	url, _ := serving(t, "--watch", "20ms", latest)
	before := post(t, url, `{"texts":["a wonderful film"]}`).Predictions[0].Probability
	fresh := "fresh"
	succeed(t, "", tiny(fresh, "--model", "embedding", "--seed", "7", "--epochs", "2")...)
	state := filepath.Join(fresh, runFile)
	finished, err := os.ReadFile(state)
	if err != nil {
		t.Fatal(err)
	}
	edit(t, state, `"finished": true`, `"finished": false`)
	if err := os.Rename(fresh, filepath.Join("runs", fresh)); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(fresh, "link"); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename("link", latest); err != nil {
		t.Fatal(err)
	}
	for range 20 { // and not before
		if now := post(t, url, `{"texts":["a wonderful film"]}`).Predictions[0].Probability; now != before {
			t.Fatal("a run that is not finished is served")
		}
		time.Sleep(10 * time.Millisecond)
	}
	writeFile(t, filepath.Join(latest, runFile), string(finished))
	deadline := time.Now().Add(5 * time.Minute)
	for post(t, url, `{"texts":["a wonderful film"]}`).Predictions[0].Probability == before {
		if time.Now().After(deadline) {
			t.Fatal("the finished run is not served")
		}
		time.Sleep(5 * time.Millisecond)
	}
}
