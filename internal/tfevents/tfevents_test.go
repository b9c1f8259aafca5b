package tfevents

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"unroll/internal/tfevents/tfeventstest"
)

// newWriter returns a writer whose events happen at the given times, the last
// one again and again.
func newWriter(t *testing.T, dir string, times ...float64) *Writer {
	t.Helper()
	w, err := create(dir, func() float64 {
		now := times[0]
		if len(times) > 1 {
			times = times[1:]
		}
		return now
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	return w
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// The file that TensorFlow wrote for tf.summary.scalar("accuracy", 0.99,
// step=77), as TensorBoard's tests have it: data/server/tf_record.rs,
// test_success.
const tensorFlowFile = "\x18\x00\x00\x00\x00\x00\x00\x00\xa3\x7f\x4b\x22" +
	"\x09\x00\x00\x80\x38\x99\xd6\xd7\x41\x1a\x0dbrain.Event:2" +
	"\x12\x4b\x36\xab" +
	"\x32\x00\x00\x00\x00\x00\x00\x00\x24\x19\x56\xec" +
	"\x09\xc4\x05\xb7\x3d\x99\xd6\xd7\x41\x10\x4d\x2a\x25\x0a\x23\x0a\x08accuracy" +
	"\x42\x0a\x08\x01\x12\x00\x22\x04\xa4\x70\x7d\x3f\x4a\x0b\x0a\x09\x0a\x07scalars" +
	"\xa5\x5b\x64\x33"

// TestBytesOfTensorFlow: the same scalar at the same times is the same file.
func TestBytesOfTensorFlow(t *testing.T) {
	w := newWriter(t, t.TempDir(), math.Float64frombits(0x41d7d69938800000), math.Float64frombits(0x41d7d6993db705c4))
	must(t, w.Scalar("accuracy", 77, 0.99))
	must(t, w.Close())
	got, err := os.ReadFile(w.Path())
	must(t, err)
	if diff := cmp.Diff(tensorFlowFile, string(got)); diff != "" {
		t.Error(diff)
	}
}

var graphNodes = []Node{
	{Name: "input", Op: "Input", Shapes: [][]int{{-1, 100}}},
	{Name: "lstm/kernel", Op: "Weight", Shapes: [][]int{{}}},
	{Name: "lstm", Op: "LSTM", Inputs: []string{"input", "lstm/kernel"}, Shapes: [][]int{{-1, 8}, {0}}},
	{Name: "add", Op: "Add", Inputs: []string{"lstm", "lstm:1"}},
}

// everything is what writeEverything writes, as the reader has it.
func everything() []tfeventstest.Event {
	const now = 1.5e9
	scalar := func(tag string, step int64, v float64) tfeventstest.Event {
		return tfeventstest.Event{WallTime: now, Step: step, Values: []tfeventstest.Value{
			{Tag: tag, Plugin: "scalars", Dtype: 1, Content: []float64{v}}}}
	}
	histogram := func(step int64, shape []int, content ...float64) tfeventstest.Event {
		return tfeventstest.Event{WallTime: now, Step: step, Values: []tfeventstest.Value{
			{Tag: "w", Plugin: "histograms", Dtype: 2, Shape: shape, Content: content}}}
	}
	graph := tfeventstest.Event{WallTime: now}
	for _, n := range graphNodes {
		graph.Graph = append(graph.Graph, tfeventstest.Node(n))
	}
	return []tfeventstest.Event{
		{WallTime: now, Version: "brain.Event:2"},
		scalar("loss", 0, 0.5),
		scalar("loss", math.MaxInt64, math.Inf(-1)),
		scalar("loss", -1, math.NaN()),
		scalar("maß/\uFFFD", 1, float64(float32(1e-3))),
		histogram(0, []int{1, 3}, 1.5, 2.5, 3),
		histogram(2, []int{0, 3}),
		graph,
		scalar("", 3, 0),
	}
}

func writeEverything(t *testing.T, w *Writer) {
	t.Helper()
	must(t, w.Scalar("loss", 0, 0.5))
	must(t, w.Scalar("loss", math.MaxInt64, math.Inf(-1)))
	must(t, w.Scalar("loss", -1, math.NaN()))
	must(t, w.Scalar("maß/\xff", 1, 1e-3))
	must(t, w.Histogram("w", 0, []float64{2, 2, 2}))
	must(t, w.Histogram("w", 2, nil))
	must(t, w.Graph(graphNodes))
	must(t, w.Scalar("", 3, 0))
}

var compare = cmp.Options{cmpopts.EquateNaNs(), cmpopts.EquateEmpty()}

// TestReadBack reads all kinds of events by a reader that knows nothing of the
// writer.
func TestReadBack(t *testing.T) {
	w := newWriter(t, t.TempDir(), 1.5e9)
	writeEverything(t, w)
	must(t, w.Flush())
	if diff := cmp.Diff(everything(), tfeventstest.Read(t, w.Path()), compare); diff != "" {
		t.Error(diff)
	}
}

// TestCutShort: a file that ends anywhere holds the events before that place,
// and one with a wrong byte is found out.
func TestCutShort(t *testing.T) {
	w := newWriter(t, t.TempDir(), 1.5e9)
	writeEverything(t, w)
	must(t, w.Close())
	data, err := os.ReadFile(w.Path())
	must(t, err)
	want := everything()
	whole := 0
	for n := range data {
		events, rest, err := tfeventstest.Decode(data[:n])
		must(t, err)
		if rest == 0 && n > 0 {
			whole++
		}
		if len(events) != whole {
			t.Fatalf("%d events in the first %d bytes, want %d", len(events), n, whole)
		}
		if diff := cmp.Diff(want[:whole], events, compare); diff != "" {
			t.Fatalf("the first %d bytes: %s", n, diff)
		}
		damaged := append([]byte{}, data...)
		damaged[n] ^= 0x10
		if _, _, err := tfeventstest.Decode(damaged); err == nil {
			t.Fatalf("a change of byte %d was not found", n)
		}
	}
	if whole != len(want)-1 {
		t.Errorf("%d whole events before the last byte, want %d", whole, len(want)-1)
	}
}

// TestFlush: what was flushed is in the file while it is open.
func TestFlush(t *testing.T) {
	w := newWriter(t, t.TempDir(), 1.5e9)
	for i := range 3 {
		must(t, w.Scalar("x", int64(i), 1))
		must(t, w.Flush())
		if got := len(tfeventstest.Read(t, w.Path())); got != i+2 {
			t.Errorf("%d events in the file, want %d", got, i+2)
		}
	}
}

// TestFilesOfASecond: files of a folder are never overwritten, and the order of
// their names is that in which they were made.
func TestFilesOfASecond(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	var want []string
	for _, now := range []float64{1.5e9, 1.5e9 + 0.5, 1.5e9 + 0.9, 1.5e9 + 1} {
		w := newWriter(t, dir, now)
		must(t, w.Scalar("x", int64(len(want)), 1))
		must(t, w.Close())
		want = append(want, w.Path())
	}
	host, err := os.Hostname()
	must(t, err)
	if name := filepath.Base(want[0]); name != "events.out.tfevents.1500000000."+host {
		t.Errorf("the first file is called %s", name)
	}
	got := tfeventstest.Files(t, dir)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatal(diff)
	}
	for i, path := range got {
		if step := tfeventstest.Read(t, path)[1].Step; step != int64(i) {
			t.Errorf("%s holds step %d, want %d", path, step, i)
		}
	}
}

func TestErrors(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(file, nil, 0o644))
	_, err := Create(file)
	wantError(t, "a file for a folder", err, file)
	_, err = Create(filepath.Join(file, "train"))
	wantError(t, "a folder in a file", err, file)

	w := newWriter(t, t.TempDir(), 1.5e9)
	for want, nodes := range map[string][]Node{
		`two nodes are called "a"`:            {{Name: "a"}, {Name: "a"}},
		`"" is no name of a node`:             {{Name: ""}},
		`"a b" is no name of a node`:          {{Name: "a b"}},
		`a reads "b:1", which is no node`:     {{Name: "a", Inputs: []string{"b:1"}}},
		`"a\n" is no name of a node`:          {{Name: "a\n"}},
		`"_private" is no name of a node`:     {{Name: "_private"}},
		`b reads "a/c", which is no node`:     {{Name: "a"}, {Name: "b", Inputs: []string{"a", "a/c"}}},
		w.Path() + `: graph: two nodes are c`: {{Name: "x"}, {Name: "x"}},
	} {
		wantError(t, "graph", w.Graph(nodes), want)
	}
	must(t, w.f.Close()) // the disk is gone
	must(t, w.Scalar("x", 1, 1))
	wantError(t, "a write that fails", w.Flush(), w.Path())
	wantError(t, "a scalar after it", w.Scalar("x", 2, 1), w.Path())
	wantError(t, "a close after it", w.Close(), w.Path())

	w = newWriter(t, t.TempDir(), 1.5e9)
	must(t, w.Close())
	wantError(t, "a scalar after the end", w.Scalar("x", 1, 1), w.Path()+": the file is closed")
}

func wantError(t *testing.T, what string, err error, part string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), part) || strings.Contains(err.Error(), "\n") {
		t.Errorf("%s: error %v, want one line with %q", what, err, part)
	}
}

func TestNodeName(t *testing.T) {
	for in, want := range map[string]string{
		"simple_rnn/kernel": "simple_rnn/kernel",
		"zeros[32 8]":       "zeros_32_8_",
		"Σ[0]":              "._0_",
		"":                  ".",
		"my text":           "my_text",
	} {
		if got := NodeName(in); got != want || !nodeName.MatchString(got) {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}
