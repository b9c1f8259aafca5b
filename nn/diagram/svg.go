package diagram

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/pkg/errors"
)

const titleSize = 17

// WriteSVG draws the graph, from the top to the bottom. The picture stands for
// itself: it has no scripts and fetches nothing, and follows the reader's choice
// of light or dark. It is an error if an edge leads nowhere or the edges make a
// cycle.
func (g Graph) WriteSVG(w io.Writer) error {
	p, err := g.layout()
	if err != nil {
		return err
	}
	s := &svg{}
	height := p.h
	legend := g.legend()
	if legend != nil {
		height += legendHeight
	}
	styles, heatY := style, height-margin+18
	if g.Heat != "" {
		height += legendHeight
		styles += heatStyle()
	}
	s.f(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="-0.5 -0.5 %s %s" width="%[1]s" height="%[2]s" role="img" aria-labelledby="title desc">`+"\n", px(p.w), px(height))
	s.f("<title id=\"title\">%s</title>\n<desc id=\"desc\">%s</desc>\n", esc(g.title()), esc(g.description()))
	s.f("<style>%s</style>\n", styles)
	s.f(`<defs><marker id="arrow" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path class="head" d="M0.5 0.8 L7.5 4 L0.5 7.2 Z"/></marker>`)
	s.f(`<marker id="back" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path class="head gradient" d="M0.5 0.8 L7.5 4 L0.5 7.2 Z"/></marker></defs>` + "\n")
	s.f(`<rect class="paper" x="-0.5" y="-0.5" width="%s" height="%s"/>`+"\n", px(p.w), px(height))
	y := float64(margin)
	if g.Title != "" {
		s.text("title", "start", margin, y+13, g.Title)
		y += 26
	}
	if g.Note != "" {
		s.text("note", "start", margin, y+8, g.Note)
	}
	for _, l := range p.lanes {
		s.lane(l)
	}
	// Where edges share their way, those of the forward pass are on top.
	for _, back := range []bool{true, false} {
		for i, e := range g.Edges {
			if (g.Nodes[e.To].Kind == Gradient) == back {
				s.edge(g, e, p.paths[i])
			}
		}
	}
	labelled := map[point]bool{}
	for i, e := range g.Edges {
		if from := p.paths[i][0]; e.Label != "" && !labelled[from] {
			labelled[from] = true
			s.text("label", "start", from.x+3, from.y+12, e.Label)
		}
	}
	for i, n := range g.Nodes {
		s.node(n, g.classes(n.Kind, n.Heat), p.boxes[i])
	}
	x := float64(margin)
	for _, k := range legend {
		s.f(`<g class="%s">`, g.classes(k, 0))
		s.shape(k, rect{x, p.h - 4, 22, 14})
		s.f("</g>")
		s.text("note", "start", x+29, p.h+7, k.String())
		x += legendStep(k)
	}
	if g.Heat != "" {
		s.heatLegend(g, heatY)
	}
	s.f("\n</svg>\n")
	_, err = w.Write(s.Bytes())
	return errors.Wrap(err, "diagram")
}

// title returns the picture's name.
func (g Graph) title() string {
	if g.Title == "" {
		return "Graph"
	}
	return g.Title
}

// description tells what the picture shows to those who do not see it.
func (g Graph) description() string {
	note := ""
	if g.Note != "" {
		note = g.Note + ". "
	}
	return fmt.Sprintf("%sA directed graph of %d nodes and %d edges, from top to bottom.", note, len(g.Nodes), len(g.Edges))
}

const legendHeight = 24

func legendStep(k Kind) float64 { return 52 + textWidth(k.String(), noteSize, &regular) }

// legend returns the kinds to explain: none where there are only layers.
func (g Graph) legend() (list []Kind) {
	var has [len(kinds)]bool
	for _, n := range g.Nodes {
		has[n.Kind] = true
	}
	if has[Layer] {
		return nil
	}
	for _, k := range []Kind{Input, Weight, Constant, Op, Gradient, Output} {
		if has[k] {
			list = append(list, k)
		}
	}
	return list
}

func legendWidth(g Graph) (w float64) {
	for _, k := range g.legend() {
		w += legendStep(k)
	}
	return w
}

// svg is a picture that is being written.
type svg struct{ bytes.Buffer }

func (s *svg) f(format string, args ...any) { fmt.Fprintf(s, format, args...) }

func (s *svg) text(class, anchor string, x, y float64, text string) {
	s.f(`<text class="%s" text-anchor="%s" x="%s" y="%s">%s</text>`+"\n", class, anchor, px(x), px(y), esc(text))
}

func (s *svg) lane(l lane) {
	class := "lane"
	if l.gradient {
		class = "lane gradient"
	}
	s.f(`<rect class="%s" x="%s" y="%s" width="%s" height="%s" rx="10"/>`+"\n", class, px(l.x), px(l.y), px(l.w), px(l.h))
	lines := strings.Split(l.label, "\n")
	for i, line := range lines {
		class := "lane-name"
		if i > 0 {
			class = "note"
		}
		s.text(class, "start", l.x+lanePad, l.y+lanePad+11+float64(i)*lineStep, line)
	}
}

// edge draws an edge: straight down past a rank, between ranks a cubic curve
// that leaves and arrives vertically.
func (s *svg) edge(g Graph, e Edge, path []point) {
	class, head := "edge", "arrow"
	switch {
	case g.Nodes[e.To].Kind != Gradient:
	case g.Nodes[e.From].Kind == Gradient:
		class, head = "edge gradient", "back"
	default:
		class, head = "edge kept", "back"
	}
	s.f(`<path class="%s" marker-end="url(#%s)" d="M%s %s`, class, head, px(path[0].x), px(path[0].y))
	for i := 1; i < len(path); i++ {
		a, b := path[i-1], path[i]
		switch {
		case a == b:
		case i%2 == 1 || a.x == b.x:
			s.f(" V%s", px(b.y))
		default:
			middle := (a.y + b.y) / 2
			s.f(" C%s %s %s %s %s %s", px(a.x), px(middle), px(b.x), px(middle), px(b.x), px(b.y))
		}
	}
	s.f(`"/>` + "\n")
}

func (s *svg) node(n Node, classes string, b rect) {
	s.f(`<g class="%s"><title>%s</title>`, classes, esc(n.about()))
	s.shape(n.Kind, b)
	s.f("\n")
	middle, y := b.x+b.w/2, b.y+padY+12
	s.text("name", "middle", middle, y, n.Name)
	for _, line := range n.Notes {
		y += lineStep
		s.text("note", "middle", middle, y, line)
	}
	if len(n.Rows) > 0 {
		y += padY + 5
		s.f(`<path class="rule" d="M%s %s H%s"/>`+"\n", px(b.x), px(y), px(b.x+b.w))
		y += padY - 5
	}
	for _, r := range n.Rows {
		y += lineStep
		s.text("note", "start", b.x+padX, y, r[0])
		s.text("value", "end", b.x+b.w-padX, y, r[1])
	}
	s.f("</g>\n")
}

// shape draws the outline of a kind of node.
func (s *svg) shape(k Kind, b rect) {
	round := 6.0
	switch k {
	case Weight:
		const cut = 7
		s.f(`<path class="box" d="M%s %s H%s L%s %s V%s L%s %s H%s L%s %s V%s Z"/>`,
			px(b.x+cut), px(b.y), px(b.x+b.w-cut), px(b.x+b.w), px(b.y+cut), px(b.y+b.h-cut),
			px(b.x+b.w-cut), px(b.y+b.h), px(b.x+cut), px(b.x), px(b.y+b.h-cut), px(b.y+cut))
		return
	case Input:
		round = min(b.h/2, 18)
	case Output:
		round = min(b.h/2, 18)
	case Constant:
		round = 0
	case Layer:
		round = 9
	}
	s.f(`<rect class="box" x="%s" y="%s" width="%s" height="%s" rx="%s"/>`, px(b.x), px(b.y), px(b.w), px(b.h), px(round))
}

// px writes a length with at most one digit after the point.
func px(x float64) string {
	return strconv.FormatFloat(float64(int64(x*10+0.5))/10, 'f', -1, 64)
}

// esc returns s as text of XML.
func esc(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder takes all
	return b.String()
}

// style holds the colours twice since not every viewer knows CSS's variables.
// Fonts come in the order of those whose widths the boxes are made for.
const style = `
svg { font-family: Helvetica, Arial, "Liberation Sans", system-ui, sans-serif; }
.paper { fill: #ffffff; }
.lane { fill: #f6f8fa; }
.lane.gradient { fill: #fdf8f3; }
.lane-name { font-size: 11.5px; font-weight: 700; fill: #57606a; }
.title { font-size: 17px; font-weight: 700; fill: #1f2328; }
.name { font-size: 13px; font-weight: 700; fill: #1f2328; }
.note { font-size: 11.5px; fill: #656d76; }
.value { font-size: 11.5px; fill: #1f2328; }
.label { font-size: 10.5px; fill: #656d76; }
.box { stroke-width: 1; }
.rule { fill: none; stroke: #d0d7de; }
.edge { fill: none; stroke: #8c959f; stroke-width: 1.1; }
.head { fill: #8c959f; }
.edge.gradient { stroke: #d4884a; }
.edge.kept { stroke: #ecc8a6; }
.head.gradient { fill: #d4884a; }
.layer .box, .operation .box { fill: #ffffff; stroke: #afb8c1; }
.gradient .box { fill: #fff4e8; stroke: #dd9a5e; }
.input .box { fill: #e7f2ff; stroke: #6ea8e6; }
.weight .box { fill: #e8f6ec; stroke: #6fb585; }
.constant .box { fill: #f6f8fa; stroke: #8c959f; stroke-dasharray: 3 2.5; }
.output .box { fill: #f3edff; stroke: #a083dc; }
@media (prefers-color-scheme: dark) {
.paper { fill: #0d1117; }
.lane { fill: #161b22; }
.lane.gradient { fill: #1b1712; }
.lane-name { fill: #8b949e; }
.title, .name, .value { fill: #e6edf3; }
.note, .label { fill: #8b949e; }
.rule { stroke: #30363d; }
.edge { stroke: #6e7681; }
.head { fill: #6e7681; }
.edge.gradient { stroke: #a8693a; }
.edge.kept { stroke: #5f4128; }
.head.gradient { fill: #a8693a; }
.layer .box, .operation .box { fill: #1c2128; stroke: #484f58; }
.gradient .box { fill: #33230f; stroke: #a8693a; }
.input .box { fill: #0f2740; stroke: #3b78b8; }
.weight .box { fill: #10291a; stroke: #3d8755; }
.constant .box { fill: #161b22; stroke: #6e7681; }
.output .box { fill: #231a3a; stroke: #7a5fc0; }
}
`
