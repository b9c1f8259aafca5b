package diagram

import (
	"cmp"
	"slices"
)

// Distances in pixels between edges that meet a box side by side.
const (
	portGap   = 12
	closePort = 8 // where this lets an edge go straight
)

// exit is where edges leave a node: those of one label that go the same way
// leave together.
type exit struct {
	next  int // vertex
	label string
}

// ports returns the x where each edge leaves a box and where it enters one, from
// the left in the order in which the edges go and come.
func (p *picture) ports(g Graph, l *layered) (leave, enter []float64) {
	leave, enter = make([]float64, len(l.routes)), make([]float64, len(l.routes))
	exits, entering := make([][]exit, len(p.boxes)), make([][]int, len(p.boxes))
	exitOf := func(e int) exit { return exit{l.routes[e][1], g.Edges[e].Label} }
	before := func(e int) int { return l.routes[e][len(l.routes[e])-2] } // the vertex that e comes from
	for e, edge := range g.Edges {
		entering[edge.To] = append(entering[edge.To], e)
		if x := exitOf(e); !slices.Contains(exits[edge.From], x) {
			exits[edge.From] = append(exits[edge.From], x)
		}
	}
	byX := func(u, v int) int { return cmp.Compare(l.vertices[u].x, l.vertices[v].x) }
	at := map[int]map[exit]float64{}
	for i := range p.boxes {
		slices.SortStableFunc(exits[i], func(a, b exit) int { return byX(a.next, b.next) })
		var to, from []int
		gap := float64(portGap)
		for _, x := range exits[i] {
			to = append(to, x.next)
			gap = max(gap, textWidth(x.label, labelSize, &regular)+8)
		}
		at[i] = map[exit]float64{}
		for k, x := range p.spread(i, l, to, gap) {
			at[i][exits[i][k]] = x
		}

		slices.SortStableFunc(entering[i], func(a, b int) int { return byX(before(a), before(b)) })
		for _, e := range entering[i] {
			from = append(from, before(e))
		}
		for k, x := range p.spread(i, l, from, portGap) {
			enter[entering[i][k]] = x
		}
	}
	for e, edge := range g.Edges {
		leave[e] = at[edge.From][exitOf(e)]
	}
	return leave, enter
}

// spread returns the x of the edges on one side of a box, which lead to the given
// vertices: side by side in the middle, but straight on where a dummy lies right
// above or below the box.
func (p *picture) spread(node int, l *layered, to []int, gap float64) []float64 {
	b, n := p.boxes[node], len(to)
	gap = min(gap, (b.w-2*padX)/float64(n))
	x, straight := make([]float64, n), make([]bool, n)
	for k, v := range to {
		x[k] = b.x + b.w/2 + (float64(k)-float64(n-1)/2)*gap
		next := l.vertices[v]
		if next.node < 0 && next.x >= b.x+padX && next.x <= b.x+b.w-padX && (k == 0 || to[k-1] != v) {
			x[k], straight[k] = next.x, true
		}
	}
	gap = min(gap, closePort)
	for k := 1; k < n; k++ {
		if !straight[k] {
			x[k] = max(x[k], x[k-1]+gap)
		}
	}
	for k := n - 2; k >= 0; k-- {
		if !straight[k] {
			x[k] = min(x[k], x[k+1]-gap)
		}
	}
	for k := range x {
		x[k] = min(max(x[k], b.x+closePort), b.x+b.w-closePort)
	}
	return x
}
