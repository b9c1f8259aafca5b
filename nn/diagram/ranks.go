package diagram

// rank gives each node a rank below those of all nodes that it reads, and
// returns the lanes' bands.
//
// Within a band a node's rank is the longest path to it,
//
//	rank(v) = max over u→v of rank(u) + 1,
//
// and one with more readers than inputs, such as a weight, then moves down to
// the first of these: its edges get shorter.
func rank(g Graph, order []int) (ranks []int, bands []band) {
	in, out := make([][]int, len(g.Nodes)), make([][]int, len(g.Nodes))
	for _, e := range g.Edges {
		in[e.To] = append(in[e.To], e.From)
		out[e.From] = append(out[e.From], e.To)
	}
	of, sorted := parts(g, order, in, out)
	ranks = make([]int, len(g.Nodes))
	height := map[part]int{}
	for _, v := range order {
		for _, u := range in[v] {
			if of[u] == of[v] {
				ranks[v] = max(ranks[v], ranks[u]+1)
			}
		}
		height[of[v]] = max(height[of[v]], ranks[v]+1)
	}
	for i := len(order) - 1; i >= 0; i-- {
		v := order[i]
		ins, outs, lowest := 0, 0, height[of[v]]
		for _, u := range in[v] {
			if of[u] == of[v] {
				ins++
			}
		}
		for _, w := range out[v] {
			if of[w] == of[v] {
				outs++
				lowest = min(lowest, ranks[w]-1)
			}
		}
		if outs > ins {
			ranks[v] = lowest
		}
	}
	at := map[part]int{}
	first := 0
	for i, p := range sorted {
		at[p] = i
		bands = append(bands, band{first: first, last: first + height[p] - 1})
		first += height[p]
	}
	kinds := make([][2]bool, len(bands)) // has it gradients, other operations?
	for v, n := range g.Nodes {
		i := at[of[v]]
		bands[i].label = n.Lane
		ranks[v] += bands[i].first
		kinds[i][0] = kinds[i][0] || n.Kind == Gradient
		kinds[i][1] = kinds[i][1] || n.Kind == Op
	}
	for i, has := range kinds {
		bands[i].gradient = has[0] && !has[1]
	}
	return ranks, bands
}
