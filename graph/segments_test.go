package graph

import (
	"fmt"
	"slices"
	"testing"

	"gorgonia.org/tensor"
)

// remat is a recurrence of a segment, of a batch of 2 and 3 units.
type remat struct {
	name    string
	states  int
	gates   int
	segment func(l *LoopBody, z, mask *Node, s []*Node, u *Node, steps int) (outs *Node, next []*Node)
}

var remats = []remat{
	{"simple_rnn", 1, 1, func(l *LoopBody, z, mask *Node, s []*Node, u *Node, steps int) (*Node, []*Node) {
		hs := l.SimpleRNN("tanh", z, mask, s[0], u, steps)
		return hs, []*Node{l.Last(hs, steps)}
	}},
	{"lstm", 2, 4, func(l *LoopBody, z, mask *Node, s []*Node, u *Node, steps int) (*Node, []*Node) {
		hs, c := l.LSTM(z, mask, s[0], s[1], u, steps)
		return hs, []*Node{l.Last(hs, steps), c}
	}},
	{"gru", 1, 3, func(l *LoopBody, z, mask *Node, s []*Node, u *Node, steps int) (*Node, []*Node) {
		hs := l.GRU(z, mask, s[0], u, nil, steps)
		return hs, []*Node{l.Last(hs, steps)}
	}},
	{"loop", 1, 1, func(l *LoopBody, z, _ *Node, s []*Node, u *Node, steps int) (*Node, []*Node) {
		return l.Loop([]*Node{z}, s, steps, func(body *LoopBody, zs, s []*Node) (*Node, []*Node) {
			h := body.Tanh(body.MulAdd(zs[0], s[0], body.Capture(u)))
			return h, []*Node{h}
		})
	}},
}

// emit emits a recurrence of p: the sequence, kernel, bias, recurrent kernel and, if
// there are more, the first states.
func (r remat) emit(b *Builder, p []*Node, mask *Node, steps int, last, whole bool) *Node {
	states := p[4:]
	for len(states) < r.states {
		states = append(states, b.Zeros(2, 3))
	}
	seqs := []*Node{p[0]}
	if mask != nil {
		seqs = append(seqs, mask)
	}
	segment := func(l *LoopBody, zs, s []*Node, steps int) (*Node, []*Node) {
		var mask *Node
		if len(zs) > 1 {
			mask = zs[1]
		}
		z := l.Add(l.MatMul(zs[0], l.Capture(p[1])), l.Capture(p[2]))
		outs, next := r.segment(l, z, mask, s, l.Capture(p[3]), steps)
		if last {
			outs = l.Last(outs, steps)
		}
		return outs, next
	}
	var out *Node
	var final []*Node
	if whole {
		l := &LoopBody{Builder: b, outer: b, instead: map[*Node]*Node{}}
		for _, n := range p { // everything is captured where it is
			l.captured, l.inner = append(l.captured, n), append(l.inner, n)
		}
		out, final = segment(l, seqs, states, steps)
	} else {
		out, final = b.Segments(seqs, states, steps, segment)
	}
	if last && b.ok(out) {
		out = b.Last(out, out.Shape()[0]/2)
	}
	return b.Concat(0, append([]*Node{out}, final...)...)
}

func (r remat) shapes(steps int, states bool) [][]int {
	s := [][]int{{steps * 2, 4}, {4, r.gates * 3}, {r.gates * 3}, {3, r.gates * 3}}
	for range r.states {
		if states {
			s = append(s, []int{2, 3})
		}
	}
	return s
}

// segments are of 1 + 1 and 2 + 2 + 1 steps.
var segments = func() (all []operation) {
	for _, r := range remats {
		for _, steps := range []int{2, 5} {
			all = append(all, operation{r.shapes(steps, true), func(b *Builder, p []*Node) *Node {
				return r.emit(b, p, nil, steps, steps == 5, false)
			}})
		}
		if r.name != "loop" {
			all = append(all, operation{r.shapes(3, true), func(b *Builder, p []*Node) *Node {
				return r.emit(b, p, maskOfSteps(b), 3, false, false)
			}})
		}
	}
	return all
}()

