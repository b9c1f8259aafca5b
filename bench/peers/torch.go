package main

import (
	"bytes"
	"cmp"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/pkg/errors"
)

//go:embed torch_peer.py
var script string

// peer is a process that runs what we are compared with: PyTorch, or ONNX Runtime.
type peer struct {
	hello
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *json.Decoder
	stderr bytes.Buffer
}

// hello is the process's first line.
type hello struct {
	Version   string   `json:"version"`
	BLAS      []string `json:"blas"`
	OpenBLAS  bool     `json:"openblas"`  // its threads can be set
	Reference bool     `json:"reference"` // the slow reference BLAS
	Missing   string   `json:"missing"`   // there is no PyTorch
}

// request is what the process is asked to do; see torch_peer.py and onnx_peer.mjs.
type request struct {
	Do          string  `json:"do"`
	Threads     int     `json:"threads"`      // PyTorch's
	BLASThreads int     `json:"blas_threads"` // OpenBLAS's; 0 leaves them
	Kind        string  `json:"kind,omitempty"`
	Words       int     `json:"words"`
	Width       int     `json:"width"`
	Units       int     `json:"units"`
	Steps       int     `json:"steps"`
	Batch       int     `json:"batch"`
	N           int     `json:"n,omitempty"`
	Optimizer   string  `json:"optimizer,omitempty"`
	Seconds     float64 `json:"seconds,omitempty"`
	Least       int     `json:"least,omitempty"`
	Feed        bool    `json:"feed,omitempty"`
	Cell        string  `json:"cell,omitempty"` // RNN, LSTM or GRU
	Both        bool    `json:"both,omitempty"` // directions
	Path        string  `json:"path,omitempty"` // of a model, for ONNX Runtime
}

func (r request) String() string {
	s := fmt.Sprintf("threads %d", r.Threads)
	if r.BLASThreads > 0 {
		s += fmt.Sprintf(", BLAS %d", r.BLASThreads)
	}
	if r.Kind == "dense" || r.Kind == "gather" {
		s = r.Kind + ", " + s
	}
	return s
}

// errNoTorch says that none of the Pythons has PyTorch.
var errNoTorch = errors.New("PyTorch is not installed")

// findPeer starts the Python that was asked for, or else the system's, where
// Debian installs python3-torch, or else the first of the PATH.
func findPeer(ctx context.Context, python string) (*peer, error) {
	pythons := []string{python}
	if python == "" {
		pythons = []string{"/usr/bin/python3", "python3"}
	}
	var why []string
	for _, name := range pythons {
		path, err := exec.LookPath(name)
		if err != nil {
			why = append(why, err.Error())
			continue
		}
		p, err := startPeer(ctx, path)
		if err == nil && p.Missing == "" {
			return p, nil
		}
		if err == nil {
			err = errors.Errorf("%s: %s", path, p.Missing)
			p.close()
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		why = append(why, err.Error())
	}
	return nil, errors.WithMessage(errNoTorch, strings.Join(why, "\n    "))
}

// startPeer starts the process, which ends with ctx or by close.
func startPeer(ctx context.Context, python string) (*peer, error) {
	return startProcess(exec.CommandContext(ctx, python, "-u", "-c", script))
}

// startProcess starts a process that answers requests.
func startProcess(cmd *exec.Cmd) (*peer, error) {
	p := &peer{cmd: cmd}
	p.cmd.Stderr = &p.stderr
	p.cmd.WaitDelay = time.Second
	var err error
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, errors.Wrap(err, cmd.Path)
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, errors.Wrap(err, cmd.Path)
	}
	p.out = json.NewDecoder(out)
	if err := p.cmd.Start(); err != nil {
		return nil, errors.Wrap(err, cmd.Path)
	}
	if err := p.out.Decode(&p.hello); err != nil {
		return nil, p.failed(err)
	}
	return p, nil
}

// failed ends the process and says what it wrote last.
func (p *peer) failed(err error) error {
	p.close()
	if last := strings.TrimSpace(p.stderr.String()); last != "" {
		err = errors.New(last)
	}
	return errors.WithMessagef(err, "%s ended", p.cmd.Path)
}

func (p *peer) close() {
	_ = p.in.Close()
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait() // it was killed
}

// run does one measurement and returns its seconds. It waits before it
// returns: the threads of OpenMP and OpenBLAS spin for some milliseconds after
// their last task.
func (p *peer) run(ctx context.Context, r request) (float64, error) {
	if err := json.NewEncoder(p.in).Encode(r); err != nil {
		return 0, cmp.Or(ctx.Err(), p.failed(err))
	}
	var reply struct {
		Seconds float64 `json:"seconds"`
		Error   string  `json:"error"`
	}
	if err := p.out.Decode(&reply); err != nil {
		return 0, cmp.Or(ctx.Err(), p.failed(err))
	}
	if reply.Error != "" {
		return 0, errors.Errorf("%s: %s", p.cmd.Path, reply.Error)
	}
	time.Sleep(50 * time.Millisecond)
	return reply.Seconds, nil
}

// fastest returns the request in the fastest of its kinds and numbers of
// threads, by the better of a number of short runs of each.
func (p *peer) fastest(ctx context.Context, r request, runs int, kinds ...string) (request, error) {
	var best request
	bestSeconds := 0.0
	for range runs {
		for _, kind := range kinds {
			for _, threads := range p.threads() {
				r.Kind, r.Threads, r.BLASThreads = kind, threads[0], threads[1]
				s, err := p.run(ctx, r)
				if err != nil {
					return r, err
				}
				if bestSeconds == 0 || s < bestSeconds {
					best, bestSeconds = r, s
				}
			}
		}
	}
	return best, nil
}

// threads lists the numbers of threads to try, PyTorch's own and OpenBLAS's.
func (p *peer) threads() (all [][2]int) {
	for _, n := range []int{1, 2, runtime.NumCPU()} {
		pairs := [][2]int{{n, 0}}
		if p.OpenBLAS {
			pairs = [][2]int{{1, n}, {n, n}}
		}
		for _, t := range pairs {
			if n <= runtime.NumCPU() && !slices.Contains(all, t) {
				all = append(all, t)
			}
		}
	}
	return all
}
