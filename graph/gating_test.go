package graph

import (
	"math/rand/v2"
	"testing"

	"gorgonia.org/tensor"
)

func otherGRU(b *Builder, p []*Node) *Node {
	return b.GRUOf(Gating{"hard_sigmoid", "softsign"}, p[0], maskOfSteps(b), p[1], p[2], p[3], 3)
}

func otherLSTM(b *Builder, p []*Node) *Node {
	hs, c := b.LSTMOf(Gating{"softsign", "sigmoid"}, p[0], maskOfSteps(b), p[1], p[2], p[3], 3)
	return b.Concat(0, hs, c)
}

// TestGatingUnknown: a function that does not fuse is refused by its name.
func TestGatingUnknown(t *testing.T) {
	for _, g := range []Gating{{"softmax", "tanh"}, {"sigmoid", "gelu"}, {}} {
		b := New(tensor.Float64)
		r := rand.New(rand.NewPCG(1, 2))
		z, h, u := b.Input("z", random(r, 6, 8)), b.Zeros(2, 2), b.Input("u", random(r, 2, 8))
		b.LSTMOf(g, z, nil, h, h, u, 3)
		checkError(t, b.Err(), "lstm: unknown activation")
		b = New(tensor.Float64)
		z, u = b.Input("z", random(r, 6, 6)), b.Input("u", random(r, 2, 6))
		b.GRUOf(g, z, nil, b.Zeros(2, 2), u, nil, 3)
		checkError(t, b.Err(), "gru: unknown activation")
	}
}
