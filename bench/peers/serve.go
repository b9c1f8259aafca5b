package main

import (
	"bufio"
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/pkg/errors"

	"unroll/bench/internal/report"
	"unroll/datasets"
	"unroll/datasets/imdb"
	"unroll/datasets/text"
	"unroll/nn"
	"unroll/train"
)

//go:embed serve_peer.py
var serveScript string

// The load of the comparison of servers.
const (
	servedBatch   = 64  // texts of a request in batches
	servedClients = 4   // that send them
	singleRate    = 500 // requests a second of a text each
)

// serve compares texts a second over HTTP, with client and server on the same
// processors: our program on a model that it trained on the sample, and PyTorch
// behind Python's HTTP server. Our server is compared with our model in this
// process too.
func serve(ctx context.Context, c *config) error {
	dir, err := os.MkdirTemp("", "unroll-peers-")
	if err != nil {
		return errors.WithStack(err)
	}
	defer os.RemoveAll(dir)
	program, run := filepath.Join(dir, "sentiment"), filepath.Join(dir, "run")
	for _, args := range [][]string{
		{"go", "build", "-o", program, "./cmd/sentiment"},
		{program, "train", "--data", "sample", "--model", "embedding", "--epochs", "1", "--quiet", "--out", run},
	} {
		progress("serve: %s", strings.Join(args, " "))
		if out, err := exec.CommandContext(ctx, args[0], args[1:]...).CombinedOutput(); err != nil {
			return errors.Wrapf(err, "%s", out)
		}
	}
	texts := reviewsOf(200, 1024)
	judge, end, err := inProcess(ctx, filepath.Join(run, "embedding"), texts)
	if err != nil {
		return err
	}
	defer end()
	words := []string{}
	v, err := text.Count(datasets.Texts(imdb.Sample(1).Part("train")), text.Config{})
	if err != nil {
		return err
	}
	for rank := 1; rank <= min(996, v.Len()); rank++ {
		words = append(words, v.Word(rank))
	}
	list, err := json.Marshal(words)
	if err != nil {
		return errors.WithStack(err)
	}
	wordsFile := filepath.Join(dir, "words.json")
	if err := os.WriteFile(wordsFile, list, 0o600); err != nil {
		return errors.WithStack(err)
	}
	ours, stop, err := started(ctx, func(line string) string { return line[strings.LastIndex(line, "http"):] + "/v1/predict" },
		program, "serve", run, "--addr", "127.0.0.1:0", "--watch", "0")
	if err != nil {
		return err
	}
	defer stop()
	theirs, stopTheirs, err := started(ctx, func(line string) string { return "http://127.0.0.1:" + line + "/" },
		c.peer.cmd.Path, "-c", serveScript, wordsFile)
	if err != nil {
		return err
	}
	defer stopTheirs()
	return compareServers(ctx, c, ours, theirs, judge, texts)
}

// compareServers measures the servers at two addresses, and the first beside judge,
// which has a batch judged in this process.
func compareServers(ctx context.Context, c *config, ours, theirs string, judge func(i int) error, texts []string) error {
	seconds := 20 * c.seconds()
	all, err := bodies(texts, servedBatch)
	if err != nil {
		return err
	}
	over := func(url string) measure {
		return batches(func(i int) error { return ask(ctx, url, all[i%len(all)]) }, seconds)
	}
	own, err := alternate(ctx, c.pairs, over(ours), batches(judge, seconds))
	if err != nil {
		return err
	}
	rates, err := alternate(ctx, c.pairs, over(ours), over(theirs))
	if err != nil {
		return err
	}
	var p50, p99 [2]time.Duration
	for i, url := range []string{ours, theirs} {
		if p50[i], p99[i], err = latencies(ctx, url, texts, seconds); err != nil {
			return err
		}
	}
	rate := func(perText float64) string { return report.Number(1 / perText) }
	table := &report.Table{Text: 1, Head: append([]string{fmt.Sprintf("texts a second, in batches of %d", servedBatch), "ours", "the other"}, pairHead...)}
	table.Add(append([]string{"PyTorch over HTTP"}, rates.cells(rate)...)...)
	table.Add(append([]string{"our model in the process, without HTTP"}, own.cells(rate)...)...)
	single := &report.Table{Text: 1, Head: []string{fmt.Sprintf("single texts, %d a second", singleRate), "ours", "PyTorch"}}
	ms := func(d time.Duration) string { return report.Number(float64(d) / 1e6) }
	single.Add("median, ms", ms(p50[0]), ms(p50[1]))
	single.Add("99th percentile, ms", ms(p99[0]), ms(p99[1]))
	c.print("Servers", "Texts of 200 words over HTTP on loopback, client and server on the same processors: Embedding(1000, 32), SimpleRNN(8), 100 steps. PyTorch stands behind Python's ThreadingHTTPServer.", table)
	c.print("Servers, single texts", "", single)
	return nil
}

