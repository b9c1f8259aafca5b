package main

import (
	"cmp"
	"context"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"github.com/pkg/errors"

	"unroll/bench/internal/report"
	"unroll/nn"
	"unroll/nn/onnx"
	"unroll/train"
)

//go:embed onnx_peer.mjs
var onnxScript []byte

// ortFolder names the variable of the folder in which npm installed ONNX Runtime.
const ortFolder = "UNROLL_ORT"

const installORT = `ONNX Runtime was not found, so nothing is compared with it. With Node it is installed by

    mkdir ort && cp nn/onnx/onnxtest/package.json ort && (cd ort && npm install --ignore-scripts)
    export UNROLL_ORT=$PWD/ort
`

// recurrent are the layers of the comparison, and the width of the embedding before them.
var recurrent = []struct {
	name  string
	width int
	layer nn.Layer
}{
	{"SimpleRNN(8)", 8, nn.SimpleRNN{Units: 8}}, {"LSTM(8)", 8, nn.LSTM{Units: 8}}, {"LSTM(32)", 32, nn.LSTM{Units: 32}},
	{"GRU(64)", 64, nn.GRU{Units: 64}}, {"LSTM(128)", 128, nn.LSTM{Units: 128}},
	{"Bidirectional(LSTM(64))", 64, nn.Bidirectional{Layer: nn.LSTM{Units: 64}}},
}

// What the models are fed.
const (
	onnxSteps = 100
	onnxWords = 1000
)

// ids are rows of word ids, the same as onnx_peer.mjs has.
func ids(batch int) (d train.Data) {
	for i := range batch {
		row := make([]int32, onnxSteps)
		for j := range row {
			row[j] = int32((i*7919 + j*31) % onnxWords)
		}
		d.Tokens = append(d.Tokens, row)
	}
	return d
}

// runtimes compares answers with ONNX Runtime's on the files that nn/onnx writes.
func runtimes(ctx context.Context, c *config) error {
	node, err := exec.LookPath("node")
	if os.Getenv(ortFolder) == "" || err != nil {
		fmt.Fprint(os.Stderr, installORT)
		fmt.Fprintln(c.out, "\nONNX Runtime was not found, so nothing is compared with it.")
		return nil
	}
	dir, err := os.MkdirTemp("", "unroll-peers-")
	if err != nil {
		return errors.WithStack(err)
	}
	defer os.RemoveAll(dir)
	// Node finds packages beside the script.
	script := filepath.Join(dir, "peer.mjs")
	if err := os.WriteFile(script, onnxScript, 0o600); err != nil {
		return errors.WithStack(err)
	}
	packages, err := filepath.Abs(filepath.Join(os.Getenv(ortFolder), "node_modules"))
	if err == nil {
		err = os.Symlink(packages, filepath.Join(dir, "node_modules"))
	}
	if err != nil {
		return errors.WithStack(err)
	}
	p, err := startProcess(exec.CommandContext(ctx, node, script))
	if err != nil {
		return err
	}
	defer p.close()
	table := &report.Table{Text: 2, Head: append([]string{"layer", "ONNX Runtime's fastest", "B", "ours", "ONNX Runtime"}, append(pairHead, "bar")...)}
	batches := []int{1, 32, 256}
	layers := recurrent
	if c.quick {
		batches, layers = batches[:2], layers[:2]
	}
	for _, l := range layers {
		m, err := nn.Sequential{Input: nn.Tokens(nn.Any), Layers: []nn.Layer{
			nn.Embedding{InputDim: onnxWords, OutputDim: l.width}, l.layer, nn.Dense{Units: 1, Activation: nn.Sigmoid},
		}, Seed: 1}.Build()
		if err != nil {
			return err
		}
		path := filepath.Join(dir, l.name+".onnx")
		if err := onnx.Save(path, m); err != nil {
			return err
		}
		t, err := train.Compile(m, train.Config{Loss: nn.BinaryCrossentropy{}})
		if err != nil {
			return err
		}
		for _, batch := range batches {
			progress("onnx: %s, B=%d", l.name, batch)
			best, pair, err := c.answers(ctx, p, t, path, batch)
			if err != nil {
				return err
			}
			table.Add(append(append([]string{l.name, fmt.Sprintf("threads %d", best), fmt.Sprint(batch)}, pair.cells(report.Duration)...), atLeast(pair.ratio(), 1.5))...)
		}
		if err := t.Close(); err != nil {
			return err
		}
	}
	c.print("ONNX Runtime", fmt.Sprintf("Answers to a batch of B sequences of %d ids: Embedding(%d, H) → the layer → Dense(1, sigmoid), by `Predict`, and by onnxruntime-node %s from the file that nn/onnx writes, at the better of 1 and %d threads.", onnxSteps, onnxWords, p.Version, runtime.NumCPU()), table)
	return nil
}

// answers measures one model and batch; best is ONNX Runtime's better number of threads.
func (c *config) answers(ctx context.Context, p *peer, t *train.Trainer, path string, batch int) (best int, both pairs, err error) {
	theirs := func(threads int) measure {
		r := request{Path: path, Threads: threads, Batch: batch, Steps: onnxSteps, Words: onnxWords, Seconds: c.seconds()}
		return func(ctx context.Context) (float64, error) { return p.run(ctx, r) }
	}
	fastest := 0.0
	for _, threads := range []int{1, runtime.NumCPU()} {
		for range 2 {
			s, err := theirs(threads)(ctx)
			if err != nil {
				return 0, both, err
			}
			if fastest == 0 || s < fastest {
				best, fastest = threads, s
			}
		}
	}
	d := ids(batch)
	ours := repeat(func() error {
		_, err := t.Predict(ctx, d, batch)
		return err
	}, c.seconds())
	both, err = alternate(ctx, c.pairs, ours, theirs(best))
	return best, both, cmp.Or(err, ctx.Err())
}
