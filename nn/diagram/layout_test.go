package diagram

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// anyGraph draws graphs without cycles; every kind of node, and edges that meet
// and pass many ranks, are among them.
func anyGraph(nodes int) *rapid.Generator[Graph] {
	return rapid.Custom(func(t *rapid.T) Graph {
		n := rapid.IntRange(1, nodes).Draw(t, "nodes")
		g := Graph{Title: rapid.SampledFrom([]string{"", "A graph"}).Draw(t, "title")}
		lanes := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"", "a", "b", "c\nd"}), 1, 4, rapid.ID[string]).Draw(t, "lanes")
		for i := range n {
			node := Node{
				Kind: Kind(rapid.IntRange(0, len(kinds)-1).Draw(t, "kind")),
				Name: rapid.SampledFrom([]string{"", "x", "matmul", "a long name of a node", "naïve ∂ 한국어 <&>"}).Draw(t, "name"),
				Lane: rapid.SampledFrom(lanes).Draw(t, "lane"),
			}
			if rapid.Bool().Draw(t, "more") {
				node.Notes, node.Rows = []string{fmt.Sprint(i)}, [][2]string{{"output", "(None, 100, 32)"}}
			}
			g.Nodes = append(g.Nodes, node)
		}
		// The nodes' numbers tell nothing of their order.
		place := rapid.Permutation(indices(n)).Draw(t, "order")
		for range rapid.IntRange(0, 2*n).Draw(t, "edges") {
			i, j := rapid.IntRange(0, n-1).Draw(t, "from"), rapid.IntRange(0, n-1).Draw(t, "to")
			if i == j {
				continue
			}
			label := rapid.SampledFrom([]string{"", "", "0", "1"}).Draw(t, "label")
			g.Edges = append(g.Edges, Edge{place[min(i, j)], place[max(i, j)], label})
		}
		return g
	})
}

func indices(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}

func overlap(a, b rect) bool {
	return a.x < b.x+b.w && b.x < a.x+a.w && a.y < b.y+b.h && b.y < a.y+a.h
}

func inside(a, b rect) bool {
	return a.x >= b.x && a.y >= b.y && a.x+a.w <= b.x+b.w && a.y+a.h <= b.y+b.h
}

// TestLayout: boxes do not meet, lie in the picture and in the lanes of their
// label alone, and edges lead down, from border to border, past all boxes.
func TestLayout(t *testing.T) { rapid.Check(t, layoutHolds) }

func FuzzLayout(f *testing.F) { f.Fuzz(rapid.MakeFuzz(layoutHolds)) }

func layoutHolds(t *rapid.T) {
	g := anyGraph(20).Draw(t, "graph")
	p, err := g.layout()
	if err != nil {
		t.Fatal(err)
	}
	checkLayout(t, g, p)
}

func checkLayout(t rapid.TB, g Graph, p *picture) {
	t.Helper()
	page := rect{0, 0, p.w, p.h}
	for i, b := range p.boxes {
		if !inside(b, page) || b.w < textWidth(g.Nodes[i].Name, nameSize, &bold) {
			t.Errorf("box %d, %v, with the text %q on a page %v", i, b, g.Nodes[i].Name, page)
		}
		for k := range i {
			if overlap(b, p.boxes[k]) {
				t.Errorf("boxes %d, %v, and %d, %v, overlap", k, p.boxes[k], i, b)
			}
		}
		in := 0
		for _, l := range p.lanes {
			if inside(b, l.rect) && l.label == g.Nodes[i].Lane {
				in++
			} else if overlap(b, l.rect) {
				t.Errorf("box %d of lane %q is in lane %q", i, g.Nodes[i].Lane, l.label)
			}
		}
		if want := min(1, len(g.Nodes[i].Lane)); in != want {
			t.Errorf("box %d is in %d lanes of its label, want %d", i, in, want)
		}
	}
	for i, l := range p.lanes {
		if !inside(l.rect, page) {
			t.Errorf("lane %d, %v, is not on the page %v", i, l.rect, page)
		}
		for k := range i {
			if overlap(l.rect, p.lanes[k].rect) {
				t.Errorf("lanes %d, %v, and %d, %v, overlap", k, p.lanes[k], i, l)
			}
		}
	}
	for e, path := range p.paths {
		from, to := p.boxes[g.Edges[e].From], p.boxes[g.Edges[e].To]
		first, last := path[0], path[len(path)-1]
		if first.y != from.y+from.h || last.y != to.y || first.x <= from.x || first.x >= from.x+from.w || last.x <= to.x || last.x >= to.x+to.w {
			t.Errorf("edge %d from %v to %v goes from %v to %v", e, first, last, from, to)
		}
		if from.y+from.h >= to.y {
			t.Errorf("edge %d leads from %v to %v, not down", e, from, to)
		}
		for i := 1; i < len(path); i++ {
			a, b := path[i-1], path[i]
			if b.y < a.y || i%2 == 1 && a.x != b.x {
				t.Errorf("edge %d goes from %v to %v", e, a, b)
			}
			// A curve stays in the rectangle of its ends.
			line := rect{min(a.x, b.x), a.y, math.Abs(b.x - a.x), b.y - a.y}
			for k, box := range p.boxes {
				if overlap(line, box) {
					t.Errorf("edge %d crosses box %d: %v, %v", e, k, line, box)
				}
			}
		}
	}
}