// reviewsOf returns texts of so many words from the sample.
func reviewsOf(words, n int) []string {
	var all []string
	for r := range imdb.Sample(1).Part("train") {
		all = append(all, strings.Fields(r.Text)...)
	}
	texts := make([]string, n)
	for i := range texts {
		at := i * 97 % (len(all) - words)
		texts[i] = strings.Join(all[at:at+words], " ")
	}
	return texts
}

// inProcess returns a function that judges a batch of texts by a saved model in
// this process, encoding included, and one that ends it.
func inProcess(ctx context.Context, dir string, texts []string) (judge func(i int) error, end func(), err error) {
	m, err := nn.Load(dir)
	if err != nil {
		return nil, nil, err
	}
	e, err := text.LoadEncoder(filepath.Join(dir, "vocabulary.json"))
	if err != nil {
		return nil, nil, err
	}
	t, err := train.Compile(m, train.Config{Loss: nn.BinaryCrossentropy{}})
	if err != nil {
		return nil, nil, err
	}
	all := slices.Collect(slices.Chunk(texts, servedBatch))
	judge = func(i int) error {
		d := train.Data{}
		for _, text := range all[i%len(all)] {
			d.Tokens = append(d.Tokens, e.Encode(text))
		}
		_, err := t.Predict(ctx, d, servedBatch)
		return err
	}
	return judge, func() { _ = t.Close() }, judge(0) // which compiles
}

// each calls f n times at once.
func each(n int, f func(i int) error) error {
	var wg sync.WaitGroup
	errs := make([]error, n)
	for i := range n {
		wg.Go(func() { errs[i] = f(i) })
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// started starts a server that prints a line when it is ready, and returns its
// address, which url makes of the line.
func started(ctx context.Context, url func(line string) string, name string, args ...string) (string, func(), error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", nil, errors.WithStack(err)
	}
	if err := cmd.Start(); err != nil {
		return "", nil, errors.WithStack(err)
	}
	stop := func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		stop()
		return "", nil, errors.Wrapf(err, "%s did not start", name)
	}
	return url(strings.TrimSpace(line)), stop, nil
}

// client keeps as many connections as it opens, and writes a request at once.
var client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64, WriteBufferSize: 128 << 10}}

// answers are buffers that answers are read into.
var answers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// ask posts texts and reads the answer.
func ask(ctx context.Context, url string, body []byte) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return errors.WithStack(err)
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := client.Do(r)
	if err != nil {
		return errors.WithStack(err)
	}
	defer answer.Body.Close()
	data := answers.Get().(*bytes.Buffer)
	defer answers.Put(data)
	data.Reset()
	if _, err = data.ReadFrom(answer.Body); err == nil && (answer.StatusCode != http.StatusOK || !bytes.Contains(data.Bytes(), []byte(`"probability"`))) {
		err = errors.Errorf("%s: %s", answer.Status, data)
	}
	return errors.WithStack(err)
}

// bodies are requests of n texts each.
func bodies(texts []string, n int) ([][]byte, error) {
	var all [][]byte
	for part := range slices.Chunk(texts, n) {
		b, err := json.Marshal(map[string]any{"texts": part})
		if err != nil {
			return nil, errors.WithStack(err)
		}
		all = append(all, b)
	}
	return all, nil
}

// batches measures the seconds a text of clients that have batches judged, all at
// once, for so long.
func batches(judge func(i int) error, seconds float64) measure {
	return func(context.Context) (float64, error) {
		var done atomic.Int64
		start := time.Now()
		err := each(servedClients, func(client int) error {
			for i := client; time.Since(start).Seconds() < seconds; i++ {
				if err := judge(i); err != nil {
					return err
				}
				done.Add(servedBatch)
			}
			return nil
		})
		return time.Since(start).Seconds() / float64(done.Load()), err
	}
}

// latencies returns the median and the 99th percentile of the time that an answer
// to a single text takes. Requests are sent at a steady rate whether the ones
// before are answered or not, and waiting for one's turn counts.
func latencies(ctx context.Context, url string, texts []string, seconds float64) (p50, p99 time.Duration, err error) {
	all, err := bodies(texts, 1)
	if err != nil {
		return 0, 0, err
	}
	n := max(int(seconds*singleRate), 10)
	took := make([]time.Duration, n)
	start := time.Now()
	err = each(n, func(i int) error {
		due := start.Add(time.Duration(i) * time.Second / singleRate)
		time.Sleep(time.Until(due))
		err := ask(ctx, url, all[i%len(all)])
		took[i] = time.Since(due)
		return err
	})
	slices.Sort(took)
	return took[n/2], took[n*99/100], err
}
