package graph

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"

	"gorgonia.org/tensor"
	"pgregory.net/rapid"
)

// oracle draws a case of an operation, and what plain loops make of it.
type oracle func(d drawn) example

// example is an operation at work: what it makes of the arrays, and what loops do.
type example struct {
	in    []array
	ids   []int32 // the last input, if there are any
	build func(b *Builder, p []*Node) *Node
	want  func(in []array) array
}

// drawn draws shapes and elements.
type drawn struct{ *rapid.T }

func (d drawn) between(from, to int, what string) int {
	return rapid.IntRange(from, to).Draw(d.T, what)
}

func (d drawn) shape(least, most int) []int {
	return rapid.SliceOfN(rapid.SampledFrom([]int{1, 2, 3, 5}), least, most).Draw(d.T, "shape")
}

// array draws elements from −3 to 3, of which some are on the edges of everything.
func (d drawn) array(shape []int) array {
	edges := rapid.SampledFrom([]float64{math.NaN(), math.Inf(1), math.Inf(-1), 0, math.Copysign(0, -1), 1, -1, 2})
	some := rapid.OneOf(rapid.Float64Range(-3, 3), rapid.Float64Range(-3, 3), rapid.Float64Range(-3, 3), edges)
	return newArray(shape, func([]int) float64 { return some.Draw(d.T, "element") })
}

// finite draws elements whose order of summation may not matter.
func (d drawn) finite(shape []int) array {
	return newArray(shape, func([]int) float64 { return rapid.Float64Range(-3, 3).Draw(d.T, "element") })
}

// part draws a shape that can be broadcast to another.
func (d drawn) part(shape []int) []int {
	part := slices.Clone(shape[d.between(0, len(shape), "axes less"):])
	for i := range part {
		if rapid.Bool().Draw(d.T, "repeated") {
			part[i] = 1
		}
	}
	return part
}

// axis draws an axis, counted from either end.
func (d drawn) axis(dims int) int { return d.between(-dims, dims-1, "axis") }

// axes draws some axes, none for all.
func (d drawn) axes(dims int) (axes []int) {
	for i := range dims {
		if rapid.Bool().Draw(d.T, "over") {
			if rapid.Bool().Draw(d.T, "from the end") {
				i -= dims
			}
			axes = append(axes, i)
		}
	}
	return axes
}

// TestValues holds each operation against plain loops, in both element types.
func TestValues(t *testing.T) {
	for name, o := range oracles {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(r *rapid.T) {
				c := o(drawn{r})
				checkValue(r, c, tensor.Float64, 1e-13)
				checkValue(r, c, tensor.Float32, 2e-6)
			})
		})
	}
}

func checkValue(r *rapid.T, c example, dt tensor.Dtype, tol float64) {
	b := New(dt)
	var nodes []*Node
	var in []array
	for i, a := range c.in {
		in = append(in, a.rounded(dt))
		nodes = append(nodes, input(b, fmt.Sprint("p", i), a.shape, a.x...))
	}
	if c.ids != nil {
		nodes = append(nodes, b.Input("ids", intIDs(c.ids...)))
	}
	y := c.build(b, nodes)
	p, err := b.Compile(y)
	if err != nil {
		r.Fatal(err)
	}
	defer p.Close()
	if err := p.Run(); err != nil {
		r.Fatal(err)
	}
	v, err := p.Value(y)
	if err != nil {
		r.Fatal(err)
	}
	want := c.want(in)
	if !slices.Equal([]int(y.Shape()), want.shape) && len(want.shape)+y.Dims() > 0 {
		r.Fatalf("%v: the shape is %v, want %v", dt, y.Shape(), want.shape)
	}
	largest := 1. // of the summands' size is the rounding
	for _, a := range in {
		for _, x := range a.x {
			if x-x == 0 {
				largest = max(largest, math.Abs(x))
			}
		}
	}
	for i, w := range want.rounded(dt).x {
		if got := At(v, i); !near(got, w, tol*largest) {
			r.Fatalf("%v: element %d of %v is %v, want %v", dt, i, want.shape, got, w)
		}
	}
}

// near takes NaN for equal to NaN.
func near(got, want, tol float64) bool {
	return got == want || math.IsNaN(got) && math.IsNaN(want) || math.Abs(got-want) <= tol*(1+math.Abs(want))
}

// TestEveryValueIsHeld: a method of the Builder that nothing is held against is
// refused.
func TestEveryValueIsHeld(t *testing.T) {
	methods := reflect.TypeFor[*Builder]()
	for i := range methods.NumMethod() {
		name := methods.Method(i).Name
		_, has := oracles[name]
		if _, elsewhere := heldElsewhere[name]; has == elsewhere {
			t.Errorf("%s: among the oracles: %t, held elsewhere: %t", name, has, elsewhere)
		}
	}
	if n := len(oracles) + len(heldElsewhere); n != methods.NumMethod() {
		t.Errorf("the tables have %d methods, the Builder %d", n, methods.NumMethod())
	}
}
