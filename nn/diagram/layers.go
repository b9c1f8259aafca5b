package diagram

// vertex is a node, or a dummy: where an edge passes a rank.
type vertex struct {
	node     int // -1 of a dummy
	rank     int
	up, down []int
	width    float64
	x        float64 // of its middle
}

// layered is a graph whose edges lead from a rank to the next.
type layered struct {
	vertices []vertex
	layers   [][]int // vertices by rank, from the left
	pos      []int   // of the vertices in their ranks
	routes   [][]int // vertices along each of the graph's edges
}

// newLayered puts the nodes in their ranks, and dummies in those that edges
// pass. Edges of one node and label share the dummies: so their number grows
// with the nodes', and the weight that every step of a sequence reads has one
// line with branches.
func newLayered(g Graph, ranks []int, width func(node int) float64) *layered {
	l := &layered{}
	add := func(v vertex) int {
		l.vertices = append(l.vertices, v)
		return len(l.vertices) - 1
	}
	for i := range g.Nodes {
		add(vertex{node: i, rank: ranks[i], width: width(i)})
	}
	type way struct {
		from, rank int
		label      string
	}
	dummies := map[way]int{}
	joined := map[[2]int]bool{}
	for _, e := range g.Edges {
		route := []int{e.From}
		for r := ranks[e.From] + 1; r < ranks[e.To]; r++ {
			key := way{e.From, r, e.Label}
			d, ok := dummies[key]
			if !ok {
				d = add(vertex{node: -1, rank: r})
				dummies[key] = d
			}
			route = append(route, d)
		}
		route = append(route, e.To)
		for i, v := range route[1:] {
			u := route[i]
			if !joined[[2]int{u, v}] {
				joined[[2]int{u, v}] = true
				l.vertices[u].down = append(l.vertices[u].down, v)
				l.vertices[v].up = append(l.vertices[v].up, u)
			}
		}
		l.routes = append(l.routes, route)
	}
	l.arrange()
	return l
}

// arrange puts the vertices in their ranks in the order of a depth-first walk,
// so that what belongs together is together.
func (l *layered) arrange() {
	ranks := 0
	for _, v := range l.vertices {
		ranks = max(ranks, v.rank+1)
	}
	l.layers, l.pos = make([][]int, ranks), make([]int, len(l.vertices))
	seen := make([]bool, len(l.vertices))
	var stack []int
	for root := range l.vertices {
		if len(l.vertices[root].up) > 0 {
			continue
		}
		stack = append(stack, root)
		for len(stack) > 0 {
			at := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if seen[at] {
				continue
			}
			seen[at] = true
			v := &l.vertices[at]
			l.pos[at] = len(l.layers[v.rank])
			l.layers[v.rank] = append(l.layers[v.rank], at)
			for i := len(v.down) - 1; i >= 0; i-- {
				stack = append(stack, v.down[i])
			}
		}
	}
}
