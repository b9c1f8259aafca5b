package graph

import (
	"cmp"
	"slices"
)

// gaps are the free places of an arena that has no end.
type gaps struct {
	free []gap // by place
	end  int
}

type gap struct{ from, to int }

// take takes the first elements of the smallest gap that is large enough.
func (g *gaps) take(n int) int {
	best := -1
	for i, f := range g.free {
		if f.to-f.from >= n && (best < 0 || f.to-f.from < g.free[best].to-g.free[best].from) {
			best = i
		}
	}
	if best < 0 {
		from := g.end
		if last := len(g.free) - 1; last >= 0 && g.free[last].to == g.end { // it grows
			from = g.free[last].from
			g.free = g.free[:last]
		}
		g.end = from + n
		return from
	}
	from := g.free[best].from
	if g.free[best].from += n; g.free[best].from == g.free[best].to {
		g.free = slices.Delete(g.free, best, best+1)
	}
	return from
}

// give makes a place free, and one gap of it with those beside it.
func (g *gaps) give(from, n int) {
	i, _ := slices.BinarySearchFunc(g.free, from, func(f gap, from int) int { return cmp.Compare(f.from, from) })
	g.free = slices.Insert(g.free, i, gap{from, from + n})
	if i+1 < len(g.free) && g.free[i].to == g.free[i+1].from {
		g.free[i].to = g.free[i+1].to
		g.free = slices.Delete(g.free, i+1, i+2)
	}
	if i > 0 && g.free[i-1].to == g.free[i].from {
		g.free[i-1].to = g.free[i].to
		g.free = slices.Delete(g.free, i, i+1)
	}
}