// TestSegments holds recurrences in segments against those in one piece: the values
// to the bit, the gradients to rounding, and to the bit where the docstring says so.
func TestSegments(t *testing.T) {
	for _, r := range remats {
		for _, steps := range []int{1, 2, 7, 16, 50} {
			for _, opt := range []struct{ masked, states, last bool }{{}, {last: true}, {masked: true}, {states: true, last: true}, {true, true, false}, {true, true, true}} {
				if opt.masked && r.name == "loop" {
					continue
				}
				for _, dt := range []tensor.Dtype{tensor.Float32, tensor.Float64} {
					t.Run(fmt.Sprintf("%s/%d/%+v/%v", r.name, steps, opt, dt), func(t *testing.T) {
						t.Parallel()
						want := runSegments(t, r, dt, steps, opt.masked, opt.states, opt.last, true)
						got := runSegments(t, r, dt, steps, opt.masked, opt.states, opt.last, false)
						tol := 1e-12
						if dt == tensor.Float32 {
							tol = 1e-5
						}
						even := steps%segmentSteps(steps) == 0
						for i, name := range []string{"value", "x", "kernel", "bias", "recurrent kernel", "state", "state"}[:len(want)] {
							exact := name == "value" || name == "x" || name == "state" || even && name == "kernel" || even && !opt.states && r.name != "loop" && name == "recurrent kernel"
							if exact && !slices.Equal(got[i], want[i]) {
								t.Errorf("%s: other bits", name)
							}
							compare(t, name, got[i], want[i], tol)
						}
					})
				}
			}
		}
	}
}

// runSegments returns the recurrence's value and its gradients.
func runSegments(t *testing.T, r remat, dt tensor.Dtype, steps int, masked, states, last, whole bool) (all [][]float64) {
	b := New(dt)
	var params []*Node
	feed := func(name string, i int, shape ...int) *Node {
		x := tensor.New(tensor.Of(dt), tensor.WithShape(shape...))
		for k := range x.DataSize() {
			Set(x, k, wave(13*i+k))
		}
		return b.Input(name, x)
	}
	for i, s := range r.shapes(steps, states) {
		params = append(params, feed(fmt.Sprint("p", i), i, s...))
	}
	var mask *Node
	if masked {
		m := tensor.New(tensor.Of(dt), tensor.WithShape(steps*2, 1))
		for k := range steps * 2 {
			if k%5 != 0 {
				Set(m, k, 1)
			}
		}
		mask = b.Input("mask", m)
	}
	y := r.emit(b, params, mask, steps, last, whole)
	if b.Err() != nil {
		t.Fatal(b.Err())
	}
	cost := b.Inner(y, feed("w", 99, y.Shape()...))
	grads := b.Grad(cost, params...)
	p, err := b.Compile(append([]*Node{y}, grads...)...)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	for range 2 { // the second run finds the buffers of the first
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
	}
	for _, n := range append([]*Node{y}, grads...) {
		v, err := p.Value(n)
		if err != nil {
			t.Fatal(err)
		}
		x := make([]float64, n.Shape().TotalSize())
		for k := range x {
			x[k] = At(v, k)
		}
		all = append(all, x)
	}
	return all
}

func wave(k int) float64 { return float64((k*7919+13)%1000)/500 - 1 }

func TestSegmentSteps(t *testing.T) {
	for steps, want := range map[int]int{1: 1, 2: 1, 3: 1, 5: 2, 7: 2, 16: 4, 50: 5, 100: 10, 4999: 70, 5000: 50, 50000: 200} {
		if got := segmentSteps(steps); got != want {
			t.Errorf("%d steps in segments of %d, want %d", steps, got, want)
		}
	}
}
