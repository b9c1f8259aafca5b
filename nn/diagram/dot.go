package diagram

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/pkg/errors"
)

// dotShapes are Graphviz's attributes for the kinds.
var dotShapes = [...]string{
	Op:       `shape=box style="rounded,filled" fillcolor="#ffffff" color="#afb8c1"`,
	Gradient: `shape=box style="rounded,filled" fillcolor="#fff4e8" color="#dd9a5e"`,
	Input:    `shape=ellipse style=filled fillcolor="#e7f2ff" color="#6ea8e6"`,
	Weight:   `shape=octagon style=filled fillcolor="#e8f6ec" color="#6fb585"`,
	Constant: `shape=box style="dashed,filled" fillcolor="#f6f8fa" color="#8c959f"`,
	Output:   `shape=ellipse style=filled fillcolor="#f3edff" color="#a083dc"`,
	Layer:    `shape=box style="rounded,filled" fillcolor="#ffffff" color="#afb8c1"`,
}

// WriteDOT writes the graph in Graphviz's language, its lanes as clusters. The
// nodes are called n0, n1 and so on. It is an error if an edge leads nowhere or
// the edges make a cycle.
func (g Graph) WriteDOT(w io.Writer) error {
	if _, err := g.check(); err != nil {
		return err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "digraph {\n")
	heading := strings.Trim(g.Title+"\n"+g.Note, "\n")
	fmt.Fprintf(&b, "\tgraph [label=%s labelloc=t fontname=Helvetica]\n", quote(heading))
	fmt.Fprintf(&b, "\tnode [fontname=Helvetica fontsize=11]\n\tedge [fontname=Helvetica fontsize=9 color=\"#8c959f\"]\n")
	var lanes []string
	for _, n := range g.Nodes {
		if !slices.Contains(lanes, n.Lane) {
			lanes = append(lanes, n.Lane)
		}
	}
	for i, lane := range lanes {
		indent := "\t"
		if lane != "" {
			indent = "\t\t"
			fmt.Fprintf(&b, "\tsubgraph cluster_%d {\n\t\tlabel=%s\n\t\tstyle=\"rounded,filled\" color=\"#f6f8fa\"\n", i, quote(lane))
		}
		for k, n := range g.Nodes {
			if n.Lane == lane {
				look := dotShapes[n.Kind]
				if g.hot(n.Kind) {
					look += fmt.Sprintf(` fillcolor="%s"`, heats[heat(n.Heat)].light)
				}
				fmt.Fprintf(&b, "%sn%d [label=%s tooltip=%s %s]\n", indent, k, quote(n.label()), quote(n.about()), look)
			}
		}
		if lane != "" {
			fmt.Fprintf(&b, "\t}\n")
		}
	}
	for _, e := range g.Edges {
		fmt.Fprintf(&b, "\tn%d -> n%d", e.From, e.To)
		if e.Label != "" {
			fmt.Fprintf(&b, " [taillabel=%s]", quote(e.Label))
		}
		b.WriteString("\n")
	}
	b.WriteString("}\n")
	_, err := w.Write(b.Bytes())
	return errors.Wrap(err, "diagram")
}

// label returns the lines of a node's box.
func (n Node) label() string {
	lines := append([]string{n.Name}, n.Notes...)
	for _, r := range n.Rows {
		lines = append(lines, r[0]+" "+r[1])
	}
	return strings.Join(lines, "\n")
}

// quote returns s as a string of DOT.
func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\x00", "").Replace(s) + `"`
}
