// Package diagram draws directed graphs as SVG and as Graphviz DOT. It knows
// nothing of models: nodes are boxes with text, edges lead downwards.
//
//	g := diagram.Graph{
//		Title: "A sum",
//		Nodes: []diagram.Node{{Name: "x", Kind: diagram.Input}, {Name: "sum"}},
//		Edges: []diagram.Edge{{From: 0, To: 1}},
//	}
//	err := g.WriteSVG(w)
//
// The layout is the layered one of Sugiyama, Tagawa and Toda, Methods for visual
// understanding of hierarchical system structures, 1981, in its usual steps, a
// file each:
//
//	lanes.go   lanes lie below one another, each after those it reads from
//	ranks.go   a node lies below all that it reads: longest paths
//	layers.go  edges that pass ranks get a dummy in each of them
//	order.go   few crossings: sweeps of barycentres
//	columns.go straight edges: Brandes and Köpf, 2001
//	layout.go  boxes, lanes and curves in pixels
//
// The same graph always gives the same picture.
package diagram
