package diagram

import (
	"fmt"
	"strings"

	"github.com/pkg/errors"
	"gonum.org/v1/gonum/graph/simple"
	"gonum.org/v1/gonum/graph/topo"
)

// Graph is a directed graph without cycles.
type Graph struct {
	Title string // a line above the picture
	Note  string // a line below the title
	Heat  string // if set, operations are coloured by their Heat, and this says in a legend what it is a share of
	Nodes []Node
	Edges []Edge
}

// Node is a box with text.
type Node struct {
	Kind  Kind
	Name  string
	Notes []string    // lines below the name
	Rows  [][2]string // a table below them: what, value
	Lane  string      // nodes of one lane lie in one band of the picture; may have several lines
	Tip   string      // more about the node, shown where a pointer rests on it
	Heat  float64     // a share, 0 to 1; see Graph
}

// Edge leads from one of a graph's nodes to another, given by their indices.
// Edges that leave a node under the same label share their way.
type Edge struct {
	From, To int
	Label    string // stands where the edge leaves
}

// Kind is what a node stands for; it decides on the shape and the colour.
type Kind int

// The kinds of nodes.
const (
	Op       Kind = iota // an operation
	Gradient             // an operation of the reverse walk
	Input
	Weight
	Constant
	Output
	Layer
)

// kinds holds, for each kind, the name in the legend and in the styles.
var kinds = [...]string{
	Op: "operation", Gradient: "gradient", Input: "input", Weight: "weight",
	Constant: "constant", Output: "output", Layer: "layer",
}

// String returns the kind's name.
func (k Kind) String() string {
	if k < 0 || int(k) >= len(kinds) {
		return fmt.Sprintf("kind %d", int(k))
	}
	return kinds[k]
}

// check returns an error if g cannot be drawn, else its nodes' indices, each
// after those from which edges lead to it.
func (g Graph) check() ([]int, error) {
	if len(g.Nodes) == 0 {
		return nil, errors.New("diagram: no nodes")
	}
	for i, n := range g.Nodes {
		if n.Kind < 0 || int(n.Kind) >= len(kinds) {
			return nil, errors.Errorf("diagram: node %d, %q, is of no kind: %d", i, n.Name, int(n.Kind))
		}
	}
	if err := g.checkHeat(); err != nil {
		return nil, err
	}
	for i, e := range g.Edges {
		if min(e.From, e.To) < 0 || max(e.From, e.To) >= len(g.Nodes) {
			return nil, errors.Errorf("diagram: edge %d leads from node %d to node %d of %d", i, e.From, e.To, len(g.Nodes))
		}
		if e.From == e.To {
			return nil, errors.Errorf("diagram: edge %d leads from node %d, %q, to itself", i, e.From, g.Nodes[e.From].Name)
		}
	}
	order, err := topo.SortStabilized(directed(len(g.Nodes), g.Edges), nil)
	if cycles := (topo.Unorderable)(nil); errors.As(err, &cycles) {
		at := cycles[0][0].ID()
		return nil, errors.Errorf("diagram: a cycle leads through node %d, %q", at, g.Nodes[at].Name)
	}
	sorted := make([]int, len(order))
	for i, n := range order {
		sorted[i] = int(n.ID())
	}
	return sorted, err
}

// directed returns a graph of the nodes 0 to n−1 for gonum's algorithms.
func directed(n int, edges []Edge) *simple.DirectedGraph {
	d := simple.NewDirectedGraph()
	for i := range n {
		d.AddNode(simple.Node(i))
	}
	for _, e := range edges {
		d.SetEdge(simple.Edge{F: simple.Node(e.From), T: simple.Node(e.To)})
	}
	return d
}

// about returns all that is known of a node, for a person who looks or listens.
func (n Node) about() string {
	lines := append([]string{n.Name + " (" + n.Kind.String() + ")"}, n.Notes...)
	for _, r := range n.Rows {
		lines = append(lines, r[0]+": "+r[1])
	}
	if n.Tip != "" {
		lines = append(lines, n.Tip)
	}
	return strings.Join(lines, "\n")
}
