package graph

import (
	"errors"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorgonia.org/tensor"
)

// loopProgram is h ← tanh(x_t + h·w) over three steps in a layer "rnn", with the sum of
// all outputs and its gradients.
func loopProgram(t testing.TB, r *rand.Rand) (p *Program, grads []*Node) {
	t.Helper()
	b := New(tensor.Float64)
	x, h, w := b.Input("x", random(r, 6, 4)), b.Input("h", random(r, 2, 4)), b.Input("w", random(r, 4, 4))
	var out *Node
	b.Wrap("rnn", func() {
		out, _ = b.Loop([]*Node{x}, []*Node{h}, 3, func(l *LoopBody, xs, s []*Node) (*Node, []*Node) {
			y := l.Tanh(l.MulAdd(xs[0], s[0], l.Capture(w)))
			return y, []*Node{y}
		})
	})
	cost := b.Inner(out, b.Ones(6, 4))
	grads = b.Grad(cost, x, w)
	p, err := b.Compile(append([]*Node{cost}, grads...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p, grads
}

func runs(p *Program, n int) func() error {
	return func() error {
		for range n {
			if err := p.Run(); err != nil {
				return err
			}
		}
		return nil
	}
}

// TestProfile: each node is counted as often as it ran, those of a Loop's step in both
// directions, and the times are parts of one another. The Loop's output is its state, and
// all that it keeps.
func TestProfile(t *testing.T) {
	p, grads := loopProgram(t, rand.New(rand.NewPCG(1, 2)))
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	want := value(t, p, grads[1])
	profile, err := p.Profile(runs(p, 2))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, value(t, p, grads[1])); diff != "" {
		t.Error("the profile changes a gradient:", diff)
	}
	type row struct {
		Count, Bytes int
		Work         float64
	}
	got, bytes := map[string]row{}, 0
	var sum time.Duration
	inside := map[*Node]int64{}
	for i, n := range profile.Nodes {
		got[n.Name] = row{n.Count, n.Bytes, n.Work}
		bytes += n.Bytes
		sum += n.Time
		if n.Time < 0 || n.Time > n.Total || i > 0 && n.Time > profile.Nodes[i-1].Time || n.Share != float64(n.Time)/float64(profile.Time) {
			t.Errorf("%s: %v of %v, share %v", n.Name, n.Time, n.Total, n.Share)
		}
		if n.Loop != nil {
			inside[n.Loop] += int64(n.Total)
		}
	}
	for _, n := range profile.Nodes {
		if int64(n.Total-n.Time) != inside[n.Node] {
			t.Errorf("%s: %v of %v, and its steps' nodes %d ns", n.Name, n.Time, n.Total, inside[n.Node])
		}
	}
	if profile.Runs != 2 || sum > profile.Time || bytes != profile.Bytes {
		t.Errorf("%d runs; nodes took %v of %v, and have %d bytes of %d", profile.Runs, sum, profile.Time, bytes, profile.Bytes)
	}
	for name, want := range map[string]row{
		"inner":                            {2, 8, 0},
		"rnn/loop":                         {2, 8 * 24, 0},
		"rnn/loop/muladd":                  {6, 8 * 8, 6 * 2 * 2 * 4 * 4},
		"rnn/loop/tanh":                    {6, 8 * 8, 0},
		"rnn/loop_grad":                    {2, 8 * (24 + 8 + 16), 0},
		"rnn/loop_grad/muladd":             {6, 8 * 8, 6 * 2 * 2 * 4 * 4},
		"rnn/loop_grad/tanh+sum+tanh_grad": {6, 8 * 8, 0},
		"rnn/loop_grad/accumulate":         {6, 8 * 16, 6 * 2 * 2 * 4 * 4},
		"rnn/loop_grad/matmul":             {6, 8 * 8, 6 * 2 * 2 * 4 * 4},
	} {
		if diff := cmp.Diff(want, got[name]); diff != "" {
			t.Errorf("%s (-want +got): %s", name, diff)
		}
	}
	if t.Failed() {
		t.Logf("\n%v", profile)
	}
	// What ran afterwards is not recorded.
	spans := len(profile.spans)
	if err := p.Run(); err != nil || len(profile.spans) != spans || p.b.recorder != nil {
		t.Errorf("a run after the profile is recorded, error %v", err)
	}
}

// TestProfileOfLoops: a Loop in a Loop's step is told with its own nodes.
func TestProfileOfLoops(t *testing.T) {
	b := New(tensor.Float64)
	x, h := b.Input("x", random(rand.New(rand.NewPCG(1, 2)), 4, 2)), b.Zeros(1, 2)
	out, _ := b.Loop([]*Node{x}, []*Node{h}, 2, func(l *LoopBody, xs, s []*Node) (*Node, []*Node) {
		_, final := l.Loop([]*Node{l.Reshape(l.Concat(0, xs[0], xs[0], xs[0]), 6, 2)}, []*Node{l.Zeros(2, 2)}, 3, func(l *LoopBody, xs, s []*Node) (*Node, []*Node) {
			y := l.Add(xs[0], s[0])
			return y, []*Node{y}
		})
		return final[0], s
	})
	p, err := b.Compile(out)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	profile, err := p.Profile(runs(p, 5))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for _, n := range profile.Nodes {
		got[n.Name] = n.Count
	}
	if got["loop"] != 5 || got["loop/loop"] != 5*2 || got["loop/loop/add"] != 5*2*3 {
		t.Errorf("counts are %v", got)
	}
}

// TestProfileTable: the nodes of one name are one line, shares of all lines add up.
func TestProfileTable(t *testing.T) {
	b := New(tensor.Float32)
	b.Options().Skip = Fusion
	x := b.Input("x", tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(2, 3)))
	y := x
	b.Wrap("layer", func() {
		for range 3 {
			y = b.Tanh(y)
		}
	})
	p, err := b.Compile(y)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	profile, err := p.Profile(runs(p, 4))
	if err != nil {
		t.Fatal(err)
	}
	table := profile.String()
	for _, want := range []string{"4 runs of ", " of buffers, ", "layer/tanh (3 nodes)", "[2 3]", " 12 ", "between the nodes"} {
		if !strings.Contains(table, want) {
			t.Errorf("%q is missing in\n%s", want, table)
		}
	}
}

func TestProfileErrors(t *testing.T) {
	p, _ := loopProgram(t, rand.New(rand.NewPCG(1, 2)))
	_, err := p.Profile(func() error { return nil })
	checkError(t, err, "profile: the program has not run")
	_, err = p.Profile(func() error {
		_, err := p.Profile(p.Run)
		return err
	})
	checkError(t, err, "profile: the program is being profiled")
	mine := errors.New("mine")
	if _, err := p.Profile(func() error { return mine }); err != mine {
		t.Errorf("the error is %v, want the function's own", err)
	}
	if profile, err := p.Profile(p.Run); err != nil || profile.Runs != 1 {
		t.Errorf("after errors: %v", err)
	}
}

// TestProfilesAtOnce: programs that run beside each other are profiled each by itself.
func TestProfilesAtOnce(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var group sync.WaitGroup
	for n := range 4 {
		p, _ := loopProgram(t, r)
		group.Go(func() {
			profile, err := p.Profile(runs(p, n+1))
			if err != nil || profile.Runs != n+1 {
				t.Errorf("%v, want %d runs", err, n+1)
			}
		})
	}
	group.Wait()
}
