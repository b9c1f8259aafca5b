package train

import (
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"unroll/graph"
	"unroll/internal/kernel"
)

// Sparse is an optimizer that leaves the rows of a weight as they are where the gradient
// is zeros. ByRows says whether it does where at most touched of the rows of a weight have
// a gradient. If so, nn.Weight.GradRows names them, and the rest of the gradient is zeros
// and has to stay so.
type Sparse interface {
	Optimizer
	ByRows(touched, rows int) bool
}

// byRows reports whether an optimizer, and all that it is wrapped around, take rows.
func byRows(o Optimizer, touched, rows int) bool {
	s, ok := o.(Sparse)
	if !ok || !s.ByRows(touched, rows) {
		return false
	}
	if w, ok := o.(Wrapper); ok {
		return byRows(w.Unwrap(), touched, rows)
	}
	return true
}

// gradient is the sum of the gradients of a weight.
type gradient struct {
	value *tensor.Dense
	rows  []int32 // that are not zeros, each once; nil if that is not known

	// The shards that were added are counted, over all batches: by row the last one that
	// touched it, the last of all, and the first of this batch.
	seen         []int64
	round, first int64
}

// handOverRows gives weight i the rows of its gradient, and reports whether it did:
// whether they are known and the optimizer takes them.
func handOverRows(shards []*program, i int, o Optimizer) (bool, error) {
	first := shards[0]
	n := 0
	for _, p := range shards {
		rows, ok := p.prog.Rows(p.grads[i])
		if !ok {
			return false, nil
		}
		n += len(rows)
	}
	w := first.weights[i]
	if !byRows(o, n, w.Shape()[0]) {
		return false, nil
	}
	var sum *gradient
	for _, p := range shards {
		g, err := p.prog.Value(p.grads[i])
		if err != nil {
			return false, err
		}
		if sum == nil {
			sum = first.buffer(i, g)
			sum.begin(w.Shape()[0])
		}
		rows, _ := p.prog.Rows(p.grads[i])
		sum.add(g, rows)
	}
	w.SetGradRows(sum.value, sum.rows)
	return true, nil
}

// begin makes the sum zeros.
func (g *gradient) begin(rows int) {
	if g.rows == nil {
		clear(graph.Floats[float32](g.value))
		clear(graph.Floats[float64](g.value))
		g.rows = []int32{}
	}
	clearRows(graph.Floats[float32](g.value), g.rows, rows)
	clearRows(graph.Floats[float64](g.value), g.rows, rows)
	g.rows = g.rows[:0]
	if g.seen == nil {
		g.seen = make([]int64, rows)
	}
	g.first = g.round + 1
}

func clearRows[T kernel.Float](x []T, at []int32, rows int) {
	cols := len(x) / rows
	for _, id := range at[:min(len(at), len(x))] {
		clear(x[int(id)*cols : (int(id)+1)*cols])
	}
}

// add adds the rows of a shard's gradient, each once.
func (g *gradient) add(x gorgonia.Value, rows []int32) {
	g.round++
	addRows(g, graph.Floats[float32](g.value), graph.Floats[float32](x), rows)
	addRows(g, graph.Floats[float64](g.value), graph.Floats[float64](x), rows)
}

func addRows[T kernel.Float](g *gradient, sum, x []T, rows []int32) {
	if sum == nil { // of the other type
		return
	}
	cols := len(sum) / len(g.seen)
	for _, id := range rows {
		last := g.seen[id]
		if last == g.round {
			continue
		}
		if last < g.first {
			g.rows = append(g.rows, id)
		}
		g.seen[id] = g.round
		at := int(id) * cols
		for c, v := range x[at : at+cols] {
			sum[at+c] += v
		}
	}
}
