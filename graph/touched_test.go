package graph

import (
	"slices"
	"testing"

	"gorgonia.org/tensor"
)

// TestShare: programs that have gradients of tables in common compute what they compute
// alone, in whatever order they run, and two tables of one shape are not taken for one.
func TestShare(t *testing.T) {
	type run struct {
		prog  *Program
		grads []*Node
	}
	build := func(texts ...[]int32) (all []run) {
		for _, text := range texts {
			b := New(tensor.Float64)
			first := b.Input("first", tensor.New(tensor.WithShape(50, 3), tensor.WithBacking(tensor.Range(tensor.Float64, 0, 150))))
			second := b.Input("second", tensor.New(tensor.WithShape(50, 3), tensor.WithBacking(tensor.Range(tensor.Float64, 150, 300))))
			ids := b.Input("ids", intIDs(text...))
			x := b.Gather(first, ids)
			y := b.GatherWindowMax(second, ids, nil, len(text), 1, 2)
			grads := b.Grad(b.Add(b.Sum(b.Mul(x, x)), b.Sum(b.Mul(y, y))), first, second)
			prog, err := b.Compile(grads...)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = prog.Close() })
			all = append(all, run{prog, grads})
		}
		return all
	}
	texts := [][]int32{{1, 2, 3}, {4, 4}, {3, 49, 0, 7, 8}}
	alone, together := build(texts...), build(texts...)
	var tables Tables
	for _, i := range []int{0, 1, 0, 2, 2, 1, 0} {
		if err := alone[i].prog.Run(); err != nil {
			t.Fatal(err)
		}
		together[i].prog.Share(&tables)
		if err := together[i].prog.Run(); err != nil {
			t.Fatal(err)
		}
		for k, n := range together[i].grads {
			want := value(t, alone[i].prog, alone[i].grads[k])
			if got := value(t, together[i].prog, n); !slices.Equal(got, want) {
				t.Errorf("program %d, table %d: %v, want %v", i, k, got, want)
			}
			rows, ok := together[i].prog.Rows(n)
			wanted, _ := alone[i].prog.Rows(alone[i].grads[k])
			if !ok || !slices.Equal(rows, wanted) {
				t.Errorf("program %d, table %d: rows %v, want %v", i, k, rows, wanted)
			}
		}
	}
	if len(tables.list) != 2 {
		t.Errorf("there are %d tables, want 2", len(tables.list))
	}
}

// TestShareReadTables: a gradient that another operation reads stays where it is.
func TestShareReadTables(t *testing.T) {
	b := New(tensor.Float64)
	table := b.Input("table", tensor.New(tensor.WithShape(4, 2), tensor.WithBacking(tensor.Range(tensor.Float64, 0, 8))))
	g := b.Grad(b.Sum(b.Gather(table, b.Input("ids", intIDs(1, 1)))), table)[0]
	prog, err := b.Compile(g, b.Mul(g, table))
	if err != nil {
		t.Fatal(err)
	}
	defer prog.Close()
	var tables Tables
	prog.Share(&tables)
	if len(tables.list) != 0 {
		t.Errorf("%d tables are shared", len(tables.list))
	}
}
