package diagram_test

import (
	"fmt"
	"os"

	"unroll/nn/diagram"
)

func ExampleGraph_WriteDOT() {
	g := diagram.Graph{
		Title: "A sum",
		Nodes: []diagram.Node{
			{Kind: diagram.Input, Name: "x", Notes: []string{"[2 3]"}},
			{Kind: diagram.Op, Name: "sum"},
		},
		Edges: []diagram.Edge{{From: 0, To: 1}},
	}
	if err := g.WriteDOT(os.Stdout); err != nil {
		fmt.Println(err)
	}
	// Output:
	// digraph {
	// 	graph [label="A sum" labelloc=t fontname=Helvetica]
	// 	node [fontname=Helvetica fontsize=11]
	// 	edge [fontname=Helvetica fontsize=9 color="#8c959f"]
	// 	n0 [label="x\n[2 3]" tooltip="x (input)\n[2 3]" shape=ellipse style=filled fillcolor="#e7f2ff" color="#6ea8e6"]
	// 	n1 [label="sum" tooltip="sum (operation)" shape=box style="rounded,filled" fillcolor="#ffffff" color="#afb8c1"]
	// 	n0 -> n1
	// }
}
