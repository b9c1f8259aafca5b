package explain

import (
	"math/bits"

	"unroll/graph"
	"unroll/train"
)

// roomOf returns the room that a sample's ids get in a program, one of few sizes.
func roomOf(bags [][]int32) int {
	longest := 1
	for _, ids := range bags {
		longest = max(longest, len(ids))
	}
	return 1 << bits.Len(uint(longest-1))
}

// fillBags makes sample i all bags of the batch, but for the one of no text, which is
// empty. Their ids lie one bag after the other, and so do the gates.
func (x *explanation) fillBags(s train.Samples, i int) {
	in, batch := x.pass.Inputs[0], len(x.weights)
	all, ids := in.X.Int32s(), s.Tokens[i]
	at := 0
	for k := range batch {
		all[k] = int32(at)
		if k == noText {
			continue
		}
		copy(all[batch+1+at:], ids)
		for j := range ids {
			graph.Set(in.Blend, at+j, x.alpha[k])
			if in.Weights != nil {
				graph.Set(in.Weights, at+j, float64(s.TokenWeights[i][j]))
			}
		}
		at += len(ids)
	}
	all[batch] = int32(at)
	x.bag = len(ids)
}

// sumBags is sum of a bag's ids.
func (x *explanation) sumBags(v graph.Value) []float64 {
	sums := make([]float64, x.bag)
	for i := range x.bag * (len(x.weights) - 1) {
		sums[i%x.bag] += graph.At(v, i)
	}
	return sums
}
