package graph

import (
	"runtime"
	"testing"
	"weak"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// TestProgramsAreCollected: nothing stays in memory of a graph and its program that nobody
// uses any more, closed or not, with operations of ours or of Gorgonia's.
func TestProgramsAreCollected(t *testing.T) {
	for name, tanh := range map[string]func(b *Builder, x *Node) *Node{
		"ours":       func(b *Builder, x *Node) *Node { return b.Tanh(x) },
		"Gorgonia's": func(b *Builder, x *Node) *Node { return b.Unary(gorgonia.Tanh, x) },
	} {
		for _, closed := range []bool{true, false} {
			used := func() weak.Pointer[Builder] {
				b := New(tensor.Float64)
				p, err := b.Compile(tanh(b, b.Input("x", tensor.New(tensor.WithShape(2), tensor.WithBacking([]float64{1, 2})))))
				if err != nil {
					t.Fatal(err)
				}
				if err := p.Run(); err != nil {
					t.Fatal(err)
				}
				if closed {
					if err := p.Close(); err != nil {
						t.Fatal(err)
					}
				}
				return weak.Make(b)
			}()
			for range 2 { // what the first finds unused may be in a pool
				runtime.GC()
			}
			if used.Value() != nil {
				t.Errorf("%s, closed %t: the graph stays in memory", name, closed)
			}
		}
	}
}
