package graph

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"gonum.org/v1/gonum/diff/fd"
	"gorgonia.org/tensor"
)

// TestEveryOperationIsInTheTable: a method of the Builder without its derivatives is
// refused.
func TestEveryOperationIsInTheTable(t *testing.T) {
	methods := reflect.TypeFor[*Builder]()
	for i := range methods.NumMethod() {
		name := methods.Method(i).Name
		_, has := operations[name]
		if _, none := underivable[name]; has == none {
			t.Errorf("%s: in the table of derivatives: %t, in that of methods without: %t", name, has, none)
		}
	}
	if n := len(operations) + len(underivable); n != methods.NumMethod() {
		t.Errorf("the tables have %d methods, the Builder %d", n, methods.NumMethod())
	}
}

// TestDerivatives holds the first, second and third derivatives of each operation
// against finite differences of the derivative before, all in float64.
func TestDerivatives(t *testing.T) {
	for name, all := range operations {
		for i, op := range all {
			t.Run(fmt.Sprintf("%s/%d", name, i), func(t *testing.T) {
				t.Parallel()
				orders := 3
				if name == "Segments" && i > 1 {
					orders = 2 // a third one is of loops four deep, which two cases stand for
				}
				checkDerivatives(t, op, orders)
			})
		}
	}
}

// checkDerivatives differentiates a weighted sum of the output, then one of the
// gradients, then one of theirs, up to an order.
func checkDerivatives(t *testing.T, op operation, orders int) {
	r := rand.New(rand.NewPCG(1, 2))
	b := New(tensor.Float64)
	var params []*tensor.Dense
	var nodes []*Node
	var at []float64
	for i, s := range op.shapes {
		p := random(r, s...)
		params = append(params, p)
		nodes = append(nodes, b.Input(fmt.Sprint("p", i), p))
		at = append(at, p.Float64s()...)
	}
	y := op.build(b, nodes)
	if b.Err() != nil {
		t.Fatal(b.Err())
	}
	sum := func(name string, xs ...*Node) *Node { // a random one
		var terms []*Node
		for i, x := range xs {
			terms = append(terms, b.Inner(x, b.Input(fmt.Sprint(name, i), random(r, x.Shape()...))))
		}
		return b.AddN(terms...)
	}
	cost := sum("w", y)
	for order := 1; order <= orders; order++ {
		grads := b.Grad(cost, nodes...)
		if b.Err() != nil {
			t.Fatalf("order %d: %v", order, b.Err())
		}
		p, err := b.Compile(append([]*Node{cost}, grads...)...)
		if err != nil {
			t.Fatalf("order %d: %v", order, err)
		}
		run := func(x []float64) float64 {
			for _, p := range params {
				x = x[copy(p.Float64s(), x):]
			}
			if err := p.Run(); err != nil {
				t.Fatalf("order %d: %v", order, err)
			}
			return value(t, p, cost)[0]
		}
		want := fd.Gradient(nil, run, at, &fd.Settings{Formula: fd.Central, Step: 1e-5})
		run(at)
		var got []float64
		for _, g := range grads {
			got = append(got, value(t, p, g)...)
		}
		compare(t, fmt.Sprintf("order %d", order), got, want, 1e-6)
		p.Close()
		cost = sum(fmt.Sprint("w", order, "_"), grads...)
	}
}
