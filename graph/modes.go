package graph

import (
	"fmt"

	"gorgonia.org/tensor"
)

// JVP emits the Jacobian–vector products Σᵢ ∂out/∂wrt[i]·tangents[i] of each of outs:
// how the outputs move where the nodes of wrt move along the tangents. A nil tangent is
// one of zeros.
//
// It is forward mode by two reverse walks: the vector–Jacobian product u ↦ uᵀ·J is
// linear in u, and its own gradient along the tangents is J·v. What the first walk
// emits and the second does not need is not computed.
func (b *Builder) JVP(outs, wrt, tangents []*Node) []*Node {
	dots := make([]*Node, len(outs))
	if !b.ok(outs...) || !b.ok(wrt...) {
		return dots
	}
	if !b.fits("jvp: %d tangents for %d nodes", "jvp: tangent %d is %s for a node %s", tangents, wrt) {
		return dots
	}
	us := make([]*Node, len(outs))
	for i, n := range outs {
		us[i] = b.variable(n.Shape())
	}
	return b.VJP(b.VJP(outs, us, wrt...), tangents, us...)
}

// variable emits a constant of zeros that is no other's, to differentiate by.
func (b *Builder) variable(shape tensor.Shape) *Node {
	return b.constant(fmt.Sprintf("cotangent_%d_", len(b.consts)), 0, shape)
}

// HVP emits the Hessian–vector products of the scalar cost, Σⱼ ∂²cost/∂wᵢ∂wⱼ·vⱼ for
// each wᵢ of wrt, v having the shapes of wrt: the gradient of ⟨gradient, v⟩. A nil v is
// one of zeros. Pearlmutter, Fast exact multiplication by the Hessian, 1994.
func (b *Builder) HVP(cost *Node, wrt, v []*Node) []*Node {
	if !b.fits("hvp: %d vectors for %d nodes", "hvp: vector %d is %s for a node %s", v, wrt) {
		return make([]*Node, len(wrt))
	}
	return b.VJP(b.Grad(cost, wrt...), v, wrt...)
}

// Jacobian emits the matrix of ∂yᵢ/∂xⱼ, [elements of y, elements of x]. It has a
// reverse walk for each element of y, which is for small ones.
func (b *Builder) Jacobian(y, x *Node) *Node {
	if !b.ok(y, x) {
		return nil
	}
	n := y.Shape().TotalSize()
	rows := make([]*Node, n)
	for i := range rows {
		basis := b.Reshape(b.basis(n, i), y.Shape()...)
		g := b.VJP([]*Node{y}, []*Node{basis}, x)[0]
		if !b.ok(g) {
			return nil
		}
		rows[i] = b.Reshape(g, 1, x.Shape().TotalSize())
	}
	return b.Concat(0, rows...)
}

// basis emits the vector of n zeros but for a 1 at i.
func (b *Builder) basis(n, i int) *Node {
	node := b.constant(fmt.Sprintf("basis_%d_", i), 0, tensor.Shape{n})
	if b.ok(node) {
		v := node.Value()
		set(Floats[float32](v), i)
		set(Floats[float64](v), i)
	}
	return node
}

func set[T float32 | float64](x []T, i int) {
	if len(x) > 0 {
		x[i] = 1
	}
}

// Hessian emits the matrix of ∂²cost/∂xᵢ∂xⱼ of a scalar, [elements of x, elements of
// x]. Like Jacobian it is for small ones.
func (b *Builder) Hessian(cost, x *Node) *Node {
	return b.Jacobian(b.Grad(cost, x)[0], x)
}

// StopGradient emits x as a constant: no gradient passes through it.
func (b *Builder) StopGradient(x *Node) *Node {
	if !b.ok(x) {
		return nil
	}
	return b.apply(&op{
		name:    "stop_gradient",
		key:     pure,
		copies:  true,
		shape:   x.Shape(),
		pointed: pick(b, each1(copyTo[float32]), each1(copyTo[float64])),
		grad:    noGrad,
	}, ".", x)
}

func copyTo[T float32 | float64](y, x []T) { copy(y, x) }
