package diagram

import (
	"math"
	"strings"
)

// Sizes in pixels.
const (
	nameSize  = 13
	noteSize  = 11.5
	labelSize = 10.5
	lineStep  = 16 // from a line of a box to the next
	padX      = 14 // between a box and its text
	padY      = 9
	rankGap   = 42
	lanePad   = 16 // between a lane's border and its boxes
	laneGap   = 12
	margin    = 24
	columnGap = 18 // between the columns of a box's table
)

// rect is a rectangle; x and y are those of its left upper corner.
type rect struct{ x, y, w, h float64 }

type point struct{ x, y float64 }

// picture is a graph laid out: all in pixels from the left upper corner.
type picture struct {
	w, h  float64
	boxes []rect // by node
	lanes []lane
	paths [][]point // by edge: each second point is joined to the next by a straight line down, the others by a curve
}

type lane struct {
	rect
	label    string
	gradient bool // all of its operations are of the reverse walk
}

// layout lays out g.
func (g Graph) layout() (*picture, error) {
	order, err := g.check()
	if err != nil {
		return nil, err
	}
	ranks, bands := rank(g, order)
	p := &picture{boxes: make([]rect, len(g.Nodes))}
	for i, n := range g.Nodes {
		p.boxes[i].w, p.boxes[i].h = n.size()
	}
	l := newLayered(g, ranks, func(i int) float64 { return p.boxes[i].w })
	l.uncross()
	l.columns()
	tops, bottoms := p.place(g, l, bands)
	p.route(g, l, tops, bottoms)
	return p, nil
}

// size returns the width and height of a node's box.
func (n Node) size() (w, h float64) {
	w = textWidth(n.Name, nameSize, &bold)
	for _, s := range n.Notes {
		w = max(w, textWidth(s, noteSize, &regular))
	}
	for _, r := range n.Rows {
		w = max(w, textWidth(r[0], noteSize, &regular)+columnGap+textWidth(r[1], noteSize, &regular))
	}
	h = 2*padY + float64(1+len(n.Notes)+len(n.Rows))*lineStep
	if len(n.Rows) > 0 {
		h += 2 * padY // around the rule above the table
	}
	return 2 * math.Ceil(max(w+2*padX, 60)/2), h // even, so that borders fall on pixels
}

// place puts the boxes and lanes in their places and returns the tops and
// bottoms of the ranks.
func (p *picture) place(g Graph, l *layered, bands []band) (tops, bottoms []float64) {
	heading := float64(0)
	if g.Title != "" {
		heading += 26
	}
	if g.Note != "" {
		heading += 18
	}
	if heading > 0 {
		heading += 10
	}
	gutter := float64(0) // the lanes' labels stand on the left
	for _, b := range bands {
		for line := range strings.SplitSeq(b.label, "\n") {
			if line != "" {
				gutter = max(gutter, textWidth(line, noteSize, &bold)+2*lanePad)
			}
		}
	}
	if gutter > 0 {
		gutter = max(gutter, 90)
	}
	height := make([]float64, len(l.layers))
	for i, b := range p.boxes {
		r := l.vertices[i].rank
		height[r] = max(height[r], b.h)
	}
	tops, bottoms = make([]float64, len(height)), make([]float64, len(height))
	y := margin + heading
	for _, b := range bands {
		pad := float64(0)
		if b.label != "" {
			pad = lanePad
		}
		top := y
		y += pad
		for r := b.first; r <= b.last; r++ {
			tops[r], bottoms[r] = y, y+height[r]
			y += height[r] + rankGap
		}
		y += pad - rankGap
		if b.label != "" {
			p.lanes = append(p.lanes, lane{rect: rect{y: top, h: y - top}, label: b.label, gradient: b.gradient})
		}
		y += max(laneGap, rankGap-2*pad)
	}
	p.h = bottoms[len(bottoms)-1] + margin
	if len(p.lanes) > 0 {
		p.h += lanePad
	}

	low, high := math.Inf(1), math.Inf(-1)
	for _, v := range l.vertices {
		low, high = min(low, v.x-v.width/2), max(high, v.x+v.width/2)
	}
	inner := high - low
	if gutter > 0 {
		inner += 2 * lanePad
	}
	wide := max(textWidth(g.Title, titleSize, &bold), textWidth(g.Note, noteSize, &regular), legendWidth(g), g.heatWidth(), gutter+inner)
	by := margin + gutter - low + (wide-gutter-inner)/2
	if gutter > 0 {
		by += lanePad
	}
	for i := range l.vertices {
		l.vertices[i].x = math.Round(l.vertices[i].x + by)
	}
	p.w = math.Ceil(wide + 2*margin)
	for i := range p.lanes {
		p.lanes[i].x, p.lanes[i].w = margin, p.w-2*margin
	}
	for i := range p.boxes {
		v, b := l.vertices[i], &p.boxes[i]
		b.x, b.y = v.x-b.w/2, tops[v.rank]+(height[v.rank]-b.h)/2
	}
	return tops, bottoms
}

// route lays the edges: out of a box, through the gap between two ranks in a
// curve, past a rank straight down, and into a box.
func (p *picture) route(g Graph, l *layered, tops, bottoms []float64) {
	leave, enter := p.ports(g, l)
	for e, route := range l.routes {
		last := len(route) - 1
		from, to := route[0], route[last]
		path := []point{
			{leave[e], p.boxes[from].y + p.boxes[from].h},
			{leave[e], bottoms[l.vertices[from].rank]},
		}
		for _, dummy := range route[1:last] {
			v := l.vertices[dummy]
			path = append(path, point{v.x, tops[v.rank]}, point{v.x, bottoms[v.rank]})
		}
		p.paths = append(p.paths, append(path,
			point{enter[e], tops[l.vertices[to].rank]},
			point{enter[e], p.boxes[to].y}))
	}
}
