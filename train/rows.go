package train

import (
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"unroll/graph"
	"unroll/internal/kernel"
)

// gradient is the sum of the gradients of a weight.
type gradient struct {
	value *tensor.Dense
	rows  []int32 // outside of which it is zeros, each once; nil if that is not known

	// The shards that were added are counted, over all batches: by row the last one that
	// touched it, the last of all, and the first of this batch.
	seen         []int64
	round, first int64
}

// handOverRows gives weight i the rows of its gradient that are not zeros, and reports
// whether these are known.
func handOverRows(shards []*program, i int) (bool, error) {
	first := shards[0]
	for _, p := range shards {
		if _, ok := p.prog.Rows(p.grads[i]); !ok {
			return false, nil
		}
	}
	w := first.weights[i]
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
	w.SetGradRows(sum.value, sum.rows, sum.lose)
	return true, nil
}

// lose makes all of the gradient such that it may have been written to.
func (g *gradient) lose() { g.rows = nil }

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
