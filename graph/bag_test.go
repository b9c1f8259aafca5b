package graph

import (
	"slices"
	"testing"

	"gorgonia.org/tensor"
)

// TestRows: the rows of a table's gradient that are not zeros are known, and after runs
// on other ids all others are zeros again.
func TestRows(t *testing.T) {
	for name, build := range map[string]func(b *Builder, table, ids *Node) *Node{
		"gather": func(b *Builder, table, ids *Node) *Node { return b.Gather(table, ids) },
		"bag": func(b *Builder, table, ids *Node) *Node {
			return b.EmbeddingBag(table, b.Ones(3, 1), ids, 2)
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := New(tensor.Float64)
			x := []int32{3, 1, 3}
			if name == "bag" {
				x = []int32{0, 2, 3, 3, 1, 3}
			}
			in := tensor.New(tensor.WithShape(len(x)), tensor.WithBacking(x))
			table := b.Input("table", tensor.New(tensor.WithShape(40, 2), tensor.WithBacking(make([]float64, 80))))
			y := build(b, table, b.Input("ids", in))
			d := b.Grad(b.Sum(y), table)[0]
			more := b.Add(d, b.Tanh(table))
			p, err := b.Compile(d, y, more)
			if err != nil {
				t.Fatal(err)
			}
			if _, ok := p.Rows(d); ok {
				t.Error("rows before the first run")
			}
			for _, ids := range [][]int32{{3, 1, 3}, {0, 39, 5}, {7, 7, 7}} {
				copy(x[len(x)-3:], ids)
				if err := p.Run(); err != nil {
					t.Fatal(err)
				}
				rows, ok := p.Rows(d)
				if !ok || !slices.Equal(rows, ids) {
					t.Errorf("rows %v %v, want %v", rows, ok, ids)
				}
				v, err := p.Value(d)
				if err != nil {
					t.Fatal(err)
				}
				want := make([]float64, 80)
				for _, id := range ids {
					want[2*id]++
					want[2*id+1]++
				}
				compare(t, "gradient", Floats[float64](v), want, 0)
				for _, n := range []*Node{y, more, table} {
					if _, ok := p.Rows(n); ok {
						t.Errorf("rows of %v", n)
					}
				}
			}
		})
	}
}

// TestBagsRefused: what cannot be a bag is an error when the program runs.
func TestBagsRefused(t *testing.T) {
	for want, x := range map[string][]int32{
		"id 4 at 1 is outside the table of 4 rows":   {0, 2, 3, 0, 4, 1},
		"id -1 at 0 is outside the table of 4 rows":  {0, 2, 3, -1, 0, 1},
		"bag 1 starts at id 1, after one at 2 of 3":  {2, 1, 3, 0, 0, 0},
		"bag 2 starts at id 4, after one at 2 of 3":  {0, 2, 4, 0, 0, 0},
		"bag 0 starts at id -1, after one at 0 of 3": {-1, 2, 3, 0, 0, 0},
	} {
		b := New(tensor.Float32)
		table, bags := b.Ones(4, 2), b.Input("bags", intIDs(x...))
		y := b.EmbeddingBag(table, b.Ones(3, 1), bags, 2)
		p, err := b.Compile(y)
		if err != nil {
			t.Fatal(err)
		}
		checkError(t, p.Run(), want)
	}
	for want, f := range map[string]func(b *Builder, x, ids *Node){
		"embedding bag: table is float64 [3], want a matrix":           func(b *Builder, x, ids *Node) { b.EmbeddingBag(b.Ones(3), b.Ones(1, 1), ids, 2) },
		"embedding bag: weights are float64 [2 3], want float64 [1 1]": func(b *Builder, x, ids *Node) { b.EmbeddingBag(x, x, ids, 2) },
		"embedding bag: bags are int32 [4] of 4 samples":               func(b *Builder, x, ids *Node) { b.EmbeddingBag(x, x, ids, 4) },
		"embedding bag: bags are float64 [2 3] of 1 samples":           func(b *Builder, x, ids *Node) { b.EmbeddingBag(x, x, x, 1) },
		"embedding bag: bags are int32 [4] of 0 samples":               func(b *Builder, x, ids *Node) { b.EmbeddingBag(x, x, ids, 0) },
	} {
		b := New(tensor.Float64)
		x, ids := zerosNamed(b, "x", 2, 3), b.Input("ids", intIDs(0, 0, 1, 1))
		checkRefused(t, want, b, func() { f(b, x, ids) }, want)
	}
}
