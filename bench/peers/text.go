package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/pkg/errors"

	"unroll/bench/internal/report"
	"unroll/datasets/imdb"
	"unroll/datasets/text"
)

//go:embed text_peer.py
var textScript string

// Keras's num_words of the embedding model, and its maxlen. Our ids begin 3 higher
// than those of Keras's Tokenizer, so the same words are kept.
const (
	textWords  = 997
	textMaxLen = 100
)

// texts compares reading, counting and encoding texts with Keras's algorithm in
// Python: the training half of IMDB where UNROLL_IMDB tells its path, or else of
// the sample corpus.
func texts(ctx context.Context, c *config) error {
	reviews := imdb.Sample(1)
	if path := os.Getenv("UNROLL_IMDB"); path != "" && !c.quick {
		progress("text: reading %s", path)
		var err error
		if reviews, err = imdb.Read(ctx, path); err != nil {
			return err
		}
	}
	dir, err := os.MkdirTemp("", "unroll-peers-")
	if err != nil {
		return errors.WithStack(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "texts")
	size, n, err := writeTexts(path, reviews)
	if err != nil {
		return err
	}
	progress("text: %d texts", n)
	var ours, theirs textResult
	p, err := alternate(ctx, c.pairs, func(context.Context) (float64, error) {
		ours, err = textOurs(path)
		return ours.Seconds, err
	}, func(ctx context.Context) (float64, error) {
		theirs, err = textTheirs(ctx, c.python, path)
		return theirs.Seconds, err
	})
	if err != nil {
		return err
	}
	// Words of equal frequency are ranked differently, so that the last few kept may
	// not be the same.
	if ours.Words != theirs.Words || math.Abs(float64(ours.Kept-theirs.Kept)) > 0.001*float64(theirs.Kept) {
		return errors.Errorf("ours found %d words and kept %d ids, Python's %d and %d", ours.Words, ours.Kept, theirs.Words, theirs.Kept)
	}
	table := &report.Table{Text: 1, Head: append([]string{"corpus", "MB", "ours, MB/s", "Python, MB/s"}, append(pairHead, "bar")...)}
	rate := func(seconds float64) string { return report.Number(float64(size) / 1e6 / seconds) }
	row := append([]string{reviews.Name, report.Number(float64(size) / 1e6)}, p.cells(rate)...)
	table.Add(append(row, atLeast(p.ratio(), 5))...)
	c.print("Text", fmt.Sprintf("Reading %d texts from one file, counting their words, and encoding the %d most frequent in %d steps; Python runs Keras's Tokenizer and pad_sequences, without NumPy. Both found %d words; ours kept %d ids, Python's %d.", n, textWords-1, textMaxLen, ours.Words, ours.Kept, theirs.Kept), table)
	return nil
}

// textResult is what a side prints or returns. Kept counts ids that are not
// padding.
type textResult struct {
	Seconds float64 `json:"seconds"`
	Words   int     `json:"words"`
	Kept    int     `json:"kept"`
}

// writeTexts writes the n texts to train on, each ended by a zero byte.
func writeTexts(path string, reviews *imdb.Reviews) (size, n int, err error) {
	var data bytes.Buffer
	for r := range reviews.Part("train") {
		data.WriteString(r.Text + "\x00") // records hold none
		n++
	}
	return data.Len(), n, errors.WithStack(os.WriteFile(path, data.Bytes(), 0o600))
}

// textOurs does not time the counting of what was kept, and neither does Python.
func textOurs(path string) (r textResult, err error) {
	start := time.Now()
	data, err := os.ReadFile(path)
	if err != nil {
		return r, errors.WithStack(err)
	}
	texts := func(yield func(string, error) bool) {
		for text := range strings.SplitSeq(strings.TrimSuffix(string(data), "\x00"), "\x00") {
			if !yield(text, nil) {
				return
			}
		}
	}
	config := text.EncoderConfig{Text: text.Config{Case: "lower"}, NumWords: textWords + 3, MaxLen: textMaxLen}
	v, err := text.Count(texts, config.Text)
	if err != nil {
		return r, err
	}
	e, err := text.NewEncoder(v, config)
	if err != nil {
		return r, err
	}
	rows, _, err := e.EncodeTexts(texts)
	r = textResult{Seconds: time.Since(start).Seconds(), Words: v.Len()}
	for _, row := range rows {
		for _, id := range row {
			if id > 0 {
				r.Kept++
			}
		}
	}
	return r, err
}

func textTheirs(ctx context.Context, python, path string) (r textResult, err error) {
	if python == "" {
		python = "python3"
	}
	cmd := exec.CommandContext(ctx, python, "-c", textScript, path, strconv.Itoa(textWords), strconv.Itoa(textMaxLen))
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return r, errors.Wrapf(err, "%s: %s", python, strings.TrimSpace(stderr.String()))
	}
	return r, errors.Wrap(json.Unmarshal(out, &r), "text_peer.py")
}
