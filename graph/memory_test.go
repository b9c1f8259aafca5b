package graph

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/tensor"
	"pgregory.net/rapid"
)

// spoil fills the buffers that the values share with NaN, so that an operation that
// relies on what a run before left there is found.
func spoil(p *Program) {
	for _, v := range p.places.values {
		fill(Floats[float32](v), math.NaN())
		fill(Floats[float64](v), math.NaN())
	}
}

// TestSharedBuffers: with buffers shared and not, values and first and second
// derivatives are the same to the last bit, also in a second run.
func TestSharedBuffers(t *testing.T) {
	for name, all := range operations {
		for i, op := range all {
			t.Run(fmt.Sprintf("%s/%d", name, i), func(t *testing.T) {
				t.Parallel()
				alone := derivatives(t, op, true, AllPasses)
				for _, skip := range []Pass{AllPasses, 0} {
					if shared := derivatives(t, op, false, skip); !slices.Equal(alone, shared) {
						t.Errorf("shared buffers, without the passes %b, give the bits %x, want %x", skip, shared, alone)
					}
				}
			})
		}
	}
}

// TestInPlace: what computes in the place of an input gives the same bits, in both types
// and for as many elements as the fast kernels want.
func TestInPlace(t *testing.T) {
	done := 0
	for name, all := range operations {
		for i, op := range all {
			if slices.ContainsFunc(op.shapes, func(s []int) bool { return slices.ContainsFunc(s, func(n int) bool { return n > 3 }) }) {
				continue
			}
			shapes := make([][]int, len(op.shapes))
			for i, s := range op.shapes {
				for _, n := range s {
					shapes[i] = append(shapes[i], map[int]int{1: 1, 2: 2, 3: 51}[n])
				}
			}
			for lives := range shapes {
				for _, dt := range []tensor.Dtype{tensor.Float32, tensor.Float64} {
					alone, _ := inPlace(t, dt, operation{shapes, op.build}, lives, true)
					shared, places := inPlace(t, dt, operation{shapes, op.build}, lives, false)
					if !slices.Equal(alone, shared) {
						t.Errorf("%s/%d, %v, input %d lives on: in place it gives %v, want %v", name, i, dt, lives, shared, alone)
					}
					if places > 1 { // that of the tanh below is one
						done++
					}
				}
			}
		}
	}
	if done < 100 {
		t.Errorf("%d operations computed in place", done)
	}
}

// inPlace runs an operation and its gradient on values of which one lives on, if there
// are several, and the others die with it; nil where the operation does not take such
// shapes.
func inPlace(t *testing.T, dt tensor.Dtype, op operation, lives int, unshared bool) (values []float64, places int) {
	r := rand.New(rand.NewPCG(1, 2))
	b := New(dt)
	*b.Options() = Options{Unshared: unshared, Skip: AllPasses}
	var in []*Node
	for i, s := range op.shapes {
		in = append(in, b.Transpose(b.Transpose(input(b, fmt.Sprint("p", i), s, random(r, s...).Float64s()...))))
	}
	y := op.build(b, in)
	if b.Err() != nil {
		return nil, 0
	}
	u := input(b, "u", y.Shape(), random(r, y.Shape()...).Float64s()...)
	nodes := append(b.VJP([]*Node{y}, []*Node{b.Transpose(b.Transpose(u))}, in...), b.Tanh(y))
	if len(in) > 1 {
		nodes = append(nodes, in[lives])
	}
	p, err := b.Compile(nodes...)
	if err != nil {
		return nil, 0
	}
	defer p.Close()
	spoilAndRun(t, p)
	for _, n := range nodes {
		v, err := p.Value(n)
		if err != nil {
			t.Fatal(err)
		}
		values = append(values, Floats[float64](v)...)
		for _, x := range Floats[float32](v) {
			values = append(values, float64(x))
		}
	}
	return values, p.Memory().InPlace
}

