package diagram

import (
	"cmp"
	"slices"
)

// sweeps is the number of walks over the ranks, down and up in turn.
const sweeps = 16

// uncross orders the vertices of each rank so that few edges cross: in each
// sweep a vertex goes to the mean place of its neighbours in the rank before,
// then neighbours in a rank change places where this saves crossings. The best
// order of all sweeps is kept.
//
// Gansner, Koutsofios, North and Vo, A technique for drawing directed graphs,
// 1993, section 3.
func (l *layered) uncross() {
	best, order := l.crossings(), l.copyLayers()
	for i := 0; i < sweeps && best > 0; i++ {
		down := i%2 == 0
		for k := range l.layers {
			r := k
			if !down {
				r = len(l.layers) - 1 - k
			}
			l.barycentres(r, down)
		}
		l.transpose()
		if n := l.crossings(); n < best {
			best, order = n, l.copyLayers()
		}
	}
	l.layers = order
	for r := range l.layers {
		l.number(r)
	}
}

func (l *layered) copyLayers() [][]int {
	layers := make([][]int, len(l.layers))
	for r := range layers {
		layers[r] = slices.Clone(l.layers[r])
	}
	return layers
}

// number notes the vertices' places in rank r.
func (l *layered) number(r int) {
	for i, v := range l.layers[r] {
		l.pos[v] = i
	}
}

// barycentres sorts the vertices of rank r by the mean place of their neighbours
// above, or below. One that has none stays in its place.
func (l *layered) barycentres(r int, above bool) {
	type placed struct {
		v  int
		at float64
	}
	var sorted []placed
	var free []int // places
	for i, v := range l.layers[r] {
		near := l.vertices[v].up
		if !above {
			near = l.vertices[v].down
		}
		if len(near) == 0 {
			continue
		}
		sum := 0
		for _, u := range near {
			sum += l.pos[u]
		}
		sorted = append(sorted, placed{v, float64(sum) / float64(len(near))})
		free = append(free, i)
	}
	slices.SortStableFunc(sorted, func(a, b placed) int { return cmp.Compare(a.at, b.at) })
	for i, p := range sorted {
		l.layers[r][free[i]] = p.v
	}
	l.number(r)
}

// transpose walks over the ranks once and swaps neighbours where this saves
// crossings.
func (l *layered) transpose() {
	for _, layer := range l.layers {
		for i := 1; i < len(layer); i++ {
			u, v := layer[i-1], layer[i]
			if l.between(u, v) > l.between(v, u) {
				layer[i-1], layer[i] = v, u
				l.pos[u], l.pos[v] = i, i-1
			}
		}
	}
}

// between counts the crossings of u's edges with v's where u lies left of v.
func (l *layered) between(u, v int) int {
	return l.inversions(l.vertices[u].up, l.vertices[v].up) + l.inversions(l.vertices[u].down, l.vertices[v].down)
}

func (l *layered) inversions(left, right []int) (n int) {
	for _, a := range left {
		for _, b := range right {
			if l.pos[a] > l.pos[b] {
				n++
			}
		}
	}
	return n
}

// crossings counts the crossings of all edges: inversions among the lower ends
// of the edges between two ranks, taken in the order of their upper ends.
//
// Barth, Jünger and Mutzel, Simple and efficient bilayer cross counting, 2002.
func (l *layered) crossings() (n int) {
	for r := 1; r < len(l.layers); r++ {
		tree := make([]int, len(l.layers[r])+1) // of Fenwick: edges by their lower end
		total := 0
		for _, u := range l.layers[r-1] {
			lower := l.vertices[u].down
			for _, v := range lower {
				left := 0
				for i := l.pos[v] + 1; i > 0; i -= i & -i {
					left += tree[i]
				}
				n += total - left
			}
			for _, v := range lower {
				total++
				for i := l.pos[v] + 1; i < len(tree); i += i & -i {
					tree[i]++
				}
			}
		}
	}
	return n
}
