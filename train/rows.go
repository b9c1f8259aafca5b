package train

import (
	"slices"

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

	sorted, spare []int32 // see sortRows
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
	}
	if x != nil {
		kernel.ClearRows(x, g.rows, len(x)/n)
	} else {
		kernel.ClearRows(y, g.rows, len(y)/n)
	}
	g.sorted = g.sorted[:0]
	for _, rows := range g.touched {
		g.sorted = append(g.sorted, rows...)
	}
	g.sortRows(n)
	g.rows = append(g.rows[:0], slices.Compact(g.sorted)...)
	for _, p := range g.parts {
		addRows(x, graph.Floats[float32](p), g.rows, n)
		addRows(y, graph.Floats[float64](p), g.rows, n)
	}
}

// sortRows sorts the rows, of n, by digits of 11 bits: tables are larger than caches, and
// going through them in order costs a third.
func (g *gradient) sortRows(n int) {
	const digit = 11
	g.spare = slices.Grow(g.spare[:0], len(g.sorted))[:len(g.sorted)]
	var ends [1 << digit]int32
	for shift := 0; n>>shift > 0; shift += digit {
		clear(ends[:])
		for _, id := range g.sorted {
			ends[id>>shift&(1<<digit-1)]++
		}
		at := int32(0)
		for i, k := range ends {
			ends[i], at = at, at+k
		}
		for _, id := range g.sorted {
			k := &ends[id>>shift&(1<<digit-1)]
			g.spare[*k] = id
			*k++
		}
		g.sorted, g.spare = g.spare, g.sorted
	}
}

// addRows adds the rows of a shard's gradient.
func addRows[T kernel.Float](sum, x []T, at []int32, rows int) {
	cols := len(sum) / rows
	if cols == 0 { // of the other type
		return
	}
	for _, id := range at {
		for c := int(id) * cols; c < (int(id)+1)*cols; c++ {
			sum[c] += x[c]
		}
	}
}
