package explain

import (
	"unroll/graph"
	"unroll/train"
)

// gates returns those of all inputs. Of the inputs after the first they are set here: in
// the row of no text they are closed.
func (x *explanation) gates() []*graph.Node {
	ins := x.pass.Inputs
	all := []*graph.Node{ins[0].BlendNode}
	for _, in := range ins[1:] {
		width := in.Blend.Shape()[1]
		for i := range in.Blend.Shape().TotalSize() {
			if k := i / width; k != noText {
				graph.Set(in.Blend, i, x.alpha[k])
			}
		}
		all = append(all, in.BlendNode)
	}
	return all
}

// fillBeside makes the features of sample i all rows of the inputs after the first.
func (x *explanation) fillBeside(beside []train.Samples, i int) {
	for n, s := range beside {
		in := x.pass.Inputs[n+1].X
		for k := range in.Shape().TotalSize() {
			graph.Set(in, k, float64(s.Features[i][k%in.Shape()[1]]))
		}
	}
}

// sumBeside adds up the pushes of the features of the inputs after the first.
func (x *explanation) sumBeside() (all [][]float64, err error) {
	for _, pushes := range x.beside {
		v, err := x.prog.Value(pushes)
		if err != nil {
			return nil, err
		}
		width := v.Shape()[1]
		sums := make([]float64, width)
		for i := range v.Shape().TotalSize() {
			sums[i%width] += graph.At(v, i)
		}
		all = append(all, sums)
	}
	return all, nil
}
