package diagram

import (
	"gonum.org/v1/gonum/graph/topo"
)

// band is a lane in the picture: a run of ranks which no other lane's nodes
// are in.
type band struct {
	label       string
	gradient    bool // it has gradients and no other operations
	first, last int  // ranks
}

// part is a lane, or the piece of one that lies between others: a lane that
// both reads from another and is read by it lies in several pieces.
type part struct{ lane, piece int }

// parts splits the lanes where they lead into one another in cycles, and
// returns each node's part, and the parts, each after those that it reads from.
//
// Within a cycle of lanes the piece of a node is the number of times that a path
// to it changes the lane. So an edge leads to a later piece, or stays in its own.
func parts(g Graph, order []int, in, out [][]int) (of []part, sorted []part) {
	lane := make([]int, len(g.Nodes))
	number := map[string]int{}
	for i, n := range g.Nodes {
		if _, ok := number[n.Lane]; !ok {
			number[n.Lane] = len(number)
		}
		lane[i] = number[n.Lane]
	}
	var between []Edge
	for _, e := range g.Edges {
		if from, to := lane[e.From], lane[e.To]; from != to {
			between = append(between, Edge{From: from, To: to})
		}
	}
	cycle := make([]int, len(number))
	for i, lanes := range topo.TarjanSCC(directed(len(number), between)) {
		for _, l := range lanes {
			cycle[l.ID()] = i
		}
	}
	tangled := func(u, v int) bool { return cycle[lane[u]] == cycle[lane[v]] }
	change := func(u, v int) int {
		if lane[u] == lane[v] {
			return 0
		}
		return 1
	}
	of = make([]part, len(g.Nodes))
	for _, v := range order {
		of[v].lane = lane[v]
		for _, u := range in[v] {
			if tangled(u, v) {
				of[v].piece = max(of[v].piece, of[u].piece+change(u, v))
			}
		}
	}
	// What reads nothing, such as a weight, belongs to its first reader.
	for v := range g.Nodes {
		first := -1
		for _, w := range out[v] {
			if p := of[w].piece - change(v, w); tangled(v, w) && (first < 0 || p < first) {
				first = p
			}
		}
		if len(in[v]) == 0 && first >= 0 {
			of[v].piece = first
		}
	}

	index := map[part]int{}
	var all []part
	for v := range g.Nodes {
		if _, ok := index[of[v]]; !ok {
			index[of[v]] = len(all)
			all = append(all, of[v])
		}
	}
	between = between[:0]
	for _, e := range g.Edges {
		if from, to := index[of[e.From]], index[of[e.To]]; from != to {
			between = append(between, Edge{From: from, To: to})
		}
	}
	// There is an order: pieces only grow along edges.
	nodes, _ := topo.SortStabilized(directed(len(all), between), nil)
	for _, n := range nodes {
		sorted = append(sorted, all[n.ID()])
	}
	return of, sorted
}
