package graph

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorgonia.org/tensor"
)

// TestIdentities: what has another node's value is not executed.
func TestIdentities(t *testing.T) {
	for name, f := range map[string]func(b *Builder, x *Node) *Node{
		"x·1":                func(b *Builder, x *Node) *Node { return b.Mul(x, b.Ones()) },
		"1·x":                func(b *Builder, x *Node) *Node { return b.Mul(b.Ones(2, 3), x) },
		"x + 0":              func(b *Builder, x *Node) *Node { return b.Add(x, b.Zeros(3)) },
		"0 + x":              func(b *Builder, x *Node) *Node { return b.Add(b.Zeros(2, 3), x) },
		"x − 0":              func(b *Builder, x *Node) *Node { return b.Sub(x, b.Zeros()) },
		"x/1":                func(b *Builder, x *Node) *Node { return b.Div(x, b.Ones(2, 1)) },
		"x¹":                 func(b *Builder, x *Node) *Node { return b.Pow(x, b.Ones()) },
		"1·x + 0":            func(b *Builder, x *Node) *Node { return b.Affine(1, x, 0) },
		"−(−x)":              func(b *Builder, x *Node) *Node { return b.Neg(b.Neg(x)) },
		"transposed twice":   func(b *Builder, x *Node) *Node { return b.Transpose(b.Transpose(x)) },
		"reversed twice":     func(b *Builder, x *Node) *Node { return b.Reverse(b.Reverse(x, 2), 2) },
		"batch, time major":  func(b *Builder, x *Node) *Node { return b.TimeMajor(b.BatchMajor(x, 2), 2) },
		"reshaped twice":     func(b *Builder, x *Node) *Node { return b.Reshape(b.Reshape(x, 6), 2, 3) },
		"reshaped to itself": func(b *Builder, x *Node) *Node { return b.Reshape(x, 2, 3) },
		"gradient stopped":   func(b *Builder, x *Node) *Node { return b.StopGradient(x) },
		"gradient of its own": func(b *Builder, x *Node) *Node {
			return b.WithGradient(x, []*Node{x}, func(dy *Node) []*Node { return []*Node{dy} })
		},
		"all of these": func(b *Builder, x *Node) *Node {
			return b.Transpose(b.Neg(b.Neg(b.Transpose(b.Mul(b.StopGradient(b.Reshape(x, 2, 3)), b.Ones())))))
		},
	} {
		b := New(tensor.Float64)
		x := input(b, "x", []int{2, 3}, 1, -2, 3, math.Inf(1), -0.5, 6)
		y := f(b, x)
		tanh := b.Tanh(y)
		p, err := b.Compile(tanh, y)
		if err != nil {
			t.Fatal(name, err)
		}
		if err := p.Run(); err != nil {
			t.Fatal(name, err)
		}
		// Only the input, its tanh, and what was asked for, in a buffer of its own.
		if e := p.Explain(); e.Executed != 3 {
			t.Errorf("%s: %v", name, e)
		}
		got, _ := p.Value(y)
		if diff := cmp.Diff(Floats[float64](x.Value()), Floats[float64](got)); diff != "" || &Floats[float64](got)[0] == &Floats[float64](x.Value())[0] {
			t.Errorf("%s: %v", name, got)
		}
		b.Options().Skip = Identities
		q, err := b.Compile(tanh)
		if err != nil {
			t.Fatal(name, err)
		}
		if e := q.Explain(); e.Identities != 0 || e.Executed+e.Fused+e.Unread < e.Nodes {
			t.Errorf("%s without the pass: %v", name, e)
		}
	}
}

// TestNoIdentities: what only looks like another node's value is executed.
func TestNoIdentities(t *testing.T) {
	for name, f := range map[string]func(b *Builder, x *Node) *Node{
		"x·0":                     func(b *Builder, x *Node) *Node { return b.Mul(x, b.Zeros()) },
		"0 − x":                   func(b *Builder, x *Node) *Node { return b.Sub(b.Zeros(2, 2), x) },
		"1/x":                     func(b *Builder, x *Node) *Node { return b.Div(b.Ones(2, 2), x) },
		"x broadcast by ones":     func(b *Builder, x *Node) *Node { return b.Mul(x, b.Ones(3, 2, 2)) },
		"−x + 1, twice":           func(b *Builder, x *Node) *Node { return b.Affine(-1, b.Affine(-1, x, 1), 1) },
		"transposed once":         func(b *Builder, x *Node) *Node { return b.Transpose(x) },
		"reversed in two manners": func(b *Builder, x *Node) *Node { return b.Reverse(b.Reverse(x, 2), 1) },
	} {
		b := New(tensor.Float64)
		p, err := b.Compile(b.Tanh(f(b, input(b, "x", []int{2, 2}, 1, -2, 3, 5))))
		if err != nil {
			t.Fatal(name, err)
		}
		if e := p.Explain(); e.Identities > 1 || e.Executed+e.Fused < 3 {
			t.Errorf("%s: %v", name, e)
		}
	}
}

// TestExplain tells what was done.
func TestExplain(t *testing.T) {
	b := New(tensor.Float32)
	x := input(b, "x", []int{32, 32}, make([]float64, 1024)...)
	y := b.Add(b.Mul(b.Tanh(x), b.Ones()), b.Mul(b.Tanh(x), b.Affine(2, b.Ones(), 0)))
	p, err := b.Compile(b.Sum(y))
	if err != nil {
		t.Fatal(err)
	}
	want := "5 of 10 nodes are executed (1 identities, 1 constants, 1 common, 1 unread, 2 fused), which read and write 12.3 kB in place of 48.3 kB"
	if got := p.Explain().String(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	for _, n := range p.Executed() {
		if strings.Contains(n.Op, "+") && n.Op != "tanh+mul+add" {
			t.Error(n.Op)
		}
	}
}