// TestCrossings compares the count to that of all pairs of edges, and holds the
// best order to be no worse than the first.
func TestCrossings(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := anyGraph(15).Draw(t, "graph")
		order, err := g.check()
		if err != nil {
			t.Fatal(err)
		}
		ranks, _ := rank(g, order)
		l := newLayered(g, ranks, func(int) float64 { return 10 })
		first := l.crossings()
		if want := allCrossings(l); first != want {
			t.Errorf("%d crossings, want %d", first, want)
		}
		l.uncross()
		best := l.crossings()
		if want := allCrossings(l); best != want || best > first {
			t.Errorf("%d crossings, want %d and at most %d", best, want, first)
		}
	})
}

func allCrossings(l *layered) (n int) {
	type edge struct{ rank, up, down int }
	var edges []edge
	for i, u := range l.vertices {
		for _, v := range u.down {
			edges = append(edges, edge{u.rank, l.pos[i], l.pos[v]})
		}
	}
	for i, a := range edges {
		for _, b := range edges[:i] {
			if a.rank == b.rank && (a.up-b.up)*(a.down-b.down) < 0 {
				n++
			}
		}
	}
	return n
}

// TestStraight: a chain is one column.
func TestStraight(t *testing.T) {
	g := Graph{Nodes: make([]Node, 5)}
	for i := 1; i < 5; i++ {
		g.Nodes[i].Name = "a name of some length"[:4*i]
		g.Edges = append(g.Edges, Edge{From: i - 1, To: i})
	}
	p, err := g.layout()
	if err != nil {
		t.Fatal(err)
	}
	for i, path := range p.paths {
		for _, at := range path {
			if at.x != path[0].x || at.x != p.paths[0][0].x {
				t.Errorf("edge %d goes through %v", i, path)
			}
		}
	}
}

// random returns a graph of n nodes in a long chain with shorter and longer
// edges beside it.
func random(n int) Graph {
	r := rand.New(rand.NewPCG(1, 2))
	g := Graph{Nodes: make([]Node, n)}
	for i := range n {
		g.Nodes[i] = Node{Name: fmt.Sprint("node ", i), Lane: fmt.Sprint("lane ", i*8/n)}
		for range min(i, 2) {
			back := 1 + int(math.Abs(r.NormFloat64())*20)
			if r.IntN(20) == 0 {
				back = 1 + r.IntN(n)
			}
			g.Edges = append(g.Edges, Edge{From: max(i-back, 0), To: i})
		}
	}
	return g
}

// TestLarge: the same graph gives the same picture, which is right for a large
// graph too.
func TestLarge(t *testing.T) {
	g := random(400)
	p, err := g.layout()
	if err != nil {
		t.Fatal(err)
	}
	checkLayout(t, g, p)
	var first, second bytes.Buffer
	if err := g.WriteSVG(&first); err != nil {
		t.Fatal(err)
	}
	if err := g.WriteSVG(&second); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first.String(), second.String()); diff != "" {
		t.Error(diff)
	}
}

func BenchmarkSVG(b *testing.B) {
	g := random(2000)
	var out bytes.Buffer
	for b.Loop() {
		out.Reset()
		if err := g.WriteSVG(&out); err != nil {
			b.Fatal(err)
		}
	}
}
