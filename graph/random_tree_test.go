package graph

import (
	"fmt"
	"slices"
	"testing"

	"gorgonia.org/tensor"
	"pgregory.net/rapid"
)

// TestRandomTrees holds graphs of elementary operations, drawn at random, against the
// same in plain Go: values, first derivatives against finite differences of the values,
// second ones against those of the first. gorgonia.Grad is no measure here: its sums
// compute in buffers of which views are read, and take [1] for a scalar.
func TestRandomTrees(t *testing.T) {
	checked := 0
	defer func() {
		if checked == 0 {
			t.Error("all graphs were near to kinks")
		}
	}()
	rapid.Check(t, func(r *rapid.T) {
		d := drawn{r}
		g := drawTree(d)
		var v, weights []array // a direction; of each value that nothing reads
		for _, p := range g.params {
			v = append(v, d.finite(p.shape))
		}
		for i, y := range g.values {
			if g.read[i] {
				weights = append(weights, array{})
			} else {
				weights = append(weights, d.finite(y.shape))
			}
		}
		along := func(step float64) []array { // the parameters moved
			moved := make([]array, len(v))
			for i, p := range g.params {
				moved[i] = zipped(func(x []float64) float64 { return x[0] + step*x[1] }, p, v[i])
			}
			return moved
		}
		_, here := g.compute(g.params)
		for _, step := range []float64{-treeStep, treeStep} {
			if _, there := g.compute(along(step)); here.close || !slices.Equal(here.sides, there.sides) {
				return // a kink is near
			}
		}
		checked++
		cost := func(step float64) (sum float64) {
			values, _ := g.compute(along(step))
			for i, w := range weights {
				for k, x := range w.x {
					sum += x * values[i].x[k]
				}
			}
			return sum
		}

		b := New(tensor.Float64)
		params := inputs(b, "p", g.params)
		nodes := g.emit(b, params)
		total := weighed(b, nodes, weights)
		grads := b.Grad(total, params...)
		directions := inputs(b, "v", v)
		hvp := b.HVP(total, params, directions)
		roots := append(slices.Concat(grads, hvp, nodes), b.JVP([]*Node{total}, params, directions)...)
		p, err := b.Compile(roots...)
		if err != nil {
			r.Fatal(err)
		}
		defer p.Close()
		at := func(step float64) (values [][]float64) {
			for i, x := range along(step) {
				copy(params[i].Value().(*tensor.Dense).Float64s(), x.x)
				if len(x.shape) == 0 {
					Set(params[i].Value(), 0, x.x[0])
				}
			}
			if err := p.Run(); err != nil {
				r.Fatal(err)
			}
			for _, n := range roots {
				v, err := p.Value(n)
				if err != nil {
					r.Fatal(err)
				}
				values = append(values, slices.Clone(Floats[float64](v)))
			}
			return values
		}
		n := len(params)
		got := at(0)
		for i, want := range g.values {
			agree(r, fmt.Sprint("value ", i), got[2*n+i], want.x, 1e-9)
		}
		slope := 0.
		for i := range params {
			for k, x := range v[i].x {
				slope += got[i][k] * x
			}
		}
		agree(r, "forward mode", got[len(got)-1], []float64{slope}, 1e-9)
		agree(r, "gradient", []float64{slope}, []float64{difference(cost)}, 1e-5)
		for i := range params {
			second := make([]float64, len(got[i]))
			for k := range second {
				second[k] = difference(func(step float64) float64 { return at(step)[i][k] })
			}
			agree(r, fmt.Sprint("second derivative ", i), got[n+i], second, 1e-5)
		}
	})
}

const treeStep = 1e-3

// difference is the derivative at 0 by central differences of two steps, which is exact
// for polynomials of the fourth degree.
func difference(f func(step float64) float64) float64 {
	half := (f(treeStep/2) - f(-treeStep/2)) / treeStep
	return half + (half-(f(treeStep)-f(-treeStep))/(2*treeStep))/3
}

func inputs(b *Builder, name string, arrays []array) []*Node {
	nodes := make([]*Node, len(arrays))
	for i, a := range arrays {
		nodes[i] = input(b, fmt.Sprint(name, i), a.shape, a.x...)
	}
	return nodes
}

// weighed is the sum of the weighted values.
func weighed(b *Builder, nodes []*Node, weights []array) *Node {
	var terms []*Node
	for i, w := range weights {
		if w.x != nil {
			terms = append(terms, b.Inner(nodes[i], input(b, fmt.Sprint("w", i), w.shape, w.x...)))
		}
	}
	return b.AddN(terms...)
}

// agree allows differences in proportion to the largest number.
func agree(r *rapid.T, what string, got, want []float64, tol float64) {
	r.Helper()
	largest := 1.
	for _, w := range want {
		largest = max(largest, w, -w)
	}
	for i := range want {
		if !near(got[i], want[i], tol*largest) {
			r.Fatalf("%s, element %d: %v, want %v", what, i, got[i], want[i])
		}
	}
}
