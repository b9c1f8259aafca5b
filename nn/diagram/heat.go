package diagram

import (
	"fmt"
	"strings"

	"github.com/pkg/errors"
)

// heats are the colours of shares, from the given one on: for light and for dark
// paper. Text stands on all of them with a contrast of 4.5 to 1 and more.
var heats = [...]struct {
	from        float64
	light, dark string
}{
	{0, "#ffffff", "#1c2128"},
	{0.01, "#fff6d6", "#2e2615"},
	{0.02, "#ffe9a8", "#463510"},
	{0.05, "#fed976", "#5f440b"},
	{0.1, "#feb24c", "#7d4a0b"},
	{0.2, "#fd8d3c", "#9a4510"},
	{0.5, "#f0593e", "#b5361c"},
}

// heat returns the place in heats of a share.
func heat(share float64) int {
	i := 0
	for i+1 < len(heats) && share >= heats[i+1].from {
		i++
	}
	return i
}

// hot reports whether nodes of a kind are coloured by their shares.
func (g Graph) hot(k Kind) bool {
	return g.Heat != "" && (k == Op || k == Gradient || k == Output)
}

// classes returns the classes of a node in the picture.
func (g Graph) classes(k Kind, share float64) string {
	if !g.hot(k) {
		return k.String()
	}
	return fmt.Sprintf("%s heat heat%d", k, heat(share))
}

func (g Graph) checkHeat() error {
	for i, n := range g.Nodes {
		if g.Heat != "" && !(n.Heat >= 0 && n.Heat <= 1) {
			return errors.Errorf("diagram: node %d, %q, has a share of %v, want 0 to 1", i, n.Name, n.Heat)
		}
	}
	return nil
}

// heatStyle is what heat adds to style.
func heatStyle() string {
	var light, dark strings.Builder
	for i, h := range heats {
		fmt.Fprintf(&light, ".heat%d .box { fill: %s; }\n", i, h.light)
		fmt.Fprintf(&dark, ".heat%d .box { fill: %s; }\n", i, h.dark)
	}
	return ".heat .note { fill: #1f2328; }\n" + light.String() +
		"@media (prefers-color-scheme: dark) {\n.heat .note { fill: #e6edf3; }\n" + dark.String() + "}\n"
}

// heatLabel is a colour's text in the legend.
func heatLabel(i int) string {
	switch {
	case i == 0:
		return fmt.Sprintf("below %v%%", 100*heats[1].from)
	case i+1 == len(heats):
		return fmt.Sprintf("%v%% and more", 100*heats[i].from)
	}
	return fmt.Sprintf("%v–%v%%", 100*heats[i].from, 100*heats[i+1].from)
}

func heatStep(i int) float64 { return 52 + textWidth(heatLabel(i), noteSize, &regular) }

// heatStart is how far from the margin the legend's colours begin.
func (g Graph) heatStart() float64 { return textWidth(g.Heat+":", noteSize, &regular) + 14 }

func (g Graph) heatWidth() float64 {
	if g.Heat == "" {
		return 0
	}
	w := g.heatStart()
	for i := range heats {
		w += heatStep(i)
	}
	return w
}

// heatLegend draws the colours in a line at y.
func (s *svg) heatLegend(g Graph, y float64) {
	s.text("note", "start", margin, y+11, g.Heat+":")
	x := margin + g.heatStart()
	for i := range heats {
		s.f(`<g class="%s">`, g.classes(Op, heats[i].from))
		s.shape(Op, rect{x, y, 22, 14})
		s.f("</g>")
		s.text("note", "start", x+29, y+11, heatLabel(i))
		x += heatStep(i)
	}
	s.f("\n")
}
