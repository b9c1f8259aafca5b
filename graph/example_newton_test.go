package graph_test

import (
	"fmt"
	"log"

	"gonum.org/v1/gonum/mat"
	"gorgonia.org/tensor"

	"unroll/graph"
)

// Newton's method: x ← x − H⁻¹·g, with the Hessian from the graph. Rosenbrock's
// function (1 − x₀)² + 100·(x₁ − x₀²)² takes steepest descent thousands of steps.
func ExampleBuilder_Hessian() {
	b := graph.New(tensor.Float64)
	at := tensor.New(tensor.WithShape(2), tensor.WithBacking([]float64{-1.2, 1}))
	x := b.Input("x", at)
	parts := b.Split(x, 0, 1, 1)
	first, second := b.Affine(-1, parts[0], 1), b.Sub(parts[1], b.Mul(parts[0], parts[0]))
	cost := b.Sum(b.Add(b.Mul(first, first), b.Affine(100, b.Mul(second, second), 0)))
	gradient, hessian := b.Grad(cost, x)[0], b.Hessian(cost, x)
	p, err := b.Compile(cost, gradient, hessian)
	if err != nil {
		log.Fatal(err)
	}
	defer p.Close()
	read := func(n *graph.Node) []float64 {
		v, err := p.Value(n)
		if err != nil {
			log.Fatal(err)
		}
		return graph.Floats[float64](v)
	}
	for step := range 7 {
		if err := p.Run(); err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%d: f(%.4f, %.4f) = %.6f\n", step, at.Float64s()[0], at.Float64s()[1], read(cost)[0])
		var move mat.VecDense
		if err := move.SolveVec(mat.NewDense(2, 2, read(hessian)), mat.NewVecDense(2, read(gradient))); err != nil {
			log.Fatal(err)
		}
		for i := range at.Float64s() {
			at.Float64s()[i] -= move.AtVec(i)
		}
	}
	// Output:
	// 0: f(-1.2000, 1.0000) = 24.200000
	// 1: f(-1.1753, 1.3807) = 4.731884
	// 2: f(0.7631, -3.1750) = 1411.845179
	// 3: f(0.7634, 0.5828) = 0.055966
	// 4: f(1.0000, 0.9440) = 0.313189
	// 5: f(1.0000, 1.0000) = 0.000000
	// 6: f(1.0000, 1.0000) = 0.000000
}

// Newton's method without a Hessian: conjugate gradients solve H·s = g by products H·v
// alone, so that the memory grows with the parameters and not with their square.
func ExampleBuilder_HVP() {
	b := graph.New(tensor.Float64)
	const n = 50
	at := tensor.New(tensor.Of(tensor.Float64), tensor.WithShape(n))
	along := tensor.New(tensor.Of(tensor.Float64), tensor.WithShape(n))
	x, v := b.Input("x", at), b.Input("v", along)
	// Σ cosh(xᵢ − 1) + (Σ xᵢ − n)²/n: its minimum is at 1, 1, ...
	off := b.Affine(1, x, -1)
	sum := b.Sum(off)
	cost := b.Add(b.Affine(0.5, b.Sum(b.Add(b.Exp(off), b.Exp(b.Neg(off)))), 0), b.Affine(1./n, b.Mul(sum, sum), 0))
	gradient := b.Grad(cost, x)[0]
	product := b.HVP(cost, []*graph.Node{x}, []*graph.Node{v})[0]
	p, err := b.Compile(cost, gradient, product)
	if err != nil {
		log.Fatal(err)
	}
	defer p.Close()
	evaluate := func(n *graph.Node) *mat.VecDense { // a copy
		if err := p.Run(); err != nil {
			log.Fatal(err)
		}
		value, err := p.Value(n)
		if err != nil {
			log.Fatal(err)
		}
		x := graph.Floats[float64](value)
		return mat.NewVecDense(len(x), append([]float64(nil), x...))
	}
	for step := range 4 {
		r := evaluate(gradient)
		fmt.Printf("%d: |gradient| = %.4f\n", step, mat.Norm(r, 2))
		// Hestenes and Stiefel, Methods of conjugate gradients, 1952.
		move, d := mat.NewVecDense(n, nil), mat.VecDenseCopyOf(r)
		for range 10 {
			copy(along.Float64s(), d.RawVector().Data)
			hd, rr := evaluate(product), mat.Dot(r, r)
			if rr == 0 {
				break
			}
			a := rr / mat.Dot(d, hd)
			move.AddScaledVec(move, a, d)
			r.AddScaledVec(r, -a, hd)
			d.AddScaledVec(r, mat.Dot(r, r)/rr, d)
		}
		for i := range at.Float64s() {
			at.Float64s()[i] -= move.AtVec(i)
		}
	}
	// Output:
	// 0: |gradient| = 22.4521
	// 1: |gradient| = 2.2039
	// 2: |gradient| = 0.0026
	// 3: |gradient| = 0.0000
}
