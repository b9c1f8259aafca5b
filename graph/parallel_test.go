package graph

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/tensor"
)

// towers emits n towers of two layers that share their weights, an LSTM in both
// directions and a Loop in each tower, and returns all gradients.
func towers(b *Builder, n int) []*Node {
	const steps, batch, features, units = 6, 32, 64, 64
	r := rand.New(rand.NewPCG(1, 2))
	input32 := func(name string, shape ...int) *Node { return input(b, name, shape, random(r, shape...).Float64s()...) }
	w, u := input32("w", features, 4*units), input32("u", units, 4*units)
	v := input32("v", units, units)
	zeros := b.Zeros(batch, units)
	weights := []*Node{w, u, v}
	var ends []*Node
	for i := range n {
		x := input32(fmt.Sprint("x", i), steps*batch, features)
		weights = append(weights, x)
		forward, _ := b.LSTM(b.MatMul(x, w), nil, zeros, zeros, u, steps)
		backward, _ := b.LSTM(b.MatMul(b.Reverse(x, steps), w), nil, zeros, zeros, u, steps)
		both := b.Add(forward, b.Reverse(backward, steps))
		loop, _ := b.Loop([]*Node{both}, []*Node{zeros}, steps, func(l *LoopBody, seqs, states []*Node) (*Node, []*Node) {
			h := l.Tanh(l.MulAdd(seqs[0], states[0], l.Capture(v)))
			return h, []*Node{h}
		})
		ends = append(ends, b.Sum(b.Mul(loop, both)))
	}
	cost := b.AddN(ends...)
	return append(b.Grad(cost, weights...), cost)
}

// TestParallel: operations of towers and directions run beside one another, with the
// same bits, shared buffers or not, and on one processor too.
func TestParallel(t *testing.T) {
	for _, dt := range []tensor.Dtype{tensor.Float32, tensor.Float64} {
		var want []float64
		for _, o := range []Options{{Skip: AllPasses, Unshared: true}, {}, {Unshared: true}, {Skip: AllPasses &^ Parallel}, {Skip: Parallel}} {
			for _, procs := range []int{1, 4} {
				before := runtime.GOMAXPROCS(procs)
				b := New(dt)
				*b.Options() = o
				nodes := towers(b, 3)
				p, err := b.Compile(nodes...)
				if err != nil {
					t.Fatal(err)
				}
				var got []float64
				for range 2 {
					spoilAndRun(t, p)
					got = got[:0]
					for _, n := range nodes {
						v, err := p.Value(n)
						if err != nil {
							t.Fatal(err)
						}
						for i := range n.Shape().TotalSize() {
							got = append(got, At(v, i))
						}
					}
				}
				runtime.GOMAXPROCS(before)
				if want == nil {
					want = slices.Clone(got)
				}
				if !slices.Equal(got, want) {
					t.Errorf("%v, %+v, %d processors: other bits", dt, o, procs)
				}
				// 6 projections, 6 LSTMs and their gradients, 3 Loops and theirs.
				if beside := p.Explain().Beside; (o.Skip&Parallel == 0) != (beside >= 20) {
					t.Errorf("%+v: %v", o, p.Explain())
				}
				if err := p.Close(); err != nil {
					t.Error(err)
				}
			}
		}
	}
}

// TestParallelOrder: whatever runs beside what, each instruction comes after all that it
// reads, and none is lost.
func TestParallelOrder(t *testing.T) {
	b := New(tensor.Float32)
	p, err := b.Compile(towers(b, 4)...)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	done := map[*Node]bool{}
	for _, n := range p.code.inputs {
		done[n] = true
	}
	for k, i := range p.code.list {
		group := append([]*instr{i}, i.beside...)
		if !slices.Equal(group, p.code.list[k:k+len(group)]) {
			t.Errorf("what runs beside %s does not follow it", i.op.name)
		}
		if p.code.joins[i] {
			continue
		}
		for _, g := range group {
			for _, n := range g.in {
				if !done[n] {
					t.Errorf("%s reads what is not computed yet", g.op.name)
				}
			}
		}
		for x, g := range group {
			done[g.node] = true
			for _, h := range group[x+1:] {
				if g.op.shares(h.op) {
					t.Errorf("two of %s share what they keep", g.op.name)
				}
			}
		}
	}
	if all, left := len(p.Emitted()), p.Explain(); left.Executed+left.Identities+left.Constants+left.Common+left.Unread+left.Fused < all {
		t.Errorf("%v of %d", left, all)
	}
}

// TestParallelErrors: an error of any of the operations is the run's.
func TestParallelErrors(t *testing.T) {
	for bad := range 3 {
		b := New(tensor.Float32)
		ids := make([]*Node, 3)
		var ends []*Node
		for i := range ids {
			x := tensor.New(tensor.Of(tensor.Int32), tensor.WithShape(2))
			if i == bad {
				x.Int32s()[1] = 7
			}
			g := b.Gather(input(b, fmt.Sprint("t", i), []int{3, 4}, make([]float64, 12)...), b.Input(fmt.Sprint("ids", i), x))
			g.Op().(*op).work = parallelWork // which gathering is not
			ends = append(ends, b.Sum(g))
		}
		p, err := b.Compile(b.AddN(ends...))
		if err != nil {
			t.Fatal(err)
		}
		if p.Explain().Beside != 2 {
			t.Error(p.Explain())
		}
		checkError(t, p.Run(), "gather: id 7 at row 1 is outside the table of 3 rows")
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestParallelProfile: what ran beside another is on a thread of its own.
func TestParallelProfile(t *testing.T) {
	b := New(tensor.Float32)
	p, err := b.Compile(towers(b, 2)...)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	profile, err := p.Profile(runs(p, 2))
	if err != nil {
		t.Fatal(err)
	}
	lstms := 0
	for _, n := range profile.Nodes {
		if n.Name == "lstm" {
			lstms++
			if n.Count != 2 || n.Time <= 0 {
				t.Errorf("%+v", n)
			}
		}
	}
	var trace strings.Builder
	if err := profile.WriteTrace(&trace); err != nil || lstms != 4 || !strings.Contains(trace.String(), `"tid":2`) || !strings.Contains(trace.String(), `"tid":1`) {
		t.Errorf("%d of 4 LSTMs, trace %v", lstms, err)
	}
	if strings.Contains(profile.String(), " -") {
		t.Errorf("a negative share in\n%v", profile)
	}
}
