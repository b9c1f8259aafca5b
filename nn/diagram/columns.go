package diagram

import (
	"math"
	"slices"
)

// Distances between neighbours in a rank.
const (
	nodeGap = 28
	lineGap = 14
)

// apart is the least distance between the middles of two neighbours.
func apart(u, v *vertex) float64 {
	gap := float64(nodeGap)
	if u.node < 0 || v.node < 0 {
		gap = lineGap
	}
	return (u.width+v.width)/2 + gap
}

// columns gives the vertices their x: chains of vertices, each with a median of
// its neighbours, stand in one column. It is done from above and from below,
// and from the left and from the right, and a vertex's x is the mean of the
// middle two of the four. Each of these keeps the vertices of a rank apart, and
// so does the mean. The dummies of an edge stand in one column unless they cross
// another edge's.
//
// Brandes and Köpf, Fast and simple horizontal coordinate assignment, 2001. The
// columns are put together by longest paths, as Brandes, Walter and Zink's
// erratum of 2020 has it.
func (l *layered) columns() {
	marked := l.conflicts()
	var four [4][]float64
	narrowest, least := 0, math.Inf(1)
	for i := range four {
		fromBelow, fromRight := i >= 2, i%2 == 1
		four[i] = l.assign(marked, fromBelow, fromRight)
		low, high := l.extent(four[i])
		if high-low < least {
			narrowest, least = i, high-low
		}
	}
	low, high := l.extent(four[narrowest])
	for i, x := range four {
		a, b := l.extent(x)
		by := low - a
		if i%2 == 1 {
			by = high - b
		}
		for v := range x {
			x[v] += by
		}
	}
	for v := range l.vertices {
		x := []float64{four[0][v], four[1][v], four[2][v], four[3][v]}
		slices.Sort(x)
		l.vertices[v].x = (x[1] + x[2]) / 2
	}
}

func (l *layered) extent(x []float64) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for i, v := range l.vertices {
		low, high = min(low, x[i]-v.width/2), max(high, x[i]+v.width/2)
	}
	return low, high
}

// conflicts marks the edges that cross an edge between two dummies: they must
// give way to it. Where two such edges cross, both are marked.
func (l *layered) conflicts() map[[2]int]bool {
	marked := map[[2]int]bool{}
	type line struct{ up, down int } // places of an edge between dummies
	for r := 1; r < len(l.layers); r++ {
		var inner []line
		for _, u := range l.layers[r-1] {
			for _, v := range l.vertices[u].down {
				if l.vertices[u].node < 0 && l.vertices[v].node < 0 {
					inner = append(inner, line{l.pos[u], l.pos[v]})
				}
			}
		}
		// Sorted by their upper ends: the lowest and highest lower ends of those
		// on the right and on the left.
		maxLeft, minRight := make([]int, len(inner)+1), make([]int, len(inner)+1)
		maxLeft[0], minRight[len(inner)] = -1, math.MaxInt
		for i, e := range inner {
			maxLeft[i+1] = max(maxLeft[i], e.down)
		}
		for i := len(inner) - 1; i >= 0; i-- {
			minRight[i] = min(minRight[i+1], inner[i].down)
		}
		left, right := 0, 0 // inner edges strictly left of, and not right of, u
		for _, u := range l.layers[r-1] {
			for left < len(inner) && inner[left].up < l.pos[u] {
				left++
			}
			for right < len(inner) && inner[right].up <= l.pos[u] {
				right++
			}
			for _, v := range l.vertices[u].down {
				if at := l.pos[v]; maxLeft[left] > at || minRight[right] < at {
					marked[[2]int{u, v}] = true
				}
			}
		}
	}
	return marked
}

// assign returns one of the four assignments.
func (l *layered) assign(marked map[[2]int]bool, fromBelow, fromRight bool) []float64 {
	layers := l.copyLayers()
	if fromBelow {
		slices.Reverse(layers)
	}
	if fromRight {
		for _, layer := range layers {
			slices.Reverse(layer)
		}
	}
	place := make([]int, len(l.vertices))
	for _, layer := range layers {
		for i, v := range layer {
			place[v] = i
		}
	}
	root := l.align(layers, place, marked, fromBelow)
	x := l.compact(layers, root)
	if fromRight {
		for v := range x {
			x[v] = -x[v]
		}
	}
	return x
}

// align puts each vertex into the column of a median of its neighbours in the
// layer before, if no column is crossed by that, and returns the columns' first
// vertices.
func (l *layered) align(layers [][]int, place []int, marked map[[2]int]bool, fromBelow bool) (root []int) {
	root = make([]int, len(l.vertices))
	taken := make([]bool, len(l.vertices)) // has a vertex below it in its column
	for v := range root {
		root[v] = v
	}
	for _, layer := range layers {
		last := -1 // place of the last vertex that was aligned with
		for _, v := range layer {
			near := l.vertices[v].up
			if fromBelow {
				near = l.vertices[v].down
			}
			near = slices.Clone(near)
			slices.SortFunc(near, func(a, b int) int { return place[a] - place[b] })
			for m := (len(near) - 1) / 2; m >= 0 && m <= len(near)/2 && m < len(near); m++ {
				u := near[m]
				edge := [2]int{u, v}
				if fromBelow {
					edge = [2]int{v, u}
				}
				if root[v] == v && !taken[u] && place[u] > last && !marked[edge] {
					root[v], taken[u], last = root[u], true, place[u]
				}
			}
		}
	}
	return root
}

// compact places the columns as far left as their neighbours let them, and then
// those that have a right neighbour next to it.
func (l *layered) compact(layers [][]int, root []int) []float64 {
	type side struct {
		to  int
		gap float64
	}
	n := len(root)
	right := make([][]side, n)
	waits := make([]int, n)
	for _, layer := range layers {
		for i := 1; i < len(layer); i++ {
			u, v := layer[i-1], layer[i]
			gap := apart(&l.vertices[u], &l.vertices[v])
			right[root[u]] = append(right[root[u]], side{root[v], gap})
			waits[root[v]]++
		}
	}
	var order []int
	for v := range root {
		if root[v] == v && waits[v] == 0 {
			order = append(order, v)
		}
	}
	at := make([]float64, n)
	for i := 0; i < len(order); i++ {
		for _, s := range right[order[i]] {
			at[s.to] = max(at[s.to], at[order[i]]+s.gap)
			if waits[s.to]--; waits[s.to] == 0 {
				order = append(order, s.to)
			}
		}
	}
	for _, v := range slices.Backward(order) {
		room := math.Inf(1)
		for _, s := range right[v] {
			room = min(room, at[s.to]-s.gap)
		}
		if !math.IsInf(room, 1) {
			at[v] = max(at[v], room)
		}
	}
	x := make([]float64, n)
	for v := range x {
		x[v] = at[root[v]]
	}
	return x
}
