package train

import (
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"unroll/graph"
	"unroll/internal/kernel"
	"unroll/nn"
)

// gradient is the sum of the gradients of a weight in the shards of a batch.
type gradient struct {
	value *tensor.Dense

	// Of a table of which rows are read:
	parts   []gorgonia.Value // of the shards
	touched [][]int32        // the rows that are not zeros, in each shard
	rows    []int32          // outside of which value is zeros, each once; nil if that is not known
	summed  bool

	// The shards that were added are counted, over all batches: by row the last one that
	// touched it, the last of all, and the first of this batch.
	seen         []int64
	round, first int64
}

var _ nn.SparseGrad = (*gradient)(nil)

// sparse returns the gradient of weight i by its rows, nil if these are not known.
func sparse(shards []*program, i int) (nn.SparseGrad, error) {
	var sum *gradient
	for _, p := range shards {
		rows, ok := p.prog.Rows(p.grads[i])
		if !ok {
			return nil, nil
		}
		g, err := p.prog.Value(p.grads[i])
		if err != nil {
			return nil, err
		}
		if sum == nil {
			sum = p.buffer(i, g)
			sum.parts, sum.touched, sum.summed = sum.parts[:0], sum.touched[:0], false
		}
		sum.parts, sum.touched = append(sum.parts, g), append(sum.touched, rows)
	}
	return sum, nil
}

// add makes value the sum of what the shards have.
func (g *gradient) add(parts []gorgonia.Value) {
	x, y := graph.Floats[float32](g.value), graph.Floats[float64](g.value)
	copy(x, graph.Floats[float32](parts[0]))
	copy(y, graph.Floats[float64](parts[0]))
	for _, p := range parts[1:] {
		kernel.Add(x, graph.Floats[float32](p))
		kernel.Add(y, graph.Floats[float64](p))
	}
	g.rows = nil
}

// Touched implements nn.SparseGrad.
func (g *gradient) Touched() (n int) {
	for _, rows := range g.touched {
		n += len(rows)
	}
	return n
}

// Whole implements nn.SparseGrad.
func (g *gradient) Whole() gorgonia.Value {
	if !g.summed {
		g.add(g.parts)
		g.summed = true
	}
	g.rows = nil
	return g.value
}

// Rows implements nn.SparseGrad.
func (g *gradient) Rows() (gorgonia.Value, []int32) {
	if !g.summed {
		g.sumRows()
		g.summed = true
	}
	return g.value, g.rows
}

func (g *gradient) sumRows() {
	x, y := graph.Floats[float32](g.value), graph.Floats[float64](g.value)
	n := g.value.Shape()[0]
	if g.rows == nil {
		clear(x)
		clear(y)
		g.rows = []int32{}
	}
	clearRows(x, g.rows, n)
	clearRows(y, g.rows, n)
	g.rows = g.rows[:0]
	if g.seen == nil {
		g.seen = make([]int64, n)
	}
	g.first = g.round + 1
	for i, p := range g.parts {
		g.round++
		addRows(g, x, graph.Floats[float32](p), g.touched[i])
		addRows(g, y, graph.Floats[float64](p), g.touched[i])
	}
}

func clearRows[T kernel.Float](x []T, at []int32, rows int) {
	cols := len(x) / rows
	for _, id := range at[:min(len(at), len(x))] {
		clear(x[int(id)*cols : (int(id)+1)*cols])
	}
}

// addRows adds the rows of a shard's gradient, each once.
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
