package graph

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// TestInPlaceOfWhatIsReadAgain: an operation does not compute in the place of an input
// that it reads a second time, as its state or its mask, whichever pass made them one.
func TestInPlaceOfWhatIsReadAgain(t *testing.T) {
	for name, f := range map[string]func(b *Builder, z, u *Node) *Node{
		"rnn":        func(b *Builder, z, u *Node) *Node { return b.SimpleRNN("tanh", z, nil, z, u, 1) },
		"rnn merged": func(b *Builder, z, u *Node) *Node { return b.SimpleRNN("tanh", z, nil, b.StopGradient(z), u, 1) },
		"rnn masked": func(b *Builder, z, u *Node) *Node {
			z = b.Affine(1, b.Columns(z, 0, 1), 0.5)
			return b.SimpleRNN("tanh", z, b.StopGradient(z), b.Zeros(2, 1), b.Reshape(b.Row(b.Columns(u, 0, 1), 0), 1, 1), 20)
		},
	} {
		for _, dt := range []tensor.Dtype{tensor.Float32, tensor.Float64} {
			values := func(o Options) []float64 {
				b := New(dt)
				*b.Options() = o
				r := rand.New(rand.NewPCG(1, 2))
				in := func(name string, shape ...int) *Node { return input(b, name, shape, random(r, shape...).Float64s()...) }
				y := f(b, b.MatMul(in("x", 40, 3), in("w", 3, 40)), in("u", 40, 40))
				p, err := b.Compile(y)
				if err != nil {
					t.Fatal(name, err)
				}
				defer p.Close()
				spoilAndRun(t, p)
				v, _ := p.Value(y)
				var all []float64
				for i := range y.Shape().TotalSize() {
					all = append(all, At(v, i))
				}
				return all
			}
			if want, got := values(Options{Skip: AllPasses, Unshared: true}), values(Options{}); !slices.Equal(want, got) {
				t.Errorf("%s, %v: other values than unshared", name, dt)
			}
		}
	}
}

// TestProgramsBesideEachOther: a program whose memory is not planned, as an option or for
// a function of Gorgonia's, has buffers of its own, not those of another program.
func TestProgramsBesideEachOther(t *testing.T) {
	for _, unshared := range []bool{true, false} {
		b := New(tensor.Float64)
		x, w := input(b, "x", []int{2, 2}, 1, 2, 3, 4), input(b, "w", []int{2, 2}, 1, 0, 0, 1)
		z := b.MatMul(x, w)
		s := b.Softmax(z)
		first, err := b.Compile(s)
		if err != nil {
			t.Fatal(err)
		}
		b.Options().Unshared = unshared
		cube := s
		if !unshared {
			cube = b.Unary(gorgonia.Cube, s)
		}
		second, err := b.Compile(cube, z)
		if err != nil {
			t.Fatal(err)
		}
		if e := second.Explain(); e.Nodes < 4 || !unshared && e.Executed != e.Nodes {
			t.Errorf("unshared %t: %v", unshared, e)
		}
		for range 2 {
			for _, p := range []*Program{first, second} {
				if err := p.Run(); err != nil {
					t.Fatal(err)
				}
			}
			if got := value(t, second, z); !slices.Equal(got, []float64{1, 2, 3, 4}) {
				t.Errorf("unshared %t: the product is %v", unshared, got)
			}
		}
	}
}

// TestKeysOfNumbers: 0 and −0, and functions that differ at NaN alone, are not merged.
func TestKeysOfNumbers(t *testing.T) {
	b := New(tensor.Float64)
	x := input(b, "x", []int{1}, math.Copysign(0, -1))
	up, down := b.InvSqrt(x, 0), b.Rsqrt(x)
	y := input(b, "y", []int{1}, math.NaN())
	slope := b.Grad(b.Sum(b.Grad(b.Sum(b.Elu(y)), y)[0]), y)[0]
	power := b.Grad(b.Sum(b.Pow(b.Elu(y), b.Ones(1))), b.Ones(1))[0]
	p, err := b.Compile(up, down, slope, power)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	if u, d := value(t, p, up)[0], value(t, p, down)[0]; !math.IsInf(u, 1) || !math.IsInf(d, -1) {
		t.Errorf("1/√0 is %v and 1/√−0 %v", u, d)
	}
	if v := value(t, p, power)[0]; v == v {
		t.Errorf("the gradient at NaN is %v", v)
	}
	// A constant has been used by Compile.
	checkError(t, p.Let(b.Ones(1), tensor.New(tensor.WithShape(1), tensor.Of(tensor.Float64))), "let: want an input")
}

// TestFunctionsOfTheCallerRunAlone: they need not bear to be called at the same time.
func TestFunctionsOfTheCallerRunAlone(t *testing.T) {
	b := New(tensor.Float32)
	running := 0
	f := func(out Value, in []Value) error {
		running++
		defer func() { running-- }()
		copy(Floats[float32](out), Floats[float32](in[0]))
		if running != 1 {
			t.Error("two run at the same time")
		}
		return nil
	}
	var ends []*Node
	for i := range 3 {
		x := b.Input(fmt.Sprint("x", i), tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(1000, 200)))
		direct := b.Custom("mine", x.Shape(), f, nil, x)
		looped, _ := b.Loop([]*Node{x}, []*Node{b.Zeros(1, 1)}, 10, func(l *LoopBody, seqs, states []*Node) (*Node, []*Node) {
			return l.Custom("mine", seqs[0].Shape(), f, nil, seqs[0]), states
		})
		ends = append(ends, b.Sum(direct), b.Sum(looped))
	}
	p, err := b.Compile(b.AddN(ends...))
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
	}
	for _, i := range p.code.list {
		if (i.beside != nil || p.code.joins[i]) && i.op.callsOthers() {
			t.Errorf("%s runs beside another", i.op.name)
		}
	}
}
