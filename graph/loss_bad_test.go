package graph

import (
	"math"
	"testing"

	"gorgonia.org/tensor"
)

// TestTargetsAreConstants: a loss has no gradient by its targets, not even where
// they are computed from a weight.
func TestTargetsAreConstants(t *testing.T) {
	for _, l := range losses {
		b := New(tensor.Float64)
		w := input(b, "w", []int{1, 2}, 0.3, 0.6)
		x := b.Affine(0.5, w, 0.1)
		through, fixed := b.Sigmoid(w), targets(b, []int{1, 2}, logistic(0.3), logistic(0.6))
		var grads []*Node
		for _, target := range []*Node{through, fixed} {
			y := l.emit(b, x, target)
			grads = append(grads, b.VJP([]*Node{y}, []*Node{b.constant("one", 1, y.Shape())}, w)...)
		}
		p, err := b.Compile(grads...)
		if err != nil {
			t.Fatal(err)
		}
		all := values(t, p, grads)
		compare(t, l.name, all[:2], all[2:], 1e-15)
		p.Close()
	}
}

func TestBadLosses(t *testing.T) {
	for _, l := range losses {
		b := New(tensor.Float64)
		l.emit(b, b.Zeros(2, 3), b.Zeros(2, 2))
		if want := l.name + ": outputs are [2 3], targets [2 2]"; b.Err() == nil || b.Err().Error() != want {
			t.Errorf("the error is %v, want %s", b.Err(), want)
		}
	}
	for _, c := range []struct {
		emit func(b *Builder)
		want string
	}{
		{func(b *Builder) { b.SoftmaxLoss(b.Zeros(3), b.Zeros(3)) }, "softmax_loss: input is [3], want a matrix"},
		{func(b *Builder) { b.SparseSoftmaxLoss(b.Zeros(3), b.Zeros(3)) }, "sparse_softmax_loss: input is [3], want a matrix"},
		{func(b *Builder) { b.SparseSoftmaxLoss(b.Zeros(3, 2), b.Zeros(3, 2)) }, "sparse_softmax_loss: logits are [3 2], classes [3 2]"},
		{func(b *Builder) { b.SparseSoftmaxLoss(b.Zeros(3, 2), b.Input("ids", intIDs(1, 0, 1))) },
			"sparse_softmax_loss: input is int32, the graph computes in float64"},
		{func(b *Builder) { b.HuberLoss(b.Zeros(3), b.Zeros(3), 0) }, "huber_loss: delta is 0, want a positive number"},
		{func(b *Builder) { b.HuberLoss(b.Zeros(3), b.Zeros(3), math.NaN()) }, "huber_loss: delta is NaN, want a positive number"},
		{func(b *Builder) { b.CosineLoss(nil, b.Zeros(3, 1)) }, "input 0 is nil"},
	} {
		b := New(tensor.Float64)
		if c.emit(b); b.Err() == nil || b.Err().Error() != c.want {
			t.Errorf("the error is %v, want %s", b.Err(), c.want)
		}
	}
}