func spoilAndRun(t *testing.T, p *Program) {
	t.Helper()
	spoil(p)
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
}

// derivatives runs an operation with its gradient and a Hessian's product, twice, and
// returns all values' bits.
func derivatives(t *testing.T, op operation, unshared bool, skip Pass) (bits []uint64) {
	r := rand.New(rand.NewPCG(1, 2))
	b := New(tensor.Float64)
	*b.Options() = Options{Unshared: unshared, Skip: skip}
	var params, vs []*Node
	for i, s := range op.shapes {
		params = append(params, b.Input(fmt.Sprint("p", i), random(r, s...)))
		vs = append(vs, b.Input(fmt.Sprint("v", i), random(r, s...)))
	}
	y := op.build(b, params)
	if b.Err() != nil {
		t.Fatal(b.Err())
	}
	cost := b.Inner(b.Tanh(y), b.Input("u", random(r, y.Shape()...)))
	grads := b.Grad(cost, params...)
	// Two programs share operations, of which each has a plan of its own.
	first, err := b.Compile(append([]*Node{cost}, grads...)...)
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	nodes := append(append([]*Node{y}, grads...), b.HVP(cost, params, vs)...)
	second, err := b.Compile(nodes...)
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	for range 2 {
		for i, p := range []*Program{first, second} {
			spoilAndRun(t, p)
			for _, n := range [][]*Node{grads, nodes}[i] {
				for _, v := range value(t, p, n) {
					bits = append(bits, math.Float64bits(v))
				}
			}
		}
	}
	m := second.Memory()
	if unshared && m.Peak != m.Unshared || m.Peak > m.Unshared+64*int64(m.Nodes)*8 || m.Peak <= 0 {
		t.Errorf("memory: %+v", m)
	}
	return bits
}

// TestPlaces: no two values that are needed at the same time overlap, and a gap that is
// given back is taken again.
func TestPlaces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var g gaps
		live := map[int]int{} // sizes by place
		most, now := 0, 0
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			if len(live) > 0 && rapid.Bool().Draw(t, "give") {
				from := rapid.SampledFrom(slices.Sorted(maps.Keys(live))).Draw(t, "from")
				g.give(from, live[from])
				now -= live[from]
				delete(live, from)
				continue
			}
			n := rapid.IntRange(1, 9).Draw(t, "size")
			from := g.take(n)
			for other, size := range live {
				if from < other+size && other < from+n {
					t.Fatalf("%d to %d overlaps %d to %d", from, from+n, other, other+size)
				}
			}
			live[from] = n
			now += n
			most = max(most, now)
			if from < 0 || from+n > g.end {
				t.Fatalf("%d to %d of an arena of %d", from, from+n, g.end)
			}
		}
		for from, n := range live {
			g.give(from, n)
		}
		if len(g.free) > 1 || g.end < most {
			t.Fatalf("in the end the gaps are %v of %d", g.free, g.end)
		}
	})
}

// TestMemory: a chain of elementwise functions needs one buffer for all, and a limit
// below that is refused before anything is allocated.
func TestMemory(t *testing.T) {
	b := New(tensor.Float32)
	b.Options().Skip = Fusion
	x := input(b, "x", []int{32, 32}, make([]float64, 1024)...)
	y := x
	for range 10 {
		y = b.Tanh(b.Affine(2, y, 1))
	}
	p, err := b.Compile(y)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if m := p.Memory(); m.Peak != 4096 || m.Unshared != 20*4096 || m.Nodes != 20 || m.InPlace != 19 {
		t.Errorf("memory: %+v", m)
	}
	if s := p.Memory().String(); !strings.Contains(s, "4.0 kB of buffers, 5 % of 80.0 kB; 19 of 20 nodes in place") {
		t.Error(s)
	}
	b.Options().Limit = 4095
	_, err = b.Compile(y)
	checkError(t, err, "compile: the program needs 4.0 kB of buffers, more than the limit of 4.0 kB")
}
